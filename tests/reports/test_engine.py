"""Making a report: figures frozen once, file durable first, published once; what goes wrong is a reason on the row."""

import datetime as dt
import json

import pytest

from projects import archive
from projects.models import AuditEvent, TransitionError, audit
from reports import engine, ordering
from reports.choices import ReportState
from reports.models import MOST_ATTEMPTS
from tests.cast import TODAY, acting, system
from tests.reports import printing
from tests.reports.orders import MINUTE, NOW, claimed, execute, fresh, order, schedule

pytestmark = pytest.mark.django_db


def render(report, now=NOW):
    return engine.render(report.pk, moment=lambda: now)


def events(report):
    found = AuditEvent.objects.filter(object_type="reports.report", object_id=str(report.pk))
    return list(found.order_by("seq").values_list("action", flat=True))


def end_membership(user):
    for held in user.memberships.all():
        audit.change(
            held, by=system(), action="test.setup", changes={"valid_to": TODAY - dt.timedelta(days=1)}
        )


def test_a_report_is_made_issued_and_kept_with_its_figures(cast):
    report = render(order(cast))
    assert (report.state, report.progress, report.attempt) == (ReportState.ISSUED, 100, 1)
    assert [edition.language for edition in report.editions.all()] == ["en", "hi"]
    for edition in report.editions.all():
        content = archive.read(edition.sha256)
        assert content.startswith(b"%PDF")
        assert edition.size == len(content)
        assert edition.pages == len(printing.pages(content))
    assert events(report) == ["report.order", "report.issue"]


def test_the_paper_says_what_the_snapshot_says(cast):
    report = render(order(cast))
    snapshot, paper = json.loads(report.snapshot), printing.text(archive.read(report.edition("en").sha256))
    assert snapshot["meta"]["serial"] == report.serial
    for wanted in (
        report.serial,
        cast.our_project.name,
        cast.our_milestone.title,
        snapshot["meta"]["audit"]["hash"],
    ):
        assert printing.holds(paper, wanted), wanted


def test_figures_are_frozen_once_and_later_attempts_print_them(cast):
    first = order(cast)
    lease = claimed(first)
    engine._frozen(first, lease, acting(cast.officer), lambda: NOW)
    frozen = fresh(first).snapshot
    audit.change(cast.our_milestone, by=system(), action="test.setup", changes={"title": "Renamed since"})
    report = render(first, NOW + 2 * MINUTE)
    assert (report.state, report.attempt) == (ReportState.ISSUED, 2)
    assert report.snapshot == frozen
    assert "Renamed since" not in printing.text(archive.read(report.edition("en").sha256))


def test_a_report_that_is_issued_is_not_made_again(cast):
    report = render(order(cast))
    assert render(report) is None
    assert events(report) == ["report.order", "report.issue"]


def test_five_attempts_then_failed_with_the_reason(cast):
    report, now = order(cast), NOW
    execute("UPDATE reports_report SET snapshot = 'no JSON' WHERE id = %s", (report.pk,))
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert render(report, now).attempt == attempt
        assert render(report, now) is None, "the next attempt comes after a pause"
        now += 5 * MINUTE
    report = fresh(report)
    assert report.state == ReportState.FAILED
    assert report.failure.startswith("None of 5 attempts succeeded. The last one: JSONDecodeError")
    assert events(report) == ["report.order", "report.fail"]
    assert render(report, now) is None


def test_a_report_whose_workers_are_lost_five_times_is_given_up(cast):
    report, now = order(cast), NOW
    for _attempt in range(MOST_ATTEMPTS):
        assert engine.tick(now=now).given_up == 0
        claimed(report, now)
        now += 2 * MINUTE
    assert engine.tick(now=now).given_up == 1
    assert engine.tick(now=now).given_up == 0
    assert "The last worker was lost" in fresh(report).failure
    assert events(report) == ["report.order", "report.fail"]


def test_a_failed_report_keeps_its_serial_and_can_be_tried_again(cast):
    report = order(cast)
    end_membership(cast.officer)
    assert render(report).state == ReportState.FAILED
    for held in cast.officer.memberships.all():
        audit.change(held, by=system(), action="test.setup", changes={"valid_to": None})
    engine.retry(report, by=acting(cast.manager), now=NOW)
    again = render(report)
    assert (again.state, again.serial, again.attempt, again.failure) == ("issued", report.serial, 1, "")
    assert events(report) == ["report.order", "report.fail", "report.retry", "report.issue"]


def test_only_a_failed_report_can_be_tried_again(cast):
    with pytest.raises(TransitionError, match="only a failed report"):
        engine.retry(order(cast), by=acting(cast.manager), now=NOW)


def test_rights_that_end_before_the_run_stop_the_report(cast):
    report = order(cast)
    end_membership(cast.officer)
    failed = render(report)
    assert failed.state == ReportState.FAILED
    assert "Post officer" in failed.failure
    assert "may not issue reports any more" in failed.failure
    assert failed.snapshot == ""


def test_a_schedule_is_run_with_the_rights_of_its_owner(cast):
    (report,) = ordering.open_owed(schedule(cast), now=NOW)
    end_membership(cast.manager)
    assert "Post manager" in render(report).failure


def test_a_figure_that_contradicts_another_stops_the_report_and_is_named(cast):
    execute(
        "UPDATE projects_milestone SET as_of_basis = 'guessed'"
    )  # counted nowhere, so parts lack in the total
    failed = render(order(cast))
    assert failed.state == ReportState.FAILED
    assert failed.failure == "The figures contradict each other: provenance is 1, but must be 2."
    assert (failed.snapshot, failed.edition("en"), failed.attempt) == ("", None, 1)


def test_a_report_frozen_after_its_due_day_is_late(cast):
    punctual = dt.datetime(2026, 4, 5, 23, 59, tzinfo=NOW.tzinfo)
    (report,) = ordering.open_owed(schedule(cast), now=punctual)
    assert not report.late
    late = render(report, punctual + MINUTE)
    assert late.late
    assert json.loads(late.snapshot)["meta"]["late"] is True


def test_a_revision_supersedes_the_report_it_names(cast):
    old = render(order(cast))
    new = ordering.revise(old, by=acting(cast.officer), reason="Wrong project.", now=NOW)
    assert (new.serial, new.revision, fresh(old).state) == ("NCMM/2026-27/P/0002", 1, ReportState.ISSUED)
    new = render(new)
    assert (new.state, fresh(old).state) == (ReportState.ISSUED, ReportState.SUPERSEDED)
    assert json.loads(new.snapshot)["meta"]["supersedes"] == {"serial": old.serial, "revision": 0}
    assert archive.read(old.edition("hi").sha256)
    with pytest.raises(TransitionError):
        ordering.revise(old, by=acting(cast.officer), reason="Again.", now=NOW)
