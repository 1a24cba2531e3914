"""Planning gates and deciding at them: who may, what a decision needs, how the stage moves, what can be read of a day."""

import datetime as dt
import itertools
import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from projects import gating
from projects.choices import GateDecision, Stage
from projects.models import (
    Evidence,
    Feed,
    GatePlan,
    Project,
    StageGate,
    StaleError,
    TransitionError,
    audit,
)
from projects.progress.gate_records import known
from projects.progress.stages import roadmap, standing_on
from projects.stages import EXPLORATION, INDUSTRY, RULES, stages_of
from tests.cast import TODAY, acting, milestone, project
from tests.projects import results
from tests.projects.rule_pages import stages as rule_page

pytestmark = pytest.mark.django_db
POST = "Joint Secretary"


def yes(gate, **others):
    """Return answers that meet every criterion, with what shows it."""
    met = {it.code: {"met": "yes", "note": "Seen in the file."} for it in RULES[gate].criteria}
    return {**met, **others}


def decide(cast, gate, decision="pass", on=TODAY, by=None, of=None, **facts):
    given = {"criteria": yes(gate)} if gate in RULES else {}
    if decision == "conditional":
        given |= {"conditions": "Second user by March.", "conditions_due_on": on}
    if decision in ("hold", "stop"):
        given |= {"reason": "No feed."}
    return gating.decide(
        of or cast.our_project,
        by=acting(by or cast.manager),
        gate=gate,
        decision=decision,
        decided_on=on,
        decided_by_post=POST,
        **{**given, **facts},
    )


def plan(cast, gate="G3", on=dt.date(2027, 3, 31), **facts):
    given = {"decided_by_post": POST, **facts}
    return gating.plan(cast.our_project, by=acting(cast.officer), gate=gate, planned_on=on, **given)


# --- who ---


@pytest.mark.parametrize("name", ["officer", "our_lead", "auditor", "administrator"])
def test_only_a_manager_decides_at_a_gate(cast, name):
    with pytest.raises(PermissionDenied):
        decide(cast, "G0", by=cast.people[name])


def test_a_lead_does_not_plan_gates(cast):
    with pytest.raises(PermissionDenied):
        gating.plan(
            cast.our_project,
            by=acting(cast.our_lead),
            gate="G0",
            planned_on=TODAY,
            decided_by_post=POST,
        )


# --- how the stage moves ---


def test_a_passed_gate_moves_the_project_to_the_next_stage_and_both_are_in_the_trail(cast):
    made = decide(cast, "G0")
    cast.our_project.refresh_from_db()
    assert (made.from_stage, made.to_stage, cast.our_project.stage) == ("S0", "S1", "S1")
    assert [event.action for event in audit.history(made)] == ["gate.decide"]
    assert audit.history(cast.our_project).last().after == {"stage": "S1"}


def test_no_gate_is_skipped(cast):
    decide(cast, "G0")
    with pytest.raises(TransitionError):
        decide(cast, "G2")
    with pytest.raises(TransitionError):
        decide(cast, "G0")
    assert StageGate.objects.count() == 1


def test_the_record_may_begin_in_the_middle_of_the_road(cast):
    decide(cast, "G3")
    assert cast.our_project.stage == "S4"


def test_a_conditional_decision_moves_on_and_its_conditions_stay_open_until_a_later_pass(cast):
    decide(cast, "G2", "conditional", on=dt.date(2026, 1, 10))
    assert cast.our_project.stage == "S3"
    decisions = list(StageGate.objects.all())
    assert len(roadmap(cast.our_project, decisions, [], TODAY).open_conditions) == 1
    decide(cast, "G3")
    assert roadmap(cast.our_project, list(StageGate.objects.all()), [], TODAY).open_conditions == ()
    before = roadmap(cast.our_project, list(StageGate.objects.all()), [], TODAY - dt.timedelta(days=1))
    assert len(before.open_conditions) == 1


