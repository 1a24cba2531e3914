"""The states and union territories of India: ISO 3166-2:IN codes, names, and the place of each tile on the map.

The map is a grid of tiles, one for each, all of the same size: it shows where projects are, without any boundary.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override


class IndianState(TextChoices):
    """A state or union territory, by its code."""

    AN = "IN-AN", _("Andaman and Nicobar Islands")
    AP = "IN-AP", _("Andhra Pradesh")
    AR = "IN-AR", _("Arunachal Pradesh")
    AS = "IN-AS", _("Assam")
    BR = "IN-BR", _("Bihar")
    CH = "IN-CH", _("Chandigarh")
    CG = "IN-CG", _("Chhattisgarh")
    DH = "IN-DH", _("Dadra and Nagar Haveli and Daman and Diu")
    DL = "IN-DL", _("Delhi")
    GA = "IN-GA", _("Goa")
    GJ = "IN-GJ", _("Gujarat")
    HR = "IN-HR", _("Haryana")
    HP = "IN-HP", _("Himachal Pradesh")
    JK = "IN-JK", _("Jammu and Kashmir")
    JH = "IN-JH", _("Jharkhand")
    KA = "IN-KA", _("Karnataka")
    KL = "IN-KL", _("Kerala")
    LA = "IN-LA", _("Ladakh")
    LD = "IN-LD", _("Lakshadweep")
    MP = "IN-MP", _("Madhya Pradesh")
    MH = "IN-MH", _("Maharashtra")
    MN = "IN-MN", _("Manipur")
    ML = "IN-ML", _("Meghalaya")
    MZ = "IN-MZ", _("Mizoram")
    NL = "IN-NL", _("Nagaland")
    OD = "IN-OD", _("Odisha")
    PY = "IN-PY", _("Puducherry")
    PB = "IN-PB", _("Punjab")
    RJ = "IN-RJ", _("Rajasthan")
    SK = "IN-SK", _("Sikkim")
    TN = "IN-TN", _("Tamil Nadu")
    TS = "IN-TS", _("Telangana")
    TR = "IN-TR", _("Tripura")
    UP = "IN-UP", _("Uttar Pradesh")
    UK = "IN-UK", _("Uttarakhand")
    WB = "IN-WB", _("West Bengal")


class Elsewhere(TextChoices):
    """Where a project is counted that lies in no state."""

    UNKNOWN = "unknown", _("in India, no state recorded")
    ABROAD = "abroad", _("abroad")
    NOWHERE = "nowhere", _("no country recorded")


class Place(NamedTuple):
    column: int
    row: int


INDIA = "India"
COLUMNS, ROWS = 8, 8
_MAP = """
. JK LA .  .  .  .  .
. PB HP .  .  .  .  .
. CH HR UK .  SK .  AR
. RJ DL UP BR .  AS NL
. GJ MP CG JH WB ML MN
. DH MH TS OD .  TR MZ
. GA KA AP .  .  .  .
LD . KL TN PY .  AN .
"""
PLACES: dict[IndianState, Place] = {
    IndianState[name]: Place(column, row)
    for row, line in enumerate(_MAP.strip().splitlines())
    for column, name in enumerate(line.split())
    if name != "."
}

# What records call a state: its name, and names that were official once. Nothing else is taken for a state.
_FORMER = {
    "orissa": IndianState.OD,
    "pondicherry": IndianState.PY,
    "uttaranchal": IndianState.UK,
    "national capital territory of delhi": IndianState.DL,
}


def named(text: str) -> tuple[IndianState, ...] | None:
    """Return the states that the text names, parted by semicolons, in the order of their codes; None unless all are known.

    A place that is no state ("Bhopal", "eastern coast") is not guessed at.
    """
    with override("en"):
        known = {**_FORMER, **{str(state.label).casefold(): state for state in IndianState}}
    parts = [" ".join(part.split()).casefold() for part in text.split(";") if part.strip()]
    if not parts or any(part not in known for part in parts):
        return None
    return tuple(sorted({known[part] for part in parts}))


def kept(states: Iterable[IndianState]) -> str:
    """Return the codes as a project keeps them."""
    return " ".join(sorted(states))


def of(codes: str) -> tuple[IndianState, ...]:
    """Return the states of what a project keeps."""
    return tuple(IndianState(code) for code in codes.split())


def require_known(codes: str) -> None:
    """Raise ValidationError unless the text is codes of states in their order, each once."""
    found = codes.split()
    if codes != " ".join(sorted(set(found))) or not set(found) <= set(IndianState.values):
        raise ValidationError(
            _("Give the codes of states, as in IN-JH IN-OD: each once, in the order of the alphabet.")
        )


def from_record(region: str, country: str) -> str:
    """Return what a project keeps of what its record says: nothing where that names no state of India for sure."""
    return kept(named(region) or ()) if country == INDIA else ""
