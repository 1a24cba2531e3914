"""The steps of a milestone: when each is open, what it changes, what it leaves in the trail, and that errors leave nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from projects.choices import MilestoneStatus, Precision
from projects.models import (
    AuditEvent,
    Milestone,
    MilestoneRevision,
    StaleError,
    TransitionError,
    audit,
)
from tests.api.scene import document
from tests.cast import TODAY, Cast, acting, milestone

ACHIEVED = dt.date(2026, 6, 1)
LATER = dt.date(2026, 12, 31)


def claim(row: Milestone, cast: Cast, **more: Any) -> None:
    row.claim(**{"by": acting(cast.our_lead), "actual_on": ACHIEVED, **more})


def verify(row: Milestone, cast: Cast, **more: Any) -> None:
    row.verify(**{"by": acting(cast.manager), **more})


def send_back(row: Milestone, cast: Cast, **more: Any) -> None:
    row.return_(**{"by": acting(cast.manager), "reason": "No certificate.", **more})


def revise(row: Milestone, cast: Cast, **more: Any) -> None:
    given = {"new_on": LATER, "reason_code": "funds", "narrative": "The release was delayed."}
    row.revise(**{"by": acting(cast.manager), **given, **more})


def cancel(row: Milestone, cast: Cast, **more: Any) -> None:
    row.cancel(**{"by": acting(cast.manager), "reason": "Given up.", **more})


STEPS: dict[str, Callable[..., None]] = {
    "claim": claim, "verify": verify, "return": send_back, "revise": revise, "cancel": cancel,
}  # fmt: skip
OPEN = {
    "planned": {"claim", "revise", "cancel"},
    "claimed": {"verify", "return", "cancel"},
    "returned": {"claim", "revise", "cancel"},
    "verified": set(),
    "cancelled": set(),
}
PATHS = {
    "planned": (),
    "claimed": (claim,),
    "returned": (claim, send_back),
    "verified": (claim, verify),
    "cancelled": (cancel,),
}


def at(status: str, cast: Cast) -> Milestone:
    """Return our milestone, brought to a status by its steps."""
    row = Milestone.objects.get(pk=cast.our_milestone.pk)
    for take in PATHS[status]:
        take(row, cast)
    assert row.status == status
    return row


def test_the_table_of_open_steps_is_complete():
    assert set(OPEN) == set(MilestoneStatus.values)
    assert set(STEPS) == set(Milestone.STEPS)


@pytest.mark.parametrize("status", OPEN)
@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_open_in_its_statuses_and_in_no_other(status: str, step: str, cast: Cast):
    row = at(status, cast)
    assert (step in row.open_steps()) is (step in OPEN[status])
    if step in OPEN[status]:
        STEPS[step](row, cast)
        return
    facts, events = row.facts(), AuditEvent.objects.count()
    with pytest.raises(TransitionError, match="not open"):
        STEPS[step](row, cast)
    assert Milestone.objects.get(pk=row.pk).facts() == facts
    assert AuditEvent.objects.count() == events


@pytest.mark.parametrize("step", ["claim", "verify", "return", "revise", "cancel"])
def test_who_may_not_take_a_step_is_refused_and_nothing_is_written(step: str, cast: Cast):
    row = at("claimed" if step in ("verify", "return") else "planned", cast)
    facts, events = row.facts(), AuditEvent.objects.count()
    with pytest.raises(PermissionDenied):
        STEPS[step](row, cast, by=acting(cast.our_viewer))
    assert Milestone.objects.get(pk=row.pk).facts() == facts
    assert AuditEvent.objects.count() == events


@pytest.mark.parametrize("step", STEPS)
def test_each_step_counts_the_version_and_writes_one_event_on_the_row(step: str, cast: Cast):
    row = at("claimed" if step in ("verify", "return") else "planned", cast)
    version, events = row.version, audit.history(row).count()
    STEPS[step](row, cast)
    assert Milestone.objects.get(pk=row.pk).version == row.version == version + 1
    event = audit.history(row).last()
    assert audit.history(row).count() == events + 1
    assert event.action == f"milestone.{step}"
    assert event.actor == (cast.our_lead if step == "claim" else cast.manager)
    assert event.role == ("lead" if step == "claim" else "manager")


def test_the_event_of_a_claim_holds_what_moved_and_no_more(cast: Cast):
    row = at("planned", cast)
    claim(row, cast, note="Furnace at temperature.")
    event = audit.history(row).last()
    assert set(event.before) == set(event.after)
    assert event.before["status"] == "planned"
    assert event.after["status"] == "claimed"
    assert event.after["actual_on"] == "2026-06-01"
    assert event.before["actual_on"] is None
    assert event.after["claimed_by_id"] == cast.our_lead.pk
    assert "title" not in event.after
    assert event.reason == "Furnace at temperature."


@pytest.mark.parametrize("step", STEPS)
def test_who_read_an_older_version_is_told_so_and_nothing_is_written(step: str, cast: Cast):
    row = at("claimed" if step in ("verify", "return") else "planned", cast)
    events = AuditEvent.objects.count()
    with pytest.raises(StaleError):
        STEPS[step](row, cast, version=row.version - 1)
    assert AuditEvent.objects.count() == events
    STEPS[step](row, cast, version=row.version)


# --- what each step keeps ---


def test_a_claim_keeps_date_claimant_and_evidence(cast: Cast):
    row = at("planned", cast)
    claim(row, cast, evidence=[document("one"), document("two")], precision=Precision.MONTH)
    row.refresh_from_db()
    assert (row.actual_on, row.actual_precision) == (ACHIEVED, "month")
    assert (row.claimed_by, row.claimant_organisation) == (cast.our_lead, cast.texmin)
    assert row.claim_number == 1
    assert [file.claim_number for file in row.evidence.all()] == [1, 1]


def test_a_claim_for_tomorrow_is_refused(cast: Cast):
    row = at("planned", cast)
    with pytest.raises(ValidationError, match="future") as error:
        claim(row, cast, actual_on=TODAY + dt.timedelta(days=1))
    assert "actual_on" in error.value.error_dict
    claim(row, cast, actual_on=TODAY)


def test_when_a_file_cannot_be_recorded_the_claim_is_undone(cast: Cast):
    row = at("planned", cast)
    file = document("broken")
    with pytest.raises(ValidationError):
        claim(row, cast, evidence=[document("whole"), type(file)(sha256="no digest", size=1, name="x")])
    row = Milestone.objects.get(pk=row.pk)
    assert row.status == "planned"
    assert not row.evidence.exists()


def test_a_returned_claim_no_longer_counts_and_may_be_claimed_again(cast: Cast):
    row = at("returned", cast)
    assert row.returned_reason == "No certificate."
    assert not Milestone.objects.filter(pk=row.pk).achieved(TODAY).exists()
    claim(row, cast)
    assert (row.status, row.claim_number, row.returned_reason) == ("claimed", 2, "")


@pytest.mark.parametrize("blank", ["", "   "])
def test_a_return_needs_its_reason(blank: str, cast: Cast):
    with pytest.raises(ValidationError, match="missing"):
        send_back(at("claimed", cast), cast, reason=blank)


@pytest.mark.parametrize("blank", ["", "   "])
def test_a_cancellation_needs_its_reason(blank: str, cast: Cast):
    with pytest.raises(ValidationError, match="given up"):
        cancel(at("planned", cast), cast, reason=blank)


def test_a_verification_keeps_its_day_and_person(cast: Cast):
    row = at("verified", cast)
    assert (row.verified_by, row.verified_on) == (cast.manager, TODAY)


def test_a_cancellation_keeps_its_day(cast: Cast):
    assert at("cancelled", cast).cancelled_on == TODAY


def test_a_revision_keeps_the_old_date_and_each_is_numbered(cast: Cast):
    row = at("planned", cast)
    revise(row, cast, authority="F. No. 12/3")
    revise(row, cast, new_on=dt.date(2027, 3, 31), reason_code="technology")
    first, second = MilestoneRevision.objects.filter(milestone=row)
    assert (first.number, first.old_on, first.new_on) == (1, dt.date(2026, 5, 31), LATER)
    assert (second.number, second.old_on, second.new_on) == (2, LATER, dt.date(2027, 3, 31))
    assert (first.approved_by, first.decided_on, first.authority) == (cast.manager, TODAY, "F. No. 12/3")
    assert (row.baseline_on, row.due) == (dt.date(2026, 5, 31), dt.date(2027, 3, 31))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"narrative": " "}, "narrative"),
        ({"reason_code": "weather"}, "reason_code"),
        ({"new_on": dt.date(2026, 5, 31)}, "new_on"),
    ],
)
def test_a_revision_needs_a_new_date_a_reason_and_a_story(wrong: dict[str, Any], field: str, cast: Cast):
    row = at("planned", cast)
    with pytest.raises(ValidationError) as error:
        revise(row, cast, **wrong)
    assert set(error.value.error_dict) == {field}
    assert not row.revisions.exists()


def test_the_first_date_of_an_undated_milestone_becomes_its_baseline(cast: Cast):
    row = milestone("MST-920", cast.our_project, baseline_on=None, baseline_precision="")
    revise(row, cast)
    assert (row.baseline_on, row.baseline_precision, row.revised_on) == (LATER, "day", None)
    assert not row.revisions.exists()


# --- logging ---


def test_a_logged_milestone_gets_the_next_reference(cast: Cast):
    given = {"project": cast.our_project, "title": "Furnace heated", "type": "commissioning"}
    first = Milestone.log(by=acting(cast.officer), baseline_on=LATER, **given)
    second = Milestone.log(by=acting(cast.officer), baseline_on=LATER, **given)
    assert (first.reference, second.reference) == ("MST-903", "MST-904")
    assert audit.history(first).get().action == "milestone.log"


def test_a_milestone_without_a_date_is_not_logged(cast: Cast):
    with pytest.raises(ValidationError, match="first approved date"):
        Milestone.log(by=acting(cast.officer), project=cast.our_project, title="Sometime", type="review")


def test_a_lead_does_not_log(cast: Cast):
    with pytest.raises(PermissionDenied):
        Milestone.log(
            by=acting(cast.our_lead), project=cast.our_project, title="Mine", type="review", baseline_on=LATER
        )