@pytest.mark.parametrize("decision", ["hold", "stop"])
def test_a_hold_or_a_stop_leaves_the_stage_or_sends_the_project_back(cast, decision):
    decide(cast, "G2", on=dt.date(2026, 1, 10))
    decide(cast, "G3", decision, on=dt.date(2026, 2, 10))
    assert cast.our_project.stage == "S3"
    decide(cast, "G3", decision, on=dt.date(2026, 3, 10), back_to="S1")
    assert cast.our_project.stage == "S1"
    rows = {
        row.rule.gate: row
        for row in roadmap(cast.our_project, list(StageGate.objects.all()), [], TODAY).gates
    }
    assert rows["G2"].passed is None
    decide(cast, "G1")
    assert cast.our_project.stage == "S2"


@pytest.mark.parametrize("back_to", ["S3", "S4", "E1", "nowhere"])
def test_a_project_goes_back_to_an_earlier_stage_of_its_own_road_only(cast, back_to):
    with pytest.raises(ValidationError) as refusal:
        decide(cast, "G3", "hold", back_to=back_to)
    assert set(refusal.value.error_dict) == {"back_to"}


def test_an_exploration_has_its_own_ladder(cast):
    mine = project("PRJ-910", cast.texmin, kind="exploration")
    with pytest.raises(ValidationError):
        decide(cast, "G0", of=mine)
    decide(cast, "X0", of=mine)
    assert mine.stage == "E1"


def test_an_instrument_without_a_plant_stops_at_s1(cast):
    study = project("PRJ-910", cast.texmin, kind="study")
    decide(cast, "G0", of=study)
    with pytest.raises(ValidationError):
        decide(cast, "G1", of=study)
    assert study.stage == "S1"
    assert roadmap(study, list(study.gates.all()), [], TODAY).commercialisation is None


# --- what a decision needs ---


def test_a_pass_needs_every_criterion_met_or_waived_with_a_reason(cast):
    with pytest.raises(ValidationError) as refusal:
        decide(cast, "G0", criteria={"scope": {"met": "yes", "note": "In the MoU."}})
    assert set(refusal.value.error_dict) == {
        "criteria.nodal_officers",
        "criteria.work_plan",
        "criteria.export_control",
    }
    waived = yes("G0", export_control={"met": "waived", "note": ""})
    with pytest.raises(ValidationError):
        decide(cast, "G0", criteria=waived)
    decide(
        cast, "G0", criteria=yes("G0", export_control={"met": "waived", "note": "Nothing crosses a border."})
    )
    assert cast.our_project.stage == "S1"


def test_a_criterion_against_the_records_needs_what_shows_it(cast):
    with pytest.raises(ValidationError) as refusal:
        decide(cast, "G0", criteria=yes("G0", work_plan={"met": "yes", "note": ""}))
    assert set(refusal.value.error_dict) == {"criteria.work_plan"}
    for number in (902, 903):
        milestone(f"MST-{number}0", cast.our_project)
    decide(cast, "G0", criteria=yes("G0", work_plan={"met": "yes", "note": ""}))
    (kept,) = (row for row in StageGate.objects.get().criteria if row["code"] == "work_plan")
    assert (kept["records_hold"], kept["records_found"]) == (True, "3")


def test_a_corrected_contract_for_feed_is_told_once(cast):
    contract = {
        "material": "ndpr_oxide",
        "period_start": dt.date(2026, 4, 1),
        "period_end": dt.date(2027, 3, 31),
        "is_contracted": True,
    }
    with time_machine.travel(dt.datetime.combine(TODAY, dt.time(10), tzinfo=dt.UTC), tick=False):
        wrong = Feed.claim(cast.our_project, by=acting(cast.our_lead), tonnes=Decimal(200), **contract)
        wrong.verify(by=acting(cast.officer), level=1)
        right = Feed.claim(
            cast.our_project, by=acting(cast.our_lead), tonnes=Decimal(150), supersedes=wrong, **contract
        )
        assert known(cast.our_project, RULES["G4"], TODAY)["feed"].found == "200 t"
        right.verify(by=acting(cast.officer), level=1)
    assert known(cast.our_project, RULES["G4"], TODAY)["feed"].found == "150 t"


