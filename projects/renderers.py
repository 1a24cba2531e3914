"""The formats of a list beside JSON, by which the negotiation of the API names them."""

from rest_framework.renderers import BaseRenderer


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
