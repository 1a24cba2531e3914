"""Evidence: the files that a claim rests on."""

from __future__ import annotations

from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from projects import permissions
from projects.archive import StoredFile
from projects.choices import Visibility
from projects.models import audit
from projects.models.audit import Audited, AuditedQuerySet
from projects.models.measurements import Measurement
from projects.models.milestones import Milestone
from projects.models.people import User
from projects.models.projects import StageGate
from projects.permissions import Actor


class EvidenceQuerySet(AuditedQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """Return the evidence on visible claims whose visibility class `by` may read."""
        if by.sees_programme:
            return self
        audited, partnered = permissions.as_auditor(by), permissions.as_partner(by)
        found = permissions.readable_documents(partnered) & _on_visible(partnered)
        return self.filter(found | _on_visible(audited) if by.audits else found)


def _on_visible(by: Actor) -> Q:
    return (
        Q(milestone__in=Milestone.objects.visible_to(by).values("pk"))
        | Q(measurement__in=Measurement.objects.visible_to(by).values("pk"))
        | Q(gate__in=StageGate.objects.visible_to(by).values("pk"))
    )


class Evidence(Audited):
    """A file in the archive that supports a claim. Never changed; a better one supersedes it."""

    milestone = models.ForeignKey(
        Milestone, null=True, blank=True, on_delete=models.PROTECT, related_name="evidence"
    )
    measurement = models.ForeignKey(
        Measurement, null=True, blank=True, on_delete=models.PROTECT, related_name="evidence"
    )
    gate = models.ForeignKey(
        StageGate, null=True, blank=True, on_delete=models.PROTECT, related_name="evidence"
    )
    claim_number = models.PositiveIntegerField(_("claim number"), default=0)
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    name = models.CharField(_("file name"), max_length=255)
    content_type = models.CharField(_("type"), max_length=100)
    visibility = models.CharField(
        _("visibility"), max_length=10, choices=Visibility, default=Visibility.PARTNER
    )
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by"
    )

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            models.CheckConstraint(
                name="evidence_supports_one_claim",
                condition=(
                    Q(milestone__isnull=False, measurement=None, gate=None)
                    | Q(milestone=None, measurement__isnull=False, gate=None)
                    | Q(milestone=None, measurement=None, gate__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="evidence_digest_is_sha256", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")
            ),
            models.CheckConstraint(name="evidence_is_not_empty", condition=Q(size__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.sha256[:12]})"

    @classmethod
    def add(
        cls,
        file: StoredFile,
        *,
        by: Actor,
        milestone: Milestone | None = None,
        measurement: Measurement | None = None,
        visibility: str = Visibility.PARTNER,
        supersedes: Evidence | None = None,
    ) -> Evidence:
        """Attach an archived file to a claim and return the row."""
        permissions.require(by, "evidence.add", milestone or measurement)
        if visibility == Visibility.INTERNAL and by.roles <= permissions.PARTNER:
            raise ValidationError(
                {"visibility": _("Internal documents are the ministry's: choose partner or public.")}
            )
        return audit.create(
            cls(
                milestone=milestone,
                measurement=measurement,
                claim_number=milestone.claim_number if milestone else 0,
                sha256=file.sha256,
                size=file.size,
                name=file.name[-255:],
                content_type=file.content_type,
                visibility=visibility,
                uploaded_by=by.user,
                supersedes=supersedes,
            ),
            by=by,
            action="evidence.add",
        )