def test_what_the_records_said_is_kept_with_the_decision(cast):
    confirmed = {"status": "verified", "verified_by": cast.officer, "verified_on": TODAY, "level": 2}
    results.readiness(cast, value=5, **confirmed)
    made = decide(cast, "G2")
    (trl,) = (row for row in made.criteria if row["code"] == "trl")
    assert (trl["records_hold"], trl["records_found"]) == (True, "TRL 5")
    decide_again = decide(cast, "G3")
    (trl,) = (row for row in decide_again.criteria if row["code"] == "trl")
    assert (trl["records_hold"], trl["records_found"]) == (False, "TRL 5")


@pytest.mark.parametrize(
    ("decision", "facts", "field"),
    [
        ("pass", {"decided_on": TODAY + dt.timedelta(days=1)}, "decided_on"),
        ("pass", {"criteria": yes("G0", colour={"met": "yes"})}, "criteria.colour"),
        ("pass", {"criteria": yes("G0", scope={"met": "perhaps"})}, "criteria.scope"),
        ("pass", {"conditions": "None."}, "conditions"),
        ("pass", {"back_to": "S0"}, "back_to"),
        ("conditional", {"conditions": " "}, "conditions"),
        ("conditional", {"conditions_due_on": None}, "conditions_due_on"),
        ("conditional", {"conditions_due_on": TODAY - dt.timedelta(days=1)}, "conditions_due_on"),
        ("hold", {"reason": " "}, "reason"),
        ("perhaps", {}, "decision"),
    ],
)
def test_what_is_missing_or_wrong_is_named_and_nothing_is_written(cast, decision, facts, field):
    on = facts.pop("decided_on", TODAY)
    with pytest.raises(ValidationError) as refusal:
        decide(cast, "G0", decision, on=on, **facts)
    assert field in refusal.value.error_dict
    assert (StageGate.objects.count(), Project.objects.get(pk=cast.our_project.pk).stage) == (0, "")


def test_decisions_are_recorded_in_the_order_of_their_days(cast):
    decide(cast, "G0", on=dt.date(2026, 3, 1))
    with pytest.raises(ValidationError):
        decide(cast, "G1", on=dt.date(2026, 2, 1))
    with pytest.raises(ValidationError):
        decide(cast, "G0", on=dt.date(2026, 3, 1), of=_at(cast, "S0"))


def _at(cast, stage):
    audit.change(cast.our_project, by=acting(cast.manager), action="test.setup", changes={"stage": stage})
    return cast.our_project


def test_who_read_an_older_version_of_the_project_decides_anew(cast):
    read = Project.objects.get(pk=cast.our_project.pk).version
    decide(cast, "G0", version=read)
    with pytest.raises(StaleError):
        decide(cast, "G1", version=read)


def test_the_documents_of_a_decision_are_kept_with_it(cast):
    from_archive = results.document("minutes")
    made = decide(cast, "G0", evidence=[from_archive])
    assert Evidence.objects.get(gate=made).name == "minutes.pdf"


# --- plans ---


