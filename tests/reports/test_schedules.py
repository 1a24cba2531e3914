"""What schedules owe is registered once, in order, however long nobody asked and however many ask at once."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from projects.models import AuditBypass, StaleError
from reports import engine
from reports.choices import Cadence, ReportKind, ReportState
from reports.models import Report, ReportSchedule, SerialCounter
from reports.ordering import open_owed
from reports.periods import IST
from tests.cast import acting
from tests.reports.orders import MINUTE, NOW, at_once, claimed, execute, schedule

pytestmark = pytest.mark.django_db

TWO_YEARS_AGO = {"cadence": Cadence.MONTHLY, "starts_on": dt.date(2024, 4, 1)}
NUMBER_OF_MONTHS = 26  # April 2024 to May 2026


def serials():
    return list(Report.objects.order_by("pk").values_list("serial", flat=True))


def numbered(count, letter="M"):
    return [f"NCMM/2026-27/{letter}/{number:04d}" for number in range(1, count + 1)]


def test_an_outage_of_two_years_is_caught_up_once_in_order_and_marked_late(cast):
    row = schedule(cast, **TWO_YEARS_AGO)
    due = dt.datetime(2026, 6, 5, 6, 0, tzinfo=IST)
    assert engine.tick(now=due).opened == NUMBER_OF_MONTHS
    assert engine.tick(now=due + MINUTE).opened == 0
    reports = list(row.reports.order_by("pk"))
    starts = [report.period_start for report in reports]
    assert starts == sorted(set(starts))
    assert (starts[0], starts[-1]) == (dt.date(2024, 4, 1), dt.date(2026, 5, 1))
    assert [report.serial for report in reports] == numbered(NUMBER_OF_MONTHS)
    assert [report.late for report in reports] == [True] * (NUMBER_OF_MONTHS - 1) + [False]
    assert all(report.as_of == report.period_end for report in reports)


def test_nothing_is_owed_a_second_before_it_is_due(cast):
    due = dt.datetime(2026, 4, 5, 6, 0, tzinfo=IST)
    schedule(cast)
    assert engine.tick(now=due - dt.timedelta(seconds=1)).opened == 0
    assert engine.tick(now=due).opened == 1


def test_the_periods_of_a_schedule_are_made_one_after_the_other(cast):
    schedule(cast, starts_on=dt.date(2025, 10, 1))
    other = schedule(cast, title="Other")
    engine.tick(now=NOW)
    first, second, alone = Report.objects.order_by("pk")
    assert alone.schedule == other
    assert set(Report.objects.runnable(NOW)) == {first, alone}
    claimed(first).write(state=ReportState.FAILED, failure="No disk.", lease_until=None)
    assert set(Report.objects.runnable(NOW)) == {second, alone}


def test_one_bad_schedule_does_not_stop_the_next(cast, caplog):
    bad, good = schedule(cast, title="Bad one"), schedule(cast, title="Good one")
    execute("UPDATE reports_reportschedule SET cadence = 'fortnightly' WHERE id = %s", (bad.pk,))
    assert engine.tick(now=NOW).opened == 1
    assert Report.objects.get().schedule == good
    assert "Bad one" in caplog.text


def test_a_paused_schedule_owes_nothing_until_it_goes_on(cast):
    row = schedule(cast)
    row.change(by=acting(cast.manager), active=False)
    assert engine.tick(now=NOW).opened == 0
    row.change(by=acting(cast.administrator), active=True)
    assert engine.tick(now=NOW).opened == 1


def test_a_schedule_is_never_saved_or_deleted_past_its_audit_trail(cast):
    row = schedule(cast)
    for way in (row.save, row.delete, ReportSchedule.objects.all().delete):
        with pytest.raises(AuditBypass):
            way()


@pytest.mark.parametrize(
    "changes", [{"cadence": Cadence.MONTHLY}, {"starts_on": dt.date(2020, 1, 1)}, {"kind": "project"}]
)
def test_what_makes_a_schedule_cannot_change(cast, changes):
    with pytest.raises(ValidationError, match="end the schedule and make a new one"):
        schedule(cast).change(by=acting(cast.manager), **changes)


def test_a_change_on_an_old_version_is_refused(cast):
    row = schedule(cast)
    row.change(by=acting(cast.manager), version=1, title="Renamed")
    with pytest.raises(StaleError):
        row.change(by=acting(cast.administrator), version=1, title="Renamed again")


@pytest.mark.parametrize("name", ["officer", "auditor", "our_lead", "nobody"])
def test_only_stewards_schedule(cast, name):
    with pytest.raises(PermissionDenied):
        ReportSchedule.create(by=acting(cast.people[name]), title="Mine", kind="programme")
    with pytest.raises(PermissionDenied):
        schedule(cast).change(by=acting(cast.people[name]), active=False)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"kind": ReportKind.AGREEMENT}, "Say what the report is on"),
        ({"kind": ReportKind.PROJECT}, "Say what the report is on"),
        ({"due_day": 0}, "1 to 90 days"),
        ({"due_hour": 24}, "0 to 23"),
        ({"ends_on": dt.date(2025, 12, 31)}, "cannot end before it starts"),
    ],
)
def test_a_schedule_that_could_not_be_met_is_refused(cast, fields, message):
    with pytest.raises(ValidationError, match=message):
        schedule(cast, **fields)


@pytest.mark.django_db(transaction=True)
def test_any_number_of_ticks_at_once_register_each_period_once(cast):
    row = schedule(cast, **TWO_YEARS_AGO)
    project = schedule(cast, kind=ReportKind.PROJECT, project=cast.our_project, **TWO_YEARS_AGO)
    results = at_once(6, lambda _number: engine.tick(now=NOW).opened)
    assert sum(results) == 2 * NUMBER_OF_MONTHS
    for one, letter in ((row, "M"), (project, "P")):
        found = list(one.reports.order_by("period_start").values_list("serial", flat=True))
        assert found == numbered(NUMBER_OF_MONTHS, letter)


@pytest.mark.django_db(transaction=True)
def test_a_period_is_registered_once_also_at_the_turn_of_the_financial_year(cast):
    """Those who register it on either side of midnight count in different years, so no lock is between them."""
    row = schedule(cast, cadence=Cadence.MONTHLY, starts_on=dt.date(2026, 1, 1))
    midnight = dt.datetime(2026, 4, 1, 0, 0, tzinfo=IST)
    moments = (midnight - MINUTE, midnight)
    results = at_once(6, lambda number: engine.tick(now=moments[number % 2]).opened)
    assert sum(results) == 2
    assert row.reports.values("period_start").distinct().count() == row.reports.count() == 2
    counted = sum(SerialCounter.objects.values_list("last", flat=True))
    assert counted == 2, "who came too late has given no number"


def test_a_period_that_is_there_is_not_opened_again(cast):
    row = schedule(cast)
    assert len(open_owed(row, now=NOW)) == 1
    assert open_owed(row, now=NOW) == []
