"""Targets, their versions, and the measurements that show how far they are reached."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from projects import permissions
from projects.archive import StoredFile
from projects.choices import (
    Direction,
    MeasureBasis,
    MeasurementStatus,
    TargetBasis,
    VerificationLevel,
    Visibility,
)
from projects.models import audit
from projects.models.agreements import Agreement
from projects.models.audit import Audited, AuditedQuerySet
from projects.models.lifecycle import LifecycleModel
from projects.models.people import Organisation, User
from projects.models.projects import Project
from projects.models.reference import Indicator
from projects.models.sourced import SOURCE_URL_LENGTH, Sourced
from projects.permissions import Actor

VALUE: dict[str, Any] = {"max_digits": 18, "decimal_places": 4}


def achievement(baseline: Decimal | None, target: Decimal, actual: Decimal) -> Decimal | None:
    """Return 100 x (actual - baseline) / (target - baseline), two decimals, half up (rule R9).

    An unknown baseline is taken as 0. A target equal to its baseline has no percentage: None.
    Falling targets need no special case: both differences are negative.
    """
    start = baseline or Decimal(0)
    if target == start:
        return None
    return (100 * (actual - start) / (target - start)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


class TargetQuerySet(AuditedQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """Return the targets of the projects and agreements that `by` may see."""
        if by.sees_programme:
            return self
        return self.filter(
            Q(project__in=Project.objects.visible_to(by).values("pk"))
            | Q(agreement__in=Agreement.objects.visible_to(by).values("pk"))
        )

    def with_values(self, on: dt.date) -> Self:
        """Annotate what held on `on`: `target_value`, `due_on`, and the latest claimed and verified values.

        `claimed_value`/`claimed_as_of` is the latest measurement that was not returned, verified or
        not; `verified_value`/`verified_as_of` the latest that was verified by `on` at the indicator's
        minimum level or above.
        """
        versions = TargetVersion._base_manager.filter(
            Q(decided_on=None) | Q(decided_on__lte=on), target=OuterRef("pk")
        ).order_by("-number")
        known = Measurement._base_manager.filter(
            target=OuterRef("pk"), period_end__lte=on, superseded_by__isnull=True
        ).order_by("-period_end", "-pk")
        claimed = known.exclude(status=MeasurementStatus.RETURNED)
        verified = known.filter(
            status=MeasurementStatus.VERIFIED,
            verified_on__lte=on,
            level__gte=OuterRef("indicator__minimum_level"),
        )
        return self.annotate(
            target_value=Subquery(versions.values("value")[:1]),
            due_on=Subquery(versions.values("due_on")[:1]),
            claimed_value=Subquery(claimed.values("value")[:1]),
            claimed_as_of=Subquery(claimed.values("period_end")[:1]),
            verified_value=Subquery(verified.values("value")[:1]),
            verified_as_of=Subquery(verified.values("period_end")[:1]),
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

    objects = AuditedQuerySet.as_manager()

    class Meta:
        ordering = ("target", "number")
        verbose_name = _("version of a target")
        constraints = [
            models.UniqueConstraint(fields=["target", "number"], name="target_version_number_is_unique")
        ]

    def __str__(self) -> str:
        return f"{self.value} by {self.due_on}"


class MeasurementQuerySet(AuditedQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """Return the measurements of the targets that `by` may see."""
        if by.sees_programme:
            return self
        return self.filter(target__in=Target.objects.visible_to(by).values("pk"))


class Measurement(LifecycleModel):
    """A value of a target's indicator for a period, claimed by one person and verified by another."""

    ORGANISATION_PATHS = ("target__project__lead", "target__project__partners", "target__agreement__parties")
    STEPS: ClassVar[dict[str, tuple[frozenset[str], str | None]]] = {
        "verify": (frozenset({MeasurementStatus.CLAIMED}), MeasurementStatus.VERIFIED),
        "return": (frozenset({MeasurementStatus.CLAIMED}), MeasurementStatus.RETURNED),
    }

    target = models.ForeignKey(Target, on_delete=models.PROTECT, related_name="measurements")
    value = models.DecimalField(_("value"), **VALUE)
    period_start = models.DateField(_("period from"), null=True, blank=True)
    period_end = models.DateField(_("period to"))
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=MeasurementStatus,
        default=MeasurementStatus.CLAIMED,
        editable=False,
    )
    note = models.TextField(_("note"), blank=True)
    source_url = models.URLField(_("source"), max_length=SOURCE_URL_LENGTH, blank=True)
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    claimed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    claimant_organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    claimed_at = models.DateTimeField(_("claimed at"), editable=False)
    verified_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    verified_on = models.DateField(_("verified on"), null=True, blank=True, editable=False)
    level = models.PositiveSmallIntegerField(
        _("verification level"), choices=VerificationLevel, default=VerificationLevel.V0, editable=False
    )
    returned_reason = models.TextField(_("reason for the return"), blank=True, editable=False)

    objects = MeasurementQuerySet.as_manager()

    class Meta:
        ordering = ("target", "period_end", "pk")
        verbose_name = _("measurement")
        verbose_name_plural = _("measurements")
        constraints = [
            models.CheckConstraint(
                name="measurement_verifier_is_not_claimant",
                condition=Q(verified_by=None) | ~Q(verified_by=F("claimed_by")),
            ),
            models.CheckConstraint(
                name="verified_measurement_has_verifier_day_and_level",
                condition=~Q(status="verified")
                | (Q(verified_by__isnull=False) & Q(verified_on__isnull=False) & Q(level__gte=1)),
            ),
            models.CheckConstraint(
                name="returned_measurement_has_its_reason",
                condition=~Q(status="returned") | ~Q(returned_reason=""),
            ),
            models.CheckConstraint(
                name="measurement_period_ends_after_it_begins",
                condition=Q(period_start=None) | Q(period_end__gte=F("period_start")),
                violation_error_message=_("The period cannot end before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target_id}: {self.value} ({self.period_end})"

    def claimants(self) -> set[int]:
        """Return the keys of the users who made the claim or added evidence to it."""
        return {self.claimed_by_id, *self.evidence.values_list("uploaded_by", flat=True)}

    def acting_organisations(self) -> set[int]:
        return self.target.acting_organisations()

    @classmethod
    def claim(
        cls,
        target: Target,
        *,
        by: Actor,
        value: Decimal,
        period_end: dt.date,
        period_start: dt.date | None = None,
        note: str = "",
        supersedes: Measurement | None = None,
        evidence: tuple[StoredFile, ...] = (),
        visibility: str = Visibility.PARTNER,
        **facts: Any,
    ) -> Measurement:
        """Claim a value of the target's indicator for a period and return the new row; a correction names the row it supersedes."""
        permissions.require(by, "measurement.claim", target)
        if period_end > by.on:
            raise ValidationError(
                {"period_end": _("The period ends in the future: claim what has been measured.")}
            )
        if supersedes is not None and supersedes.target_id != target.pk:
            raise ValidationError({"supersedes": _("A correction belongs to the same target.")})
        from_ministry = not by.roles.isdisjoint(permissions.MINISTRY | {permissions.SYSTEM})
        partner = (
            None
            if from_ministry
            else Organisation._base_manager.filter(pk__in=by.leads & target.acting_organisations())
            .order_by("pk")
            .first()
        )
        with transaction.atomic():
            row = audit.create(
                cls(
                    target=target,
                    value=value,
                    period_start=period_start,
                    period_end=period_end,
                    note=note,
                    supersedes=supersedes,
                    claimed_by=by.user,
                    claimed_at=timezone.now(),
                    claimant_organisation=partner,
                    **facts,
                ),
                by=by,
                action="measurement.claim",
                reason=note,
            )
            for file in evidence:
                row.evidence.model.add(file, by=by, measurement=row, visibility=visibility)
        return row

    def verify(self, *, by: Actor, level: int, note: str = "", version: int | None = None) -> None:
        """Confirm the value as a second person, at a level from V1 (document seen) to V3 (site verification)."""
        if level not in (VerificationLevel.V1, VerificationLevel.V2, VerificationLevel.V3):
            raise ValidationError({"level": _("Choose the level of verification: V1, V2 or V3.")})
        self._take(
            "verify", by=by, version=version, reason=note, level=level, verified_by=by.user, verified_on=by.on
        )

    def return_(self, *, by: Actor, reason: str, version: int | None = None) -> None:
        """Send the value back with the reason; it counts no longer, a correction is a new measurement."""
        if not reason.strip():
            raise ValidationError({"reason": _("Say what is missing, so that the value can be corrected.")})
        self._take("return", by=by, version=version, reason=reason.strip(), returned_reason=reason.strip())
