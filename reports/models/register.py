"""The register: one row per report, from the moment it is owed; never deleted, never replaced."""

from __future__ import annotations

import datetime as dt
from typing import Any, NoReturn, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from projects.models.scoped import Scoped, ScopedQuerySet
from reports import periods
from reports.choices import Language, ReportState
from reports.models.editions import SHA256, Edition, NeverDeleted
from reports.models.schedules import ReportSchedule
from reports.models.scopes import ORGANISATION_PATHS, OnSubject, names_its_subject

MOST_ATTEMPTS = 5
UNFINISHED = (ReportState.QUEUED, ReportState.RUNNING)
READABLE = (ReportState.ISSUED, ReportState.SUPERSEDED)


class ReportQuerySet(ScopedQuerySet):
    def readable(self) -> Self:
        """Keep the reports that have a file: issued ones, and those since superseded."""
        return self.filter(state__in=READABLE)

    def runnable(self, now: dt.datetime) -> Self:
        """Keep those that a worker may take at `now`: queued or abandoned, with attempts left, and first in their schedule.

        The periods of a schedule are issued in their order, so that a report can be compared with the one before it.
        """
        earlier = self.model._base_manager.filter(
            schedule=OuterRef("schedule"),
            period_start__lt=OuterRef("period_start"),
            state__in=UNFINISHED,
        )
        queued = Q(state=ReportState.QUEUED) & (Q(lease_until=None) | Q(lease_until__lte=now))
        abandoned = Q(state=ReportState.RUNNING, lease_until__lte=now)
        return self.filter(queued | abandoned, ~Exists(earlier), attempt__lt=MOST_ATTEMPTS)

    def exhausted(self, now: dt.datetime) -> Self:
        """Keep those whose worker was lost at `now` in the last attempt they had."""
        return self.filter(state=ReportState.RUNNING, lease_until__lte=now, attempt__gte=MOST_ATTEMPTS)

    def delete(self) -> NoReturn:
        raise NeverDeleted("Reports are never deleted.")


