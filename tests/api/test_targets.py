"""Targets, their totals, measurements and indicators over the API."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from projects.models import Measurement, Target, audit
from tests.api.conftest import SignIn
from tests.api.scene import indicator, target
from tests.cast import Cast, acting, system

API = "/api/v1"
REVISED = {
    "value": "80",
    "due_on": "2027-03-31",
    "authority": "Empowered Committee",
    "decided_on": "2026-06-01",
    "reason": "The line was re-scoped.",
}


@pytest.fixture
def goal(cast: Cast) -> Target:
    return target("TGT-930", indicator(), project=cast.our_project)


def claim(goal: Target, cast: Cast, value: int, day: str, **more: Any) -> Measurement:
    return Measurement.claim(
        goal, by=acting(cast.our_lead), value=Decimal(value), period_end=dt.date.fromisoformat(day), **more
    )


def test_a_target_names_the_measurements_behind_its_values(
    goal: Target, cast: Cast, signed_in: SignIn
) -> None:
    seen = claim(goal, cast, 40, "2026-04-30")
    seen.verify(by=acting(cast.officer), level=2)
    later = claim(goal, cast, 130, "2026-05-31")
    values = signed_in(cast.our_viewer).get(f"{API}/targets/TGT-930/").json()["values"]
    assert values["claimed"] == {
        "value": "130", "period_end": "2026-05-31", "measurements": [later.pk], "level": 0,
        "financial_year": None, "days_covered": None, "overlapping": [],
    }  # fmt: skip
    assert (values["claimed_achievement"], values["claimed_achievement_capped"]) == ("130.00", "100.00")
    assert (values["verified"]["measurements"], values["verified_achievement"]) == ([seen.pk], "40.00")
    assert (values["verified"]["level"], values["is_hold"], values["holds_claimed"]) == (2, False, True)


def test_a_manager_revises_and_an_old_day_keeps_its_version(
    goal: Target, cast: Cast, signed_in: SignIn
) -> None:
    client = signed_in(cast.manager)
    answer = client.post(f"{API}/targets/TGT-930/revise/", {**REVISED, "version": 1}, format="json")
    assert answer.status_code == 200
    assert [it["number"] for it in answer.json()["versions"]] == [1, 2]
    assert answer.json()["versions"][1]["reason"] == "The line was re-scoped."
    stale = client.post(f"{API}/targets/TGT-930/revise/", {**REVISED, "version": 1}, format="json")
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    old = client.get(f"{API}/targets/TGT-930/?as_of=2026-05-31").json()["values"]
    assert (old["target_value"], old["version_number"]) == ("100", 1)
    assert client.get(f"{API}/targets/TGT-930/").json()["values"]["target_value"] == "80"


def test_a_wrong_unit_is_asked_about(goal: Target, cast: Cast, signed_in: SignIn) -> None:
    body = {"project": "PRJ-901", "indicator": "PRD-901", "title": "Oxide", "value": "5", "unit": "MT",
            "target_basis": "company_plan"}  # fmt: skip
    answer = signed_in(cast.officer).post(f"{API}/targets/", body, format="json")
    assert answer.status_code == 400
    assert "Which do you mean?" in answer.content.decode()
    good = signed_in(cast.officer).post(f"{API}/targets/", {**body, "unit": "kt"}, format="json")
    assert (good.status_code, good.json()["unit"], good.json()["measure_basis"]) == (201, "kt", "cumulative")


def test_a_measurement_keeps_what_was_entered(goal: Target, cast: Cast, signed_in: SignIn) -> None:
    body = {"target": "TGT-930", "value": "12500", "unit": "kg", "period_end": "2026-05-31"}
    client = signed_in(cast.our_lead)
    made = client.post(f"{API}/measurements/", body, format="json").json()
    assert (made["value"], made["unit"], made["entered_value"], made["entered_unit"]) == (
        "12.5",
        "tonnes",
        "12500",
        "kg",
    )
    twice = client.post(f"{API}/measurements/", body, format="json")
    assert twice.status_code == 400
    assert "already" in twice.content.decode()


def test_an_unusual_value_is_asked_about_and_marked(goal: Target, cast: Cast, signed_in: SignIn) -> None:
    audit.change(goal.indicator, by=system(), action="test.setup", changes={"plausible_to": Decimal(500)})
    body = {"target": "TGT-930", "value": "900", "period_end": "2026-05-31"}
    client = signed_in(cast.our_lead)
    asked = client.post(f"{API}/measurements/", body, format="json")
    assert asked.status_code == 400
    assert "bounds_reason" in asked.content.decode()
    told = client.post(f"{API}/measurements/", {**body, "bounds_reason": "Two lines."}, format="json").json()
    assert (told["is_implausible"], told["bounds_reason"]) == (True, "Two lines.")


def test_totals_follow_the_filter_and_refuse_what_cannot_be_added(
    goal: Target, cast: Cast, signed_in: SignIn
) -> None:
    claim(goal, cast, 50, "2026-05-31")
    other = target("TGT-931", goal.indicator, agreement=cast.our_agreement)
    audit.change(other, by=system(), action="test.setup", changes={"unit": "blocks"})
    claim(other, cast, 300, "2026-05-31")
    client = signed_in(cast.officer)
    all_ = client.get(f"{API}/targets/totals/").json()
    assert all_["claimed"] == {
        "count": 2, "mean": "175.00", "mean_capped": "75.00", "median": "175.00", "median_capped": "75.00",
    }  # fmt: skip
    assert (all_["sum"]["code"], all_["sum"]["claimed"]) == ("units", None)
    one = client.get(f"{API}/targets/totals/?project=PRJ-901").json()
    assert (one["total"], one["sum"]["claimed"], one["sum"]["verified"], one["sum"]["unit"]) == (
        1,
        "50",
        None,
        "t",
    )
    assert client.get(f"{API}/targets/totals/?projekt=PRJ-901").status_code == 400


def test_the_library_is_kept_by_administrators(goal: Target, cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.administrator)
    new = {"code": "PRD-SM", "name": "Samarium", "unit": "tpa", "measure_basis": "annual"}
    made = client.post(f"{API}/indicators/", new, format="json").json()
    assert (made["unit"], made["minimum_level"], made["version"]) == ("t per year", 1, 1)
    address = f"{API}/indicators/PRD-901/"
    refused = client.patch(address, {"unit": "kt", "reason": "Wrong."}, format="json")
    assert refused.status_code == 400
    assert "another meaning" in refused.content.decode()
    done = client.patch(address, {"minimum_level": 3, "reason": "Audits.", "version": 1}, format="json")
    assert done.json()["minimum_level"] == 3
    stale = client.patch(address, {"minimum_level": 2, "reason": "Audits.", "version": 1}, format="json")
    assert stale.status_code == 409
    events = client.get(f"{address}history/").json()["results"]
    assert events[-1]["reason"] == "Audits."
