"""What the records warn of: each flag at its threshold, as of its day, and all together over what one may see."""

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import pytest

from projects import agreeing, gating
from projects.models import Clearance, Duty, FundLine, Measurement, audit
from projects.progress.capacity import FeedDoubt
from projects.progress.flags import Flag
from projects.progress.stages import GateRow
from projects.progress.warnings import early_warning
from tests.api.scene import indicator, target
from tests.cast import TODAY, acting, milestone, organisation, project, system
from tests.projects import results

pytestmark = pytest.mark.django_db


def warned(cast, flag, on=TODAY, by=None):
    """Return reference and days of every record under a flag."""
    found = dict(early_warning(on, acting(by or cast.officer)).rules)
    return [(row.subject.reference, row.days) for row in found[flag]]


def value(goal, cast, crore, level=None, on=dt.date(2026, 5, 31)):
    row = Measurement.claim(goal, by=acting(cast.our_lead), value=Decimal(crore), period_end=on)
    if level:
        row.verify(by=acting(cast.officer), level=level)
    return row


# --- output and capacity ---


def commissioned(cast, on):
    cast.our_milestone.claim(by=acting(cast.our_lead), actual_on=on)


def test_a_plant_without_output_is_named_more_than_twelve_months_after_its_commissioning(cast):
    commissioned(cast, dt.date(2025, 6, 14))
    assert warned(cast, Flag.NO_OUTPUT) == [("PRJ-901", 1)]
    assert warned(cast, Flag.NO_OUTPUT, on=dt.date(2026, 6, 14)) == []


def test_only_verified_output_ends_the_silence(cast):
    commissioned(cast, dt.date(2024, 6, 1))
    goal = target("TGT-910", indicator("PRD-910"), project=cast.our_project)
    row = value(goal, cast, "5")
    assert warned(cast, Flag.NO_OUTPUT) == [("PRJ-901", 379)]
    row.verify(by=acting(cast.officer), level=2)
    assert warned(cast, Flag.NO_OUTPUT) == []
    assert warned(cast, Flag.NO_OUTPUT, on=dt.date(2026, 6, 14)) == [("PRJ-901", 378)]


def test_a_capacity_without_assured_feed_counts_from_its_day_if_that_has_come(cast):
    for reference, on in (("PRJ-911", dt.date(2026, 6, 1)), ("PRJ-912", dt.date(2026, 7, 1))):
        facts = {"product": "NdFeB magnets", "capacity_value": Decimal(500), "capacity_unit": "t per year"}
        project(reference, cast.texmin, as_of=on, **facts)
    assert warned(cast, Flag.FEED) == [("PRJ-911", 14), ("PRJ-912", None)]
    found = dict(early_warning(TODAY, acting(cast.officer)).rules)[Flag.FEED]
    assert [row.doubts for row in found] == [(FeedDoubt.UNASSURED,)] * 2


def test_a_study_that_was_commissioned_is_not_asked_for_output(cast):
    study = project("PRJ-910", cast.texmin, phase="concept")
    milestone("MST-910", study).claim(by=acting(cast.our_lead), actual_on=dt.date(2024, 6, 1))
    assert warned(cast, Flag.NO_OUTPUT) == []


@pytest.mark.parametrize(("level", "named"), [(None, True), (2, True), (3, False)])
def test_a_capacity_needs_a_test_that_was_seen_at_the_plant(cast, level, named):
    goal = target("TGT-910", indicator("CAP-910"), project=cast.our_project)
    value(goal, cast, "500", level)
    assert warned(cast, Flag.UNTESTED) == ([("TGT-910", 15)] if named else [])


# --- money and clearances ---


def test_money_without_certificate_for_a_year_is_named(cast):
    FundLine.claim(
        cast.our_project,
        by=acting(cast.officer),
        kind="released",
        source="budget",
        amount_crore=Decimal(4),
        dated_on=dt.date(2025, 6, 14),
    )
    assert warned(cast, Flag.UNCERTIFIED) == [("PRJ-901", 366)]
    assert warned(cast, Flag.UNCERTIFIED, on=dt.date(2026, 6, 14)) == []


@pytest.mark.parametrize(
    ("facts", "days"),
    [
        ({"statutory_days": 14, "applied_on": dt.date(2026, 6, 1)}, None),
        ({"statutory_days": 13, "applied_on": dt.date(2026, 6, 1)}, 1),
        ({"granted_on": dt.date(2026, 6, 1), "valid_to": dt.date(2026, 9, 14)}, None),
        ({"granted_on": dt.date(2026, 6, 1), "valid_to": dt.date(2026, 9, 13)}, 0),
        ({"granted_on": dt.date(2026, 6, 1), "valid_to": dt.date(2026, 6, 10)}, 95),
    ],
)
def test_a_clearance_that_is_late_or_ends_is_named(cast, facts, days):
    given = {"applied_on": dt.date(2026, 5, 1), **facts}
    Clearance.record(cast.our_project, by=acting(cast.officer), type="ec", is_applicable=True, **given)
    assert warned(cast, Flag.CLEARANCE) == ([] if days is None else [("PRJ-901", days)])


