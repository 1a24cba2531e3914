"""Schedules: which reports are owed, and who answers for them."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from projects import permissions
from projects.models import Project, StaleError, audit
from projects.models.audit import Audited, AuditedQuerySet
from projects.permissions import Actor
from reports import periods
from reports.choices import Cadence, Language, ReportKind

# The kinds and languages that this version can print; the vocabulary knows more.
ISSUED_KINDS = (ReportKind.PROGRAMME, ReportKind.PROJECT)
ISSUED_LANGUAGES = (Language.ENGLISH,)
LATEST_HOUR = 23
LATEST_DAY = 90


class ReportSchedule(Audited):
    """Asks for one report a period, from the period of `starts_on` on, in the name of its owner."""

    ORGANISATION_PATHS = ("project__lead", "project__partners")
    # A schedule that changed its kind, scope or cadence would be another one: end it and make a new one.
    CHANGEABLE: ClassVar[frozenset[str]] = frozenset(
        {"title", "due_day", "due_hour", "language", "ends_on", "owner", "active"}
    )

    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=12, choices=ReportKind)
    project = models.ForeignKey(
        Project,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="report_schedules",
        verbose_name=_("project"),
    )
    cadence = models.CharField(_("cadence"), max_length=12, choices=Cadence)
    due_day = models.PositiveSmallIntegerField(
        _("due, days after the period"), default=5, help_text=_("1 is the day after the period ends.")
    )
    due_hour = models.PositiveSmallIntegerField(_("due, hour in India"), default=6)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.ENGLISH)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    active = models.BooleanField(_("active"), default=True)

    objects = AuditedQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        verbose_name = _("schedule")
        verbose_name_plural = _("schedules")
        constraints = [
            models.CheckConstraint(
                name="schedule_of_a_project_names_it",
                condition=Q(kind=ReportKind.PROJECT, project__isnull=False)
                | (~Q(kind=ReportKind.PROJECT) & Q(project=None)),
                violation_error_message=_("A project report names its project, any other names none."),
            ),
            models.CheckConstraint(
                name="schedule_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("A schedule cannot end before it starts."),
            ),
            models.CheckConstraint(
                name="schedule_is_due_after_its_period",
                condition=Q(due_day__range=(1, LATEST_DAY)),
                violation_error_message=_("A report is due 1 to 90 days after its period."),
            ),
            models.CheckConstraint(
                name="schedule_is_due_at_an_hour_of_the_day",
                condition=Q(due_hour__range=(0, LATEST_HOUR)),
                violation_error_message=_("The hour is 0 to 23."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        check_order(self.kind, self.project_id, self.language)

    @classmethod
    def create(cls, *, by: Actor, **fields: Any) -> ReportSchedule:
        """Create a schedule and return it; the owner is whoever creates it, unless another is named."""
        permissions.require(by, "schedule.create")
        fields.setdefault("owner", by.user)
        return audit.create(cls(**fields), by=by, action="schedule.create")

    def change(self, *, by: Actor, reason: str = "", version: int | None = None, **changes: Any) -> None:
        """Change what may change of a schedule; the reports it has already asked for stay as they are."""
        permissions.require(by, "schedule.change", self)
        fixed = sorted(changes.keys() - self.CHANGEABLE)
        if fixed:
            message = _("This cannot change: end the schedule and make a new one.")
            raise ValidationError(dict.fromkeys(fixed, message))
        with transaction.atomic():
            row = type(self)._base_manager.select_for_update().get(pk=self.pk)
            if version is not None and row.version != version:
                raise StaleError(
                    _(
                        "%(row)s was changed by someone else after you opened it. Look at it again and decide anew."
                    )
                    % {"row": row}
                )
            audit.change(row, by=by, action="schedule.change", changes=changes, reason=reason)
        self.refresh_from_db()

    def owed(self, now: dt.datetime) -> list[periods.Period]:
        """Return, oldest first, every period whose report is due at `now`, whether it is there or not."""
        return periods.owed(self.cadence, self.starts_on, self.ends_on, self.due_day, self.due_hour, now)

    def due_at(self, period: periods.Period) -> dt.datetime:
        return periods.due_at(period, self.due_day, self.due_hour)


def check_order(kind: str, project: int | None, language: str) -> None:
    """Raise ValidationError unless such a report can be issued: its kind, its scope, its language."""
    errors: dict[str, Any] = {}
    if kind not in ISSUED_KINDS:
        errors["kind"] = _("Reports of this kind cannot be issued yet.")
    elif (kind == ReportKind.PROJECT) != (project is not None):
        errors["project"] = _("A project report names its project, any other names none.")
    if language not in ISSUED_LANGUAGES:
        errors["language"] = _("Reports cannot be issued in this language yet.")
    if errors:
        raise ValidationError(errors)
