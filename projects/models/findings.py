"""Findings: what an auditor raises on a record or a report, and the answers to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models, transaction
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects import permissions
from projects.archive import StoredFile
from projects.choices import FindingKind, FindingState, Visibility
from projects.models import audit
from projects.models.agreements import Agreement
from projects.models.audit import AuditedQuerySet
from projects.models.documents import attach
from projects.models.finding_checks import CONSTRAINTS
from projects.models.lifecycle import LifecycleModel, locked, required
from projects.models.milestones import Milestone
from projects.models.people import Organisation, User
from projects.models.projects import Project
from projects.models.references import next_reference
from projects.permissions import Actor

LONGEST_TEXT = 5000
# A finding is never public; an internal one is the ministry's and its auditors'.
VISIBILITIES = [
    (Visibility.PARTNER, Visibility.PARTNER.label),
    (Visibility.INTERNAL, Visibility.INTERNAL.label),
]
# What a finding is raised on in the programme; one that is on a report has it from there.
SUBJECTS = ("project", "agreement", "milestone")
PEOPLE = ("raised_by", "answered_by", "answered_for", "settled_by")
UNSETTLED = (FindingState.RAISED, FindingState.ANSWERED)


class FindingQuerySet(AuditedQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """Return all for the whole programme, those in an auditor's scope, and a partner's own that are not internal."""
        if by.sees_programme:
            return self
        audited, partnered = permissions.as_auditor(by), permissions.as_partner(by)
        paths = Finding.ORGANISATION_PATHS
        seen = permissions.visible(audited, paths) | (
            permissions.visible(partnered, paths) & permissions.readable_documents(partnered)
        )
        return self.filter(pk__in=Finding._base_manager.filter(seen).values("pk"))

    def with_subjects(self) -> Self:
        """Join what they are on: whoever sees a finding sees that, too, since by it the finding is seen."""
        return self.select_related(*SUBJECTS, "organisation")

    def with_people(self) -> Self:
        """Join who raised, answered and settled them."""
        return self.select_related(*PEOPLE)

    def unsettled(self) -> Self:
        """Keep what waits for an answer or for the auditor's decision."""
        return self.filter(status__in=UNSETTLED)

    def standing(self) -> dict[str, int]:
        """Return how many there are in each status; one query."""
        counted = self.order_by().values("status").annotate(number=Count("pk"))
        return dict(counted.values_list("status", "number"))


def _on(model: type[models.Model], words: Any) -> Any:
    return models.ForeignKey(
        model,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="findings",
        verbose_name=words,
        editable=False,
    )


def _person(words: Any) -> models.ForeignKey:
    return models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=words,
        editable=False,
    )


