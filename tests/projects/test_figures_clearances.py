"""Clearances: where each stands on a day, and the one door through which they are recorded."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from projects.choices import ClearanceType
from projects.models import Clearance, StaleError, audit
from projects.progress.clearances import clearance_figures, clearance_row
from tests.cast import TODAY, Cast, acting
from tests.projects.rule_pages import clearances as page

APPLIED = dt.date(2026, 5, 1)
pytestmark = pytest.mark.django_db


def state(on: dt.date = TODAY, **facts: Any) -> str:
    return clearance_row(Clearance(type="ec", **{"is_applicable": True, **facts}), on).state.value


def test_the_worked_example_of_the_rule_holds(root: Path):
    text = (root / "docs/rules/clearances.md").read_text()
    (block,) = map(json.loads, re.findall(r"```rule\n(.*?)\n```", text, re.DOTALL))
    assert page.check(block["given"]) == block["expected"]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"is_applicable": None}, "not_decided"),
        ({"is_applicable": False}, "not_applicable"),
        ({}, "not_applied"),
        ({"applied_on": APPLIED}, "pending"),
        ({"applied_on": APPLIED, "is_applicable": None}, "pending"),
        ({"applied_on": APPLIED, "granted_on": APPLIED, "valid_to": dt.date(2026, 9, 14)}, "granted"),
        ({"applied_on": APPLIED, "granted_on": APPLIED, "valid_to": TODAY}, "expiring"),
    ],
)
def test_each_clearance_is_in_one_state(facts, expected):
    assert state(**facts) == expected


def test_what_happened_later_is_as_if_it_had_not():
    facts = {"applied_on": APPLIED, "granted_on": TODAY, "statutory_days": 10}
    assert state(**facts) == "granted"
    assert state(on=dt.date(2026, 5, 31), **facts) == "overdue"
    assert state(on=dt.date(2026, 4, 30), **facts) == "not_applied"


def test_every_type_stands_in_the_checklist_and_what_nobody_recorded_is_not_decided():
    figures = clearance_figures([], TODAY)
    assert [line.type for line in figures.checklist] == list(ClearanceType)
    assert figures.states["not_decided"] == len(ClearanceType)
    assert sum(figures.states.values()) == len(ClearanceType)


# --- the door ---


def recorded(cast: Cast, **facts: Any) -> Clearance:
    return Clearance.record(cast.our_project, by=acting(cast.our_lead), **{"type": "ec", **facts})


def test_a_lead_records_and_changes_a_clearance_and_both_stand_in_its_history(cast: Cast):
    row = recorded(cast, is_applicable=True)
    row.change(by=acting(cast.our_lead), applied_on=APPLIED, version=1, reason="Filed on Parivesh.")
    assert (row.applied_on, row.version) == (APPLIED, 2)
    events = audit.history(row)
    assert [(event.action, event.reason) for event in events] == [
        ("clearance.record", ""),
        ("clearance.record", "Filed on Parivesh."),
    ]


def test_who_changes_what_somebody_else_has_changed_is_told(cast: Cast):
    row = recorded(cast)
    row.change(by=acting(cast.officer), authority="SEIAA", version=1)
    with pytest.raises(StaleError):
        row.change(by=acting(cast.our_lead), authority="MoEFCC", version=1)
    assert Clearance.objects.get().authority == "SEIAA"


@pytest.mark.parametrize("name", ["applied_on", "granted_on", "refused_on"])
def test_what_has_not_happened_is_not_recorded(cast: Cast, name: str):
    ahead = {"applied_on": APPLIED, name: TODAY + dt.timedelta(days=1)}
    with pytest.raises(ValidationError) as refusal:
        recorded(cast, **ahead)
    assert set(refusal.value.error_dict) == {name}
    with pytest.raises(ValidationError):
        recorded(cast).change(by=acting(cast.officer), **ahead)


def test_the_same_application_is_recorded_once(cast: Cast):
    recorded(cast)
    with pytest.raises(ValidationError):
        recorded(cast)
    recorded(cast, application_number="SIA/TG/2")
    assert Clearance.objects.count() == 2


def test_project_and_type_stay(cast: Cast):
    with pytest.raises(ValidationError) as refusal:
        recorded(cast).change(by=acting(cast.officer), type="cto", project=cast.their_project)
    assert set(refusal.value.error_dict) == {"type", "project"}


@pytest.mark.parametrize("who", ["their_lead", "our_viewer", "auditor", "administrator"])
def test_nobody_else_records(cast: Cast, who: str):
    with pytest.raises(PermissionDenied):
        Clearance.record(cast.our_project, by=acting(cast.people[who]), type="ec")
    with pytest.raises(PermissionDenied):
        recorded(cast).change(by=acting(cast.people[who]), authority="SEIAA")
    assert Clearance.objects.get().authority == ""
