"""The calendar feed: what its owner may see, by a link that is shown once, kept as a digest, and ended at once."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from projects.choices import Role
from projects.models import CalendarLink, Membership, audit
from tests.api.conftest import NOON, SignIn
from tests.api.scene import Scene
from tests.cast import Cast, acting, milestone, project, system

pytestmark = pytest.mark.django_db
LINKS = "/api/v1/auth/calendar-links/"


def address(user: Any, language: str = "en") -> str:
    _link, secret = CalendarLink.issue(user, name="Office", language=language, now=NOON)
    return f"/calendar/feed/{secret}.ics"


def entries(answer: Any) -> dict[str, Any]:
    """Return the events of the feed by the part of their UID before the host."""
    assert answer.status_code == 200
    return {str(it["UID"]).partition("@")[0]: it for it in Calendar.from_ical(answer.content).walk("VEVENT")}


def test_the_feed_holds_what_its_owner_may_see_on_its_day(scene: Scene):
    ours = entries(Client().get(address(scene.cast.our_lead)))
    assert {
        "milestone-MST-901",
        "duty-AGR-901-1",
        "gate-PRJ-901-G4",
        "target-TGT-901",
    } <= set(ours)
    assert not [key for key in ours if "902" in key]
    assert "duty-AGR-901-2" not in ours  # somebody has claimed that it is met
    assert any(key.startswith("report-") for key in ours)
    whole = entries(Client().get(address(scene.cast.officer)))
    assert {"milestone-MST-902", "target-TGT-902"} < set(whole) > set(ours)
    event = ours["milestone-MST-901"]
    assert event["DTSTART"].dt == dt.date(2026, 5, 31)
    assert event["URL"].endswith("/milestones/MST-901/")


def test_a_moved_date_keeps_its_uid_and_counts_on(cast: Cast):
    where = address(cast.officer)
    before = entries(Client().get(where))["milestone-MST-901"]
    cast.our_milestone.revise(
        by=acting(cast.officer),
        new_on=dt.date(2026, 9, 30),
        reason_code="funds",
        narrative="Late.",
        precision="month",
    )
    after = entries(Client().get(where))["milestone-MST-901"]
    assert (after["UID"], after["DTSTART"].dt) == (before["UID"], dt.date(2026, 9, 30))
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert "to the period only" in after["DESCRIPTION"]
    cast.our_milestone.claim(by=acting(cast.our_lead), actual_on=dt.date(2026, 6, 1))
    assert "milestone-MST-901" not in entries(Client().get(where))


def test_entries_stand_in_the_language_of_the_link_and_break_out_of_nothing(cast: Cast):
    text = "Furnace, heated; twice\x07\r\nBEGIN:VEVENT"
    milestone("MST-950", cast.our_project, title=text)
    answer = Client().get(address(cast.officer, "hi"), headers={"Accept-Language": "en"})
    found = entries(answer)
    assert len([line for line in answer.content.split(b"\r\n") if line == b"BEGIN:VEVENT"]) == len(found)
    assert "Furnace, heated; twice" in found["milestone-MST-950"]["SUMMARY"]
    assert b"\x07" not in answer.content
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))


def test_the_feed_is_not_sent_again_while_it_is_the_same(cast: Cast):
    where = address(cast.officer)
    first = Client().get(where)
    assert first["Cache-Control"] == "private, no-store"
    known = {"If-None-Match": first["ETag"]}
    assert Client().get(where, headers=known).status_code == 304
    milestone("MST-951", cast.our_project)
    assert Client().get(where, headers=known).status_code == 200


def revoked(cast: Cast, link: CalendarLink) -> None:
    link.delete()


def disabled(cast: Cast, link: CalendarLink) -> None:
    cast.our_lead.is_active = False
    cast.our_lead.save()


def without_a_role(cast: Cast, link: CalendarLink) -> None:
    held = Membership.objects.get(user=cast.our_lead)
    audit.change(held, by=system(), action="test.setup", changes={"valid_to": dt.date(2026, 6, 14)})


@pytest.mark.parametrize("end", [revoked, disabled, without_a_role])
def test_an_ended_link_answers_like_a_wrong_one(cast: Cast, end: Callable[[Cast, CalendarLink], None]):
    where = address(cast.our_lead)
    assert Client().get(where).status_code == 200
    end(cast, CalendarLink.objects.get())
    ended, wrong = Client().get(where), Client().get("/calendar/feed/wrong.ics")
    assert (ended.status_code, ended.content) == (wrong.status_code, wrong.content) == (404, b"")


def test_rights_are_asked_at_each_fetch(cast: Cast):
    where = address(cast.our_lead)
    audit.create(
        Membership(user=cast.our_lead, organisation=cast.irel, role=Role.VIEWER),
        by=system(),
        action="test.setup",
    )
    assert "milestone-MST-902" in entries(Client().get(where))


def test_a_link_is_shown_once_and_ended_by_its_owner_alone(cast: Cast, signed_in: SignIn):
    client = signed_in(cast.our_lead)
    made = client.post(LINKS, {"name": "Telephone", "language": "hi"}, headers={"Idempotency-Key": "k"})
    assert (made.status_code, made["Cache-Control"]) == (201, "no-store")
    secret = made.json()["address"].rpartition("/")[2].removesuffix(".ics")
    kept = "\n".join(str(vars(row)) for row in CalendarLink.objects.all())
    assert len(secret) >= 43
    assert secret not in kept
    assert secret not in client.get(LINKS).content.decode()
    assert Client().get(made.json()["address"]).status_code == 200
    assert client.get(LINKS).json()["results"][0]["last_used_on"] == "2026-06-15"
    one = f"{LINKS}{made.json()['reference']}/"
    assert signed_in(cast.officer).delete(one).status_code == 404
    assert client.delete(one).status_code == 204
    assert Client().get(made.json()["address"]).status_code == 404


def test_a_program_makes_no_link_and_nobody_holds_too_many(cast: Cast, signed_in: SignIn):
    client = signed_in(cast.our_lead)
    body = {"name": "Program", "scopes": ["read"], "expires_on": "2026-12-31"}
    token = client.post("/api/v1/auth/tokens/", body).json()["token"]
    program = signed_in(None)
    program.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    link = {"name": "Office", "language": "en"}
    assert program.post(LINKS, link).status_code == 403
    statuses = [client.post(LINKS, link).status_code for _number in range(11)]
    assert statuses == [201] * 10 + [400]


def test_the_page_shows_the_address_once_and_ends_the_link(cast: Cast):
    browser = Client()
    browser.force_login(cast.our_lead)
    made = browser.post("/calendar/", {"name": "Office", "language": "en"})
    assert "no-store" in made["Cache-Control"]
    shown = made.context["address"]
    assert shown in made.content.decode()
    assert shown not in browser.get("/calendar/").content.decode()
    assert Client().get(shown).status_code == 200
    browser.post(f"/calendar/{CalendarLink.objects.get().reference}/end/")
    assert Client().get(shown).status_code == 404


def test_no_log_holds_the_secret(cast: Cast, caplog: pytest.LogCaptureFixture):
    """Django logs the address of whatever answers 404: of an ended link, whose secret may stand elsewhere too."""
    where = address(cast.our_lead)
    CalendarLink.objects.all().delete()
    with caplog.at_level(logging.DEBUG, "django.request"):
        Client().get(where)
    assert "/calendar/feed/…" in caplog.text
    assert where.split("/")[-1].removesuffix(".ics") not in caplog.text


def test_the_feed_costs_the_same_whatever_the_number_of_rows(scene: Scene):
    where = address(scene.cast.officer)

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert Client().get(where).status_code == 200
        return len(seen)

    cost()  # the first use of a day is written down
    before = cost()
    for number in range(960, 970):
        work = project(f"PRJ-{number}", scene.cast.texmin, agreement=scene.cast.our_agreement)
        milestone(f"MST-{number}", work)
    assert (before, cost()) == (8, 8)  # one of them counts the request
