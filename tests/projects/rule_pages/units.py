"""The examples of docs/rules/units.md: what a value becomes in another unit, and what is asked or refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError

from projects.units import convert, rounded, unit


def check(given: dict[str, Any]) -> list[str]:
    """Return, for each conversion or spelling, the value or code, or the name of the refusal."""
    if "spellings" in given:
        return [_named(it) for it in given["spellings"]]
    return [_converted(*it) for it in given["convert"]]


def _named(written: str) -> str:
    try:
        return unit(written).code
    except ValidationError as refused:
        return type(refused).__name__


def _converted(value: str, here: str, there: str) -> str:
    try:
        return f"{rounded(convert(Decimal(value), here, there)).normalize() + 0:f}"
    except ValidationError as refused:
        return type(refused).__name__
