"""The register keeps what it holds: the database itself refuses to delete or replace a report."""

import pytest
from django.db import Error, transaction

from projects.models import AuditEvent
from reports.choices import ReportState
from reports.models import NeverDeleted, Report, SerialCounter
from reports.ordering import open_owed
from tests.reports.issued import edition
from tests.reports.orders import NOW, claimed, execute, fresh, order, schedule

pytestmark = pytest.mark.django_db

KEPT, COUNTED = "never deleted or replaced", "counted up one by one"
FILE = "never changed and belongs to the issue"
DIGEST = "ab" * 32
FIGURES = {
    "snapshot": "{}",
    "snapshot_sha256": DIGEST,
    "audit_seq": 1,
    "audit_hash": DIGEST,
}
ISSUED = {"state": ReportState.ISSUED, "issued_at": NOW, "lease_until": None}


@pytest.fixture
def issued(cast) -> Report:
    report = order(cast)
    lease = claimed(report)
    lease.write(**FIGURES)
    edition(report, "en").save(force_insert=True)
    lease.write(**ISSUED)
    return fresh(report)


def refused(message: str, statement: str, *parameters: object) -> None:
    with pytest.raises(Error, match=message), transaction.atomic():
        execute(statement, parameters)


def refused_change(message: str, report: Report, change: str) -> None:
    refused(message, f"UPDATE reports_report SET {change} WHERE id = %s", report.pk)  # noqa: S608 - the test's own


def test_a_report_cannot_be_deleted_by_the_code(issued):
    with pytest.raises(NeverDeleted):
        issued.delete()
    with pytest.raises(NeverDeleted):
        Report.objects.filter(pk=issued.pk).delete()


def test_the_database_refuses_to_delete_a_report(issued):
    refused(KEPT, "DELETE FROM reports_report WHERE id = %s", issued.pk)
    assert fresh(issued)


def test_a_queued_report_cannot_be_deleted_either(cast):
    refused(KEPT, "DELETE FROM reports_report WHERE id = %s", order(cast).pk)


@pytest.mark.engine("postgres")
def test_the_database_refuses_to_empty_the_register(issued):
    execute("SET CONSTRAINTS ALL IMMEDIATE")  # else the rows of this test are refused for another reason
    refused(KEPT, "TRUNCATE reports_report CASCADE")


@pytest.mark.parametrize(
    "change",
    [
        "snapshot = '{\"changed\":1}'",
        "snapshot = '', snapshot_sha256 = ''",
        "issued_at = NULL",
        "state = 'queued'",
        "state = 'failed', failure = 'x'",
        "state = 'superseded', attempt = 2",
        "serial = 'NCMM/2026-27/P/9999'",
        "late = NOT late",
        "attempt = 0",
    ],
)
def test_an_issued_report_cannot_be_changed(issued, change):
    refused_change(KEPT, issued, change)


def test_an_issued_report_can_only_become_superseded(issued):
    execute("UPDATE reports_report SET state = 'superseded' WHERE id = %s", (issued.pk,))
    refused_change(KEPT, issued, "state = 'issued'")


@pytest.mark.parametrize("column", ["as_of", "period_start", "period_end"])
def test_what_a_queued_report_is_on_cannot_be_changed(cast, column):
    refused_change(KEPT, order(cast), f"{column} = '2020-01-01'")


def test_frozen_figures_cannot_be_changed_before_the_issue(cast):
    report = order(cast)
    lease = claimed(report)
    lease.write(snapshot="{}", snapshot_sha256=DIGEST)
    refused_change(KEPT, report, "snapshot = '[]'")
    lease.write(progress=50)


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    "altered",
    [
        {"snapshot": "'x'"},
        {"id": "7777"},
        {"id": "7777", "serial": "'X'", "slug": "'X'"},  # the same schedule, period and revision
    ],
)
def test_a_report_cannot_be_replaced_by_inserting_over_it(cast, altered):
    """INSERT OR REPLACE deletes the old row without firing a trigger on DELETE."""
    (report,) = open_owed(schedule(cast), now=NOW)
    names = [field.column for field in Report._meta.concrete_fields]
    values = ", ".join(altered.get(name, name) for name in names)
    columns = ", ".join(names)
    statement = f"INSERT OR REPLACE INTO reports_report ({columns}) SELECT {values} FROM reports_report"  # noqa: S608
    refused(KEPT, statement)
    assert fresh(report).snapshot == ""


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE reports_edition SET sha256 = 'ab'",
        "UPDATE reports_edition SET pages = 2",
        "DELETE FROM reports_edition",
        pytest.param("TRUNCATE reports_edition", marks=pytest.mark.engine("postgres")),
    ],
)
def test_an_edition_cannot_be_changed_or_deleted(issued, statement):
    if statement.startswith("TRUNCATE"):
        execute("SET CONSTRAINTS ALL IMMEDIATE")
    refused(FILE, statement)
    with pytest.raises(NeverDeleted):
        issued.editions.all().delete()
    with pytest.raises(NeverDeleted):
        issued.editions.update(pages=2)
    with pytest.raises(NeverDeleted):
        issued.editions.get().delete()


def test_an_edition_is_inserted_at_the_issue_and_never_later(cast, issued):
    for report in (issued, order(cast)):
        with pytest.raises(Error, match=FILE), transaction.atomic():
            edition(report, "hi").save(force_insert=True)


def test_a_report_is_not_issued_without_a_file(cast):
    report = order(cast)
    lease = claimed(report)
    lease.write(**FIGURES)
    with pytest.raises(Error, match="a report is issued with its files"), transaction.atomic():
        lease.write(**ISSUED)


def test_a_serial_counter_only_counts_up_by_one(issued):
    refused(COUNTED, "UPDATE reports_serialcounter SET last = last - 1")
    refused(COUNTED, "UPDATE reports_serialcounter SET last = last + 2")
    refused(COUNTED, "DELETE FROM reports_serialcounter")
    assert SerialCounter.objects.get().last == 1


def test_the_serial_tells_year_kind_and_number(issued):
    assert issued.serial == "NCMM/2026-27/P/0001"
    assert issued.slug == "NCMM-2026-27-P-0001"


def test_an_order_is_an_audit_event_of_the_person_who_orders(issued, cast):
    event = AuditEvent.objects.filter(object_type="reports.report").get()
    assert (event.action, event.actor, event.object_id) == ("report.order", cast.officer, str(issued.pk))


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("state = 'failed'", "failed_report_has_its_reason"),
        ("state = 'running'", "running_report_has_its_lease"),
        ("state = 'issued'", "a report is issued with its files"),
        ("attempt = 6", "report_has_at_most_five_attempts"),
        ("progress = 101", "report_progress_is_a_per_cent"),
    ],
)
def test_the_database_keeps_what_must_hold_of_a_report(cast, change, constraint):
    refused_change(constraint, order(cast), change)
