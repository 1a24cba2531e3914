"""Clearances: what a plant needs from which authority, and how long that takes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from projects import permissions
from projects.archive import StoredFile
from projects.choices import ClearanceType, Visibility
from projects.models import audit
from projects.models.audit import Audited, AuditedQuerySet
from projects.models.documents import attach
from projects.models.lifecycle import locked
from projects.models.projects import Project
from projects.models.sourced import Sourced
from projects.permissions import Actor


class Clearance(Sourced, Audited):
    """One clearance of a project: applicable or not with the reason; whether it is, is unknown until decided."""

    ORGANISATION_PATHS = ("project__lead", "project__partners")
    FIXED: ClassVar[frozenset[str]] = frozenset({"project", "type"})
    PAST: ClassVar[tuple[str, ...]] = ("applied_on", "granted_on", "refused_on")

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="clearances")
    type = models.CharField(_("type"), max_length=14, choices=ClearanceType)
    is_applicable = models.BooleanField(_("applicable"), null=True, blank=True)
    applicability_reason = models.TextField(_("reason why it applies or not"), blank=True)
    authority = models.CharField(_("authority"), max_length=200, blank=True)
    application_number = models.CharField(_("application number"), max_length=120, blank=True)
    applied_on = models.DateField(_("applied on"), null=True, blank=True)
    statutory_days = models.PositiveSmallIntegerField(_("statutory days"), null=True, blank=True)
    granted_on = models.DateField(_("granted on"), null=True, blank=True)
    refused_on = models.DateField(_("refused on"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    conditions = models.TextField(_("conditions"), blank=True)

    objects = AuditedQuerySet.as_manager()

    class Meta:
        ordering = ("project", "type", "pk")
        verbose_name = _("clearance")
        verbose_name_plural = _("clearances")
        constraints = [
            models.CheckConstraint(
                name="clearance_that_does_not_apply_says_why",
                condition=Q(is_applicable=None) | Q(is_applicable=True) | ~Q(applicability_reason=""),
                violation_error_message=_("Say why the clearance does not apply."),
            ),
            models.CheckConstraint(
                name="clearance_is_decided_after_application",
                condition=(
                    Q(granted_on=None) | (Q(applied_on__isnull=False) & Q(granted_on__gte=F("applied_on")))
                )
                & (Q(refused_on=None) | (Q(applied_on__isnull=False) & Q(refused_on__gte=F("applied_on")))),
                violation_error_message=_("A clearance is decided on or after the day of the application."),
            ),
            models.CheckConstraint(
                name="clearance_is_granted_or_refused",
                condition=Q(granted_on=None) | Q(refused_on=None),
                violation_error_message=_("A clearance is granted or refused, not both."),
            ),
            models.CheckConstraint(
                name="clearance_is_valid_after_its_grant",
                condition=Q(valid_to=None) | (Q(granted_on__isnull=False) & Q(valid_to__gte=F("granted_on"))),
                violation_error_message=_(
                    "Only a granted clearance has an end, on or after the day of the grant."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.type}"

    def acting_organisations(self) -> set[int]:
        return self.project.acting_organisations()

    @classmethod
    def record(
        cls,
        project: Project,
        *,
        by: Actor,
        type: str,
        reason: str = "",
        evidence: Iterable[StoredFile] = (),
        visibility: str = Visibility.PARTNER,
        **facts: Any,
    ) -> Self:
        """Record a clearance of the project with its files and return it; the same application is recorded once."""
        permissions.require(by, "clearance.record", project)
        cls._refuse_the_future(facts, by.on)
        with transaction.atomic():
            audit.serialise()  # two who record the same application at once get one row and one refusal
            number = facts.get("application_number", "")
            if cls._base_manager.filter(project=project, type=type, application_number=number).exists():
                raise ValidationError(
                    _(
                        "This clearance is already recorded: change it, or give the number of another application."
                    )
                )
            row = cls(project=project, type=type, **facts)
            audit.create(row, by=by, action="clearance.record", reason=reason)
            attach(evidence, row, by=by, visibility=visibility)
        return row

    def change(
        self,
        *,
        by: Actor,
        version: int | None = None,
        reason: str = "",
        evidence: Iterable[StoredFile] = (),
        visibility: str = Visibility.PARTNER,
        **changes: Any,
    ) -> None:
        """Record what became of the clearance; project and type stay. `version` is the one the caller read."""
        permissions.require(by, "clearance.record", self)
        if fixed := sorted(changes.keys() & self.FIXED):
            raise ValidationError(dict.fromkeys(fixed, _("This cannot change: record another clearance.")))
        self._refuse_the_future(changes, by.on)
        with transaction.atomic():
            row = locked(self, version)
            audit.change(row, by=by, action="clearance.record", changes=changes, reason=reason)
            attach(evidence, row, by=by, visibility=visibility)
        self.refresh_from_db()

    @classmethod
    def _refuse_the_future(cls, facts: dict[str, Any], today: dt.date) -> None:
        ahead = [name for name in cls.PAST if facts.get(name) and facts[name] > today]
        if ahead:
            message = _("This day lies in the future: record what has happened.")
            raise ValidationError(dict.fromkeys(ahead, message))
