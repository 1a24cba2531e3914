"""Claims of the rungs of a ladder: none is skipped without a waiver, and who falls back is shown to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar, Generic, Self, TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from projects import permissions
from projects.choices import MeasurementStatus, VerificationLevel
from projects.models import standing
from projects.models.claims import Claim
from projects.models.lifecycle import locked
from projects.permissions import Actor


class LadderClaim(Claim):
    """A rung that is claimed to have been reached on a day. A manager who verifies may waive the rungs left out."""

    COUNTS_AT: ClassVar[int] = VerificationLevel.V1
    """The level of verification from which a rung counts as verified."""
    START: ClassVar[int | None] = None
    """The rung before the first verified row; None: the first one verified may be any."""
    FALLS_LOWER: ClassVar[bool] = False
    """Whether the next rung is counted from where the ladder has fallen back to, not from the highest one."""

    waiver = models.TextField(
        _("waiver"), blank=True, help_text=_("Why a level may be skipped, and by which order.")
    )

    class Meta(Claim.Meta):
        abstract = True

    @property
    def rung(self) -> int:
        raise NotImplementedError

    def told(self, rung: int) -> str:
        """Return a rung of this ladder in words."""
        raise NotImplementedError

    def siblings(self) -> QuerySet:
        """Return all rows of the same ladder, this one among them."""
        raise NotImplementedError

    def missing(self, rows: Sequence[Any], on: dt.date) -> list[Any]:
        """Return in words what the rung needs beside its own claim and does not have on the day.

        `rows` are those of the ladder, with this one as it would stand verified.
        """
        return []

    @classmethod
    def claim(cls, subject: Any, *, by: Actor, **facts: Any) -> Self:
        if "waiver" in facts:
            raise ValidationError({"waiver": _("A waiver is given by a manager who verifies.")})
        return super().claim(subject, by=by, **facts)

    def verify(
        self, *, by: Actor, level: int, note: str = "", version: int | None = None, waiver: str = ""
    ) -> None:
        """Confirm the rung, unless something that it needs is missing or rungs are left out without a waiver.

        The subject is locked first, so that two who verify rungs of one ladder at once follow one another.
        """
        waiver = waiver.strip()
        with transaction.atomic():
            locked(self.subject)
            row = self._locked("verify", by=by, version=version)
            if waiver:
                permissions.require(by, f"{self._meta.model_name}.waive", row)
            row._require_grounds(level=level, on=by.on, waiver=waiver)
            self._verify(by=by, level=level, note=note, version=version, waiver=waiver)

    def _require_grounds(self, *, level: int, on: dt.date, waiver: str) -> None:
        """Raise ValidationError with all that stands against verifying the row at `level`."""
        rows = list(self.siblings())
        before = {gap.row.pk for gap in gaps(climbed(rows, on))}
        for row in rows:
            if row.pk == self.pk:
                row.status, row.verified_on, row.level = MeasurementStatus.VERIFIED, on, level
        skipped = [gap for gap in gaps(climbed(rows, on)) if gap.row.pk not in before]
        if waiver and not skipped:
            raise ValidationError({"waiver": _("Nothing is skipped: leave the waiver empty.")})
        against = self.missing(rows, on) if level >= self.COUNTS_AT else []
        if skipped and not waiver:
            against += [gap.words() for gap in skipped]
        if against:
            raise ValidationError(against)


LadderT = TypeVar("LadderT", bound=LadderClaim)


@dataclass(frozen=True)
class Gap(Generic[LadderT]):
    """Rungs that are left out between a verified row and what stood verified before it."""

    row: LadderT
    below: int

    def words(self) -> str:
        return _(
            "%(row)s skips a level: %(below)s stood verified before. A manager may waive that with a reason."
        ) % {
            "row": self.row.told(self.row.rung),
            "below": self.row.told(self.below),
        }


@dataclass(frozen=True)
class Fall(Generic[LadderT]):
    """A verified row below the one before it."""

    row: LadderT
    before: LadderT


def climbed(rows: Sequence[LadderT], as_of: dt.date) -> list[LadderT]:
    """Return the rows of one ladder that count as verified on the day, in the order of their days."""
    return standing.verified(rows, as_of, rows[0].COUNTS_AT) if rows else []


def gaps(sequence: Iterable[LadderT]) -> list[Gap[LadderT]]:
    """Return where a row stands more than one rung above what it is counted from."""
    found, base = [], None
    for row in sequence:
        base = row.START if base is None else base
        if base is not None and row.rung > base + 1:
            found.append(Gap(row, base))
        base = row.rung if base is None or row.FALLS_LOWER else max(base, row.rung)
    return found


def falls(sequence: Iterable[LadderT]) -> list[Fall[LadderT]]:
    """Return where a row stands below the one before it."""
    return [Fall(row, before) for before, row in pairwise(sequence) if row.rung < before.rung]