# --- gates ---


def decided(cast, decision, on, **facts):
    given = {"conditions": "More.", "conditions_due_on": on} if decision == "conditional" else {}
    return gating.decide(
        cast.our_project,
        by=acting(cast.manager),
        gate="G3",
        decision=decision,
        decided_on=on,
        decided_by_post="Secretary",
        **{"reason": "" if decision == "conditional" else "No feed.", **given, **facts},
    )


def test_a_gate_past_its_forecast_a_stage_over_its_time_and_conditions_past_their_day_are_named(cast):
    decided(cast, "conditional", dt.date(2024, 5, 31))
    gating.plan(
        cast.our_project,
        by=acting(cast.officer),
        gate="G4",
        planned_on=dt.date(2026, 6, 10),
        decided_on=dt.date(2024, 6, 1),
        decided_by_post="Secretary",
    )
    assert warned(cast, Flag.GATE) == [("PRJ-901", 5)]
    assert warned(cast, Flag.STAGE) == [("PRJ-901", 15)]
    assert warned(cast, Flag.CONDITIONS) == [("PRJ-901", 745)]
    assert warned(cast, Flag.GATE, on=dt.date(2026, 6, 10)) == []
    assert warned(cast, Flag.STAGE, on=dt.date(2026, 5, 31)) == []


def test_a_stopped_project_warns_of_no_gate(cast):
    decided(cast, "hold", dt.date(2026, 1, 1))
    gating.plan(
        cast.our_project,
        by=acting(cast.officer),
        gate="G3",
        planned_on=dt.date(2026, 6, 10),
        decided_on=dt.date(2026, 1, 1),
        decided_by_post="Secretary",
    )
    assert warned(cast, Flag.GATE) == [("PRJ-901", 5)]
    decided(cast, "stop", dt.date(2026, 6, 14))
    assert warned(cast, Flag.GATE) == []
    gates = [it for it in early_warning(TODAY, acting(cast.officer)).dates if isinstance(it.subject, GateRow)]
    assert gates == []


# --- agreements ---


def test_duties_expiries_and_suspensions_are_named(cast):
    row = cast.our_agreement
    Duty.record(
        row, by=acting(cast.officer), party=cast.texmin, text="Name one.", due_on=dt.date(2026, 6, 14)
    )
    audit.change(row, by=system(), action="test.setup", changes={"expires_on": dt.date(2026, 9, 13)})
    assert warned(cast, Flag.DUTY) == [("AGR-901", 1)]
    assert warned(cast, Flag.EXPIRY) == [("AGR-901", None)]
    assert warned(cast, Flag.EXPIRY, on=dt.date(2026, 6, 14)) == []
    assert warned(cast, Flag.EXPIRY, on=dt.date(2026, 9, 15)) == [("AGR-901", 2)]
    agreeing.take(
        row,
        "suspend",
        by=acting(cast.manager),
        taken_on=dt.date(2026, 6, 5),
        decided_by_post="Secretary",
        reason="Sanctions.",
    )
    assert warned(cast, Flag.SUSPENDED) == [("AGR-901", 10)]


def test_a_centre_without_enough_partners_is_named_and_one_without_any_is_not(cast):
    project("PRJ-910", cast.texmin, kind="centre")
    project("PRJ-911", cast.texmin, organisation("INS-910", "Maker"), kind="centre")
    assert warned(cast, Flag.CONSORTIUM) == [("PRJ-911", None)]


# --- together ---


def test_everybody_is_warned_of_what_they_see(cast):
    for of in (cast.our_project, cast.their_project):
        FundLine.claim(
            of,
            by=acting(cast.officer),
            kind="released",
            source="budget",
            amount_crore=Decimal(4),
            dated_on=dt.date(2025, 1, 1),
        )
    assert [name for name, _days in warned(cast, Flag.UNCERTIFIED)] == ["PRJ-901", "PRJ-902"]
    assert [name for name, _days in warned(cast, Flag.UNCERTIFIED, by=cast.our_viewer)] == ["PRJ-901"]


def test_open_dates_stand_with_their_forecast_by_due_date(cast):
    results.gate_plan(cast)
    found = early_warning(TODAY, acting(cast.our_viewer)).dates
    assert [it.due_on for it in found] == [dt.date(2026, 5, 31), dt.date(2027, 3, 31)]
    assert [it.forecast.is_known for it in found] == [False, False]


def test_the_rule_names_every_flag(root: Path):
    page = (root / "docs/rules/warnings.md").read_text()
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == set(Flag.values)
