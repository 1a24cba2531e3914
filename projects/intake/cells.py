"""Cells: from the text in a file to a value, or the reason why not. What a field allows is asked of its model."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext as _

from projects import units
from projects.intake.problems import shown

Reader = Callable[[str], Any]

EARLIEST, LATEST = 1900, 2199  # years outside are slips of the pen: 0202-06-01, 20266-01-01
REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
REFERENCE_LENGTH = 20
EXACT_DIGITS = 15  # SQLite keeps no more of a decimal
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
LINE_BREAK = re.compile(r"\s*[\r\n]+\s*")


class Unreadable(ValueError):
    """The cell cannot be read; the message says why and what to write instead."""


def cleaned(cell: str) -> str:
    """Return the cell without outer blanks and with plain line ends; Unreadable when it holds control characters."""
    found = sorted({c for c in cell if unicodedata.category(c) == "Cc" and c not in "\t\r\n"})
    if found:
        raise Unreadable(
            _("holds characters that no text contains (%(codes)s): remove them.")
            % {"codes": ", ".join(f"U+{ord(c):04X}" for c in found)}
        )
    return cell.strip().replace("\r\n", "\n").replace("\r", "\n")


def text(field: models.Field[Any, Any], longest: int | None = None) -> Reader:
    """Read free text of at most the field's length, or `longest`; in a field of one line, line breaks become blanks."""
    one_line, longest = isinstance(field, models.CharField), longest or field.max_length

    def read(cell: str) -> str:
        value = LINE_BREAK.sub(" ", cell) if one_line else cell
        if longest is not None and len(value) > longest:
            raise Unreadable(
                _("is too long: %(length)s characters, at most %(longest)s are possible. Shorten it.")
                % {"length": len(value), "longest": longest}
            )
        return value

    return read


def url(field: models.Field[Any, Any]) -> Reader:
    """Read an address that begins with http:// or https://."""
    within_length, well_formed = text(field), URLValidator(schemes=["http", "https"])

    def read(cell: str) -> str:
        within_length(cell)
        try:
            well_formed(cell)
        except ValidationError:
            raise Unreadable(
                _("“%(cell)s” is not a web address: write it in full, beginning with https:// or http://.")
                % {"cell": shown(cell)}
            ) from None
        return cell

    return read


def choice(codes: Iterable[str], synonyms: Mapping[str, str] | None = None) -> Reader:
    """Read a code of a closed list; case, blanks and hyphens do not matter. `synonyms` are codes of the files."""
    known = {code: code for code in codes} if synonyms is None else dict(synonyms)

    def read(cell: str) -> str:
        code = re.sub(r"[\s-]+", "_", cell.casefold())
        if code not in known:
            raise Unreadable(
                _("“%(cell)s” is not known here. Write one of: %(codes)s.")
                % {"cell": shown(cell), "codes": ", ".join(known)}
            )
        return known[code]

    return read


def day(cell: str) -> dt.date:
    """Read a day as 2026-03-31."""
    found = DAY.fullmatch(cell)
    if not found:
        raise Unreadable(
            _("“%(cell)s” is not a date: write year-month-day, as in 2026-03-31.") % {"cell": shown(cell)}
        )
    try:
        value = dt.date(*map(int, found.groups()))
    except ValueError:
        raise Unreadable(
            _("“%(cell)s”: there is no such day. Correct it (year-month-day).") % {"cell": shown(cell)}
        ) from None
    if not EARLIEST <= value.year <= LATEST:
        raise Unreadable(
            _("“%(cell)s” lies outside the years %(earliest)s to %(latest)s: correct the year.")
            % {"cell": shown(cell), "earliest": EARLIEST, "latest": LATEST}
        )
    return value


def number(field: models.Field[Any, Any], *, negative: bool = False) -> Reader:
    """Read a plain decimal that the field can hold exactly."""
    decimals: int = field.decimal_places  # type: ignore[attr-defined]
    whole: int = field.max_digits - decimals  # type: ignore[attr-defined]

    def read(cell: str) -> Decimal:
        if not NUMBER.fullmatch(cell):
            raise Unreadable(
                _(
                    "“%(cell)s” is not a number: write digits with a decimal point, without grouping or unit, as in 1234.5."
                )
                % {"cell": shown(cell)}
            )
        value = Decimal(cell)
        before, _point, after = cell.lstrip("-").partition(".")
        before, after = before.lstrip("0"), after.rstrip("0")
        if len(before) > whole or len(after) > decimals or len(before + after) > EXACT_DIGITS:
            raise Unreadable(
                _(
                    "%(cell)s is too long: at most %(whole)s digits before and %(decimals)s after the point are "
                    "possible, %(all)s in all."
                )
                % {"cell": shown(cell), "whole": whole, "decimals": decimals, "all": EXACT_DIGITS}
            )
        if value < 0 and not negative:
            raise Unreadable(_("%(cell)s is negative: correct it.") % {"cell": shown(cell)})
        return value

    return read


def reference(cell: str) -> str:
    """Read a public reference such as AGR-001: it stands in addresses, so it is short and plain."""
    if len(cell) > REFERENCE_LENGTH or not REFERENCE.fullmatch(cell):
        raise Unreadable(
            _(
                "“%(cell)s” is not a reference: use letters without accents, digits, “-”, “.” and “_”, at most %(longest)s characters."
            )
            % {"cell": shown(cell), "longest": REFERENCE_LENGTH}
        )
    return cell


def key(cell: str) -> int:
    """Read the number of a record that has no reference."""
    if not re.fullmatch(r"[0-9]{1,18}", cell):
        raise Unreadable(_("“%(cell)s” is not the number of a record: write digits.") % {"cell": shown(cell)})
    return int(cell)


def references(cell: str) -> tuple[str, ...]:
    """Read references separated by semicolons, each once, in their order."""
    found = tuple(reference(part) for part in words(cell))
    twice = sorted({name for name in found if found.count(name) > 1})
    if twice:
        raise Unreadable(_("%(names)s is named twice: name it once.") % {"names": ", ".join(twice)})
    return found


def words(cell: str) -> tuple[str, ...]:
    """Read words separated by semicolons; blanks around them and empty ones do not matter."""
    parts = (LINE_BREAK.sub(" ", part.strip()) for part in cell.split(";"))
    return tuple(part for part in parts if part)


def yes_no(cell: str) -> bool:
    """Read Y or N."""
    if cell not in ("Y", "N"):
        raise Unreadable(_("“%(cell)s” is neither Y nor N: write one of them.") % {"cell": shown(cell)})
    return cell == "Y"


def unit(cell: str) -> str:
    """Read a unit of the list under any of its spellings, as it is written; one with two meanings is asked about.

    The spelling is kept here, because the ledger tells by it whether a row was imported before.
    """
    try:
        units.unit(cell)
    except ValidationError as refused:
        raise Unreadable(" ".join(refused.messages)) from None
    return cell


def plain(value: Any) -> str:
    """Return a read value in the one form that the ledger's digest knows: 200.0 and 200 are the same cell."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ";".join(value)
    if isinstance(value, bool):
        return "Y" if value else "N"
    if isinstance(value, Decimal):
        return format(value.normalize() + 0, "f")
    return str(value)