class ReportManager(models.Manager.from_queryset(ReportQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> ReportQuerySet:
        """Leave the snapshot in the database until it is asked for: it may be as long as a book."""
        return super().get_queryset().defer("snapshot")


class Report(OnSubject, Scoped):
    """A numbered, dated document on a period.

        queued -> running -> issued -> superseded
          ^          |---> failed (with its reason)
          |----------|---------|  a lost worker; a retry

    The row is the job: who holds an unexpired lease on a running row makes the report. Rows are written by
    `reports.ordering` and `reports.engine` only; triggers keep an issued row as it is.
    """

    ORGANISATION_PATHS = ORGANISATION_PATHS

    serial = models.CharField(_("serial"), max_length=30, unique=True)
    slug = models.CharField(max_length=30, unique=True)
    schedule = models.ForeignKey(
        ReportSchedule,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reports",
        verbose_name=_("schedule"),
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("requested by"),
    )
    period_start = models.DateField(_("period from"))
    period_end = models.DateField(_("period to"))
    as_of = models.DateField(_("as of"))
    revision = models.PositiveSmallIntegerField(_("revision"), default=0)
    supersedes = models.OneToOneField(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="superseded_by",
        verbose_name=_("supersedes"),
    )
    revision_reason = models.TextField(_("reason for the revision"), blank=True)

    state = models.CharField(_("state"), max_length=10, choices=ReportState, default=ReportState.QUEUED)
    progress = models.PositiveSmallIntegerField(_("progress, per cent"), default=0)
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=0)
    lease_owner = models.CharField(_("worker"), max_length=120, blank=True)
    lease_until = models.DateTimeField(
        _("lease until"),
        null=True,
        blank=True,
        help_text=_("Running: when another worker may take over. Queued: not before this moment."),
    )
    failure = models.TextField(_("reason of the failure"), blank=True)
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    late = models.BooleanField(_("late"), default=False)
    queued_at = models.DateTimeField(_("queued at"))
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    issued_at = models.DateTimeField(_("issued at"), null=True, blank=True)

    snapshot = models.TextField(_("snapshot"), blank=True)
    snapshot_sha256 = models.CharField(_("SHA-256 of the snapshot"), max_length=64, blank=True)
    compared_with = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("compared with"),
        help_text=_("The report before it, from which its changes are counted."),
    )
    generator_version = models.CharField(_("version of the generator"), max_length=20, blank=True)
    audit_seq = models.BigIntegerField(_("number of the audit head"), null=True, blank=True)
    audit_hash = models.CharField(_("hash of the audit head"), max_length=64, blank=True)

    objects = ReportManager()

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        indexes = [
            models.Index(fields=["state", "lease_until"], name="report_state_lease"),
            models.Index(fields=["kind", "-period_end"], name="report_kind_period"),
            # Strangers ask for it: without an index each question reads past every snapshot.
            models.Index(fields=["snapshot_sha256"], name="report_snapshot_digest"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "period_start", "revision"],
                name="report_is_owed_once_a_schedule_period_and_revision",
            ),
            models.CheckConstraint(
                name="report_is_owed_by_a_schedule_or_requested",
                condition=Q(schedule__isnull=False) | Q(requested_by__isnull=False),
            ),
            models.CheckConstraint(name="report_names_its_subject", condition=names_its_subject()),
            models.CheckConstraint(
                name="report_period_ends_after_it_begins", condition=Q(period_end__gte=F("period_start"))
            ),
            models.CheckConstraint(
                name="report_revision_names_what_it_supersedes_and_why",
                condition=Q(revision=0, supersedes=None, revision_reason="")
                | (Q(revision__gt=0, supersedes__isnull=False) & ~Q(revision_reason="")),
            ),
            models.CheckConstraint(
                name="report_has_at_most_five_attempts", condition=Q(attempt__lte=MOST_ATTEMPTS)
            ),
            models.CheckConstraint(name="report_progress_is_a_per_cent", condition=Q(progress__lte=100)),
            models.CheckConstraint(
                name="running_report_has_its_lease",
                condition=~Q(state=ReportState.RUNNING)
                | (~Q(lease_owner="") & Q(lease_until__isnull=False, attempt__gte=1)),
            ),
            models.CheckConstraint(
                name="failed_report_has_its_reason", condition=~Q(state=ReportState.FAILED) | ~Q(failure="")
            ),
            models.CheckConstraint(
                name="issued_report_has_its_figures",
                condition=~Q(state__in=READABLE)
                | Q(
                    issued_at__isnull=False,
                    snapshot_sha256__regex=SHA256,
                    audit_seq__isnull=False,
                )
                & ~Q(snapshot=""),
            ),
        ]

    def __str__(self) -> str:
        return self.serial

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise NeverDeleted(f"{self.serial} is a report: it is never deleted.")

    @property
    def period(self) -> periods.Period:
        return periods.Period(self.period_start, self.period_end)

    @property
    def title(self) -> str:
        """What the report is on, in the active language: "Project report: Pilot line, Q4 2025-26"."""
        parts = {
            "kind": self.get_kind_display(),
            "subject": self.subject_name or gettext("National Critical Mineral Mission"),
            "period": self.period.label,
        }
        return gettext("%(kind)s: %(subject)s, %(period)s") % parts

    @property
    def is_readable(self) -> bool:
        """Whether there are files to download."""
        return self.state in READABLE

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED

    @property
    def seen(self) -> str:
        """What a page that shows the report's progress has shown last: it changes when there is news."""
        return f"{self.state}-{self.attempt}-{self.progress}"

    @property
    def responsible(self) -> Any:
        """The person in whose name the report is issued: who requested it, else the schedule's owner."""
        return self.requested_by or (self.schedule and self.schedule.owner)

    def edition(self, language: str) -> Edition | None:
        """Return the edition in `language`, else the first there is (old reports have one); None before the issue."""
        found = {edition.language: edition for edition in self.editions.all()}
        return found.get(language) or next((found[it] for it in Language.values if it in found), None)
