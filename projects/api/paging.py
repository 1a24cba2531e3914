"""How long lists are cut: numbered pages where counting is cheap, cursors where rows keep coming."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as FieldError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ErrorDetail, NotFound, ValidationError
from rest_framework.pagination import CursorPagination, PageNumberPagination
from rest_framework.request import Request

PAGE_SIZE, MAX_PAGE_SIZE = 50, 100
FARTHEST = 10**9  # page that may be there


class Pages(PageNumberPagination):
    """Numbered pages with an exact count."""

    page_size = PAGE_SIZE
    page_size_query_param = "page_size"
    max_page_size = MAX_PAGE_SIZE
    PARAMETERS = frozenset({"page", "page_size"})

    def paginate_queryset(self, queryset: QuerySet, request: Request, view: Any = None) -> list[Any] | None:
        """Return one page; a page that does not exist is an error of the parameter: the list is there."""
        foresee: Any = getattr(queryset, "foresee", None)
        number, size = request.query_params.get("page") or "1", self.get_page_size(request)
        if foresee is not None and size and number.isdecimal() and 0 < int(number) <= FARTHEST:
            foresee((int(number) - 1) * size, int(number) * size)
        try:
            return super().paginate_queryset(queryset, request, view)
        except NotFound as error:
            raise ValidationError({"page": [_("There is no such page.")]}) from error


class Cursors(CursorPagination):
    """Pages that neither skip nor repeat a row while others are added; in the order of recording, or against it.

    Another order would not be stable: a row whose date moves while somebody turns the pages would be met twice, or never.
    """

    page_size = PAGE_SIZE
    page_size_query_param = "page_size"
    max_page_size = MAX_PAGE_SIZE
    ordering = "pk"
    PARAMETERS = frozenset({"cursor", "page_size", "sort"})

    def get_ordering(self, request: Request, queryset: QuerySet, view: Any) -> tuple[str, ...]:
        """Return the one key of the order, which is unique."""
        key = self.ordering.removeprefix("-")
        orders = {"recorded": key, "-recorded": f"-{key}"}
        asked = request.query_params.get("sort", "")
        if asked and asked not in orders:
            text = _("Choose one of: %(names)s.") % {"names": ", ".join(orders)}
            raise ValidationError({"sort": [ErrorDetail(text, "invalid_choice")]})
        return (orders.get(asked, self.ordering),)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Return what the OpenAPI document says of the parameters."""
        sort = {
            "name": "sort",
            "required": False,
            "in": "query",
            "description": "In the order of recording, or the latest first.",
            "schema": {"type": "string", "enum": ["recorded", "-recorded"]},
        }
        return [*super().get_schema_operation_parameters(view), sort]

    def paginate_queryset(self, queryset: QuerySet, request: Request, view: Any = None) -> list[Any] | None:
        """Return one page; a cursor that somebody made up is an error of the request, not of the server."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NotFound, ValueError, FieldError) as error:
            raise ValidationError(
                {"cursor": [_("Use the links `next` and `previous` as they are.")]}
            ) from error


class NewestFirst(Cursors):
    """The same, the latest first."""

    ordering = "-pk"


class InSequence(Cursors):
    """Audit events in the order of their chain."""

    ordering = "seq"
