"""What a report shows of a record is what the record says when it is read again."""

import datetime as dt
import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects import archive
from projects.choices import RevisionReason
from projects.models import Evidence, audit
from reports import figures
from reports.checks import records
from reports.periods import Period
from tests.cast import acting, milestone, system
from tests.reports import stage
from tests.reports.orders import execute

pytestmark = [pytest.mark.django_db, pytest.mark.engine("sqlite")]
PERIOD = Period(dt.date(2026, 4, 1), dt.date(2026, 6, 14))
Snapshot = dict[str, Any]


def snapshot(cast: Any) -> Snapshot:
    """Return the sections of a report on our project, as it stands on the day before the tests' today."""
    made = figures.project_snapshot(cast.our_project, PERIOD.end, PERIOD, by=acting(cast.officer))
    return json.loads(json.dumps({"meta": {"as_of": PERIOD.end.isoformat()}, **made}))


def found(cast: Any, shown: Snapshot) -> list[str]:
    return sorted(str(it) for it in records.failures(shown, by=acting(cast.officer)))


def change(record: Any, **changes: Any) -> None:
    audit.change(record, by=system(), action="test.setup", changes=changes)


def test_a_report_that_shows_its_records_passes(cast):
    assert found(cast, snapshot(cast)) == []


@pytest.mark.parametrize("kind", ["programme", "project"])
def test_so_does_one_of_claimed_moved_verified_and_cancelled_milestones(kind):
    owner = stage.fill()
    by = acting(owner, stage.NOW.date())
    for day in (stage.EARLIER, stage.LATER):
        made = figures.snapshot(stage.report_of(kind, owner, day), by=by, now=stage.NOW)
        assert records.failures(json.loads(json.dumps(made)), by=by) == []


def test_a_value_that_is_not_its_records_is_named_with_both(cast):
    shown = snapshot(cast)
    change(cast.our_milestone, baseline_on=dt.date(2026, 5, 30))
    named = found(cast, shown)
    assert (
        "milestones.rows[MST-901].baseline is {'on': '2026-05-31', 'precision': 'day'}, "
        "but must be {'on': '2026-05-30', 'precision': 'day'}" in named
    )
    assert any(it.startswith("milestones.overdue.rows[MST-901].baseline is") for it in named)


def test_a_cost_a_level_and_a_capacity_are_read_again(cast):
    change(
        cast.our_project,
        cost_crore=12,
        trl_claimed=4,
        trl_verified=3,
        trl_verified_on=dt.date(2026, 6, 1),
        capacity_value=500,
        capacity_unit="t per year",
    )
    cast.our_project.refresh_from_db()
    shown = snapshot(cast)
    assert found(cast, shown) == []
    shown["project"]["cost"]["crore"] = "13.00"
    shown["project"]["capacity"]["value"] = "501"
    shown["trl"]["verified"]["value"] = 4
    assert [it.split(" is ")[0] for it in found(cast, shown)] == [
        "project.capacity",
        "project.cost",
        "trl.trl",
    ]


def test_a_moved_date_and_a_file_are_read_again(cast):
    by = acting(cast.officer, dt.date(2026, 6, 10))
    cast.our_milestone.revise(
        by=by, new_on=dt.date(2026, 7, 31), reason_code=RevisionReason.LAND, narrative="Awaited."
    )
    Evidence.add(archive.store([b"photo"], name="a.jpg"), by=by, milestone=cast.our_milestone)
    shown = snapshot(cast)
    assert found(cast, shown) == []
    shown["revisions"][0]["number"] = 2
    shown["evidence"][0]["size"] += 1
    assert found(cast, shown) == [
        "evidence[1].size is 6, but must be 5",
        "revisions[1] is 2, but must be a record that may be seen",
    ]


def test_a_move_decided_after_the_as_of_date_is_none_of_the_report(cast):
    cast.our_milestone.revise(
        by=acting(cast.officer),
        new_on=dt.date(2026, 7, 31),
        reason_code=RevisionReason.LAND,
        narrative="Awaited.",
    )
    shown = snapshot(cast)
    assert shown["revisions"] == []
    assert found(cast, shown) == []


def test_a_row_of_a_record_that_the_responsible_person_may_not_see_is_refused(cast):
    shown = snapshot(cast)
    assert records.failures(shown, by=acting(cast.our_lead)) == []
    named = [str(it) for it in records.failures(shown, by=acting(cast.their_lead))]
    assert "project is PRJ-901, but must be a record that may be seen" in named


def test_a_reference_that_no_record_has_is_refused(cast):
    shown = snapshot(cast)
    shown["milestones"]["rows"][0]["reference"] = "MST-999"
    assert found(cast, shown) == [
        "milestones.rows[MST-999] is MST-999, but must be a record that may be seen"
    ]


def test_what_changed_in_the_database_past_the_models_is_found_too(cast):
    shown = snapshot(cast)
    execute("UPDATE projects_milestone SET title = 'Other' WHERE reference = 'MST-901'")
    assert any("title" in it for it in found(cast, shown))


def test_a_malformed_row_is_a_reason_and_no_crash(cast):
    shown = snapshot(cast)
    shown["milestones"]["rows"][0]["claimed"] = 7
    del shown["meta"]["as_of"]
    (failure,) = records.failures(shown, by=acting(cast.officer))
    assert "malformed" in str(failure)


def test_many_rows_cost_as_many_queries_as_one(cast):
    shown = snapshot(cast)
    with CaptureQueriesContext(connection) as few:
        records.failures(shown, by=acting(cast.officer))
    for number in range(910, 930):
        milestone(f"MST-{number}", cast.our_project)
    shown = snapshot(cast)
    with CaptureQueriesContext(connection) as many:
        assert records.failures(shown, by=acting(cast.officer)) == []
    assert len(many) == len(few)


def test_a_record_that_the_report_leaves_out_is_missed():
    """Everything in the report may agree, and still one project be left out."""
    owner = stage.fill()
    by = acting(owner, stage.NOW.date())
    made = figures.snapshot(stage.report_of("programme", owner, stage.LATER), by=by, now=stage.NOW)
    shown = json.loads(json.dumps(made))
    shown["projects"]["total"] -= 1
    shown["reliance"]["rows"].pop()
    assert sorted(str(it) for it in records.failures(shown, by=by)) == [
        "projects.total is 27, but must be 28",
        f"reliance.rows is {len(shown['reliance']['rows'])}, but must be {len(shown['reliance']['rows']) + 1}",
    ]
