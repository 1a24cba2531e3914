"""What a report or a schedule is on: a project, an agreement, an organisation, or the whole programme."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from projects.models import Agreement, Organisation, Project
from projects.permissions import Actor
from reports.choices import SCOPE_FIELDS, SCOPES, ReportKind

Subject = Project | Agreement | Organisation
# The organisations that may see a report on them, or on what they have a part in; nobody else's partner does.
ORGANISATION_PATHS = ("project__lead", "project__partners", "agreement__parties", "organisation")


class OnSubject(models.Model):
    """A row that names, by its kind, exactly one subject or none."""

    kind = models.CharField(_("kind"), max_length=12, choices=ReportKind)
    project = models.ForeignKey(
        Project,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="%(class)ss",
        verbose_name=_("project"),
    )
    agreement = models.ForeignKey(
        Agreement,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="%(class)ss",
        verbose_name=_("agreement"),
    )
    organisation = models.ForeignKey(
        Organisation,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="%(class)ss",
        verbose_name=_("organisation"),
    )

    class Meta:
        abstract = True

    @property
    def subject(self) -> Subject | None:
        """The project, agreement or organisation that the row is on; None for the whole programme."""
        name = SCOPES.get(ReportKind(self.kind))
        return getattr(self, name) if name else None

    @property
    def subject_name(self) -> str:
        """What the subject is called; "" for the whole programme."""
        subject = self.subject
        return "" if subject is None else getattr(subject, "name", "") or getattr(subject, "title", "")

    @property
    def subject_keys(self) -> dict[str, int | None]:
        """The three foreign keys, as they are copied from a schedule to its reports."""
        return {f"{name}_id": getattr(self, f"{name}_id") for name in SCOPE_FIELDS}


def sees(by: Actor, subject: Subject | None) -> bool:
    """Whether `by` may see a report on `subject`; what is on one organisation is for its own members and auditors."""
    if subject is None or by.sees_programme:
        return by.sees_programme
    if isinstance(subject, Organisation):
        return subject.pk in by.partner_of | by.audits
    return type(subject)._default_manager.visible_to(by).filter(pk=subject.pk).exists()


def names_its_subject() -> Q:
    """Return the constraint that a row names the subject of its kind and no other."""
    rows = (
        Q(kind=kind, **{f"{name}__isnull": name != SCOPES.get(kind) for name in SCOPE_FIELDS})
        for kind in ReportKind
    )
    return reduce(or_, rows)


def check_subject(kind: str, **keys: Any) -> None:
    """Raise ValidationError unless `keys` (by field, None where there is none) name the subject of the kind and no other."""
    wanted = SCOPES.get(ReportKind(kind))
    errors: dict[str, Any] = {}
    for name in SCOPE_FIELDS:
        there = keys.get(name) is not None
        if there and name != wanted:
            errors[name] = _("A report of this kind is not on this: leave it out.")
        elif not there and name == wanted:
            errors[name] = _("Say what the report is on.")
    if errors:
        raise ValidationError(errors)