def test_the_first_plan_is_the_baseline_and_later_ones_say_why(cast):
    assert plan(cast, decided_on=dt.date(2026, 1, 1)).number == 1
    with pytest.raises(ValidationError) as refusal:
        plan(cast, on=dt.date(2027, 9, 30))
    assert set(refusal.value.error_dict) == {"reason"}
    plan(cast, on=dt.date(2027, 9, 30), reason="Furnace late.")
    (row,) = (
        it for it in roadmap(cast.our_project, [], list(GatePlan.objects.all()), TODAY).gates if it.baseline
    )
    assert (row.baseline.planned_on, row.forecast.planned_on, row.slip_days) == (
        dt.date(2027, 3, 31),
        dt.date(2027, 9, 30),
        183,
    )
    earlier = roadmap(cast.our_project, [], list(GatePlan.objects.all()), TODAY - dt.timedelta(days=1))
    assert [it.slip_days for it in earlier.gates if it.baseline] == [0]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"gate": "X1"}, "gate"),
        ({"decided_on": TODAY + dt.timedelta(days=1)}, "decided_on"),
        ({"decided_by_post": " "}, "decided_by_post"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(cast, facts, field):
    with pytest.raises(ValidationError) as refusal:
        plan(cast, **facts)
    assert field in refusal.value.error_dict
    assert not GatePlan.objects.exists()


def test_the_same_date_again_is_no_plan(cast):
    plan(cast)
    with pytest.raises(ValidationError) as refusal:
        plan(cast, reason="Again.")
    assert set(refusal.value.error_dict) == {"planned_on"}


# --- reading a day ---


def test_the_age_in_a_stage_is_held_against_its_time_box(cast):
    decide(cast, "G0", on=dt.date(2025, 3, 31))
    found = roadmap(cast.our_project, list(StageGate.objects.all()), [], TODAY)
    assert (found.age_days, found.time_box_ends, found.over_days) == (441, dt.date(2026, 3, 31), 76)
    within = roadmap(cast.our_project, list(StageGate.objects.all()), [], dt.date(2026, 3, 31))
    assert within.over_days == 0


def test_the_first_stage_counts_from_the_signature_unless_the_sources_report_more(cast):
    assert roadmap(cast.our_project, [], [], TODAY, signed_on=dt.date(2026, 1, 10)).age_days is None
    cast.our_project.phase = "concept"
    found = roadmap(cast.our_project, [], [], TODAY, signed_on=dt.date(2026, 1, 10))
    assert (found.age_days, found.over_days) == (156, 66)
    assert roadmap(cast.our_project, [], [], TODAY).age_days is None


def test_the_commercialisation_date_is_the_forecast_of_the_last_gate_until_it_is_passed(cast):
    plan(cast, "G5", dt.date(2029, 3, 31), precision="fy")
    decisions, plans = [], list(GatePlan.objects.all())
    found = roadmap(cast.our_project, decisions, plans, TODAY)
    assert (found.commercial_on, found.commercial_precision) == (dt.date(2029, 3, 31), "fy")
    decide(cast, "G5")
    found = roadmap(cast.our_project, list(StageGate.objects.all()), plans, TODAY)
    assert (found.commercial_on, found.commercial_precision) == (TODAY, "day")


@pytest.mark.parametrize("road", [INDUSTRY, EXPLORATION])
def test_each_gate_leads_to_the_stage_at_which_the_next_one_stands(road):
    stages = stages_of(road)
    assert [(rule.before, rule.after) for rule in road] == list(itertools.pairwise(stages))
    codes = [{it.code for it in rule.criteria} for rule in road]
    assert all(codes)


@given(st.lists(st.tuples(st.sampled_from(GateDecision.values), st.booleans()), max_size=12))
@settings(max_examples=60, deadline=None)
def test_any_course_of_decisions_moves_one_stage_at_a_time_and_each_day_can_be_read_again(course):
    """Pure: the same steps as the acts take, on rows that are not saved."""
    stages, at, rows, after = stages_of(INDUSTRY), 0, [], {}
    for number, (decision, goes_back) in enumerate(course):
        if at == len(stages) - 1:
            break
        rule, day = INDUSTRY[at], dt.date(2026, 1, 1) + dt.timedelta(days=number)
        passes = decision in ("pass", "conditional")
        to = at + 1 if passes else at - 1 if goes_back and at else at
        rows.append(
            StageGate(
                pk=number + 1,
                gate=rule.gate,
                decision=decision,
                decided_on=day,
                from_stage=stages[at],
                to_stage=stages[to],
            )
        )
        assert to - at <= 1
        at, after[day] = to, stages[to]
    for day, stage in after.items():
        assert standing_on(list(reversed(rows)), day).stage == stage
    assert standing_on(rows, dt.date(2025, 12, 31)).stage is None
    assert all(stage in Stage.values for stage in after.values())


# --- the page of the rule ---


def test_the_worked_example_of_the_rule_holds(root: Path):
    page = (root / "docs/rules/stages.md").read_text()
    (block,) = map(json.loads, re.findall(r"```rule\n(.*?)\n```", page, re.DOTALL))
    assert rule_page.check(block["given"]) == block["expected"]


def test_the_rule_names_every_criterion_of_every_gate(root: Path):
    page = (root / "docs/rules/stages.md").read_text()
    for rule in RULES.values():
        (line,) = re.findall(rf"^\| {rule.gate.value} \|.*$", page, re.MULTILINE)
        assert set(re.findall(r"`(\w+)`", line)) == {it.code for it in rule.criteria}
        assert f"| {rule.before.label} | {rule.after.label} |" in line
