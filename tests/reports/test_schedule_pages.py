"""Schedules and orders on the pages: what they will do before they do it, who may, and what is refused with a reason."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.models import AuditEvent, audit
from reports.choices import Cadence, MailState, ReportKind, ReportState
from reports.models import Mail, Report, ReportSchedule
from reports.ordering import open_owed
from tests.cast import acting, project, system
from tests.pages.test_markup import Reader
from tests.reports.issued import addressed, failed, issued
from tests.reports.orders import NOW, claimed, fresh, order, schedule

# Who may do what, and what a page says, does not hang on the engine: asked of one of them.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today"), pytest.mark.engine("postgres")]

NEW = {
    "title": "Magnet plant",
    "kind": "project",
    "subject": "project:PRJ-901",
    "cadence": "quarterly",
    "due_day": "5",
    "due_hour": "6",
    "starts_on": "2026-04-01",
    "owner": "manager",
}


@pytest.fixture
def manager(cast, client):
    client.force_login(cast.manager)
    return client


def text(answer, status=200):
    """Return the words of the page, in one line."""
    assert answer.status_code == status
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def form_of(row, **changes):
    facts = {"title": row.title, "due_day": row.due_day, "due_hour": row.due_hour, "owner": "manager"}
    return {"version": row.version, **facts, **changes}


# --- a new one ---


def test_a_steward_schedules_a_report_with_its_recipients(cast, manager):
    addressed(cast.our_lead)
    answer = manager.post("/schedules/new/", {**NEW, "recipients": ["our_lead"], "ends_on": "2027-03-31"})
    row = ReportSchedule.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/schedules/{row.pk}/")
    assert (row.kind, row.project, row.owner) == (ReportKind.PROJECT, cast.our_project, cast.manager)
    assert (row.due_day, row.due_hour, row.ends_on) == (5, 6, dt.date(2027, 3, 31))
    assert [user.username for user in row.recipients.all()] == ["our_lead"]
    assert "is scheduled" in text(manager.get(answer.url))


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        ("programme", ""),
        ("agreement", "agreement:AGR-901"),
        ("partner", "organisation:INS-901"),
        ("transfer", ""),
        ("exceptions", ""),
    ],
)
def test_every_kind_can_be_scheduled_on_its_subject(cast, manager, kind, subject):
    manager.post("/schedules/new/", {**NEW, "kind": kind, "subject": subject})
    row = ReportSchedule.objects.get()
    assert (row.kind, row.subject.reference if row.subject else "") == (kind, subject.partition(":")[2])


@pytest.mark.parametrize("cadence", Cadence.values)
def test_the_next_six_reports_are_shown_before_anything_is_saved(cast, manager, cadence):
    answer = manager.post("/schedules/new/", {**NEW, "cadence": cadence, "preview": "1"})
    following = answer.context["preview"].following
    assert len(following) == 6
    words = text(answer)
    for due in following:
        assert due.period.label in words
        assert due.due_at > NOW
    assert not ReportSchedule.objects.exists()
    assert not Report.objects.exists()


def test_the_preview_tells_period_days_and_due_moment(cast, manager):
    words = text(manager.post("/schedules/new/", {**NEW, "preview": "1"}))
    assert "Q1 2026-27 1 Apr 2026 – 30 Jun 2026 5 Jul 2026, 06:00" in words


def test_a_start_in_the_past_is_said_and_must_be_agreed_to(cast, manager):
    past = {**NEW, "starts_on": "2024-04-01"}
    words = text(manager.post("/schedules/new/", {**past, "preview": "1"}))
    assert "This will register 8 reports now." in words
    assert "Q1 2024-25" in words
    words = text(manager.post("/schedules/new/", past))
    assert "Nothing is scheduled yet: tick the box" in words
    assert not ReportSchedule.objects.exists()
    text(manager.post("/schedules/new/", {**past, "confirmed": "7"}))
    assert not ReportSchedule.objects.exists(), "another number was agreed to"
    assert manager.post("/schedules/new/", {**past, "confirmed": "8"}).status_code == 302
    assert len(open_owed(ReportSchedule.objects.get(), now=NOW)) == 8


def test_a_start_so_long_ago_that_it_is_a_slip_of_the_pen_is_refused(cast, manager):
    past = {**NEW, "cadence": "monthly", "starts_on": "1926-04-01", "confirmed": "1202"}
    assert "400 is the most" in text(manager.post("/schedules/new/", past))
    assert not ReportSchedule.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"subject": ""}, "is on a project: choose one"),
        ({"subject": "agreement:AGR-901"}, "is on a project: choose one"),
        ({"kind": "programme"}, "on the whole programme: choose nothing else"),
        ({"subject": "project:PRJ-999"}, "Select a valid choice"),
        ({"due_day": "91"}, "less than or equal to 90"),
        ({"due_hour": "24"}, "Select a valid choice"),
        ({"ends_on": "2026-03-31"}, "cannot end before it starts"),
        ({"owner": "our_lead"}, "Select a valid choice"),
        ({"title": ""}, "This field is required"),
    ],
)
def test_what_cannot_be_scheduled_is_refused_with_what_to_do(cast, manager, wrong, reason):
    assert reason in text(manager.post("/schedules/new/", {**NEW, **wrong}))
    assert not ReportSchedule.objects.exists()


def test_recipients_who_may_not_see_the_subject_are_refused_by_name(cast, manager):
    for user in (cast.our_lead, cast.their_lead, cast.their_viewer):
        addressed(user)
    chosen = ["our_lead", "their_lead", "their_viewer"]
    words = text(manager.post("/schedules/new/", {**NEW, "recipients": chosen}))
    assert "their_lead, their_viewer may not see what this schedule reports on" in words
    assert "Take them out" in words
    assert not ReportSchedule.objects.exists()


def test_a_form_sent_twice_makes_one_schedule(cast, manager):
    first, second = (manager.post("/schedules/new/", NEW) for _time in range(2))
    assert first.url == second.url
    assert ReportSchedule.objects.count() == 1


# --- one that is there ---


def test_a_change_shows_what_it_will_do_and_is_saved_with_its_reason(cast, manager):
    row = schedule(cast)
    address = f"/schedules/{row.pk}/change/"
    words = text(manager.post(address, form_of(row, due_day="20", due_hour="18", preview="1")))
    assert "20 Jul 2026, 18:00" in words
    row.refresh_from_db()
    assert row.due_day == 5
    answer = manager.post(address, form_of(row, due_day="20", due_hour="18", reason="Accounts close later."))
    assert answer.url == f"/schedules/{row.pk}/"
    words = text(manager.get(answer.url))
    assert "20 days after the period, at 18:00" in words
    assert "Accounts close later." in words
    assert "due, days after the period: 5 → 20" in words


@pytest.mark.parametrize("step", ["change", "pause", "end"])
def test_a_change_of_what_somebody_else_has_changed_answers_409_and_loses_no_text(cast, manager, step):
    row = schedule(cast)
    row.change(by=acting(cast.administrator), title="Renamed")
    form = form_of(row, version=1, reason="My long <b>text</b>", ends_on="2026-12-31")
    answer = manager.post(f"/schedules/{row.pk}/{step}/", form)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Last changed by Post administrator" in page
    assert "My long &lt;b&gt;text&lt;/b&gt;" in page
    row.refresh_from_db()
    assert (row.title, row.active, row.ends_on) == ("Renamed", True, None)


def test_what_falls_due_in_a_pause_is_said_and_caught_up_late(cast, manager):
    row = schedule(cast, starts_on=dt.date(2025, 10, 1))
    words = text(manager.get(f"/schedules/{row.pk}/pause/"))
    assert "What falls due meanwhile is caught up when it is resumed" in words
    manager.post(f"/schedules/{row.pk}/pause/", {"version": 1, "reason": "Ministry moves."})
    words = text(manager.get(f"/schedules/{row.pk}/"))
    assert "The schedule is paused: nothing is registered" in words
    assert "2 reports fell due in the pause." in words
    assert "Resuming registers 2 reports now." in text(manager.get(f"/schedules/{row.pk}/resume/"))
    manager.post(f"/schedules/{row.pk}/resume/", {"version": 2})
    row.refresh_from_db()
    assert row.active
    assert [report.late for report in open_owed(row, now=NOW)] == [True, True]


def test_an_end_needs_a_reason_and_keeps_what_is_registered(cast, manager):
    row = schedule(cast)
    address = f"/schedules/{row.pk}/end/"
    assert "This field is required" in text(manager.post(address, {"version": 1, "ends_on": "2026-03-31"}))
    open_owed(row, now=NOW)
    manager.post(address, {"version": 1, "ends_on": "2026-03-31", "reason": "The mission is over."})
    words = text(manager.get(f"/schedules/{row.pk}/"))
    assert "ended" in words
    assert "the schedule has ended" in words
    assert Report.objects.count() == 1
    assert AuditEvent.objects.get(action="schedule.change").reason == "The mission is over."
    assert "ended" in text(manager.get("/schedules/"))


def ended(cast):
    for held in cast.manager.memberships.all():
        audit.change(held, by=system(), action="test.setup", changes={"valid_to": dt.date(2026, 6, 14)})


def closed(cast):
    cast.manager.is_active = False
    cast.manager.save()


@pytest.mark.parametrize(
    ("loss", "reason"), [(ended, "may not issue reports"), (closed, "account of Post manager")]
)
def test_the_page_warns_when_its_owner_may_not_issue_any_more(cast, client, loss, reason):
    row = schedule(cast)
    client.force_login(cast.administrator)
    assert "can be issued now" not in text(client.get(f"/schedules/{row.pk}/"))
    loss(cast)
    words = text(client.get(f"/schedules/{row.pk}/"))
    assert "No report of this schedule can be issued now" in words
    assert reason in words
    form = form_of(row, owner="administrator")
    assert client.post(f"/schedules/{row.pk}/change/", form).status_code == 302
    assert "can be issued now" not in text(client.get(f"/schedules/{row.pk}/"))


def test_a_partner_sees_the_schedule_of_its_project_but_not_who_is_told(cast, client):
    row = schedule(
        cast, kind=ReportKind.PROJECT, project=cast.our_project, recipients=[addressed(cast.auditor)]
    )
    client.force_login(cast.our_viewer)
    words = text(client.get(f"/schedules/{row.pk}/"))
    assert "Post auditor" not in words
    assert "/change/" not in client.get(f"/schedules/{row.pk}/").content.decode()
    client.force_login(cast.their_viewer)
    assert client.get(f"/schedules/{row.pk}/").status_code == 404
    assert row.title not in text(client.get("/schedules/"))


# --- the register ---


def test_the_register_finds_the_reports_of_a_schedule_by_its_title(cast, manager):
    row, other = schedule(cast, title="Ours"), schedule(cast, title="Others")
    (mine,), (theirs,) = open_owed(row, now=NOW), open_owed(other, now=NOW)
    assert f'<option value="{row.pk}">Ours</option>' in manager.get("/reports/").content.decode()
    words = text(manager.get(f"/reports/?schedule={row.pk}"))
    assert mine.serial in words
    assert theirs.serial not in words


def test_a_partner_is_offered_no_schedule_that_it_does_not_see(cast, client):
    schedule(cast, title="Programme alone")
    client.force_login(cast.our_viewer)
    assert "Programme alone" not in text(client.get("/reports/"))


def test_the_register_offers_the_downloads_of_one_language(cast, manager):
    issued(cast)
    page = manager.get("/reports/?language=hi").content.decode()
    assert "pdf?language=hi" in page
    assert "pdf?language=en" not in page


@pytest.mark.parametrize(
    ("name", "reference", "kind"),
    [("agreement", "AGR-901", "agreement"), ("organisation", "INS-901", "partner")],
)
def test_the_register_finds_reports_by_agreement_and_organisation(cast, manager, name, reference, kind):
    subject = {"agreement": cast.our_agreement, "organisation": cast.texmin}[name]
    found = order(cast, kind=kind, project=None, **{name: subject})
    other = order(cast)
    words = text(manager.get(f"/reports/?{name}={reference}"))
    assert found.serial in words
    assert other.serial not in words


def test_stewards_are_told_of_failures_and_of_mails_until_somebody_looks_after_them(cast, client):
    report = failed(cast)
    mail = Mail.objects.create(
        report=report, recipient=cast.officer, state=MailState.FAILED, failure="451 later", queued_at=NOW
    )
    client.force_login(cast.officer)
    assert "could not be made and was not tried again" not in text(client.get("/reports/"))
    client.force_login(cast.manager)
    words = text(client.get("/reports/"))
    assert "1 report could not be made and was not tried again." in words
    assert "1 mail was not delivered." in words
    assert "451 later" in text(client.get("/reports/mails/"))
    assert client.post(f"/reports/mails/{mail.pk}/again").url == "/reports/mails/"
    client.post(f"/reports/{report.slug}/retry")
    words = text(client.get("/reports/"))
    assert "not tried again" not in words
    assert "not delivered" not in words
    assert "is not sent again" in text(client.post(f"/reports/mails/{mail.pk}/again", follow=True))


# --- on demand ---

ORDER = {"kind": "project", "subject": "project:PRJ-901", "as_of": "2026-05-31"}


def test_an_order_leads_to_the_page_that_shows_how_far_it_is(cast, client):
    client.force_login(cast.officer)
    answer = client.post("/reports/order/", ORDER)
    report = Report.objects.get()
    assert answer.url == f"/reports/{report.slug}/"
    assert (report.requested_by, report.project, str(report.as_of)) == (
        cast.officer,
        cast.our_project,
        "2026-05-31",
    )
    page = client.get(answer.url).content.decode()
    assert f'hx-get="/reports/{report.slug}/progress?seen=queued-0-0"' in page
    assert 'hx-trigger="every 2s"' in page
    assert 'aria-live="polite"' in page
    assert "<noscript>" in page


def test_an_order_sent_twice_uses_one_serial(cast, client):
    client.force_login(cast.officer)
    first, second = (client.post("/reports/order/", ORDER) for _time in range(2))
    assert first.url == second.url
    assert Report.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"as_of": "2026-06-16"}, "lies in the future"),
        ({"period_start": "2026-06-01"}, "cannot begin after"),
        ({"subject": ""}, "choose one"),
        ({"kind": "transfer"}, "choose nothing else"),
    ],
)
def test_an_order_that_cannot_be_met_is_refused_at_its_field(cast, client, wrong, reason):
    client.force_login(cast.officer)
    assert reason in text(client.post("/reports/order/", {**ORDER, **wrong}))
    assert not Report.objects.exists()


def test_progress_is_told_as_it_changes_and_stops_by_itself(cast, client):
    client.force_login(cast.officer)
    report = order(cast)
    address = f"/reports/{report.slug}/progress"
    assert "It waits for its turn" in text(client.get(address))
    assert client.get(f"{address}?seen=queued-0-0").status_code == 204
    claimed(report).write(progress=30)
    answer = client.get(f"{address}?seen=queued-0-0")
    assert "It is being made: 30 per cent." in text(answer)
    assert '<progress max="100" value="30"' in answer.content.decode()
    assert "every 2s" in answer.content.decode()
    done = issued(cast)
    page = client.get(f"/reports/{done.slug}/progress?seen=running-1-90").content.decode()
    assert "every 2s" not in page
    assert "hx-swap-oob" in page
    assert "pdf?language=hi" in page


def test_a_failure_ends_the_progress_with_its_reason_and_a_second_try_for_those_who_may(cast, client):
    report = failed(cast)
    for user, offered in ((cast.officer, False), (cast.manager, True)):
        client.force_login(user)
        page = client.get(f"/reports/{report.slug}/progress").content.decode()
        assert "The disk was full." in page
        assert "every 2s" not in page
        assert (f'action="/reports/{report.slug}/retry"' in page) is offered


def test_a_session_that_ends_meanwhile_leads_to_the_sign_in_and_back(cast, client):
    slug = order(cast).slug
    answer = client.get(f"/reports/{slug}/progress", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == f"/sign-in/?next=%2Freports%2F{slug}%2F"


def test_an_issued_report_is_revised_with_its_reason(cast, client):
    old = issued(cast)
    client.force_login(cast.officer)
    assert f"/reports/{old.slug}/revise/" in client.get(f"/reports/{old.slug}/").content.decode()
    assert "This field is required" in text(client.post(f"/reports/{old.slug}/revise/", {"reason": " "}))
    answer = client.post(f"/reports/{old.slug}/revise/", {"reason": "Wrong project."})
    new = Report.objects.get(revision=1)
    assert (answer.url, new.supersedes, new.revision_reason) == (
        f"/reports/{new.slug}/",
        old,
        "Wrong project.",
    )
    assert "Only the latest issue" in text(client.get(f"/reports/{old.slug}/revise/"), 409)
    assert f"Is being revised as {new.serial}" in text(client.get(f"/reports/{old.slug}/"))
    assert fresh(old).state == ReportState.ISSUED


def test_only_an_issued_report_is_revised(cast, client):
    client.force_login(cast.officer)
    slug = order(cast).slug
    assert client.post(f"/reports/{slug}/revise/", {"reason": "Wrong."}).status_code == 409
    client.force_login(cast.our_viewer)
    assert client.post(f"/reports/{slug}/revise/", {"reason": "Wrong."}).status_code == 403


# --- what pages cost, and what they keep ---


HOSTILE = "<script>alert(1)</script>"


def test_no_page_runs_or_styles_anything_inline_and_every_control_has_its_label(cast, manager):
    addressed(cast.auditor)
    audit.change(cast.our_project, by=system(), action="test.setup", changes={"name": HOSTILE})
    row = schedule(
        cast,
        title=HOSTILE,
        kind=ReportKind.PROJECT,
        project=cast.our_project,
        recipients=[cast.auditor],
        starts_on=dt.date(2025, 1, 1),
    )
    row.change(by=acting(cast.manager), active=False, reason=HOSTILE)
    report, running, broken = issued(cast), order(cast), failed(cast)
    Mail.objects.create(
        report=report, recipient=cast.officer, state=MailState.FAILED, failure=HOSTILE, queued_at=NOW
    )
    addresses = [f"/schedules/{row.pk}/{step}" for step in ("", "change/", "pause/", "resume/", "end/")]
    addresses += [f"/reports/{slug}/" for slug in (report.slug, running.slug, broken.slug, "order", "mails")]
    addresses += ["/schedules/", "/schedules/new/", "/reports/", f"/reports/{report.slug}/revise/"]
    answers = {address: manager.get(address) for address in addresses}
    answers["preview"] = manager.post("/schedules/new/", {**NEW, "starts_on": "2024-01-01", "preview": "1"})
    answers["errors"] = manager.post("/schedules/new/", {"title": HOSTILE})
    answers["conflict"] = manager.post(
        f"/schedules/{row.pk}/end/", {"version": 1, "ends_on": "2026-12-31", "reason": HOSTILE}
    )
    for address, answer in answers.items():
        page = answer.content.decode()
        reader = Reader(page)
        assert HOSTILE not in page, address
        assert reader.inline == [], address
        assert reader.headings == 1, address
        assert reader.controls <= reader.labels, address
        assert len(reader.ids) == len(set(reader.ids)), address


PRICES = {"/schedules/": 9, "/reports/": 13, "/reports/mails/": 6}


def test_pages_cost_the_same_for_one_row_and_for_six(cast, manager):
    addressed(cast.auditor)
    for number in (1, 5):
        for index in range(number):
            furnish(cast, f"{number}{index}")
        assert {address: cost(manager, address) for address in PRICES} == PRICES


def furnish(cast, name):
    """Add a project with its schedule, an owed and an issued report, and a mail that was not delivered."""
    site = project(f"PRJ-{name}", cast.texmin)
    row = schedule(cast, title=f"No {name}", kind=ReportKind.PROJECT, project=site, recipients=[cast.auditor])
    open_owed(row, now=NOW)
    Mail.objects.create(
        report=issued(cast, project=site),
        recipient=cast.officer,
        state=MailState.FAILED,
        failure="No.",
        queued_at=NOW,
    )


def cost(client, address):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_the_page_of_a_schedule_costs_the_same_however_long_its_history(
    cast, manager, django_assert_num_queries
):
    row = schedule(cast, cadence=Cadence.MONTHLY, starts_on=dt.date(2024, 1, 1))
    for number in range(20):
        owner = cast.administrator if number % 2 else cast.manager
        row.change(by=acting(cast.manager), title=f"Title {number}", owner=owner)
    for _time in range(2):
        with django_assert_num_queries(11):
            text(manager.get(f"/schedules/{row.pk}/"))
        open_owed(row, now=NOW)
