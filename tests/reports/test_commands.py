"""The commands: one report on demand, the polling runner, the demonstration's schedules."""

import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command

from projects.models import AuditEvent
from reports.choices import ReportKind, ReportState
from reports.models import Report, ReportSchedule
from tests.cast import agreement, organisation, project
from tests.reports.issued import addressed, issued
from tests.reports.orders import execute, schedule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

ORDER = {"kind": "project", "project": "PRJ-901"}


def say(command, *flags, **options):
    """Return what the command says to options that are typed as a person types them."""
    out = io.StringIO()
    typed = [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", value)]
    call_command(command, *flags, *typed, stdout=out)
    return out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_a_report_on_demand_is_made_and_says_where_it_lies(cast):
    said = say("issue_report", "--wait", as_of="2026-05-31", **ORDER)
    report = Report.objects.get()
    assert (report.state, report.requested_by) == (ReportState.ISSUED, cast.administrator)
    for wanted in (
        report.serial,
        *report.editions.values_list("sha256", flat=True),
        f"pages   {report.edition('hi').pages}",
        "/files/",
    ):
        assert wanted in said


def test_without_waiting_the_report_is_queued(cast, settings):
    settings.REDIS_URL = ""
    assert "at the next tick" in say("issue_report", by="officer", **ORDER)
    report = Report.objects.get()
    assert (report.state, report.requested_by, str(report.as_of)) == ("queued", cast.officer, "2026-06-15")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"kind": "programme", "project": "PRJ-901"}, "not on this: leave it out"),
        ({"project": "PRJ-999"}, "There is no project PRJ-999"),
        ({"as_of": "2026-06-16"}, "lies in the future"),
        ({"from": "2026-06-16"}, "cannot begin after"),
        ({"by": "auditor"}, "auditor: Your role does not allow this step"),
        ({"by": "stranger"}, "There is no user stranger"),
    ],
)
def test_what_cannot_be_ordered_is_refused_with_the_reason(cast, options, reason):
    with pytest.raises(CommandError, match=reason):
        say("issue_report", **{**ORDER, **options})
    assert not Report.objects.exists()


def test_a_revision_is_ordered_by_the_serial_that_it_corrects(cast, settings):
    settings.REDIS_URL = ""
    old = issued(cast)
    say("issue_report", revises=old.serial, reason="Wrong project.")
    new = Report.objects.get(revision=1)
    assert (new.supersedes, new.revision_reason, new.requested_by) == (
        old,
        "Wrong project.",
        cast.administrator,
    )
    for options, reason in (
        ({"revises": old.serial, "reason": "Again."}, "only the latest issue"),
        ({"revises": "NCMM/2026-27/P/9999", "reason": "None."}, "There is no report"),
        ({}, "Say which --kind"),
    ):
        with pytest.raises(CommandError, match=reason):
            say("issue_report", **options)


def test_a_report_that_fails_ends_the_command_with_its_reason(cast):
    execute("UPDATE projects_milestone SET as_of_basis = 'guessed'")  # counted nowhere
    with pytest.raises(CommandError, match="failed: The figures contradict each other"):
        say("issue_report", "--wait", as_of="2026-05-31", **ORDER)


@pytest.mark.django_db(transaction=True)
def test_the_polling_runner_makes_everything_that_is_owed_and_ends(cast):
    schedule(cast, kind="project", project=cast.our_project, starts_on=dt.date(2026, 1, 1))
    assert say("run_due", "--once") == "NCMM/2026-27/P/0001: issued\n"
    assert say("run_due", "--once") == ""


def test_the_demonstration_is_scheduled_once_in_every_kind_whose_subject_is_there(cast):
    project("PRJ-018", cast.texmin)
    organisation("INS-008", "Park")
    agreement("AGR-001", cast.texmin)
    addressed(cast.manager)
    addressed(cast.auditor)
    assert say("load_demonstration_schedules").count("Scheduled") == 6
    assert say("load_demonstration_schedules") == ""
    rows = ReportSchedule.objects.all()
    assert {row.kind for row in rows} == set(ReportKind.values)
    assert {row.owner for row in rows} == {cast.manager}
    assert {row.kind for row in rows if row.cadence == "half_yearly"} == {"agreement"}
    told = {row.kind: {user.username for user in row.recipients.all()} for row in rows}
    assert told["programme"] == {"manager", "auditor"}
    assert AuditEvent.objects.filter(action="schedule.create").count() == 6


def test_without_demonstration_users_nothing_is_scheduled():
    assert "nothing scheduled" in say("load_demonstration_schedules")
