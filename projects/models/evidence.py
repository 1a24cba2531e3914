"""Evidence: the files that a claim rests on."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from projects import permissions
from projects.archive import StoredFile
from projects.choices import Visibility
from projects.models import audit
from projects.models.agreement_steps import AgreementStep
from projects.models.audit import Audited, AuditedQuerySet
from projects.models.clearances import Clearance
from projects.models.duties import Amendment, DutyDone
from projects.models.feeds import Feed
from projects.models.findings import Finding
from projects.models.funds import FundLine
from projects.models.lifecycle import TransitionError, locked
from projects.models.measurements import Measurement
from projects.models.milestones import Milestone
from projects.models.people import User
from projects.models.projects import StageGate
from projects.models.readiness import Readiness
from projects.models.transfer_claims import ReplicationRun, Training
from projects.models.transfer_steps import TransferStep
from projects.models.transfers import KnowHowItem
from projects.permissions import Actor


class EvidenceQuerySet(AuditedQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """Return the evidence on visible claims whose visibility class `by` may read."""
        if by.sees_programme:
            return self
        audited, partnered = permissions.as_auditor(by), permissions.as_partner(by)
        found = permissions.readable_documents(partnered) & _on_visible(partnered)
        return self.filter(found | _on_visible(audited) if by.audits else found)

    def used_elsewhere(self, by: Actor) -> dict[int, list[Evidence]]:
        """Return, by the key of each of these rows, the files with the same bytes that support something else.

        Only what `by` may see is told. Two queries, however many rows; a newer version of the same file is none.
        """
        rows = list(self)
        if not rows:
            return {}
        same: dict[str, list[Evidence]] = {}
        for other in Evidence.objects.visible_to(by).filter(sha256__in={row.sha256 for row in rows}):
            same.setdefault(other.sha256, []).append(other)
        return {
            row.pk: found
            for row in rows
            if (found := [other for other in same[row.sha256] if other.supported != row.supported])
        }


# What evidence may support: the foreign key and its model. A row names exactly one.
SUPPORTS: dict[str, Any] = {
    "milestone": Milestone,
    "measurement": Measurement,
    "gate": StageGate,
    "readiness": Readiness,
    "transfer_step": TransferStep,
    "know_how_item": KnowHowItem,
    "training": Training,
    "replication_run": ReplicationRun,
    "fund_line": FundLine,
    "clearance": Clearance,
    "duty_done": DutyDone,
    "amendment": Amendment,
    "agreement_step": AgreementStep,
    "feed": Feed,
    "finding": Finding,
}


def _on_visible(by: Actor) -> Q:
    rows = (
        Q(**{f"{name}__in": model._default_manager.visible_to(by).values("pk")})
        for name, model in SUPPORTS.items()
    )
    return reduce(or_, rows)


def _one_subject() -> Q:
    return reduce(or_, (Q(**{f"{name}__isnull": name != one for name in SUPPORTS}) for one in SUPPORTS))


def _supports(model: type[models.Model]) -> models.ForeignKey:
    return models.ForeignKey(model, null=True, blank=True, on_delete=models.PROTECT, related_name="evidence")


class Evidence(Audited):
    """A file in the archive that supports a claim. Never changed; a better one supersedes it."""

    milestone = _supports(Milestone)
    measurement = _supports(Measurement)
    gate = _supports(StageGate)
    readiness = _supports(Readiness)
    transfer_step = _supports(TransferStep)
    know_how_item = _supports(KnowHowItem)
    training = _supports(Training)
    replication_run = _supports(ReplicationRun)
    fund_line = _supports(FundLine)
    clearance = _supports(Clearance)
    duty_done = _supports(DutyDone)
    amendment = _supports(Amendment)
    agreement_step = _supports(AgreementStep)
    feed = _supports(Feed)
    finding = _supports(Finding)
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
            models.CheckConstraint(name="evidence_supports_one_claim", condition=_one_subject()),
            models.CheckConstraint(
                name="evidence_digest_is_sha256", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")
            ),
            models.CheckConstraint(name="evidence_is_not_empty", condition=Q(size__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.sha256[:12]})"

    @property
    def subject(self) -> Any:
        """What the file supports: the milestone, the measurement and so on."""
        return next(filter(None, (getattr(self, name) for name in SUPPORTS)))

    @property
    def supported(self) -> tuple[str, int]:
        """The kind and the key of what the file supports; no query."""
        return next((name, key) for name in SUPPORTS if (key := getattr(self, f"{name}_id")) is not None)

    @property
    def is_superseded(self) -> bool:
        """Whether a newer version has taken its place."""
        return Evidence._base_manager.filter(supersedes=self).exists()

    def refuse_newer(self) -> None:
        """Raise TransitionError unless a newer version may take the file's place.

        What was decided on stays as it was decided: of a verified claim, or an earlier one, no file is superseded.
        """
        subject = self.subject
        if getattr(subject, "status", "") == "verified":
            raise TransitionError(_("The claim is verified: its files stay as they were verified."))
        if getattr(subject, "status", "") in ("settled", "withdrawn"):
            raise TransitionError(_("The finding is closed: the files of its answers stay as they were."))
        if self.claim_number != getattr(subject, "claim_number", self.claim_number):
            raise TransitionError(_("The file belongs to an earlier claim: claim again with the newer one."))
        if self.is_superseded:
            raise TransitionError(_("There is a newer version of this file already."))

    def supersede(self, file: StoredFile, *, by: Actor) -> Evidence:
        """Put a newer version in the file's place and return it. The older stays, visible and marked, for whoever sees it."""
        permissions.require(by, "evidence.add", self.subject)
        if file.sha256 == self.sha256:
            raise ValidationError({"evidence": _("This is the same file: its bytes have not changed.")})
        name, _key = self.supported
        with transaction.atomic():
            locked(self.subject)  # nobody verifies meanwhile what they have not seen
            row = Evidence.objects.get(pk=self.pk)
            row.refuse_newer()
            return Evidence.add(
                file, by=by, visibility=self.visibility, supersedes=row, **{name: row.subject}
            )

    @classmethod
    def add(
        cls,
        file: StoredFile,
        *,
        by: Actor,
        visibility: str = Visibility.PARTNER,
        supersedes: Evidence | None = None,
        **supports: Any,
    ) -> Evidence:
        """Attach an archived file to what it supports (`milestone=...`, `measurement=...`, ...) and return the row."""
        (subject,) = [row for row in supports.values() if row is not None]
        permissions.require(by, "evidence.add", subject)
        if visibility == Visibility.INTERNAL and by.roles <= permissions.PARTNER:
            raise ValidationError(
                {"visibility": _("Internal documents are the ministry's: choose partner or public.")}
            )
        return audit.create(
            cls(
                **supports,
                claim_number=getattr(subject, "claim_number", 0),
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
