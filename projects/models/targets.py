"""Targets and their versions: set once, revised by a decision, never overwritten."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from projects import permissions
from projects.choices import Direction, MeasureBasis, TargetBasis
from projects.models import audit
from projects.models.agreements import Agreement
from projects.models.audit import Audited, AuditedQuerySet
from projects.models.lifecycle import locked
from projects.models.projects import Project
from projects.models.reference import Indicator, known_unit
from projects.models.references import next_reference
from projects.models.sourced import Sourced
from projects.permissions import Actor
from projects.units import unit as unit_of

VALUE: dict[str, Any] = {"max_digits": 18, "decimal_places": 4}
HUNDRED = Decimal(100)
# What one decision fixes, and the next may fix anew.
VERSION_FACTS = ("due_on", "authority", "order_reference", "decided_on", "reason")


def achievement(
    baseline: Decimal | None, target: Decimal, actual: Decimal, direction: str = Direction.INCREASE
) -> Decimal | None:
    """Return 100 x (actual - baseline) / (target - baseline), two decimals, half up (rule R9).

    An unknown baseline is taken as 0, but not of a falling target: nobody falls from 0, so it has no
    percentage. Neither has a target equal to its baseline. A known baseline needs no special case for
    falling targets: both differences are negative.
    """
    if baseline is None and direction == Direction.DECREASE:
        return None
    start = baseline or Decimal(0)
    if target == start:
        return None
    return (100 * (actual - start) / (target - start)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


class TargetQuerySet(AuditedQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """Return the targets of the projects and agreements that `by` may see; figures of defence are internal."""
        if by.sees_programme:
            return self
        return self.exclude(indicator__code__startswith=permissions.INTERNAL_INDICATORS).filter(
            Q(project__in=Project.objects.visible_to(by).values("pk"))
            | Q(agreement__in=Agreement.objects.visible_to(by).values("pk"))
        )

    def with_values(self, on: dt.date) -> Self:
        """Annotate what was asked for on `on`: `target_value`, `due_on`, and `version_number`, the row they come from.

        What was reached is not annotated: it is worked out from the measurements, in one place for pages,
        API and reports (projects/progress/measured.py).
        """
        versions = TargetVersion._base_manager.filter(
            Q(decided_on=None) | Q(decided_on__lte=on), target=OuterRef("pk")
        ).order_by("-number")
        return self.annotate(
            target_value=Subquery(versions.values("value")[:1]),
            due_on=Subquery(versions.values("due_on")[:1]),
            version_number=Subquery(versions.values("number")[:1]),
        )


class Target(Sourced, Audited):
    """A number to reach by a date, for one project or agreement."""

    ORGANISATION_PATHS = ("project__lead", "project__partners", "agreement__parties")

    reference = models.CharField(_("reference"), max_length=20, unique=True)
    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.PROTECT, related_name="targets"
    )
    agreement = models.ForeignKey(
        Agreement, null=True, blank=True, on_delete=models.PROTECT, related_name="targets"
    )
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="targets")
    title = models.CharField(_("title"), max_length=200)
    unit = models.CharField(_("unit"), max_length=40)
    measure_basis = models.CharField(_("basis"), max_length=10, choices=MeasureBasis)
    direction = models.CharField(_("direction"), max_length=10, choices=Direction, default=Direction.INCREASE)
    baseline_value = models.DecimalField(_("baseline"), null=True, blank=True, **VALUE)
    baseline_as_of = models.DateField(_("baseline as of"), null=True, blank=True)
    target_basis = models.CharField(_("set by"), max_length=20, choices=TargetBasis)

    objects = TargetQuerySet.as_manager()

    class Meta:
        ordering = ("reference",)
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        constraints = [
            models.CheckConstraint(
                name="target_has_one_parent",
                condition=(Q(project__isnull=False) & Q(agreement=None))
                | (Q(project=None) & Q(agreement__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def acting_organisations(self) -> set[int]:
        """Return the keys of the organisations whose lead may claim a measurement."""
        if self.project:
            return self.project.acting_organisations()
        return set(self.agreement.parties.values_list("pk", flat=True)) if self.agreement else set()

    @classmethod
    def set_(cls, *, by: Actor, indicator: Indicator, value: Decimal, unit: str = "", **fields: Any) -> Self:
        """Set a target for a project or an agreement with its first version, and return it.

        Basis and direction are the indicator's; the unit is the indicator's or another one of the same kind.
        """
        parent = fields.get("project") or fields.get("agreement")
        permissions.require(by, "target.set", parent)
        if parent is None:
            raise ValidationError(
                {"project": _("Choose the project, or the agreement where there is no project yet.")}
            )
        version = {name: fields.pop(name) for name in VERSION_FACTS if name in fields}
        with transaction.atomic():
            # Locked, so that its meaning cannot change meanwhile; rows before the chain of events, as every step does.
            indicator = locked(indicator)
            audit.serialise()  # two who set the same target at once get one row and one refusal
            target = cls(
                indicator=indicator,
                unit=indicator.unit_for(unit),
                measure_basis=indicator.measure_basis,
                direction=indicator.direction,
                **fields,
            )
            target._refuse_the_impossible(value, version, by)
            same = cls._base_manager.filter(
                project=target.project,
                agreement=target.agreement,
                indicator=indicator,
                title=target.title,
                versions__due_on=version.get("due_on"),
            ).first()
            if same:
                raise ValidationError(
                    _("This target is already set as %(reference)s: revise it instead."),
                    params={"reference": same.reference},
                    code="duplicate",
                )
            target.reference = target.reference or next_reference(cls, "TGT")
            audit.create(target, by=by, action="target.set")
            audit.create(
                TargetVersion(target=target, number=1, value=value, **version), by=by, action="target.set"
            )
        return target

    def revise(
        self, *, by: Actor, value: Decimal, version: int | None = None, **decided: Any
    ) -> TargetVersion:
        """Give the target another value or day by a decision, and return the new version; the earlier ones stay.

        `version` is the version of the target that the caller read. The reason says why the number moved.
        """
        permissions.require(by, "target.revise", self)
        if not decided.get("reason", "").strip():
            raise ValidationError({"reason": _("Say why the target is revised.")})
        if not decided.get("decided_on"):
            raise ValidationError(
                {"decided_on": _("Give the day of the decision: earlier days keep their target.")}
            )
        if not decided.get("authority", "").strip():
            raise ValidationError({"authority": _("Name the authority that decided.")})
        self._refuse_the_impossible(value, decided, by)
        with transaction.atomic():
            row = locked(self, version)
            last = row.versions.order_by("-number").first()
            _refuse_what_does_not_follow(last, value, decided)
            reason = decided["reason"].strip()
            audit.change(row, by=by, action="target.revise", changes={}, reason=reason)
            made = audit.create(
                TargetVersion(
                    target=row,
                    number=last.number + 1 if last else 1,
                    value=value,
                    **{**decided, "reason": reason},
                ),
                by=by,
                action="target.revise",
                reason=reason,
            )
        self.refresh_from_db()
        return made

    def _refuse_the_impossible(self, value: Decimal, decided: dict[str, Any], by: Actor) -> None:
        """Refuse a value on the wrong side of the baseline, a day before it, and a decision that lies ahead."""
        errors: dict[str, Any] = {}
        if decided.get("decided_on") and decided["decided_on"] > by.on:
            errors["decided_on"] = _("This day lies in the future: record what has been decided.")
        due, starts = decided.get("due_on"), self.baseline_as_of
        if due and starts and due <= starts:
            errors["due_on"] = _(
                "The target is due on or before the day of its baseline: correct one of them."
            )
        falls, start = self.direction == Direction.DECREASE, self.baseline_value
        if start is not None and falls and value > start:
            errors["value"] = _("The target lies above the baseline, and its indicator is to fall.")
        if start is not None and not falls and value < start:
            errors["value"] = _("The target lies below the baseline, and its indicator is to rise.")
        if known_unit(self.unit) is not None and unit_of(self.unit).is_share and abs(value) > HUNDRED:
            errors["value"] = _("A share is at most 100 per cent: correct it, or name another unit.")
        if errors:
            raise ValidationError(errors)

    def is_implausible(self, value: Decimal) -> bool:
        """Whether a value, in the target's unit, lies outside the plausible bounds of the indicator."""
        return self.indicator.is_outside_bounds(value, self.unit)