class Finding(LifecycleModel):
    """What an auditor raises on a project, an agreement, a milestone or a report, until an auditor has settled it.

        raised -> answered -> settled
          ^          |
          |----------|  raised again, with what is missing;  withdrawn by who raised it, before it is settled

    A report is named by its serial, and brings the project, agreement or organisation that it is on: by that a finding is seen.
    The last answer stands on the row, and the earlier ones in the audit trail.
    """

    ORGANISATION_PATHS = ("project__lead", "project__partners", "agreement__parties", "organisation")
    STEPS: ClassVar[dict[str, tuple[frozenset[str], str | None]]] = {
        "answer": (frozenset({FindingState.RAISED}), FindingState.ANSWERED),
        "settle": (frozenset({FindingState.ANSWERED}), FindingState.SETTLED),
        "return": (frozenset({FindingState.ANSWERED}), FindingState.RAISED),
        "withdraw": (frozenset(UNSETTLED), FindingState.WITHDRAWN),
    }

    reference = models.CharField(gettext_lazy("reference"), max_length=20, unique=True)
    kind = models.CharField(gettext_lazy("kind"), max_length=15, choices=FindingKind)
    text = models.TextField(gettext_lazy("what was found"), max_length=LONGEST_TEXT)
    paragraph = models.CharField(gettext_lazy("audit report and paragraph"), max_length=120, blank=True)
    amount_crore = models.DecimalField(
        gettext_lazy("money value (crore rupees)"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    visibility = models.CharField(
        gettext_lazy("visibility"), max_length=10, choices=VISIBILITIES, default=Visibility.PARTNER
    )
    project = _on(Project, gettext_lazy("project"))
    agreement = _on(Agreement, gettext_lazy("agreement"))
    milestone = _on(Milestone, gettext_lazy("milestone"))
    organisation = _on(Organisation, gettext_lazy("organisation"))
    report_serial = models.CharField(gettext_lazy("report"), max_length=30, blank=True, editable=False)
    raised_on = models.DateField(gettext_lazy("raised on"), editable=False)
    raised_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=gettext_lazy("raised by"),
        editable=False,
    )
    due_on = models.DateField(gettext_lazy("reply due on"))
    status = models.CharField(
        gettext_lazy("status"),
        max_length=10,
        choices=FindingState,
        default=FindingState.RAISED,
        editable=False,
    )
    claim_number = models.PositiveIntegerField(
        gettext_lazy("number of the answer"), default=0, editable=False
    )
    answer = models.TextField(gettext_lazy("answer"), blank=True, editable=False)
    answered_on = models.DateField(gettext_lazy("answered on"), null=True, blank=True, editable=False)
    answered_by = _person(gettext_lazy("answered by"))
    answered_for = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    returned_reason = models.TextField(gettext_lazy("why it was raised again"), blank=True, editable=False)
    settled_on = models.DateField(gettext_lazy("settled on"), null=True, blank=True, editable=False)
    settled_by = _person(gettext_lazy("settled by"))
    withdrawn_on = models.DateField(gettext_lazy("withdrawn on"), null=True, blank=True, editable=False)
    withdrawn_reason = models.TextField(gettext_lazy("why it was withdrawn"), blank=True, editable=False)

    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering = ("due_on", "reference")
        verbose_name = gettext_lazy("finding")
        verbose_name_plural = gettext_lazy("findings")
        indexes = [models.Index(fields=["status", "due_on"], name="finding_status_due")]
        constraints = CONSTRAINTS

    def __str__(self) -> str:
        return f"{self.reference} {self.text[:80]}"

    # --- what permissions ask ---

    def acting_organisations(self) -> set[int]:
        """Return whose lead may answer: of the project's lead or the agreement's parties, unless it is internal."""
        if self.visibility == Visibility.INTERNAL:
            return set()
        if self.project:
            return {self.project.lead_id} if self.project.lead_id else set()
        if self.agreement:
            return {party.pk for party in self.agreement.parties.all()}
        return {self.organisation_id} if self.organisation_id else set()

    def claimants(self) -> set[int]:
        """Return who gave the answer or a file to it, who must not settle it."""
        files: Any = self.evidence
        found = set(files.filter(claim_number=self.claim_number).values_list("uploaded_by", flat=True))
        return found | {self.answered_by_id} if self.answered_by_id else found

    @property
    def claimant_organisation_id(self) -> int | None:
        """The partner for which it was answered: none of its people settles it."""
        return self.answered_for_id

    @property
    def author_id(self) -> int:
        """Who raised it, and alone may withdraw it."""
        return self.raised_by_id

    # --- rules about one record ---

    @property
    def subject(self) -> Project | Agreement | Milestone | Organisation | None:
        """What it is on in the programme; None where it is on a report of the whole programme."""
        return self.milestone or self.project or self.agreement or self.organisation

    @property
    def report_slug(self) -> str:
        """How the address of the report's page names it."""
        return self.report_serial.replace("/", "-")

    def overdue_days(self, on: dt.date) -> int:
        """Return the days by which the reply is late on the day, else 0."""
        return max(0, (on - self.due_on).days) if self.status == FindingState.RAISED else 0

    # --- steps ---

    @classmethod
    def raise_(
        cls,
        about: Any,
        *,
        by: Actor,
        kind: str,
        text: str,
        due_on: dt.date,
        visibility: str = Visibility.PARTNER,
        paragraph: str = "",
        amount_crore: Decimal | None = None,
    ) -> Self:
        """Raise a finding on a project, an agreement, a milestone or a report, and return it with its reference."""
        permissions.require(by, "finding.raise", about)
        text = required(text, "text", _("Say what was found."))
        if due_on < by.on:
            raise ValidationError({"due_on": _("The reply is due today or later.")})
        row = cls(
            kind=kind,
            text=text,
            due_on=due_on,
            visibility=visibility,
            paragraph=paragraph.strip(),
            amount_crore=amount_crore,
            raised_on=by.on,
            raised_by=by.user,
            **_place(about),
        )
        with transaction.atomic():
            audit.serialise()  # no two get the same reference
            row.reference = next_reference(cls, "FND")
            return audit.create(row, by=by, action="finding.raise", reason=text)

    def answer_(
        self,
        *,
        by: Actor,
        answer: str,
        evidence: Iterable[StoredFile] = (),
        visibility: str = Visibility.PARTNER,
        version: int | None = None,
    ) -> None:
        """Answer it, for the ministry or for the partner whose it is, with files where there are any."""
        answer = required(answer, "answer", _("Write the answer."))
        with transaction.atomic():
            number = locked(self).claim_number + 1
            self._take(
                "answer",
                by=by,
                version=version,
                reason=answer,
                answer=answer,
                answered_on=by.on,
                answered_by=by.user,
                answered_for_id=permissions.claiming_partner(by, self),
                claim_number=number,
                returned_reason="",
            )
            attach(evidence, self, by=by, visibility=visibility)

    def settle(self, *, by: Actor, note: str = "", version: int | None = None) -> None:
        """Accept the answer, as an auditor who did not give it."""
        self._take("settle", by=by, version=version, reason=note, settled_on=by.on, settled_by=by.user)

    def return_(
        self, *, by: Actor, reason: str, due_on: dt.date | None = None, version: int | None = None
    ) -> None:
        """Raise it again, with what the answer leaves open, and a later day for the reply."""
        reason = required(reason, "reason", _("Say what the answer leaves open."))
        if due_on is not None and due_on < by.on:
            raise ValidationError({"due_on": _("The reply is due today or later.")})
        changes: dict[str, Any] = {"returned_reason": reason} | ({"due_on": due_on} if due_on else {})
        self._take("return", by=by, version=version, reason=reason, **changes)

    def withdraw(self, *, by: Actor, reason: str, version: int | None = None) -> None:
        """Take it back, as who raised it; it stays in the list and in the audit trail."""
        reason = required(reason, "reason", _("Say why it is withdrawn."))
        self._take(
            "withdraw", by=by, version=version, reason=reason, withdrawn_on=by.on, withdrawn_reason=reason
        )


def _place(about: Any) -> dict[str, Any]:
    """Return what the finding is on. A report says it itself: its serial, and what of the programme it is on."""
    if isinstance(about, Milestone):
        return {
            "milestone": about,
            "project": about.project,
            "agreement": None if about.project else about.agreement,
        }
    if isinstance(about, Project):
        return {"project": about}
    if isinstance(about, Agreement):
        return {"agreement": about}
    return {
        "project": about.project,
        "agreement": about.agreement,
        "organisation": about.organisation,
        "report_serial": about.serial,
    }
