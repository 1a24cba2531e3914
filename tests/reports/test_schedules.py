"""What schedules owe is registered once, in order, however long nobody asked and however many ask at once."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from projects.choices import Role
from projects.models import AuditBypass, StaleError, audit
from reports import engine, preview
from reports.choices import SCOPES, Cadence, ReportKind, ReportState
from reports.models import Report, ReportSchedule, SerialCounter
from reports.ordering import open_owed
from reports.periods import IST
from tests.cast import acting, system
from tests.reports.issued import addressed, published
from tests.reports.orders import MINUTE, NOW, at_once, claimed, execute, fresh, schedule

pytestmark = pytest.mark.django_db

TWO_YEARS_AGO = {"cadence": Cadence.MONTHLY, "starts_on": dt.date(2024, 4, 1)}
DAY = dt.timedelta(days=1)
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


def test_who_may_not_see_the_subject_cannot_become_a_recipient(cast):
    for name in ("our_viewer", "their_lead", "nobody"):
        addressed(cast.people[name])
    wanted = [cast.our_viewer, cast.their_lead, cast.nobody]
    with pytest.raises(ValidationError, match="their_lead, nobody may not see"):
        schedule(cast, kind=ReportKind.PROJECT, project=cast.our_project, recipients=wanted)
    row = schedule(cast, kind=ReportKind.PROJECT, project=cast.our_project, recipients=wanted[:1])
    with pytest.raises(ValidationError, match="their_lead may not see"):
        row.change(by=acting(cast.manager), recipients=wanted[:2])
    assert [user.username for user in row.recipients.all()] == ["our_viewer"]


def test_without_an_address_nobody_is_a_recipient(cast):
    with pytest.raises(ValidationError, match="No e-mail address is known of auditor"):
        schedule(cast, recipients=[cast.auditor])


def test_who_may_not_issue_reports_cannot_become_the_owner(cast):
    row = schedule(cast)
    for name in ("auditor", "our_lead", "nobody"):
        with pytest.raises(ValidationError, match=r"may not issue reports\. Choose another owner"):
            schedule(cast, owner=cast.people[name])
        with pytest.raises(ValidationError, match="Choose another owner"):
            row.change(by=acting(cast.manager), owner=cast.people[name])
    row.change(by=acting(cast.manager), owner=cast.officer)
    assert ReportSchedule.objects.get().owner == cast.officer


def test_a_start_so_long_ago_that_it_is_a_slip_of_the_pen_is_refused(cast):
    with pytest.raises(ValidationError, match=r"400 is the most\. Begin later"):
        schedule(cast, cadence=Cadence.MONTHLY, starts_on=dt.date(1990, 1, 1))
    assert not ReportSchedule.objects.exists()


# --- what a schedule will do ---


@pytest.mark.parametrize(
    ("cadence", "labels"),
    [
        (Cadence.MONTHLY, ["June 2026", "July 2026", "August 2026"]),
        (Cadence.QUARTERLY, ["Q1 2026-27", "Q2 2026-27", "Q3 2026-27"]),
        (Cadence.HALF_YEARLY, ["H1 2026-27", "H2 2026-27", "H1 2027-28"]),
        (Cadence.YEARLY, ["2026-27", "2027-28", "2028-29"]),
    ],
)
def test_the_preview_names_the_next_six_periods(cast, cadence, labels):
    found = preview.of(schedule(cast, cadence=cadence), now=NOW).following
    assert [due.period.label for due in found[:3]] == labels
    assert len(found) == 6
    assert all(due.due_at == dt.datetime.combine(due.period.end, dt.time(6), IST) + 5 * DAY for due in found)


def test_the_preview_foretells_what_the_tick_registers(cast):
    row = schedule(cast, **TWO_YEARS_AGO)
    foretold = [due.period for due in preview.of(row, now=NOW).at_once]
    assert len(foretold) == NUMBER_OF_MONTHS
    assert [report.period for report in open_owed(row, now=NOW)] == foretold
    assert preview.of(row, now=NOW).at_once == []


def test_the_preview_of_a_schedule_that_ends_ends(cast):
    row = schedule(cast, ends_on=dt.date(2026, 9, 30))
    assert [due.period.label for due in preview.of(row, now=NOW).following] == ["Q1 2026-27", "Q2 2026-27"]
    assert not row.is_over(NOW)
    assert row.is_over(dt.datetime(2026, 10, 5, 6, 0, tzinfo=IST))


# --- the owner's rights on the day of the run ---


def role_ended(cast):
    for held in cast.officer.memberships.all():
        audit.change(held, by=system(), action="test.setup", changes={"valid_to": dt.date(2026, 6, 14)})


def account_closed(cast):
    cast.officer.is_active = False
    cast.officer.save()


def role_changed(cast):
    for held in cast.officer.memberships.all():
        changes = {"role": Role.VIEWER, "organisation": cast.irel}
        audit.change(held, by=system(), action="test.setup", changes=changes)


@pytest.mark.parametrize("loss", [role_ended, account_closed, role_changed])
@pytest.mark.parametrize("kind", ReportKind.values)
def test_no_report_of_any_kind_is_issued_in_the_name_of_who_lost_the_right(cast, kind, loss):
    scope = SCOPES.get(ReportKind(kind))
    subject = {"project": cast.our_project, "agreement": cast.our_agreement, "organisation": cast.texmin}
    row = schedule(cast, kind=kind, owner=cast.officer, **({scope: subject[scope]} if scope else {}))
    (report,) = open_owed(row, now=NOW)
    loss(cast)
    made = engine.render(report.pk, moment=lambda: NOW)
    assert (made.state, made.snapshot, made.attempt) == (ReportState.FAILED, "", 1)
    assert "Post officer, in whose name it is issued, may not issue reports any more." in made.failure
    assert preview.of(ReportSchedule.objects.get(), now=NOW).owner_problem


def test_a_new_owner_answers_for_what_is_owed_already(cast):
    row = schedule(cast, kind=ReportKind.PROJECT, project=cast.our_project, owner=cast.officer)
    (report,) = open_owed(row, now=NOW)
    role_ended(cast)
    row.change(by=acting(cast.manager), owner=cast.manager)
    assert fresh(report).responsible == cast.manager
    assert published(fresh(report), cast.manager).state == ReportState.ISSUED


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
