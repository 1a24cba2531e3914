"""Home, by role: what waits, counted as its rows are; and claims decided on together, all or none."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from projects import waiting
from projects.choices import MilestoneStatus, Role
from projects.models import Evidence, FundLine, Measurement, Membership, Milestone, audit
from tests.api.scene import indicator, target
from tests.cast import acting, document, milestone, person, system

pytestmark = pytest.mark.engine("postgres")
DAY = dt.date(2026, 6, 10)


@pytest.fixture
def claims(cast):
    """Two milestones and a value that the lead claims, and an amount that the officer claims."""
    for number in (910, 911):
        milestone(f"MST-{number}", cast.our_project).claim(by=acting(cast.our_lead), actual_on=DAY)
    goal = target("TGT-930", indicator(), project=cast.our_project)
    value = Measurement.claim(goal, by=acting(cast.our_lead), value=7, period_end=dt.date(2026, 5, 31))
    spent = {"kind": "spent", "source": "psu", "amount_crore": 1, "dated_on": DAY}
    FundLine.claim(cast.our_project, by=acting(cast.officer), **spent)
    return ["milestone:MST-910:2", "milestone:MST-911:2", f"measurement:{value.pk}:1"]


def test_what_waits_for_a_second_person_is_what_they_may_decide_on(cast, claims):
    named = {it.name for it in waiting.to_decide(acting(cast.manager))}
    assert set(claims) < named
    assert any(name.startswith("fundline:") for name in named)
    # The officer made one of them; evidence added to another makes its adder no second person.
    mine = {it.name for it in waiting.to_decide(acting(cast.officer))}
    assert mine == set(claims)
    Evidence.add(document("more"), by=acting(cast.officer), milestone=waiting_milestone("MST-910"))
    assert {it.name for it in waiting.to_decide(acting(cast.officer))} == {*claims[1:]}
    member = person("member", Role.OFFICER, cast.ministry)
    audit.create(
        Membership(user=member, organisation=cast.texmin, role=Role.LEAD),
        by=system(),
        action="test.setup",
    )
    assert {it.name.partition(":")[0] for it in waiting.to_decide(acting(member))} == {"fundline"}
    for nobody in (cast.our_lead, cast.auditor, cast.administrator):
        assert waiting.to_decide(acting(nobody)) == []


def waiting_milestone(reference):
    return Milestone.objects.get(reference=reference)


def test_chosen_claims_are_looked_at_and_verified_together(cast, as_user, claims):
    browser = as_user(cast.manager)
    listed = browser.get("/claims/waiting/").content.decode()
    assert all(f'value="{name}"' in listed for name in claims)
    preview = browser.get("/claims/waiting/decide/", {"claim": claims}).content.decode()
    assert preview.count(" checked><label") == 3
    assert waiting_milestone("MST-910").status == MilestoneStatus.CLAIMED
    answer = browser.post(
        "/claims/waiting/decide/", {"claim": claims, "level": "2", "note": "Seen.", "decision": "verify"}
    )
    assert answer.status_code == 302
    assert waiting_milestone("MST-911").status == MilestoneStatus.VERIFIED
    value = Measurement.objects.get(pk=claims[2].split(":")[1])
    assert (value.status, value.level) == ("verified", 2)


def test_where_one_cannot_be_decided_on_none_is_and_the_page_says_which(cast, as_user, claims):
    browser = as_user(cast.manager)
    waiting_milestone("MST-911").verify(by=acting(cast.officer))
    answer = browser.post("/claims/waiting/decide/", {"claim": claims, "level": "1", "decision": "verify"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Nothing was decided" in page
    assert "milestone:MST-911:2" in page
    assert waiting_milestone("MST-910").status == MilestoneStatus.CLAIMED
    gone = browser.get("/claims/waiting/decide/", {"claim": claims}).content.decode()
    assert "1 claim was decided on or changed meanwhile" in gone


def test_claims_are_returned_with_a_reason_or_not_at_all(cast, as_user, claims):
    browser = as_user(cast.manager)
    asked = {"claim": claims[:2], "level": "1", "decision": "return"}
    assert browser.post("/claims/waiting/decide/", asked).status_code == 400
    assert (
        browser.post("/claims/waiting/decide/", {**asked, "reason": "The letter is missing."}).status_code
        == 302
    )
    assert [it.key for it in waiting.returned(acting(cast.our_lead))] == ["MST-910", "MST-911"]
    home = as_user(cast.our_lead).get("/").content.decode()
    assert reverse("milestone-claim", args=["MST-910"]) in home
    assert (
        browser.post("/claims/waiting/decide/", {"claim": ["x", "milestone::1", "own:1:1"]}).status_code
        == 302
    )


@pytest.mark.parametrize("who", ["manager", "our_lead"])
def test_every_number_leads_to_as_many_rows(cast, as_user, claims, who):
    browser = as_user(getattr(cast, who))
    milestone("MST-920", cast.our_project, baseline_on=dt.date(2026, 7, 1))
    figures = browser.get("/").context["staff" if who == "manager" else "partner"]["figures"]
    assert {str(it.label): it.number for it in figures}["due in 30 days"] == 1
    for figure in figures:
        page = browser.get(figure.path)
        rows = page.context["rows"]
        assert len(rows) == figure.number, figure


def test_each_role_is_at_home_and_who_has_none_is_told_what_to_do(cast, as_user):
    found = {
        who: set(re.findall(r'<h2 id="([\w-]+)"', as_user(getattr(cast, who)).get("/").content.decode()))
        - {"shortcuts-title"}
        for who in ("manager", "our_lead", "auditor", "nobody")
    }
    assert found["manager"] >= {"decide"}
    assert found["our_lead"] >= {"own", "dates"}
    assert found["auditor"] == {"findings-answered", "findings-open", "register"}
    assert found["nobody"] == set()
    assert "No role is recorded for you" in as_user(cast.nobody).get("/").content.decode()


@pytest.mark.parametrize(("who", "price"), [("manager", 7), ("our_lead", 8), ("auditor", 8)])
def test_home_costs_the_same_however_much_waits(cast, as_user, claims, who, price):
    browser = as_user(getattr(cast, who))
    costs = []
    for number in (930, 931, 932):
        milestone(f"MST-{number}", cast.our_project).claim(by=acting(cast.our_lead), actual_on=DAY)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get("/").status_code == 200
        costs.append(len(queries))
    assert costs == [price] * 3, [query["sql"][:150] for query in queries]
