"""Measurements: the values that show how far a target is reached."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from projects import permissions
from projects.choices import MeasureBasis
from projects.fiscal import FinancialYear, months_between
from projects.models import audit, standing
from projects.models.audit import AuditedQuerySet
from projects.models.claims import Claim
from projects.models.lifecycle import locked
from projects.models.reference import known_unit
from projects.models.targets import VALUE, Target
from projects.permissions import Actor
from projects.units import Unit, as_decimal, convert, rounded
from projects.units import unit as unit_of

# What holds on the last day of its period, whatever the first.
AT_A_DAY = (MeasureBasis.CUMULATIVE, MeasureBasis.STOCK)


class MeasurementQuerySet(AuditedQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """Return the measurements of the targets that `by` may see."""
        if by.sees_programme:
            return self
        return self.filter(target__in=Target.objects.visible_to(by).values("pk"))


class Measurement(Claim):
    """A value of a target's indicator for a period, claimed by one person and verified by another."""

    ORGANISATION_PATHS = ("target__project__lead", "target__project__partners", "target__agreement__parties")
    SUBJECT = "target"
    DAY = "period_end"

    target = models.ForeignKey(Target, on_delete=models.PROTECT, related_name="measurements")
    value = models.DecimalField(_("value"), **VALUE)
    entered_value = models.DecimalField(_("value as entered"), null=True, blank=True, editable=False, **VALUE)
    entered_unit = models.CharField(_("unit as entered"), max_length=40, blank=True, editable=False)
    period_start = models.DateField(_("period from"), null=True, blank=True)
    period_end = models.DateField(_("period to"))
    bounds_reason = models.TextField(
        _("reason for an unusual value"),
        blank=True,
        help_text=_("Needed where the value lies outside the plausible bounds of its indicator."),
    )

    objects = MeasurementQuerySet.as_manager()

    class Meta(Claim.Meta):
        abstract = False
        ordering = ("target", "period_end", "pk")
        verbose_name = _("measurement")
        verbose_name_plural = _("measurements")
        constraints = [
            *Claim.Meta.constraints,
            models.CheckConstraint(
                name="measurement_period_ends_after_it_begins",
                condition=Q(period_start=None) | Q(period_end__gte=F("period_start")),
                violation_error_message=_("The period cannot end before it begins."),
            ),
            models.CheckConstraint(
                name="measurement_entered_value_has_its_unit",
                condition=(Q(entered_value=None) & Q(entered_unit=""))
                | (Q(entered_value__isnull=False) & ~Q(entered_unit="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target_id}: {self.value} ({self.period_end})"

    @property
    def is_implausible(self) -> bool:
        """Whether the value lies outside the bounds that its indicator has now."""
        return self.target.is_implausible(self.value)

    def days(self) -> tuple[dt.date, dt.date]:
        """Return the first and the last day for which the value holds.

        Without a first day a year's value is that of the financial year so far; any other holds on its last day.
        """
        if self.period_start is not None:
            return self.period_start, self.period_end
        if self.target.measure_basis == MeasureBasis.ANNUAL:
            return FinancialYear.of(self.period_end).first_day, self.period_end
        return self.period_end, self.period_end

    @classmethod
    def claim(cls, subject: Target, *, by: Actor, unit: str = "", **facts: Any) -> Self:
        """Claim a value of the target's indicator for a period and return the new row; a correction names the row it supersedes.

        A value in another unit of the same kind is converted; what was entered is kept beside it.
        """
        permissions.require(by, "measurement.claim", subject)
        facts = cls.as_claimed(subject, by=by, unit=unit, **facts)
        with transaction.atomic():
            # Two who claim the same period at once get one row and one refusal. The target is locked rather than the
            # chain of events: whoever holds that must not wait for a row that a step has locked.
            locked(subject)
            taken = PeriodsTaken(subject, list(cls._base_manager.filter(target=subject)))
            taken.require_free(_period_of(cls, subject, facts), facts.get("supersedes"))
            return super().claim(subject, by=by, **facts)

    @classmethod
    def as_claimed(cls, subject: Target, *, by: Actor, unit: str = "", **facts: Any) -> dict[str, Any]:
        """Return what a claim of these facts keeps, in the target's unit; ValidationError for the future and the unusual."""
        if facts["period_end"] > by.on:
            raise ValidationError(
                {"period_end": _("The period ends in the future: claim what has been measured.")}
            )
        if unit.strip() and unit != subject.unit:
            facts |= _converted(subject, facts["value"], unit, facts.get("period_start"), facts["period_end"])
        if subject.is_implausible(facts["value"]) and not facts.get("bounds_reason", "").strip():
            raise ValidationError({"bounds_reason": _bounds_question(subject, facts["value"])})
        return facts


def _bounds_question(target: Target, value: Decimal) -> ValidationError:
    indicator = target.indicator
    return ValidationError(
        _(
            "%(value)s %(unit)s is unusual: %(indicator)s is expected from %(from)s to %(to)s %(own)s. "
            "Check value and unit; if they are right, say why."
        ),
        code="implausible",
        params={
            "value": audit.plain(value),
            "unit": target.unit,
            "indicator": indicator.code,
            "from": "−∞" if indicator.plausible_from is None else audit.plain(indicator.plausible_from),
            "to": "∞" if indicator.plausible_to is None else audit.plain(indicator.plausible_to),
            "own": indicator.unit,
        },
    )


def _converted(
    target: Target, value: Decimal, written: str, start: dt.date | None, end: dt.date
) -> dict[str, Any]:
    """Return the value in the target's unit with what was entered; {} where both units are the same."""
    wanted = known_unit(target.unit)
    try:
        given = unit_of(written)
        if wanted is None:
            raise ValidationError(
                _("The target came with a unit that is not of the list: give the value in %(unit)s."),
                params={"unit": target.unit},
            )
        if given == wanted:
            return {}
        if target.measure_basis == MeasureBasis.ANNUAL and wanted.code.endswith(" per year"):
            found = _made(value, given, wanted, start or FinancialYear.of(end).first_day, end)
        else:
            found = convert(value, given, wanted)
    except ValidationError as refused:
        raise ValidationError({"unit": refused}) from refused
    return {"value": rounded(found), "entered_value": value, "entered_unit": given.code}


def _made(value: Decimal, given: Unit, wanted: Unit, start: dt.date, end: dt.date) -> Decimal:
    """Return what a period adds to its year: a quantity as it is, a rate times the length of the period.

    A value "per year" is what the period adds, as in the target's own unit: the periods of a year are added up.
    """
    quantity = unit_of(wanted.code.removesuffix(" per year"))
    if given.dimension == quantity.dimension:
        return convert(value, given, quantity)
    amount, _per, often = given.code.partition(" per ")
    days = (end - start).days + 1
    lengths = {"month": months_between(start, end), "day": Fraction(days), "hour": Fraction(24 * days)}
    times = lengths.get(often)
    if given.dimension != wanted.dimension or times is None:
        return convert(value, given, wanted)
    return as_decimal(Fraction(convert(value, amount, quantity)) * times)


def _period_of(model: type[Measurement], target: Target, facts: dict[str, Any]) -> Measurement:
    return model(target=target, period_start=facts.get("period_start"), period_end=facts["period_end"])


class PeriodsTaken:
    """The periods of one target that have a value: a second one would be counted twice, or one would hide the other.

    Of a year's value also periods that overlap in part and periods that reach into another year are refused. A period
    that lies within another one is its part, and no problem: the year's value replaces those of its quarters.
    """

    def __init__(self, target: Target, rows: list[Measurement]) -> None:
        self.target = target
        self.is_annual = target.measure_basis == MeasureBasis.ANNUAL
        self.there = {row.pk: row for row in rows}
        self.taken: dict[Any, list[tuple[dt.date, dt.date, int | None]]] = {}
        for row in standing.kept(rows, standing.is_open):
            row.target = target
            self.take(row)

    def take(self, row: Measurement) -> None:
        """Note that the period of the row has a value."""
        first, last = row.days()
        # Only what meets at its end, or in its year, can be in the way.
        keys: set[Any] = {FinancialYear.of(first), FinancialYear.of(last)} if self.is_annual else {last}
        for key in keys:
            self.taken.setdefault(key, []).append((first, last, row.pk))

    def holds(self, new: Measurement, value: Decimal) -> bool:
        """Whether the same value stands for the period already."""
        first, last = new.days()
        for start, end, pk in self.taken.get(FinancialYear.of(last) if self.is_annual else last, ()):
            same = (start, end) == (first, last) or (end == last and self.target.measure_basis in AT_A_DAY)
            if same and pk is not None and self.there[pk].value == value:
                return True
        return False

    def require_free(self, new: Measurement, supersedes: Measurement | None = None) -> None:
        """Raise ValidationError where the period has a value already, save what `supersedes` corrects."""
        start, end = new.days()
        if start > end:
            return  # refused for that, with its own words
        if self.is_annual and FinancialYear.of(start) != FinancialYear.of(end):
            raise ValidationError(
                {
                    "period_start": _(
                        "The period reaches into another financial year: claim each year by itself."
                    )
                }
            )
        replaced = self._corrected_by(supersedes)
        for first, last, key in self.taken.get(FinancialYear.of(end) if self.is_annual else end, ()):
            if key is not None and key in replaced:
                continue
            is_same = (first, last) == (start, end) or (last == end and self.target.measure_basis in AT_A_DAY)
            within = (first <= start and end <= last) or (start <= first and last <= end)
            if is_same:
                message = _(
                    "There is a value for this period already: correct that one, or give another period."
                )
            elif self.is_annual and first <= end and start <= last and not within:
                message = _(
                    "The period overlaps in part with one that is measured already (%(from)s to %(to)s)."
                )
            else:
                continue
            words = {"from": first.isoformat(), "to": last.isoformat()}
            raise ValidationError({"period_end": ValidationError(message, code="period_twice", params=words)})

    def _corrected_by(self, supersedes: Measurement | None) -> set[int]:
        """Return the keys of what a correction replaces, however long the chain."""
        replaced: set[int] = set()
        corrected = self.there.get(getattr(supersedes, "pk", 0))
        while corrected is not None:
            replaced.add(corrected.pk)
            corrected = self.there.get(corrected.supersedes_id or 0)
        return replaced
