"""The trail: nothing audited is written past its door, no event is changed, and whoever changes one is found out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import Error, connection, transaction
from django.test.utils import CaptureQueriesContext

from projects.models import (
    Agreement,
    AuditBypass,
    AuditEvent,
    Milestone,
    Organisation,
    Project,
    audit,
)
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
        lambda rows: Project.objects.last().milestones.add(rows.first()),
        lambda rows: Project.objects.last().milestones.set(rows),
        lambda rows: rows.first().project.milestones.clear(),
        lambda rows: Milestone._base_manager.update(title="Another"),
        lambda rows: Milestone._base_manager.all().delete(),
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
        "related_update",
        "related_add",
        "related_set",
        "related_clear",
        "base_update",
        "base_delete",
    ],
)
def test_an_audited_row_is_not_written_past_the_door(write: Callable[[Any], Any], cast: Cast):
    facts = [row.facts() for row in Milestone.objects.all()]
    with pytest.raises(AuditBypass), transaction.atomic():
        write(Milestone.objects.all())
    assert [row.facts() for row in Milestone.objects.all()] == facts


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


def test_an_event_rewritten_with_its_own_hash_breaks_the_next(cast: Cast):
    event = AuditEvent.objects.get(seq=5)
    event.reason = "rewritten"
    tamper(
        "UPDATE projects_auditevent SET reason = 'rewritten', hash = %s WHERE seq = 5", event.computed_hash()
    )
    assert audit.first_break() == (6, "it does not continue the event before it")


# --- manage.py verify_audit ---


def test_a_trail_whose_end_was_cut_off_is_told_by_the_head_that_a_report_prints(cast: Cast, capsys):
    seq, digest = audit.head()
    call_command("verify_audit", "--head", str(seq), digest)
    assert f"unbroken: {seq} events, the last {digest}" in capsys.readouterr().out
    with pytest.raises(CommandError, match="rewritten"):
        call_command("verify_audit", "--head", "1", digest)
    tamper("DELETE FROM projects_auditevent WHERE seq > %s", seq - 2)
    with pytest.raises(CommandError, match="cut off"):
        call_command("verify_audit", "--head", str(seq), digest)


def test_the_history_of_a_row_is_its_own_alone(cast: Cast):
    assert {event.object_label for event in audit.history(cast.our_milestone)} == {str(cast.our_milestone)}
    assert not audit.history(Organisation(pk=987654)).exists()


def test_a_change_asks_of_no_constraint_that_it_cannot_have_broken(cast: Cast):
    """Each is a query. One of several fields is asked of when any of them moves."""
    row = Milestone.objects.get(pk=cast.our_milestone.pk)
    with CaptureQueriesContext(connection) as queries:
        audit.change(row, by=system(), action="test", changes={"title": "Another"})
    assert not [it["sql"] for it in queries if "_check" in it["sql"]]
    with pytest.raises(ValidationError, match="cancelled"):
        audit.change(row, by=system(), action="test", changes={"status": "cancelled"})
    assert row._before is None
