"""Milestones: dated events that are claimed by one person and verified by another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from projects import permissions
from projects.archive import StoredFile
from projects.choices import MilestoneStatus, MilestoneType, Precision, RevisionReason, Visibility
from projects.models import audit
from projects.models.agreements import Agreement
from projects.models.audit import Audited, AuditedQuerySet
from projects.models.documents import attach
from projects.models.lifecycle import LifecycleModel, TransitionError, locked, required
from projects.models.milestone_states import MilestoneQuerySet, State
from projects.models.people import Organisation, User
from projects.models.projects import Project
from projects.models.references import next_reference
from projects.models.sourced import Sourced
from projects.permissions import Actor

Status = MilestoneStatus


class Milestone(Sourced, LifecycleModel):
    """A dated, verifiable event with its first approved, latest and actual dates."""

    ORGANISATION_PATHS = ("project__lead", "project__partners")
    STEPS: ClassVar[dict[str, tuple[frozenset[str], str | None]]] = {
        "claim": (frozenset({Status.PLANNED, Status.RETURNED}), Status.CLAIMED),
        "verify": (frozenset({Status.CLAIMED}), Status.VERIFIED),
        "return": (frozenset({Status.CLAIMED}), Status.RETURNED),
        "revise": (frozenset({Status.PLANNED, Status.RETURNED}), None),
        "cancel": (frozenset({Status.PLANNED, Status.CLAIMED, Status.RETURNED}), Status.CANCELLED),
    }

    reference = models.CharField(_("reference"), max_length=20, unique=True)
    project = models.ForeignKey(
        Project,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="milestones",
        verbose_name=_("project"),
    )
    agreement = models.ForeignKey(
        Agreement,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="milestones",
        verbose_name=_("agreement"),
    )
    title = models.CharField(_("title"), max_length=300)
    type = models.CharField(_("type"), max_length=20, choices=MilestoneType)
    acceptance = models.TextField(_("acceptance criterion"), blank=True)
    weight = models.DecimalField(_("weight"), max_digits=6, decimal_places=2, null=True, blank=True)
    owner_post = models.CharField(_("owner (post)"), max_length=120, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.PLANNED, editable=False
    )

    baseline_on = models.DateField(_("baseline date"), null=True, blank=True)
    baseline_precision = models.CharField(
        _("precision of the baseline"), max_length=10, choices=Precision, blank=True
    )
    baseline_basis = models.CharField(_("basis of the baseline"), max_length=300, blank=True)
    revised_on = models.DateField(_("latest revised date"), null=True, blank=True, editable=False)
    actual_on = models.DateField(_("actual date"), null=True, blank=True, editable=False)
    actual_precision = models.CharField(
        _("precision of the actual date"), max_length=10, choices=Precision, blank=True
    )

    claim_number = models.PositiveIntegerField(
        _("claim number"),
        default=0,
        editable=False,
        help_text=_("Counts the claims made; evidence belongs to one of them."),
    )
    claimed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    claimant_organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    claimed_at = models.DateTimeField(_("claimed at"), null=True, blank=True, editable=False)
    claim_note = models.TextField(_("note of the claim"), blank=True, editable=False)
    verified_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    verified_on = models.DateField(_("verified on"), null=True, blank=True, editable=False)
    returned_reason = models.TextField(_("reason for the return"), blank=True, editable=False)
    cancelled_on = models.DateField(_("cancelled on"), null=True, blank=True, editable=False)

    objects = MilestoneQuerySet.as_manager()

    class Meta:
        ordering = ("reference",)
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        indexes = [
            models.Index(fields=["project", "baseline_on"], name="milestone_project_baseline"),
            models.Index(fields=["status", "baseline_on"], name="milestone_status_baseline"),
        ]
        constraints = [
            models.CheckConstraint(
                name="milestone_belongs_to_project_or_agreement",
                condition=Q(project__isnull=False) | Q(agreement__isnull=False),
            ),
            models.CheckConstraint(
                name="milestone_verifier_is_not_claimant",
                condition=Q(verified_by=None) | ~Q(verified_by=F("claimed_by")),
            ),
            models.CheckConstraint(
                name="claimed_milestone_has_date_and_claimant",
                condition=~Q(status__in=[Status.CLAIMED, Status.VERIFIED])
                | (Q(actual_on__isnull=False) & Q(claimed_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="verified_milestone_has_verifier_and_day",
                condition=~Q(status=Status.VERIFIED)
                | (Q(verified_by__isnull=False) & Q(verified_on__isnull=False)),
            ),
            models.CheckConstraint(
                name="returned_milestone_has_its_reason",
                condition=~Q(status=Status.RETURNED) | ~Q(returned_reason=""),
            ),
            models.CheckConstraint(
                name="cancelled_milestone_has_its_day",
                condition=Q(cancelled_on__isnull=False, status=Status.CANCELLED)
                | (Q(cancelled_on=None) & ~Q(status=Status.CANCELLED)),
            ),
            models.CheckConstraint(
                name="milestone_baseline_has_its_precision",
                condition=(Q(baseline_on=None) & Q(baseline_precision=""))
                | (Q(baseline_on__isnull=False) & ~Q(baseline_precision="")),
            ),
            models.CheckConstraint(
                name="milestone_revision_needs_a_baseline",
                condition=Q(revised_on=None) | Q(baseline_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    # --- what permissions ask ---

    def acting_organisations(self) -> set[int]:
        """Return the keys of the organisations whose lead may claim here."""
        if self.project:
            return self.project.acting_organisations()
        return set(self.agreement.parties.values_list("pk", flat=True)) if self.agreement else set()

    def claimants(self) -> set[int]:
        """Return the keys of the users who made the claim or added evidence to it."""
        found = set(
            self.evidence.filter(claim_number=self.claim_number).values_list("uploaded_by", flat=True)
        )
        return found | {self.claimed_by_id} if self.claimed_by_id else found

    # --- rules about one record ---

    @property
    def due(self) -> dt.date | None:
        """The date that now counts: the latest revised one, else the baseline (R2)."""
        return self.revised_on or self.baseline_on

    def overdue_days(self, on: dt.date) -> int:
        """Return the days by which the open milestone is past its due date on `on`, else 0 (R4)."""
        due = getattr(self, "due_on", self.due)
        return max(0, (on - due).days) if due and self.baseline_on and self.state_on(on) == State.OPEN else 0

    def delay_days(self, on: dt.date) -> int | None:
        """Return actual minus baseline in days for a milestone achieved by `on`, None where either is unknown (R5)."""
        if self.state_on(on) != State.ACHIEVED or self.baseline_on is None or self.actual_on is None:
            return None
        return (self.actual_on - self.baseline_on).days

    def slip_days(self) -> int | None:
        """Return latest revised minus baseline in days, None where the date was never revised (R6)."""
        latest = getattr(self, "latest_on", self.revised_on)
        return (latest - self.baseline_on).days if latest and self.baseline_on else None

    def state_on(self, on: dt.date) -> State:
        """Return where the milestone stands on `on`; the same answer as `with_state` gives in the database."""
        if self.status in (Status.CLAIMED, Status.VERIFIED) and self.actual_on and self.actual_on <= on:
            return State.ACHIEVED
        if self.cancelled_on and self.cancelled_on <= on:
            return State.CANCELLED
        if self.baseline_on:
            return State.OPEN
        return State.LATER if self.actual_on and self.actual_on > on else State.UNDATED

    # --- steps ---

    @classmethod
    def log(cls, *, by: Actor, **fields: Any) -> Milestone:
        """Add a planned milestone and return it; the reference is given here where the caller names none."""
        project = fields.get("project")
        permissions.require(by, "milestone.log", project)
        if not fields.get("baseline_on"):
            raise ValidationError({"baseline_on": _("Give the first approved date.")})
        with transaction.atomic():
            if not fields.get("reference"):
                audit.serialise()  # no two get the same reference
                fields["reference"] = next_reference(cls, "MST")
            fields.setdefault("baseline_precision", Precision.DAY)
            return audit.create(cls(**fields), by=by, action="milestone.log")

    def claim(
        self,
        *,
        by: Actor,
        actual_on: dt.date,
        precision: str = Precision.DAY,
        note: str = "",
        evidence: Iterable[StoredFile] = (),
        visibility: str = Visibility.PARTNER,
        version: int | None = None,
    ) -> None:
        """Claim that the milestone was achieved on `actual_on`, with files already kept in the archive."""
        require_past(actual_on, by)
        with transaction.atomic():
            row = self._locked("claim", by=by, version=version)
            claimant = permissions.claiming_partner(by, self)
            facts = row.as_claimed(
                by=by, actual_on=actual_on, precision=precision, note=note, claimant=claimant
            )
            self._take("claim", by=by, reason=note, **facts)
            attach(evidence, self, by=by, visibility=visibility)

    def as_claimed(
        self, *, by: Actor, actual_on: dt.date, precision: str, note: str, claimant: int | None
    ) -> dict[str, Any]:
        """Return what a claim makes of the milestone, beside its status; `claimant` is the partner that claims."""
        return {
            "actual_on": actual_on,
            "actual_precision": precision,
            "claim_note": note,
            "claimed_by": by.user,
            "claimant_organisation_id": claimant,
            "claimed_at": timezone.now(),
            "claim_number": self.claim_number + 1,
            "returned_reason": "",
        }

    def support(
        self, evidence: Iterable[StoredFile], *, by: Actor, visibility: str = Visibility.PARTNER
    ) -> None:
        """Add files that are kept in the archive to the claim while nobody has decided on it: who adds does not decide."""
        with transaction.atomic():
            row = locked(self)
            permissions.require(by, "evidence.add", row)
            row.require_claimed()
            attach(evidence, row, by=by, visibility=visibility)

    def require_claimed(self) -> None:
        """Raise TransitionError unless a claim waits for its decision."""
        if self.status != Status.CLAIMED:
            text = _("%(row)s is %(status)s: files are added to a claim that waits for its decision.")
            raise TransitionError(text % {"row": self, "status": self.get_status_display()})

    def verify(self, *, by: Actor, note: str = "", version: int | None = None) -> None:
        """Confirm the claim as a second person."""
        self._take("verify", by=by, version=version, reason=note, verified_by=by.user, verified_on=by.on)

    def return_(self, *, by: Actor, reason: str, version: int | None = None) -> None:
        """Send the claim back with the reason; it no longer counts as achieved and may be claimed again."""
        reason = required(reason, "reason", _("Say what is missing, so that the claim can be mended."))
        self._take("return", by=by, version=version, reason=reason, returned_reason=reason)

    def cancel(self, *, by: Actor, reason: str, version: int | None = None) -> None:
        """End the milestone without achievement; it stays visible and counts neither as open nor as achieved."""
        reason = required(reason, "reason", _("Say why the milestone is given up."))
        self._take("cancel", by=by, version=version, reason=reason, cancelled_on=by.on)

    def revise(
        self,
        *,
        by: Actor,
        new_on: dt.date,
        reason_code: str,
        narrative: str,
        precision: str = Precision.DAY,
        authority: str = "",
        version: int | None = None,
    ) -> None:
        """Move the due date, keeping the old one as a revision; the first date a milestone gets is its baseline."""
        narrative = required(narrative, "narrative", _("Tell what happened and what is done about it."))
        if reason_code not in RevisionReason.values:
            raise ValidationError({"reason_code": _("Choose a reason from the list.")})
        with transaction.atomic():
            row = self._locked("revise", by=by, version=version)
            if new_on == row.due:
                raise ValidationError({"new_on": _("This is the date already in force: give a new one.")})
            if row.baseline_on is None:
                self._take(
                    "revise", by=by, reason=narrative, baseline_on=new_on, baseline_precision=precision
                )
                return
            old_on = row.revised_on or row.baseline_on
            self._take("revise", by=by, reason=narrative, revised_on=new_on)
            audit.create(
                MilestoneRevision(
                    milestone=self,
                    number=self.revisions.count() + 1,
                    old_on=old_on,
                    new_on=new_on,
                    precision=precision,
                    reason_code=reason_code,
                    narrative=narrative,
                    authority=authority,
                    approved_by=by.user,
                    decided_on=by.on,
                ),
                by=by,
                action="milestone.revise",
                reason=narrative,
            )


class MilestoneRevision(Audited):
    """One change of a due date: old and new date, reason, who approved it and when."""

    ORGANISATION_PATHS = ("milestone__project__lead", "milestone__project__partners")

    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveSmallIntegerField(_("number"))
    old_on = models.DateField(_("old date"))
    new_on = models.DateField(_("new date"))
    precision = models.CharField(_("precision"), max_length=10, choices=Precision, default=Precision.DAY)
    reason_code = models.CharField(_("reason"), max_length=15, choices=RevisionReason)
    narrative = models.TextField(_("what happened and what is done about it"), blank=True)
    authority = models.CharField(_("order or file number"), max_length=120, blank=True)
    approved_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_on = models.DateField(_("decided on"), null=True, blank=True)

    objects = AuditedQuerySet.as_manager()

    class Meta:
        ordering = ("milestone", "number")
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        constraints = [
            models.UniqueConstraint(fields=["milestone", "number"], name="revision_number_is_unique"),
            models.CheckConstraint(name="revision_moves_the_date", condition=~Q(new_on=F("old_on"))),
            models.CheckConstraint(
                name="revision_has_approver_or_source",
                condition=Q(approved_by__isnull=False) | Q(reason_code="reported"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old_on} -> {self.new_on}"


def require_past(actual_on: dt.date, by: Actor) -> None:
    """Raise ValidationError unless the day has come."""
    if actual_on > by.on:
        raise ValidationError(
            {"actual_on": _("The actual date lies in the future: claim a milestone once it is achieved.")}
        )
