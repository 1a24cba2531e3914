"""Pages of a list on a page: an exact count where it is cheap, "more than 1,000" where it would be dear."""

from __future__ import annotations

from typing import Any

from django.core.paginator import EmptyPage, Page, Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

MOST_COUNTED = 1000


class CappedPage(Page):
    """A page that knows whether more rows follow, though nobody has counted them."""

    def __init__(self, rows: Any, number: int, paginator: CappedPaginator, *, more: bool) -> None:
        super().__init__(rows, number, paginator)
        self.more = more

    def has_next(self) -> bool:
        return self.more

    def next_page_number(self) -> int:
        return self.number + 1

    def end_index(self) -> int:
        return (self.number - 1) * self.paginator.per_page + len(self.object_list)

    @property
    def numbers(self) -> list[Any]:
        """The numbers of the pages to offer, with gaps; of an uncounted list this page alone."""
        paginator: Any = self.paginator
        if paginator.is_capped:
            return [self.number]
        return list(paginator.get_elided_page_range(self.number, on_each_side=2, on_ends=1))


class CappedPaginator(Paginator):
    """Counts no further than MOST_COUNTED, and turns the pages beyond it one by one."""

    @cached_property
    def count(self) -> int:
        """How many rows there are; one more than MOST_COUNTED stands for any number beyond it."""
        rows: Any = self.object_list
        if not isinstance(rows, QuerySet):
            return len(rows)
        return rows.order_by().values("pk")[: MOST_COUNTED + 1].count()

    @property
    def is_capped(self) -> bool:
        return self.count > MOST_COUNTED

    def page(self, number: Any) -> CappedPage:
        """Return a page; EmptyPage for a number behind the last row."""
        if not self.is_capped:
            number = self.validate_number(number)
        elif int(number) < 1:
            raise EmptyPage(self.error_messages["min_value"])
        begin = (int(number) - 1) * self.per_page
        found = list(self.object_list[begin : begin + self.per_page + 1])
        if not found and int(number) > 1:
            raise EmptyPage(self.error_messages["no_results"])
        return CappedPage(found[: self.per_page], int(number), self, more=len(found) > self.per_page)
