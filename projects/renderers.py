"""The formats of a list beside JSON, by which the negotiation of the API names them."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer


class Formats(DefaultContentNegotiation):
    """A format that the address does not know is an error of the parameter, which the answer names with those there are."""

    def filter_renderers(self, renderers: Iterable[BaseRenderer], format: str) -> Any:
        offered = list(renderers)
        found = [it for it in offered if it.format == format]
        if not found:
            text = _("There is no such format. There are: %(names)s.")
            names = ", ".join(str(it.format) for it in offered)
            raise ValidationError({"format": [ErrorDetail(text % {"names": names}, "unknown")]})
        return found


class CSVRenderer(BaseRenderer):
    """Names the format; the answer is a stream that renders itself."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"


class XLSXRenderer(BaseRenderer):
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    format = "xlsx"
    charset = None
    render_style = "binary"


FORMATS: tuple[type[BaseRenderer], ...] = (CSVRenderer, XLSXRenderer)
