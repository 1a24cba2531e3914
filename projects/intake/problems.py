"""What is wrong with the files, said so that the person who made them can mend them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

LONGEST_SHOWN = 60


@dataclass(frozen=True, order=True)
class Problem:
    """One thing to mend: the file, the physical line in it (0: the file as a whole), the column, and why."""

    file: str
    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        if not self.line:
            return _("%(file)s: %(reason)s") % {"file": self.file, "reason": self.reason}
        if not self.column:
            return _("%(file)s, line %(line)s: %(reason)s") % vars(self)
        return _("%(file)s, line %(line)s, column %(column)s: %(reason)s") % vars(self)


class Refused(Exception):
    """The files hold problems, so nothing was written; `problems` lists every one of them."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        count = len(problems)
        head = ngettext(
            "Nothing was imported: there is %(count)s problem.",
            "Nothing was imported: there are %(count)s problems.",
            count,
        ) % {"count": count}
        super().__init__("\n".join([head, *map(str, problems)]))


def visible(text: object) -> str:
    """Return the text with what a terminal would obey made visible."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(text))


def shown(cell: object) -> str:
    """Return a cell as a message may quote it: visible, and cut."""
    text = visible(cell)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"
