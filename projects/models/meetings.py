"""Review meetings, and the action points that their decisions become."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects import permissions
from projects.choices import ActionState
from projects.models import audit
from projects.models.agreements import Agreement
from projects.models.audit import Audited, AuditedQuerySet
from projects.models.lifecycle import LifecycleModel, locked, required
from projects.models.milestones import Milestone
from projects.models.people import Organisation, User
from projects.models.projects import Project
from projects.models.references import next_reference
from projects.permissions import Actor

LONGEST_TEXT = 2000


class ReviewMeeting(Audited):
    """A review of the programme, of one organisation's part in it, or of one agreement, on a day."""

    ORGANISATION_PATHS = ("organisation", "agreement__parties")
    CHANGEABLE: ClassVar[frozenset[str]] = frozenset({"held_on", "title", "chaired_by"})

    reference = models.CharField(gettext_lazy("reference"), max_length=20, unique=True)
    held_on = models.DateField(gettext_lazy("day of the meeting"))
    title = models.CharField(gettext_lazy("title"), max_length=200)
    chaired_by = models.CharField(gettext_lazy("chaired by (post)"), max_length=120)
    organisation = models.ForeignKey(
        Organisation,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="review_meetings",
        verbose_name=gettext_lazy("organisation"),
    )
    agreement = models.ForeignKey(
        Agreement,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="review_meetings",
        verbose_name=gettext_lazy("agreement"),
    )

    objects = AuditedQuerySet.as_manager()

    class Meta:
        ordering = ("-held_on", "-pk")
        verbose_name = gettext_lazy("review meeting")
        verbose_name_plural = gettext_lazy("review meetings")
        constraints = [
            models.CheckConstraint(
                name="review_is_of_one_thing",
                condition=Q(organisation=None) | Q(agreement=None),
                violation_error_message=gettext_lazy("A review is of one organisation or of one agreement."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def acting_organisations(self) -> set[int]:
        return set()  # only the ministry plans reviews

    @classmethod
    def plan(cls, *, by: Actor, **facts: Any) -> Self:
        """Write down a meeting, planned or held, and return it with its reference."""
        permissions.require(by, "meeting.record")
        with transaction.atomic():
            audit.serialise()  # no two get the same reference
            row = cls(reference=next_reference(cls, "RVM"), **facts)
            return audit.create(row, by=by, action="meeting.record")

    def change(self, *, by: Actor, version: int | None = None, reason: str = "", **changes: Any) -> None:
        """Correct the day, title or chair of the meeting."""
        permissions.require(by, "meeting.record", self)
        unknown = set(changes) - self.CHANGEABLE
        if unknown:
            raise TypeError(f"not changeable: {sorted(unknown)}")
        with transaction.atomic():
            audit.change(
                locked(self, version), by=by, action="meeting.record", changes=changes, reason=reason
            )
        self.refresh_from_db()


class ActionPoint(LifecycleModel):
    """What a review decided: who does what by when. It stands in every report until a manager has closed it.

    Whoever sees its subject reads it, and so does its owner; one without either is the ministry's own.
    """

    ORGANISATION_PATHS = ("owner", "project__lead", "project__partners", "agreement__parties")
    STEPS: ClassVar[dict[str, tuple[frozenset[str], str | None]]] = {
        "done": (frozenset({ActionState.OPEN}), ActionState.DONE),
        "close": (frozenset({ActionState.DONE}), ActionState.CLOSED),
        "return": (frozenset({ActionState.DONE}), ActionState.OPEN),
    }

    reference = models.CharField(gettext_lazy("reference"), max_length=20, unique=True)
    meeting = models.ForeignKey(
        ReviewMeeting,
        on_delete=models.PROTECT,
        related_name="action_points",
        verbose_name=gettext_lazy("review meeting"),
    )
    text = models.TextField(gettext_lazy("what is to be done"), max_length=LONGEST_TEXT)
    owner_post = models.CharField(gettext_lazy("owner (post)"), max_length=120)
    owner = models.ForeignKey(
        Organisation,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="action_points",
        verbose_name=gettext_lazy("organisation of the owner"),
    )
    due_on = models.DateField(gettext_lazy("due on"))
    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.PROTECT, related_name="action_points"
    )
    agreement = models.ForeignKey(
        Agreement, null=True, blank=True, on_delete=models.PROTECT, related_name="action_points"
    )
    milestone = models.ForeignKey(
        Milestone, null=True, blank=True, on_delete=models.PROTECT, related_name="action_points"
    )
    recorded_on = models.DateField(gettext_lazy("recorded on"), editable=False)
    status = models.CharField(
        gettext_lazy("status"), max_length=6, choices=ActionState, default=ActionState.OPEN, editable=False
    )
    done_on = models.DateField(gettext_lazy("done on"), null=True, blank=True, editable=False)
    done_note = models.TextField(gettext_lazy("what shows that it is done"), blank=True, editable=False)
    done_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    closed_on = models.DateField(gettext_lazy("closed on"), null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    returned_reason = models.TextField(gettext_lazy("reason for the return"), blank=True, editable=False)

    objects = AuditedQuerySet.as_manager()

    class Meta:
        ordering = ("due_on", "reference")
        verbose_name = gettext_lazy("action point")
        verbose_name_plural = gettext_lazy("action points")
        constraints = [
            models.CheckConstraint(
                name="action_point_has_one_subject",
                condition=Q(project=None) | Q(agreement=None),
            ),
            models.CheckConstraint(
                name="done_action_point_has_day_note_and_person",
                condition=Q(status=ActionState.OPEN, done_on=None, done_by=None)
                | (
                    Q(status__in=[ActionState.DONE, ActionState.CLOSED])
                    & Q(done_on__isnull=False, done_by__isnull=False)
                    & ~Q(done_note="")
                ),
            ),
            models.CheckConstraint(
                name="closed_action_point_has_day_and_second_person",
                condition=(Q(closed_on=None, closed_by=None) & ~Q(status=ActionState.CLOSED))
                | (
                    Q(status=ActionState.CLOSED, closed_on__isnull=False, closed_by__isnull=False)
                    & ~Q(closed_by=models.F("done_by"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.text[:80]}"

    # --- what permissions ask ---

    def acting_organisations(self) -> set[int]:
        """Return the key of the owner's organisation: its lead may say that it is done."""
        return {self.owner_id} if self.owner_id else set()

    def claimants(self) -> set[int]:
        """Return who said that it is done, who must not close it."""
        return {self.done_by_id} if self.done_by_id else set()

    @property
    def claimant_organisation_id(self) -> int | None:
        """Nobody of the ministry is kept from closing what the ministry did; its doer is."""
        return None

    # --- rules about one record ---

    @property
    def subject(self) -> Project | Agreement | Milestone | None:
        return self.milestone or self.project or self.agreement

    def overdue_days(self, on: dt.date) -> int:
        """Return the days by which it is past its due date and not said to be done, else 0."""
        return max(0, (on - self.due_on).days) if self.state_on(on) == ActionState.OPEN else 0

    def state_on(self, on: dt.date) -> ActionState:
        """Return where it stood on the day; it does not exist before the day of its recording."""
        if self.closed_on and self.closed_on <= on:
            return ActionState.CLOSED
        return ActionState.DONE if self.done_on and self.done_on <= on else ActionState.OPEN

    # --- steps ---

    @classmethod
    def record(
        cls,
        meeting: ReviewMeeting,
        *,
        by: Actor,
        text: str,
        owner_post: str,
        due_on: dt.date,
        owner: Organisation | None = None,
        project: Project | None = None,
        agreement: Agreement | None = None,
        milestone: Milestone | None = None,
    ) -> Self:
        """Record what the meeting decided and return it; a milestone brings its project, or its agreement."""
        permissions.require(by, "actionpoint.record", meeting)
        if meeting.held_on > by.on:
            raise ValidationError(_("The meeting has not been held yet: record what it decides afterwards."))
        if due_on < meeting.held_on:
            raise ValidationError({"due_on": _("It is due on the day of the meeting, or later.")})
        project, agreement = _subject(project, agreement, milestone)
        row = cls(
            meeting=meeting,
            text=text.strip(),
            owner_post=owner_post.strip(),
            owner=owner,
            due_on=due_on,
            project=project,
            agreement=agreement,
            milestone=milestone,
            recorded_on=by.on,
        )
        _require_part(owner, project, agreement)
        with transaction.atomic():
            audit.serialise()  # no two get the same reference
            row.reference = next_reference(cls, "ACT")
            return audit.create(row, by=by, action="actionpoint.record", reason=row.text)

    def done(self, *, by: Actor, note: str, version: int | None = None) -> None:
        """Say that it is done, with a note on what shows it."""
        note = required(note, "note", _("Say what shows that it is done."))
        self._take(
            "done",
            by=by,
            version=version,
            reason=note,
            done_note=note,
            done_on=by.on,
            done_by=by.user,
            returned_reason="",
        )

    def close(self, *, by: Actor, note: str = "", version: int | None = None) -> None:
        """Accept it as done, as a second person: it leaves the reports."""
        self._take("close", by=by, version=version, reason=note, closed_on=by.on, closed_by=by.user)

    def return_(self, *, by: Actor, reason: str, version: int | None = None) -> None:
        """Open it again, with the reason why it is not done."""
        reason = required(reason, "reason", _("Say what is missing."))
        gone = {"done_on": None, "done_by": None, "done_note": ""}
        self._take("return", by=by, version=version, reason=reason, returned_reason=reason, **gone)


def _subject(
    project: Project | None, agreement: Agreement | None, milestone: Milestone | None
) -> tuple[Project | None, Agreement | None]:
    """Return the project or the agreement by which the action point is seen; ValidationError where they contradict."""
    if project and agreement:
        raise ValidationError({"agreement": _("Choose the project or the agreement, not both.")})
    if milestone is None:
        return project, agreement
    own = (milestone.project, None) if milestone.project else (None, milestone.agreement)
    if (project or agreement) and own != (project, agreement):
        raise ValidationError({"milestone": _("This milestone belongs to another project or agreement.")})
    return own


def _require_part(owner: Organisation | None, project: Project | None, agreement: Agreement | None) -> None:
    """Refuse an owner to whom the subject does not exist."""
    subject = project or agreement
    if owner is None or subject is None or owner.is_ministry:
        return
    has_part = (
        owner.pk in subject.acting_organisations()
        if isinstance(subject, Project)
        else subject.parties.filter(pk=owner.pk).exists()
    )
    if not has_part:
        raise ValidationError({"owner": _("This organisation takes no part in the subject: choose another.")})
