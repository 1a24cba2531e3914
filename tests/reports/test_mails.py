"""Mails: owed with the event, sent once by intent, to those who may see the report, with its link and nothing else."""

import datetime as dt
import threading
from types import SimpleNamespace

import pytest
from django.core import mail as outbox
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import transaction
from django.utils import translation

from projects import post
from projects.models import AuditEvent, TransitionError, audit
from reports import mails, tasks
from reports.choices import Cadence, MailState, ReportKind, ReportState
from reports.models import Mail
from reports.ordering import open_owed
from tests import mailserver, services
from tests.cast import acting, system
from tests.reports.issued import addressed, failed, published
from tests.reports.orders import NOW, at_once, claimed, fresh, schedule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

HOUR = dt.timedelta(hours=1)
SECOND = dt.timedelta(seconds=1)


def scheduled(cast, *recipients, **fields):
    """Return a monthly schedule on our project that goes to the recipients, who all have an address."""
    facts = {
        "kind": ReportKind.PROJECT,
        "project": cast.our_project,
        "cadence": Cadence.MONTHLY,
        "starts_on": dt.date(2026, 5, 1),
        "recipients": [addressed(user) for user in recipients],
        **fields,
    }
    return schedule(cast, **facts)


def made(cast, *recipients, **fields):
    """Return the reports that such a schedule owes, issued; their mails wait."""
    owed = open_owed(scheduled(cast, *recipients, **fields), now=NOW)
    return [published(report, cast.manager) for report in owed]


def states():
    return list(Mail.objects.order_by("pk").values_list("state", flat=True))


