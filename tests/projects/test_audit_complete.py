"""Nothing is left out of the trail: every model of the project is audited, or the table says why it need not be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import models, transaction

from projects.models import Agreement, AuditBypass, Project, audit
from projects.models.audit import Audited, AuditedQuerySet
from tests.cast import Cast, system

OURS = ("projects", "reports", "tracker")
NOT_AUDITED = {
    "projects.AuditEvent": "the trail itself: triggers keep it",
    "projects.User": "what administrators and owners do with an account is an event each (projects/accounts.py); rights are memberships",
    "projects.TokenGrant": "private to its owner; what is done with a token is audited",
    "projects.KeyedCall": "what was asked under a key and answered; what it did is audited",
    "projects.CalendarLink": "private to its owner; gives reading only",
    "projects.Delivery": "what a worker sent; what people do with a webhook is audited",
    "projects.WebhookProgress": "how far a worker has come",
    "projects.Tally": "how often somebody asked within a minute",
    "projects.Notice": "one person's own; putting one off is audited",
    "projects.NoticePreferences": "one person's own",
    "projects.NoticeDigest": "one person's own",
    "projects.NoticeProgress": "how far a worker has come",
    "projects.PendingUpload": "a file on its way into a form, whose step is audited",
    "projects.SavedFilter": "private to its owner",
    "projects.SignIn": "a session",
    "projects.SecondFactor": "how one person signs in; what is done with it is audited",
    "projects.RecoveryCode": "how one person signs in; what is done with it is audited",
    "projects.Identity": "how one person signs in; what is done with it is audited",
    "projects.DisplayCopy": "worked out from a picture, whose evidence is audited",
    "projects.Pulse": "when the scheduler last came",
    "projects.ImportedRow": "a ledger of digests; what was imported is audited row by row",
    "reports.Report": "triggers keep the register; order, issue, failure, retry, supersession and download are events each",
    "reports.Edition": "never changed, by a trigger; the event of the issue tells of it",
    "reports.Mail": "what a worker sent; sending again is audited",
    "reports.SerialCounter": "a trigger counts it up one by one; each serial stands in the event of its report",
}


def _models() -> list[type[models.Model]]:
    return [model for name in OURS for model in apps.get_app_config(name).get_models()]


def _audited() -> list[type[models.Model]]:
    return [model for model in _models() if issubclass(model, Audited)]


def test_every_model_is_audited_or_the_table_says_why_not():
    assert {model._meta.label for model in _models() if not issubclass(model, Audited)} == set(NOT_AUDITED)


@pytest.mark.parametrize("model", _audited(), ids=lambda model: model._meta.label)
def test_every_manager_of_an_audited_model_refuses_to_write(model: Any):
    """Asked without a database: a write that is not refused would fail for the want of one."""
    assert all(issubclass(it._queryset_class, AuditedQuerySet) for it in model._meta.managers)
    for rows in (*(it.all() for it in model._meta.managers), model._base_manager.all()):
        for write in _bulk_writes(rows):
            with pytest.raises(AuditBypass):
                write()
    with pytest.raises(AuditBypass):
        model().save()
    with pytest.raises(AuditBypass):
        model(pk=1).delete()


def _bulk_writes(rows: Any) -> Iterator[Callable[[], Any]]:
    yield lambda: rows.update(version=9)
    yield lambda: rows.delete()
    yield lambda: rows.bulk_create([])
    yield lambda: rows.bulk_update([], ["version"])


def test_nothing_deletes_audited_rows_by_cascade():
    """A row that disappears with another one leaves no event."""
    wrong = [
        f"{model._meta.label}.{field.name}"
        for model in _audited()
        for field in model._meta.concrete_fields
        if field.is_relation and field.remote_field.on_delete not in (models.PROTECT, models.RESTRICT)
    ]
    assert not wrong


def test_every_relation_of_an_audited_row_is_written_by_the_door_alone():
    """The way through another audited model is that model's; every other one is an AuditedRelation."""
    found = {
        f"{model._meta.label}.{field.name}"
        for model in _audited()
        for field in model._meta.local_many_to_many
        if not issubclass(field.remote_field.through, Audited)
    }
    assert found == {
        "projects.Agreement.minerals",
        "projects.Project.partners",
        "projects.Project.minerals",
        "reports.ReportSchedule.recipients",
    }
    for model in _audited():
        for field in model._meta.local_many_to_many:
            through = field.remote_field.through
            for write in (*_bulk_writes(through.objects.all()), through().save, through(pk=1).delete):
                with pytest.raises(AuditBypass):
                    write()


@pytest.mark.django_db
def test_related_rows_are_not_set_added_removed_or_cleared_past_the_door(cast: Cast):
    project = cast.our_project
    audit.change(
        project, by=system(), action="test", changes={}, related={"partners": [cast.irel], "minerals": []}
    )
    for write in (
        lambda: project.partners.set([]),
        lambda: project.partners.add(cast.ministry),
        lambda: project.partners.remove(cast.irel),
        lambda: project.partners.clear(),
        lambda: cast.irel.partner_projects.clear(),
        lambda: cast.irel.partner_projects.add(cast.their_project),
        lambda: cast.our_agreement.parties.add(cast.irel),
        lambda: cast.our_agreement.parties.clear(),
    ):
        with pytest.raises(AuditBypass), transaction.atomic():
            write()
    assert set(Project.objects.get(pk=project.pk).partners.all()) == {cast.irel}
    assert set(Agreement.objects.get(pk=cast.our_agreement.pk).parties.all()) == {cast.ministry, cast.texmin}
