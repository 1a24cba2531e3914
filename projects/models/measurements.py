"""Measurements: the values that show how far a target is reached."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from projects import permissions
from projects.archive import StoredFile
from projects.choices import MeasurementStatus, VerificationLevel, Visibility
from projects.models import audit
from projects.models.audit import AuditedQuerySet
from projects.models.lifecycle import LifecycleModel
from projects.models.people import Organisation, User
from projects.models.sourced import SOURCE_URL_LENGTH
from projects.models.targets import VALUE, Target
from projects.permissions import Actor


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
                    claimant_organisation_id=permissions.claiming_partner(by, target),
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