@pytest.fixture
def server(settings):
    """A mail server of this test's own, to which the tracker sends."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with mailserver.running() as found:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", found.port, 2
        yield found


# --- what it says ---


def test_a_mail_names_the_report_and_links_to_it_and_carries_nothing(cast, settings):
    settings.BASE_URL = "https://tracker.example.org"
    (report,) = made(cast, cast.auditor)
    assert mails.send_due(now=NOW) == 1
    (message,) = outbox.outbox
    assert message.to == ["auditor@example.org"]
    assert message.subject == f"{report.serial} – Project report: Project PRJ-901, May 2026"
    assert message.attachments == []
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"
    for line in (
        f"{report.serial} (late)",
        "Project report: Project PRJ-901, May 2026",
        f"Read: https://tracker.example.org/reports/{report.slug}/",
        f"Verify a copy: https://tracker.example.org/verify/{report.slug}/",
    ):
        assert line in message.body.splitlines()
    assert cast.our_milestone.title not in message.body
    assert Mail.objects.get().sent_at == NOW


def test_a_mail_is_written_in_the_language_of_its_reader(cast):
    row = scheduled(cast, cast.auditor)
    addressed(cast.auditor, "hi")
    (report,) = open_owed(row, now=NOW)
    report = published(report, cast.manager)
    mails.send_due(now=NOW)
    with translation.override("hi"):
        title = report.title
    assert "रिपोर्ट" in title
    assert title in outbox.outbox[0].subject
    assert title in outbox.outbox[0].body


def test_what_breaks_lines_in_a_name_cannot_add_a_header(cast):
    audit.change(
        cast.our_project, by=system(), action="test.setup", changes={"name": "Line\nBcc: all@example.org"}
    )
    made(cast, cast.auditor)
    assert mails.send_due(now=NOW) == 1
    assert "\n" not in outbox.outbox[0].subject
    assert outbox.outbox[0].recipients() == ["auditor@example.org"]


def test_a_failure_is_told_to_whoever_answers_for_the_report_without_its_reason(cast):
    addressed(cast.officer)
    report = failed(cast)
    mails.owe_failure(report, now=NOW)
    assert mails.send_due(now=NOW) == 1
    (message,) = outbox.outbox
    assert message.to == ["officer@example.org"]
    assert message.subject.startswith(f"{report.serial} could not be made")
    assert "The disk was full" not in message.body, "a reason may name figures"


def test_each_failure_is_told_anew(cast):
    addressed(cast.officer)
    report = failed(cast)
    for number in (1, 2):
        mails.owe_failure(report, now=NOW + number * HOUR)
        mails.send_due(now=NOW + number * HOUR)
        assert len(outbox.outbox) == number


# --- no burst ---


def test_a_backlog_comes_in_one_message_in_the_order_of_its_periods(cast):
    reports = made(cast, cast.auditor, starts_on=dt.date(2025, 10, 1))
    assert len(reports) == 8
    assert mails.send_due(now=NOW) == 1
    (message,) = outbox.outbox
    assert message.subject == "8 reports issued"
    places = [message.body.index(report.serial) for report in reports]
    assert places == sorted(places)
    assert message.body.count("(late)") == 8
    assert mails.send_due(now=NOW) == 0


def test_a_mail_waits_for_the_rest_of_its_schedule_but_an_hour_at_most(cast):
    first, second = open_owed(scheduled(cast, cast.auditor, starts_on=dt.date(2026, 4, 1)), now=NOW)
    published(first, cast.manager)
    assert mails.send_due(now=NOW) == 0
    assert mails.send_due(now=NOW + HOUR - SECOND) == 0
    assert mails.send_due(now=NOW + HOUR) == 1
    published(second, cast.manager, NOW + HOUR)
    assert mails.send_due(now=NOW + HOUR) == 1
    assert [message.subject[:19] for message in outbox.outbox] == [first.serial, second.serial]


def test_an_unfinished_report_of_another_schedule_holds_up_nobody_else(cast):
    made(cast, cast.auditor)
    open_owed(scheduled(cast, cast.our_viewer, title="Other"), now=NOW)
    assert mails.send_due(now=NOW) == 1


# --- rights at the moment of sending ---


def ended(cast):
    (held,) = cast.our_viewer.memberships.all()
    audit.change(held, by=system(), action="test.setup", changes={"valid_to": dt.date(2026, 6, 14)})


def closed(cast):
    cast.our_viewer.is_active = False
    cast.our_viewer.save()


def without_address(cast):
    cast.our_viewer.email = ""
    cast.our_viewer.save()


@pytest.mark.parametrize(
    ("loss", "reason"),
    [
        (ended, "may not see this report any more"),
        (closed, "account is closed"),
        (without_address, "No e-mail address"),
    ],
)
def test_who_lost_the_right_meanwhile_gets_no_mail(cast, loss, reason):
    made(cast, cast.our_viewer, cast.auditor)
    loss(cast)
    assert mails.send_due(now=NOW) == 1
    assert [message.to for message in outbox.outbox] == [["auditor@example.org"]]
    dropped = Mail.objects.get(recipient=cast.our_viewer)
    assert dropped.state == MailState.DROPPED
    assert reason in dropped.failure


def test_a_failure_that_was_tried_again_is_not_told(cast):
    addressed(cast.officer)
    report = failed(cast)
    mails.owe_failure(report, now=NOW)
    type(report).objects.filter(pk=report.pk).update(state=ReportState.QUEUED, failure="")
    assert mails.send_due(now=NOW) == 0
    assert states() == [MailState.DROPPED]


# --- over the wire ---


def test_over_the_wire_a_message_arrives_once(cast, server):
    (report,) = made(cast, cast.auditor)
    assert mails.send_due(now=NOW) == 1
    assert mails.send_due(now=NOW + HOUR) == 0
    (message,) = server.inbox
    assert message["To"] == "auditor@example.org"
    assert message["From"] == "Mission Tracker <no-reply@localhost>"
    assert report.serial in message["Subject"]
    assert f"/reports/{report.slug}/" in message.get_content()
    assert not message.is_multipart()
    assert states() == [MailState.SENT]


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA", "END"])
def test_a_refused_mail_is_tried_five_times_with_growing_pauses_then_failed(cast, server, command):
    made(cast, cast.auditor)
    server.answers[command] = "451 come back later"
    now = NOW
    for pause in mails.PAUSES:
        assert mails.send_due(now=now) == 0
        row = Mail.objects.get()
        assert (row.state, row.not_before) == (MailState.QUEUED, now + pause)
        assert mails.send_due(now=now + pause - SECOND) == 0
        assert Mail.objects.get().attempt == row.attempt, "nothing is tried before the pause is over"
        now += pause
    mails.send_due(now=now)
    row = Mail.objects.get()
    assert (row.state, row.attempt) == (MailState.FAILED, 5)
    assert "451 come back later" in row.failure
    assert sorted(mails.PAUSES) == list(mails.PAUSES)
    assert server.inbox == []


def test_a_mail_refused_once_arrives_with_the_next_attempt(cast, server):
    made(cast, cast.auditor)
    server.answers["RCPT"] = "450 mailbox busy"
    mails.send_due(now=NOW)
    server.answers.clear()
    assert mails.send_due(now=NOW + HOUR) == 1
    assert len(server.inbox) == 1
    assert Mail.objects.get().failure == ""


def test_a_server_that_is_gone_or_silent_costs_an_attempt_and_no_more_than_its_time_out(
    cast, server, settings
):
    made(cast, cast.auditor)
    settings.EMAIL_TIMEOUT = 0.3
    server.silent.set()
    mails.send_due(now=NOW)
    assert "timed out" in Mail.objects.get().failure
    settings.EMAIL_PORT = services.free_port()
    mails.send_due(now=NOW + HOUR)
    assert "Connection refused" in Mail.objects.get().failure
    assert states() == [MailState.QUEUED]


def test_a_line_that_breaks_leaves_the_decision_to_a_person(cast, server):
    made(cast, cast.auditor)
    server.answers["END"] = None
    mails.send_due(now=NOW)
    row = Mail.objects.get()
    assert row.state == MailState.SENDING
    assert "may have arrived" in row.failure
    assert list(mails.undelivered(NOW)) == [row]
    server.answers.clear()
    assert mails.send_due(now=NOW + 24 * HOUR) == 0
    mails.send_again(row, by=acting(cast.manager), now=NOW)
    assert mails.send_due(now=NOW) == 1
    assert len(server.inbox) == 1
    assert AuditEvent.objects.get(action="mail.send_again").actor == cast.manager


# --- once by intent ---


def test_a_crash_while_sending_never_sends_twice(cast, monkeypatch):
    def crash(message):
        outbox.outbox.append(message)
        raise KeyboardInterrupt

    (report,) = made(cast, cast.auditor)
    monkeypatch.setattr(post, "send", crash)
    with pytest.raises(KeyboardInterrupt):
        mails.send_due(now=NOW)
    monkeypatch.undo()
    assert states() == [MailState.SENDING]
    assert mails.send_due(now=NOW + 24 * HOUR) == 0
    assert len(outbox.outbox) == 1
    assert not mails.undelivered(NOW).exists(), "it may still be on its way"
    assert [mail.report for mail in mails.undelivered(NOW + mails.HANGS_AFTER)] == [report]


@pytest.mark.django_db(transaction=True)
def test_of_eight_senders_at_once_one_sends(cast, server):
    made(cast, cast.auditor, cast.our_viewer, starts_on=dt.date(2026, 1, 1))
    results = at_once(8, lambda _number: mails.send_due(now=NOW))
    assert sum(results) == 2
    assert sorted(message["To"] for message in server.inbox) == [
        "auditor@example.org",
        "our_viewer@example.org",
    ]
    assert set(states()) == {MailState.SENT}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("condition", "arrive"), [("with", 1), ("without", 2)])
def test_the_condition_of_the_update_is_what_keeps_two_senders_from_sending_twice(
    cast, server, monkeypatch, condition, arrive
):
    """Why the row is taken by a condition: both have read it as queued before either has marked it."""
    made(cast, cast.auditor)
    both_have_read = threading.Barrier(2, timeout=30)

    def atomic(**options):
        both_have_read.wait()
        return transaction.atomic(**options)

    def take(key, now):
        return bool(Mail.objects.filter(pk=key).update(state=MailState.SENDING))

    monkeypatch.setattr(mails, "transaction", SimpleNamespace(atomic=atomic))
    if condition == "without":
        monkeypatch.setattr(mails, "_take", take)
    at_once(2, lambda _number: mails.send_due(now=NOW))
    assert len(server.inbox) == arrive


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_inside_a_transaction(cast):
    made(cast, cast.auditor)
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        mails.send_due(now=NOW)
    assert outbox.outbox == []
    assert states() == [MailState.QUEUED]


# --- a person decides ---


def test_a_mail_is_sent_again_by_stewards_and_only_while_it_is_undelivered(cast):
    made(cast, cast.auditor)
    row = Mail.objects.get()
    with pytest.raises(TransitionError):
        mails.send_again(row, by=acting(cast.manager), now=NOW)
    Mail.objects.update(state=MailState.FAILED, attempt=5, failure="451 come back later")
    with pytest.raises(PermissionDenied):
        mails.send_again(row, by=acting(cast.officer), now=NOW)
    mails.send_again(row, by=acting(cast.administrator), now=NOW)
    row.refresh_from_db()
    assert (row.state, row.attempt, row.failure) == (MailState.QUEUED, 0, "")
    with pytest.raises(TransitionError):
        mails.send_again(row, by=acting(cast.administrator), now=NOW)


# --- who rings ---


@pytest.mark.django_db(transaction=True)
def test_the_tick_rings_for_mails_that_wait(cast, settings, redis_server):
    settings.REDIS_URL = redis_server.url
    with services.redis.Redis.from_url(redis_server.url, decode_responses=True) as redis:
        tasks.tick()
        assert redis.llen("celery") == 0
        made(cast, cast.auditor)
        tasks.tick()
        (message,) = redis.lrange("celery", 0, -1)
    assert '"task": "reports.tasks.send"' in message
    tasks.send()
    assert len(outbox.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_the_polling_runner_sends(cast, capsys):
    made(cast, cast.auditor)
    call_command("run_due", "--once")
    assert len(outbox.outbox) == 1


def test_without_a_mail_server_the_message_becomes_a_file_and_a_line_in_the_log(
    cast, settings, tmp_path, caplog
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    (report,) = made(cast, cast.auditor)
    with caplog.at_level("INFO"):
        mails.send_due(now=NOW)
    (file,) = (tmp_path / "mail").iterdir()
    assert report.serial in file.read_text()
    assert f"{report.serial}: {tmp_path}/mail" in caplog.text


def test_a_lost_lease_and_an_old_lease_owe_no_mail_twice(cast):
    (report,) = open_owed(scheduled(cast, cast.auditor), now=NOW)
    published(report, cast.manager)
    mails.owe_issue(fresh(report), now=NOW)
    assert Mail.objects.count() == 1
    with pytest.raises(AssertionError):
        claimed(report)
