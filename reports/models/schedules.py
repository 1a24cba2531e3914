"""Schedules: which reports are owed, and who answers for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from projects import permissions
from projects.models import User, audit, locked
from projects.models.audit import Audited, AuditedQuerySet
from projects.models.relations import AuditedRelation
from projects.permissions import Actor
from reports import periods
from reports.choices import SCOPE_FIELDS, Cadence
from reports.models.scopes import ORGANISATION_PATHS, OnSubject, check_subject, names_its_subject, sees

LATEST_HOUR = 23
LATEST_DAY = 90
MOST_AT_ONCE = 400


class ReportSchedule(OnSubject, Audited):
    """Asks for one report a period, from the period of `starts_on` on, in the name of its owner."""

    ORGANISATION_PATHS = ORGANISATION_PATHS
    # A schedule that changed its kind, scope or cadence would be another one: end it and make a new one.
    CHANGEABLE: ClassVar[frozenset[str]] = frozenset(
        {"title", "due_day", "due_hour", "ends_on", "owner", "active"}
    )

    title = models.CharField(_("title"), max_length=200)
    cadence = models.CharField(_("cadence"), max_length=12, choices=Cadence)
    due_day = models.PositiveSmallIntegerField(
        _("due, days after the period"), default=5, help_text=_("1 is the day after the period ends.")
    )
    due_hour = models.PositiveSmallIntegerField(_("due, hour in India"), default=6)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    active = models.BooleanField(_("active"), default=True)
    recipients = AuditedRelation(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="+",
        verbose_name=_("recipients"),
        help_text=_("Who gets a mail with the link when a report is issued."),
    )

    objects = AuditedQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        verbose_name = _("schedule")
        verbose_name_plural = _("schedules")
        constraints = [
            models.CheckConstraint(name="schedule_names_its_subject", condition=names_its_subject()),
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
        check_subject(self.kind, **{name: getattr(self, f"{name}_id") for name in SCOPE_FIELDS})

    @classmethod
    def create(cls, *, by: Actor, recipients: Iterable[User] = (), **fields: Any) -> ReportSchedule:
        """Create a schedule and return it; the owner is whoever creates it, unless another is named."""
        chosen = list(recipients)
        schedule = cls.sketch(by=by, recipients=chosen, **fields)
        return audit.create(schedule, by=by, action="schedule.create", related={"recipients": chosen})

    @classmethod
    def sketch(cls, *, by: Actor, recipients: Iterable[User] = (), **fields: Any) -> ReportSchedule:
        """Return the schedule as `create` would make it, checked alike and not saved: what a preview is made of."""
        permissions.require(by, "schedule.create")
        fields.setdefault("owner", by.user)
        schedule = cls(**fields)
        relations = {field.name for field in cls._meta.concrete_fields if field.is_relation}
        schedule.full_clean(exclude=relations | {"created_at", "updated_at"})
        schedule._check_owner(by.on)
        schedule._check_backlog(by.on)
        schedule._admitted(recipients, by)
        return schedule

    def change(
        self,
        *,
        by: Actor,
        reason: str = "",
        version: int | None = None,
        recipients: Iterable[User] | None = None,
        **changes: Any,
    ) -> None:
        """Change what may change of a schedule; the reports it has already asked for stay as they are."""
        permissions.require(by, "schedule.change", self)
        fixed = sorted(changes.keys() - self.CHANGEABLE)
        if fixed:
            message = _("This cannot change: end the schedule and make a new one.")
            raise ValidationError(dict.fromkeys(fixed, message))
        with transaction.atomic():
            row = locked(self, version)
            related = None if recipients is None else {"recipients": row._admitted(recipients, by)}
            if "owner" in changes and changes["owner"] != row.owner:
                row.owner = changes["owner"]
                row._check_owner(by.on)
                row.refresh_from_db()
            audit.change(
                row, by=by, action="schedule.change", changes=changes, reason=reason, related=related
            )
        self.refresh_from_db()

    def owner_problem(self, on: dt.date) -> str:
        """Return why no report can be issued in the owner's name on the day `on`; "" when one can."""
        by, person = permissions.actor(self.owner, on=on), {"person": self.owner.by_post}
        if not self.owner.is_active:
            return _("The account of %(person)s is closed.") % person
        if not permissions.allows(by, "report.issue"):
            return _("%(person)s may not issue reports.") % person
        if not sees(by, self.subject):
            return _("%(person)s may not see what it reports on.") % person
        return ""

    def is_over(self, now: dt.datetime) -> bool:
        """Whether its last report was due before `now`: nothing more comes of it."""
        return self.ends_on is not None and self.due_at(periods.period_of(self.cadence, self.ends_on)) <= now

    def _check_owner(self, on: dt.date) -> None:
        problem = self.owner_problem(on)
        if problem:
            raise ValidationError({"owner": _("%(problem)s Choose another owner.") % {"problem": problem}})

    def _check_backlog(self, on: dt.date) -> None:
        """Refuse a start so long ago that it must be a slip of the pen: no report could ever be deleted again."""
        count = len(self.owed(dt.datetime.combine(on, dt.time.max, tzinfo=periods.IST)))
        if count > MOST_AT_ONCE:
            message = _(
                "From this day on %(count)d reports would be owed at once; %(most)d is the most. Begin later."
            )
            raise ValidationError({"starts_on": message % {"count": count, "most": MOST_AT_ONCE}})

    def may_be_read_by(self, user: User, on: dt.date) -> bool:
        """Whether `user` may see on the day `on` what the schedule reports on."""
        return sees(permissions.actor(user, on=on), self.subject)

    def _admitted(self, recipients: Iterable[User], by: Actor) -> list[User]:
        """Return the recipients, or raise ValidationError naming those who may not see what is reported."""
        chosen = list(recipients)
        strangers = [user for user in chosen if not self.may_be_read_by(user, by.on)]
        if strangers:
            names = ", ".join(user.username for user in strangers)
            message = _(
                "%(names)s may not see what this schedule reports on, so they cannot be recipients. Take them out."
            )
            raise ValidationError({"recipients": message % {"names": names}})
        without = [user.username for user in chosen if not user.email]
        if without:
            message = _("No e-mail address is known of %(names)s. Take them out, or have it entered first.")
            raise ValidationError({"recipients": message % {"names": ", ".join(without)}})
        return chosen

    def owed(self, now: dt.datetime) -> list[periods.Period]:
        """Return, oldest first, every period whose report is due at `now`, whether it is there or not."""
        return periods.owed(self.cadence, self.starts_on, self.ends_on, self.due_day, self.due_hour, now)

    def due_at(self, period: periods.Period) -> dt.datetime:
        return periods.due_at(period, self.due_day, self.due_hour)
