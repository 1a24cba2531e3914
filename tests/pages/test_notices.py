"""The inbox and the pack of a review as pages: what one does there, and what it costs."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects import noticing
from projects.models import ActionPoint, Notice, NoticePreferences, ReviewMeeting
from reports.periods import IST
from tests.cast import TODAY, acting, milestone

pytestmark = pytest.mark.engine("postgres")

NOW = dt.datetime(2026, 6, 15, 9, 30, tzinfo=IST)


def cost(browser, path):
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(path).status_code == 200
    return len(queries)


def reviewed(cast, number):
    by = acting(cast.officer)
    milestone(f"MST-{number}", cast.our_project, baseline_on=TODAY - dt.timedelta(days=40))
    held = {"held_on": TODAY - dt.timedelta(days=9), "chaired_by": "Joint Secretary"}
    row = ReviewMeeting.plan(by=by, title=f"Review {number}", **held)
    for meeting in {row, ReviewMeeting.objects.get(reference="RVM-001")}:
        decided = {"project": cast.our_project, "owner": cast.texmin, "due_on": TODAY}
        ActionPoint.record(meeting, by=by, text=f"Act {number}", owner_post="Director", **decided)


def test_one_row_costs_as_much_as_many(cast, as_user):
    reviewed(cast, 950)
    paths = ("/notices/", "/meetings/", "/meetings/RVM-001/", "/action-points/", "/action-points/ACT-001/")
    browser = as_user(cast.our_lead), as_user(cast.manager)
    noticing.owe(now=NOW)
    before = [[cost(one, path) for path in paths[:1]] for one in browser]
    first = [cost(browser[1], path) for path in paths]
    for number in (951, 952, 953):
        reviewed(cast, number)
    noticing.owe(now=NOW + dt.timedelta(hours=1))
    assert Notice.objects.filter(person=cast.our_lead).count() > 5
    assert [[cost(one, path) for path in paths[:1]] for one in browser] == before
    assert [cost(browser[1], path) for path in paths] == first
    assert first[0] <= 9
    assert max(first) <= 60


def test_a_notice_is_acknowledged_put_off_and_all_of_a_kind_at_once(cast, as_user):
    browser = as_user(cast.our_lead)
    for number in range(4):
        milestone(f"MST-95{number}", cast.our_project, baseline_on=TODAY - dt.timedelta(days=8))
    noticing.owe(now=NOW)
    page = browser.get("/notices/").content.decode()
    assert "Milestone MST-950" in page
    assert "MST-902" not in page
    one, other = Notice.objects.filter(person=cast.our_lead, occasion="2026-06-07").order_by("pk")[:2]
    assert browser.post("/notices/acknowledge/", {"notice": one.pk}).status_code == 302
    form = f"/notices/{other.pk}/snooze/"
    assert "after today" in browser.post(form, {"until": "2026-01-01", "reason": "x"}).content.decode()
    until = dt.date.today() + dt.timedelta(days=5)  # noqa: DTZ011 - the page asks the clock
    assert browser.post(form, {"until": until.isoformat(), "reason": "The gate is shut."}).status_code == 302
    page = browser.get("/notices/").content.decode()
    assert "The gate is shut." in page
    browser.post("/notices/acknowledge/", {"kind": "overdue"})
    assert "Nothing waits for you" in browser.get("/notices/").content.decode()
    foreign = Notice.objects.filter(person=cast.their_lead).first()
    browser.post("/notices/acknowledge/", {"notice": foreign.pk})
    foreign.refresh_from_db()
    assert foreign.acknowledged_at is None


def test_one_chooses_how_to_be_told(cast, as_user):
    browser = as_user(cast.our_lead)
    given = {"digest": "False", "hour": "6", "quiet_from": "20", "quiet_to": "7"}
    assert "quiet hours" in browser.post("/notices/preferences/", given).content.decode()
    browser.post("/notices/preferences/", {**given, "hour": "11"})
    kept = NoticePreferences.objects.get(person=cast.our_lead)
    assert (kept.digest, kept.hour) == (False, 11)


def test_a_decision_becomes_an_action_point_that_a_second_person_closes(cast, as_user):
    officer, lead, manager = (as_user(user) for user in (cast.officer, cast.our_lead, cast.manager))
    officer.post(
        "/meetings/new/", {"title": "June review", "held_on": "2026-06-10", "chaired_by": "Secretary"}
    )
    decided = {"text": "Send the drawings.", "owner_post": "Director", "owner": "INS-901"}
    due = {"due_on": "2026-06-30", "project": "PRJ-901"}
    officer.post("/meetings/RVM-001/action-points/new/", {**decided, **due})
    assert "Send the drawings." in officer.get("/meetings/RVM-001/").content.decode()
    assert lead.get("/meetings/RVM-001/").status_code == 404
    page = lead.get("/action-points/ACT-001/").content.decode()
    assert "June review" not in page
    assert "Say that it is done" in page
    lead.post("/action-points/ACT-001/done/", {"version": 1, "note": "Letter 12/2026."})
    manager.post("/action-points/ACT-001/close/", {"version": 2})
    assert "closed" in lead.get("/action-points/ACT-001/").content.decode()
    assert manager.get("/action-points/ACT-001/close/").status_code == 409
