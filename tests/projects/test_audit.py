"""The trail: nothing audited is written past its door, no event is changed, and whoever changes one is found out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import Error, connection, transaction

from projects.models import (
    Agreement,
    AuditBypass,
    AuditEvent,
    Milestone,
    Organisation,
    Project,
    audit,
)
from projects.models.audit import Audited
from tests import emptying
from tests.cast import Cast, acting, system

pytestmark = pytest.mark.django_db

without_guards = {"sqlite": emptying._without_triggers, "postgresql": emptying._as_replica}

# --- one door ---


@pytest.mark.parametrize(
    "write",
    [
        lambda rows: rows.update(title="Another"),
        lambda rows: rows.delete(),
        lambda rows: rows.bulk_create([]),
        lambda rows: rows.bulk_update([], ["title"]),
        lambda rows: rows.first().save(),
        lambda rows: rows.first().delete(),
        lambda rows: rows.create(reference="MST-940"),
        lambda rows: rows.get_or_create(reference="MST-941"),
        lambda rows: rows.update_or_create(reference="MST-901", defaults={"title": "Another"}),
        lambda rows: rows.first().project.milestones.update(title="Another"),
    ],
    ids=[
        "update",
        "delete",
        "bulk_create",
        "bulk_update",
        "save",
        "delete_one",
        "create",
        "get_or_create",
        "update_or_create",
        "related",
    ],
)
def test_an_audited_row_is_not_written_past_the_door(write: Callable[[Any], Any], cast: Cast):
    facts = [row.facts() for row in Milestone.objects.all()]
    with pytest.raises(AuditBypass):
        write(Milestone.objects.all())
    assert [row.facts() for row in Milestone.objects.all()] == facts


def test_every_model_of_the_programme_is_audited_but_the_few_that_need_not_be():
    unaudited = {model.__name__ for model in _models() if not issubclass(model, Audited)}
    assert unaudited == {
        "AuditEvent",  # the trail itself
        "User",  # who may do what are memberships, which are audited
        "TokenGrant",  # private to its owner; what is done with it is audited
        "KeyedCall",  # what was asked under a key and answered; what it did is audited
        "CalendarLink",  # private to its owner
        "Delivery",
        "WebhookProgress",  # what a worker did; what people do with a webhook is audited
        "Tally",  # how often somebody asked within a minute
        *("Notice", "NoticePreferences", "NoticeDigest"),  # one person's own; putting one off is audited
        "NoticeProgress",  # what the worker has told
        "PendingUpload",  # a file on its way into a form, whose step is audited
        "DisplayCopy",  # worked out from a picture, whose evidence is audited
        "SavedFilter",  # private to its owner
        "ImportedRow",  # a ledger of digests; what was imported is audited row by row
    }


def _models() -> list[type]:
    return list(apps.get_app_config("projects").get_models())


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_the_transaction_of_its_change_is_refused(cast: Cast):
    with pytest.raises(AuditBypass, match="transaction"):
        audit.record(cast.our_milestone, by=system(), action="test", before=None, after=None)


def test_a_change_is_recorded_with_before_and_after_and_counted(cast: Cast):
    row = Agreement.objects.get(pk=cast.our_agreement.pk)
    audit.change(
        row, by=acting(cast.manager), action="agreement.amend", changes={"title": "New"}, reason="Order 7"
    )
    event = audit.history(row).last()
    assert (event.before, event.after) == ({"title": "Agreement AGR-901"}, {"title": "New"})
    assert (event.actor, event.role, event.reason) == (cast.manager, "manager", "Order 7")
    assert (event.object_type, event.object_id) == ("projects.agreement", str(row.pk))
    assert row.version == 2


def test_an_invalid_change_leaves_neither_row_nor_event(cast: Cast):
    events = AuditEvent.objects.count()
    with pytest.raises(Exception, match="title"):
        audit.change(cast.our_agreement, by=system(), action="test", changes={"title": ""})
    assert Agreement.objects.get(pk=cast.our_agreement.pk).title == "Agreement AGR-901"
    assert AuditEvent.objects.count() == events


def test_the_event_of_a_creation_holds_related_rows(cast: Cast):
    project = Project(reference="PRJ-950", name="Joint", kind="plant", lead=cast.texmin)
    audit.create(project, by=system(), action="project.create", related={"partners": [cast.irel]})
    assert audit.history(project).get().after["partners"] == ["Irel (INS-902)"]


# --- the database refuses ---


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE projects_auditevent SET reason = 'tampered'",
        "DELETE FROM projects_auditevent",
        pytest.param("TRUNCATE projects_auditevent CASCADE", marks=pytest.mark.engine("postgres")),
        pytest.param(
            "INSERT OR REPLACE INTO projects_auditevent SELECT * FROM projects_auditevent WHERE seq = 1",
            marks=pytest.mark.engine("sqlite"),
        ),
    ],
)
def test_the_database_refuses_to_change_events(statement: str, cast: Cast):
    before = AuditEvent.objects.count()
    connection.check_constraints()  # PostgreSQL truncates no table with checks still to come
    with pytest.raises(Error, match="never changed or deleted"), transaction.atomic():
        connection.cursor().execute(statement)
    assert AuditEvent.objects.count() == before


def test_events_are_not_changed_through_the_model_either(cast: Cast):
    event = AuditEvent.objects.first()
    event.reason = "tampered"
    for write in (event.save, event.delete, lambda: AuditEvent.objects.update(reason="tampered")):
        with pytest.raises(Error, match="never changed or deleted"), transaction.atomic():
            write()


# --- the chain tells ---


def tamper(statement: str, *values: Any) -> None:
    """Change the trail as somebody could who owns the database and has put its triggers out of the way."""
    with transaction.atomic(), without_guards[connection.vendor](connection), connection.cursor() as cursor:
        cursor.execute(statement, values or None)


def test_an_untouched_chain_is_unbroken(cast: Cast):
    assert audit.first_break() is None
    assert audit.head()[0] == AuditEvent.objects.count()


@pytest.mark.parametrize(
    ("statement", "seq", "reason"),
    [
        ("UPDATE projects_auditevent SET reason = 'tampered' WHERE seq = 5", 5, "content was changed"),
        ("UPDATE projects_auditevent SET role = 'manager' WHERE seq = 7", 7, "content was changed"),
        ("UPDATE projects_auditevent SET actor_id = NULL WHERE seq = 7", 7, "content was changed"),
        ("DELETE FROM projects_auditevent WHERE seq = 3", 3, "is missing"),
        ("DELETE FROM projects_auditevent WHERE seq = 1", 1, "is missing"),
        ("UPDATE projects_auditevent SET hash = 'forged' WHERE seq = 1", 1, "content was changed"),
        ("UPDATE projects_auditevent SET prev_hash = 'forged' WHERE seq = 4", 4, "does not continue"),
    ],
)
def test_the_first_bad_place_is_named(statement: str, seq: int, reason: str, cast: Cast):
    tamper(statement)
    found = audit.first_break()
    assert found is not None
    assert found[0] == seq
    assert reason in found[1]


def test_an_event_rewritten_with_its_own_hash_breaks_the_next(cast: Cast):
    event = AuditEvent.objects.get(seq=5)
    event.reason = "rewritten"
    tamper(
        "UPDATE projects_auditevent SET reason = 'rewritten', hash = %s WHERE seq = 5", event.computed_hash()
    )
    assert audit.first_break() == (6, "it does not continue the event before it")


# --- manage.py verify_audit ---


def test_the_command_tells_that_the_trail_is_whole_and_its_head(cast: Cast, capsys):
    call_command("verify_audit")
    seq, digest = audit.head()
    assert f"unbroken: {seq} events, the last {digest}" in capsys.readouterr().out


def test_the_command_fails_and_names_the_event(cast: Cast):
    tamper("UPDATE projects_auditevent SET reason = 'tampered' WHERE seq = 5")
    with pytest.raises(CommandError, match=r"broken at event 5 test\.setup .*content was changed"):
        call_command("verify_audit")


def test_a_trail_whose_end_was_cut_off_is_told_by_the_head_that_a_report_prints(cast: Cast, capsys):
    seq, digest = audit.head()
    call_command("verify_audit", "--head", str(seq), digest)
    tamper("DELETE FROM projects_auditevent WHERE seq > %s", seq - 2)
    call_command("verify_audit")
    with pytest.raises(CommandError, match="cut off"):
        call_command("verify_audit", "--head", str(seq), digest)
    with pytest.raises(CommandError, match="rewritten"):
        call_command("verify_audit", "--head", "1", digest)
    with pytest.raises(CommandError, match="no number"):
        call_command("verify_audit", "--head", "one", digest)
    assert "unbroken" in capsys.readouterr().out


def test_the_history_of_a_row_is_its_own_alone(cast: Cast):
    assert {event.object_label for event in audit.history(cast.our_milestone)} == {str(cast.our_milestone)}
    assert not audit.history(Organisation(pk=987654)).exists()
