"""The progress page tells the whole of a project: dates with gates, the ledger and its sums, and what was done."""

import datetime as dt
import re

import pytest

from projects import archive, gating
from projects.choices import Visibility
from projects.models import Clearance, Evidence, FundLine, Readiness
from tests.cast import acting

pytestmark = pytest.mark.engine("postgres")


def text(answer) -> str:
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))
    return words.replace("\N{NO-BREAK SPACE}", " ").replace(" :", ":")


@pytest.fixture
def lived_in(cast):
    """Our project after some work: a date moved twice, a gate planned, money, a clearance, a level, two files."""
    officer, lead = acting(cast.officer), acting(cast.our_lead)
    step = cast.our_milestone
    moves = (("land", dt.date(2026, 8, 1)), ("funds", dt.date(2026, 7, 22)))
    for reason, day in moves:
        step.revise(by=officer, new_on=day, reason_code=reason, narrative=f"Told why: {reason}.")
    gating.plan(
        cast.our_project,
        by=officer,
        gate="G3",
        planned_on=dt.date(2026, 9, 30),
        decided_by_post="Joint Secretary",
    )
    FundLine.claim(
        cast.our_project,
        by=lead,
        kind="released",
        source="budget",
        amount_crore="12.50",
        dated_on=dt.date(2026, 6, 1),
    )
    Clearance.record(cast.our_project, by=lead, type="ec", is_applicable=True, applied_on=dt.date(2026, 5, 1))
    Readiness.claim(
        cast.our_project, by=lead, ladder="TRL", value=4, assessed_on=dt.date(2026, 6, 1), assessor="Panel"
    )
    for name, visibility in (("open.txt", Visibility.PARTNER), ("secret.txt", Visibility.INTERNAL)):
        file = archive.store([name.encode()], name=name, content_type="text/plain")
        Evidence.add(file, by=officer, milestone=step, visibility=visibility)
    return cast


def test_the_page_tells_dates_money_clearances_and_the_sums_of_the_ledger(lived_in, as_user):
    answer = as_user(lived_in.officer).get("/projects/PRJ-901/")
    page, moved = text(answer), answer.context["moved"]
    days = [line.days for line in answer.context["figures"].revisions]
    assert (moved.lines, moved.milestones, moved.earlier) == (2, 1, 10)
    assert moved.net == sum(days) == moved.later - moved.earlier
    assert "1 milestone moved, 2 revisions" in page
    assert "Told why: funds." in page
    (chart,) = answer.context["timeline"]
    assert [event.label.split()[0] for event in chart.events][:1] == ["G3"]
    assert "₹ 12.5 crore" in page
    assert "environmental clearance" in page
    assert "Technology readiness level: claimed 4" in answer.content.decode()


def test_what_was_done_is_told_in_sentences_to_whoever_may_see_it(lived_in, as_user):
    page = text(as_user(lived_in.officer).get("/projects/PRJ-901/"))
    post = lived_in.our_lead.by_post
    assert f"Evidence “secret.txt”: evidence added by {lived_in.officer.by_post}." in page
    assert f"Clearance “environmental clearance (EIA 2006)”: recorded by {post}." in page
    assert "“released 12.50 (1 Jun 2026)”: claimed by" in page
    mine = text(as_user(lived_in.our_viewer).get("/projects/PRJ-901/"))
    assert "Evidence “open.txt”: evidence added" in mine
    assert "secret.txt" not in mine
    before = text(as_user(lived_in.officer).get("/projects/PRJ-901/?as_of=2026-06-01"))
    assert "Evidence “open.txt”" not in before


def test_the_same_sentences_stand_in_hindi(lived_in, as_user):
    page = text(as_user(lived_in.officer).get("/projects/PRJ-901/", headers={"accept-language": "hi"}))
    assert "1 जून 2026" in page
    assert "released 12.50" not in page