def _refuse_what_does_not_follow(last: TargetVersion | None, value: Decimal, decided: dict[str, Any]) -> None:
    """Refuse a decision older than the one before it, and one that changes nothing."""
    if last is None:
        return
    if last.decided_on and decided["decided_on"] < last.decided_on:
        raise ValidationError(
            {
                "decided_on": ValidationError(
                    _("The version before was decided on %(day)s: a revision follows it."),
                    params={"day": last.decided_on.isoformat()},
                )
            }
        )
    if (last.value, last.due_on) == (value, decided.get("due_on")):
        raise ValidationError(
            {"value": _("Value and due date are those of the version before: nothing is revised.")}
        )


class TargetVersion(Audited):
    """The target's value and due date as one authority set them; an older report still shows the older version."""

    ORGANISATION_PATHS = ("target__project__lead", "target__project__partners", "target__agreement__parties")

    target = models.ForeignKey(Target, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("number"))
    value = models.DecimalField(_("target value"), **VALUE)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    authority = models.CharField(_("authority"), max_length=200, blank=True)
    order_reference = models.CharField(_("order reference"), max_length=120, blank=True)
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)

    objects = AuditedQuerySet.as_manager()

    class Meta:
        ordering = ("target", "number")
        verbose_name = _("version of a target")
        constraints = [
            models.UniqueConstraint(fields=["target", "number"], name="target_version_number_is_unique")
        ]

    def __str__(self) -> str:
        return f"{self.value} by {self.due_on}"
