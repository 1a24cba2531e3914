"""Gates as pages: planned, moved with a reason, decided with conditions, waivers and minutes; a second decision is told."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from projects import stages
from projects.models import Evidence, GatePlan, Project, StageGate
from tests import samples

ROAD = "/projects/PRJ-901/roadmap/"
PLAN = {
    "gate": "G3",
    "planned_on": "2027-03-31",
    "precision": "day",
    "decided_by_post": "Joint Secretary",
    "decided_on": "2026-06-01",
}
CODES = [it.code for it in stages.RULES["G3"].criteria]


def decision(met="yes", **changes):
    answers = {f"met_{code}": met for code in CODES} | {f"note_{code}": "As minuted." for code in CODES}
    return {
        "version": Project.objects.get(reference="PRJ-901").version,
        "gate": "G3",
        "decision": "pass",
        "decided_on": "2026-06-01",
        "decided_by_post": "Secretary",
        "visibility": "partner",
        **answers,
        **changes,
    }


def minutes():
    return SimpleUploadedFile("minutes.pdf", samples.pdf("minutes"), content_type="application/pdf")


def test_a_plan_is_the_baseline_and_a_moved_one_says_why(cast, as_user):
    browser = as_user(cast.officer)
    assert f'href="{ROAD}plan/"' in browser.get(ROAD).content.decode()
    browser.post(f"{ROAD}plan/", PLAN)
    moved = {**PLAN, "planned_on": "2027-09-30"}
    refused = browser.post(f"{ROAD}plan/", moved)
    assert list(refused.context["form"].errors) == ["reason"]
    answer = browser.post(f"{ROAD}plan/", {**moved, "reason": "The pilot is late."}, follow=True)
    assert answer.redirect_chain == [(ROAD, 302)]
    assert list(GatePlan.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
    page = answer.content.decode()
    for wanted in ("31 Mar 2027", "30 Sept 2027", "The pilot is late."):
        assert wanted in page or wanted.replace("Sept", "Sep") in page


def test_a_manager_passes_a_gate_on_conditions_with_waivers_and_minutes(cast, as_user):
    browser = as_user(cast.manager)
    assert f"{ROAD}decide/" in browser.get(ROAD).content.decode()
    sent = decision(
        "waived",
        decision="conditional",
        conditions="Close the mass balance.",
        conditions_due_on="2026-12-31",
        evidence=[minutes()],
    )
    answer = browser.post(f"{ROAD}decide/", sent, follow=True)
    assert answer.redirect_chain == [(ROAD, 302)]
    made = StageGate.objects.get()
    assert (made.decision, made.to_stage, made.recorded_by) == ("conditional", "S4", cast.manager)
    assert {it["met"] for it in made.criteria} == {"waived"}
    assert Evidence.objects.get().gate == made
    page = as_user(cast.our_viewer).get(ROAD).content.decode()
    for wanted in ("Close the mass balance.", "31 Dec 2026", "As minuted.", "minutes.pdf", "Post manager"):
        assert wanted in page


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({f"met_{CODES[0]}": "no"}, f"met_{CODES[0]}"),
        ({f"met_{CODES[0]}": "waived", f"note_{CODES[0]}": " "}, f"met_{CODES[0]}"),
        ({"decision": "hold"}, "reason"),
        ({"decision": "conditional"}, "conditions"),
        ({"decided_on": "2026-06-16"}, "decided_on"),
        ({"decision": ""}, "decision"),
    ],
)
def test_a_decision_that_does_not_stand_is_refused_at_its_field(cast, as_user, change, field):
    answer = as_user(cast.manager).post(f"{ROAD}decide/", decision(**change))
    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert not StageGate.objects.exists()


def test_of_two_decisions_the_second_learns_of_the_first_and_keeps_what_was_typed(cast, as_user):
    browser, sent = as_user(cast.manager), decision("no", decision="hold", reason="No feed.")
    browser.post(f"{ROAD}decide/", sent)
    answer = browser.post(
        f"{ROAD}decide/", {**sent, "decided_on": "2026-06-02", "reason": "Typed with care."}
    )
    assert answer.status_code == 409
    assert "Typed with care." in answer.content.decode()
    assert StageGate.objects.count() == 1
