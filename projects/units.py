"""Units of measure: one spelling each, exact conversion within a dimension, and a question where a spelling has two meanings.

docs/rules/units.md gives every factor with its source; docs/adr/0012-units.md says why this is a table of our own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# A quotient that no decimal writes out (a twelfth of a tonne) is kept to this many places, half up.
PLACES = 10
DAYS_OF_A_YEAR = 365  # every year of a rate, also a leap year: a rate is a design figure, not a calendar
MONTHS_OF_A_YEAR = 12
SHOWN = 40


class UnknownUnit(ValidationError):
    """The unit is not in the table; the message says what to write."""


class AmbiguousUnit(ValidationError):
    """The spelling has two meanings; the message asks which one is meant."""


class UnlikeUnits(ValidationError):
    """Two units measure different things: no factor leads from one to the other."""


@dataclass(frozen=True)
class Unit:
    """A unit by its one spelling. `factor` is how much one of it is in the base unit of its dimension."""

    code: str
    dimension: str
    factor: Fraction
    is_count: bool = False
    """Whether it counts things of one kind (blocks, patents): such a unit has a dimension of its own."""

    def __str__(self) -> str:
        return self.code

    @property
    def is_share(self) -> bool:
        """Whether it is a part of a whole, so that 100 is the most there can be."""
        return self.dimension == "share"


MASSES = {
    "g": Fraction(1, 1_000_000),
    "kg": Fraction(1, 1000),
    "t": Fraction(1),
    "kt": Fraction(1000),
    "lakh t": Fraction(100_000),
    "Mt": Fraction(1_000_000),
}
PERIODS = {
    "year": Fraction(1),
    "month": Fraction(MONTHS_OF_A_YEAR),
    "day": Fraction(DAYS_OF_A_YEAR),
    "hour": Fraction(DAYS_OF_A_YEAR * 24),
}
KILOOERSTED = Fraction("79.577471545947667884")
TABLE: dict[str, dict[str, Fraction]] = {
    "mass": MASSES,
    "mass per time": {
        f"{mass} per {period}": amount * often
        for mass, amount in MASSES.items()
        for period, often in PERIODS.items()
    },
    "share": {"per cent": Fraction(1)},
    "money": {"INR": Fraction(1), "lakh INR": Fraction(100_000), "crore INR": Fraction(10_000_000)},
    "power": {"kW": Fraction(1), "MW": Fraction(1000), "GW": Fraction(1_000_000)},
    "energy": {"kWh": Fraction(1), "MWh": Fraction(1000), "GWh": Fraction(1_000_000)},
    "energy per time": {"MWh per year": Fraction(1), "GWh per year": Fraction(1000)},
    # 1 kOe is 1000/(4 pi) kA/m and 1 MGOe is 100/(4 pi) kJ/m3, to twenty figures: no decimal writes out pi.
    "magnetic field strength": {"kA/m": Fraction(1), "Oe": KILOOERSTED / 1000, "kOe": KILOOERSTED},
    "energy product": {"kJ/m3": Fraction(1), "MGOe": KILOOERSTED / 10},
    "time": {"h": Fraction(1)},
    "days": {"days": Fraction(1)},
    "effort": {"person-days": Fraction(1)},
    "volume per mass": {"m3 per t": Fraction(1)},
    "area": {"ha": Fraction(1), "sq km": Fraction(100)},
    "technology readiness": {"TRL": Fraction(1)},
    "manufacturing readiness": {"MRL": Fraction(1)},
    "ratio": {"ratio": Fraction(1)},
    "yes or no": {"yes/no": Fraction(1)},
}
# What is counted. Ten blocks are not ten patents, so none of these converts into another.
COUNTS = (
    "agreements",
    "blocks",
    "centres",
    "clearances",
    "companies",
    "dumps",
    "items",
    "licences",
    "minerals",
    "mines",
    "number",
    "parks",
    "patents",
    "persons",
    "projects",
    "runs",
)


def _units() -> Iterator[Unit]:
    for dimension, members in TABLE.items():
        for code, factor in members.items():
            yield Unit(code=code, dimension=dimension, factor=factor)
    for code in COUNTS:
        yield Unit(code=code, dimension=f"number of {code}", factor=Fraction(1), is_count=True)


UNITS: dict[str, Unit] = {it.code: it for it in _units()}

# Other spellings of a unit, in small letters. What differs by case alone (MT and Mt) is not here but below.
ALIASES: dict[str, str] = {
    "tonne": "t",
    "tonnes": "t",
    "metric tonne": "t",
    "metric tonnes": "t",
    "metric ton": "t",
    "metric tons": "t",
    "kilotonne": "kt",
    "kilotonnes": "kt",
    "thousand tonnes": "kt",
    "lakh tonnes": "lakh t",
    "million tonnes": "Mt",
    "million t": "Mt",
    "megatonnes": "Mt",
    "kilogram": "kg",
    "kilograms": "kg",
    "kgs": "kg",
    "gram": "g",
    "grams": "g",
    "%": "per cent",
    "percent": "per cent",
    "rs": "INR",
    "rupees": "INR",
    "crore rupees": "crore INR",
    "rs crore": "crore INR",
    "inr crore": "crore INR",
    "₹ crore": "crore INR",
    "lakh rupees": "lakh INR",
    "rs lakh": "lakh INR",
    "inr lakh": "lakh INR",
    "₹ lakh": "lakh INR",
    "hour": "h",
    "hours": "h",
    "hrs": "h",
    "day": "days",
    "person": "persons",
    "people": "persons",
    "person-day": "person-days",
    "person days": "person-days",
    "man-days": "person-days",
    "mandays": "person-days",
    "no.": "number",
    "nos": "number",
    "nos.": "number",
    "ka/m": "kA/m",
    "ka per m": "kA/m",
    "koe": "kOe",
    "oe": "Oe",
    "mgoe": "MGOe",
    "kj/m3": "kJ/m3",
    "kj/m³": "kJ/m3",
    "kj per m3": "kJ/m3",
    "m3/t": "m3 per t",
    "m³/t": "m3 per t",
    "m³ per t": "m3 per t",
    "gw": "GW",
    "gwh": "GWh",
    "mwh": "MWh",
    "kwh": "kWh",
    "hectare": "ha",
    "hectares": "ha",
    "km2": "sq km",
    "yes no": "yes/no",
    "trl level": "TRL",
    "mrl level": "MRL",
    **{code[:-1]: code for code in COUNTS if code.endswith("s") and code not in ("companies", "number")},
    "company": "companies",
    "block": "blocks",
}
PER_TIME: dict[str, str] = {"year": "year", "yr": "year", "y": "year", "a": "year", "annum": "year"} | {
    "month": "month",
    "mo": "month",
    "day": "day",
    "d": "day",
    "hour": "hour",
    "hr": "hour",
    "h": "hour",
}
# Abbreviations that Indian papers use for a mass in a period: tonnes (kilotonnes) per annum, month, day.
INITIALS = {
    "tpa": "t per year",
    "tpy": "t per year",
    "tpm": "t per month",
    "tpd": "t per day",
    "tph": "t per hour",
    "ktpa": "kt per year",
    "kgpa": "kg per year",
}
# What has two meanings in use, with what may be meant; in small letters, because people write MT, Mt and mt alike.
# Only the exact spellings of the table ("Mt", "t") are taken at their word.
MILLION_OR_METRIC: dict[str, tuple[str, str]] = {
    "mtpa": ("Mt per year", "t per year"),
    "mtpy": ("Mt per year", "t per year"),
    "mmtpa": ("Mt per year", "t per year"),
    "mtpm": ("Mt per month", "t per month"),
    "mtpd": ("Mt per day", "t per day"),
    "mt": ("Mt", "t"),
    "mts": ("Mt", "t"),
    "mmt": ("Mt", "t"),
}
AMBIGUOUS: dict[str, tuple[str, str]] = {
    "level": ("TRL", "MRL"),
    "crore": ("crore INR", "number"),
    "cr": ("crore INR", "number"),
    "lakh": ("lakh INR", "number"),
}
SHORT_OR_METRIC = frozenset({"ton", "tons", "tn"})
_TIME = re.compile(r"\s*(?:/|\bper\b|\bp\.|\ba\b)\s*(?P<time>[a-z]+)\.?$")
_YEARLY = re.compile(r"\s*(?:\bp\.?\s?a\.?|\bannually|\byearly)$")


def unit(text: str) -> Unit:
    """Return the unit that `text` names, by its code or another spelling.

    AmbiguousUnit asks where the spelling has two meanings; UnknownUnit says what there is.
    """
    written = " ".join(text.split())
    if written in UNITS:
        return UNITS[written]
    code = _known(written)
    if code is None:
        raise UnknownUnit(
            _(
                "“%(unit)s” is not a unit of the list. Write for example t, kt, t per year, per cent, persons, "
                "crore INR; docs/rules/units.md has them all."
            ),
            code="unknown_unit",
            params={"unit": _shown(written)},
        )
    return UNITS[code]


def _known(written: str) -> str | None:
    """Return the code of a spelling, None where nobody knows it; AmbiguousUnit where it has two."""
    small = written.casefold()
    if small in INITIALS:
        return INITIALS[small]
    _ask_if_ambiguous(written, small)
    if small in ALIASES:
        return ALIASES[small]
    # Before the look-up without case: "mt per year" must ask, as "mt" does.
    if (rate := _rate(written, small)) in UNITS:
        return rate
    by_case = {code for code in UNITS if code.casefold() == small}
    return by_case.pop() if len(by_case) == 1 else None


def _rate(written: str, small: str) -> str | None:
    """Return the code of "kg/yr", "tonnes per annum" or "kt p.a.", None for anything else."""
    found = _YEARLY.search(small) or _TIME.search(small)
    if found is None:
        return None
    often = "year" if found.re is _YEARLY else PER_TIME.get(found["time"])
    amount = written[: found.start()].strip()
    if often is None or not amount:
        return None
    if amount in MASSES:
        return f"{amount} per {often}"
    _ask_if_ambiguous(amount, amount.casefold(), often)
    known = _known(amount)
    return f"{known} per {often}" if known else None


def _ask_if_ambiguous(written: str, small: str, often: str = "") -> None:
    if small in SHORT_OR_METRIC or written == "T":
        meant = ("t", "kg")
        message = _(
            "“%(unit)s” may be a metric tonne or a ton of 907 or 1,016 kg. Which do you mean? "
            "Write “%(first)s” for metric tonnes, or convert into “%(second)s”."
        )
    elif small in MILLION_OR_METRIC:
        meant = MILLION_OR_METRIC[small]
        message = _(
            "“%(unit)s” may be million tonnes or metric tonnes. Which do you mean? "
            "Write “%(first)s” for million tonnes or “%(second)s” for metric tonnes."
        )
    elif small in AMBIGUOUS:
        meant = AMBIGUOUS[small]
        message = _(
            "“%(unit)s” has two meanings. Which do you mean? Write “%(first)s” or “%(second)s” in full."
        )
    else:
        return
    first, second = (f"{code} per {often}" if often else code for code in meant)
    shown = f"{written} per {often}" if often else written
    raise AmbiguousUnit(
        message, code="ambiguous_unit", params={"unit": _shown(shown), "first": first, "second": second}
    )


def _shown(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def convertible(from_: str, to: str) -> bool:
    """Whether both are known and measure the same thing."""
    try:
        return unit(from_).dimension == unit(to).dimension
    except (UnknownUnit, AmbiguousUnit):
        return False


def convert(value: Decimal, from_: str | Unit, to: str | Unit) -> Decimal:
    """Return `value` in the unit `to`: exact where a decimal can write it, else to ten places, half up.

    Unlike units raise UnlikeUnits: a kilogram is no kilogram a year, and a block is no patent.
    """
    source = from_ if isinstance(from_, Unit) else unit(from_)
    target = to if isinstance(to, Unit) else unit(to)
    if source == target:
        return value
    if source.dimension != target.dimension:
        raise UnlikeUnits(
            _("A value in %(from)s cannot be given in %(to)s: they measure different things."),
            code="unlike_units",
            params={"from": source.code, "to": target.code},
        )
    return as_decimal(Fraction(value) * source.factor / target.factor)


def as_decimal(value: Fraction) -> Decimal:
    """Return the fraction as a decimal: exact where one can write it, else to ten places, half up."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest == 1 and (places := _places(value.denominator)) <= 2 * PLACES:
        return Decimal(value.numerator * 10**places // value.denominator).scaleb(-places)
    scaled = abs(value) * 10**PLACES
    whole, over = divmod(scaled.numerator, scaled.denominator)
    whole += 2 * over >= scaled.denominator
    return Decimal(whole if value >= 0 else -whole).scaleb(-PLACES)


def _places(denominator: int) -> int:
    """Return how many decimal places a fraction with this denominator of twos and fives needs."""
    places = 0
    while 10**places % denominator:
        places += 1
    return places


def rounded(value: Decimal, places: int = 4) -> Decimal:
    """Return `value` with at most `places` decimals, half up: what a column of the database can keep."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
