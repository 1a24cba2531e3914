"""The stages of a transfer: claimed beside verified, refused without what they need, in any order of entry."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import random
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from projects.models import (
    KnowHowItem,
    Measurement,
    ReplicationRun,
    StaleError,
    Training,
    Transfer,
    TransferStep,
    TransitionError,
    audit,
)
from projects.models.ladders import climbed, falls, gaps
from projects.models.transfer_steps import NEEDS, Need, holdings, witnesses
from projects.progress.transfers import TransferStanding, transfer_standing
from tests.api.scene import document, indicator, target
from tests.cast import TODAY, Cast, acting, project, system
from tests.projects.rule_pages import transfers as page

DAY = dt.date(2026, 5, 1)
STAGES = ("offered", "licensed", "absorbed", "producing")
TERMS: dict[str, Any] = {
    "licence_type": "licence",
    "exclusivity": "non_exclusive",
    "fee_crore": Decimal("2.50"),
}
pytestmark = pytest.mark.django_db


def test_the_worked_example_of_the_rule_holds(root: Path):
    blocks = re.findall(r"```rule\n(.*?)\n```", (root / "docs/rules/transfer.md").read_text(), re.DOTALL)
    assert len(blocks) == 1
    for block in map(json.loads, blocks):
        assert page.check(block["given"]) == block["expected"]


# --- the register ---


def recorded(cast: Cast, **facts: Any) -> Transfer:
    given = {"asset": "Metal-making process", "donor": cast.irel, "recipient": cast.texmin, **facts}
    return Transfer.record(cast.our_project, by=acting(cast.officer), **given)


def test_a_transfer_gets_the_next_number_and_is_recorded_once(cast: Cast):
    assert [recorded(cast, asset=name).reference for name in ("A", "B")] == ["TRF-001", "TRF-002"]
    with pytest.raises(ValidationError, match="TRF-001"):
        recorded(cast, asset="A")


def test_a_lead_records_for_its_project_what_it_sees(cast: Cast):
    by = acting(cast.our_lead)
    facts = {"asset": "Process", "recipient": cast.texmin}
    with pytest.raises(ValidationError) as refusal:
        Transfer.record(cast.our_project, by=by, donor=cast.irel, **facts)
    assert set(refusal.value.error_dict) == {"donor"}
    row = Transfer.record(cast.our_project, by=by, donor=cast.ministry, **facts)
    row.change(by=by, version=1, territory="India", reason="As agreed.")
    with pytest.raises(StaleError):
        row.change(by=by, version=1, territory="World")
    with pytest.raises(ValidationError) as refusal:
        row.change(by=by, donor=cast.irel, project=cast.their_project)
    assert set(refusal.value.error_dict) == {"donor", "project"}
    with pytest.raises(ValidationError) as refusal:
        row.change(by=by, agreement=cast.their_agreement)
    assert set(refusal.value.error_dict) == {"agreement"}
    assert [event.reason for event in audit.history(row)] == ["", "As agreed."]


def test_a_transfer_is_between_two(cast: Cast):
    with pytest.raises(ValidationError) as refusal:
        recorded(cast, recipient=cast.irel)
    assert set(refusal.value.error_dict) == {"recipient"}


@pytest.mark.parametrize("who", ["their_lead", "our_viewer", "auditor", "administrator"])
def test_nobody_else_records(cast: Cast, who: str):
    row, by = recorded(cast), acting(cast.people[who])
    with pytest.raises(PermissionDenied):
        Transfer.record(cast.our_project, by=by, asset="B", donor=cast.irel, recipient=cast.texmin)
    with pytest.raises(PermissionDenied):
        row.change(by=by, territory="India")
    with pytest.raises(PermissionDenied):
        KnowHowItem.record(row, by=by, title="Drawings", kind="drawing")


# --- know-how ---


def item(transfer: Transfer, cast: Cast, **facts: Any) -> KnowHowItem:
    given = {"title": "Furnace drawings", "kind": "drawing", "delivered_on": DAY, **facts}
    return KnowHowItem.record(transfer, by=acting(cast.officer), **given)


def accepted(row: KnowHowItem, cast: Cast, on: dt.date = DAY) -> None:
    row.change(by=acting(cast.officer), accepted_on=on, accepted_by_post="Head, Metals Division")


def test_items_are_numbered_and_what_has_not_happened_is_not_recorded(cast: Cast):
    transfer = recorded(cast)
    assert [item(transfer, cast).number, item(transfer, cast, number=7).number] == [1, 7]
    assert item(transfer, cast).number == 8
    with pytest.raises(ValidationError):
        item(transfer, cast, number=7)
    for name in ("delivered_on", "accepted_on"):
        with pytest.raises(ValidationError) as refusal:
            item(transfer, cast, **{name: TODAY + dt.timedelta(1)})
        assert set(refusal.value.error_dict) == {name}


def test_the_recipients_lead_accepts_and_the_donors_lead_delivers_only(cast: Cast):
    joint = project("PRJ-910", cast.texmin, cast.irel)
    transfer = Transfer.record(
        joint, by=acting(cast.officer), asset="Process", donor=cast.irel, recipient=cast.texmin
    )
    row = KnowHowItem.record(transfer, by=acting(cast.their_lead), title="Manual", kind="manual")
    row.change(by=acting(cast.their_lead), version=1, delivered_on=DAY)
    acceptance = {"accepted_on": TODAY, "accepted_by_post": "Head"}
    with pytest.raises(PermissionDenied):
        row.change(by=acting(cast.their_lead), **acceptance)
    with pytest.raises(PermissionDenied):
        KnowHowItem.record(
            transfer, by=acting(cast.their_lead), title="B", kind="manual", delivered_on=DAY, **acceptance
        )
    row.change(by=acting(cast.our_lead), version=2, **acceptance)
    assert audit.history(row).last().action == "knowhowitem.accept"  # type: ignore[union-attr]
    # What is accepted stays as it was accepted, unless those who accept agree.
    for changes in ({"title": "Another manual"}, {"accepted_on": None, "accepted_by_post": ""}):
        with pytest.raises(PermissionDenied):
            row.change(by=acting(cast.their_lead), **changes)
    row.change(by=acting(cast.officer), title="Operating manual")
    with pytest.raises(StaleError):
        row.change(by=acting(cast.our_lead), version=2, title="Manual")


def test_who_is_of_the_ministry_and_of_the_donor_does_not_accept(cast: Cast):
    transfer = recorded(cast, donor=cast.ministry)
    row = item(transfer, cast)
    with pytest.raises(PermissionDenied, match="donor"):
        accepted(row, cast)
    row.change(by=acting(cast.our_lead), accepted_on=DAY, accepted_by_post="Head")


def test_the_schedule_is_measured_in_items_accepted(cast: Cast):
    transfer = recorded(cast)
    assert standing(transfer).know_how.per_cent is None
    rows = [item(transfer, cast, due_on=DAY) for _ in range(3)]
    late = KnowHowItem.record(
        transfer, by=acting(cast.officer), title="Chart", kind="process_chart", due_on=DAY
    )
    accepted(rows[0], cast)
    accepted(rows[1], cast, on=TODAY)
    found = standing(transfer).know_how
    assert (found.total, found.delivered, found.accepted, found.per_cent) == (4, 3, 2, 50)
    assert found.overdue == (late,)
    earlier = standing(transfer, TODAY - dt.timedelta(1)).know_how
    assert (earlier.accepted, earlier.per_cent) == (1, 25)


def test_an_item_that_was_listed_later_does_not_count_on_the_days_before(cast: Cast):
    transfer = recorded(cast)
    accepted(item(transfer, cast), cast)
    added = item(transfer, cast, listed_on=TODAY, delivered_on=None, due_on=DAY)
    assert (standing(transfer).know_how.per_cent, standing(transfer).know_how.overdue) == (50, (added,))
    before = standing(transfer, TODAY - dt.timedelta(1)).know_how
    assert (before.total, before.per_cent, before.overdue) == (1, 100, ())
    with pytest.raises(ValidationError):
        added.change(by=acting(cast.officer), listed_on=TODAY + dt.timedelta(1))


# --- stages ---


def standing(transfer: Transfer, on: dt.date = TODAY) -> TransferStanding:
    (held,) = holdings([Transfer.objects.get(pk=transfer.pk)])
    return transfer_standing(held, on)


def stages(transfer: Transfer, on: dt.date = TODAY) -> tuple[str | None, str | None]:
    found = standing(transfer, on)
    return (
        found.claimed.stage if found.claimed else None,
        found.verified.stage if found.verified else None,
    )


def claim(transfer: Transfer, cast: Cast, stage: str, day: dt.date = DAY, **facts: Any) -> TransferStep:
    facts.setdefault("evidence", (document(f"{stage} {day}"),))
    return TransferStep.claim(transfer, by=acting(cast.our_lead), stage=stage, reached_on=day, **facts)


def verify(row: Any, cast: Cast, level: int = 1, **facts: Any) -> None:
    row.verify(by=acting(cast.manager), level=level, **facts)


def trained(transfer: Transfer, cast: Cast, persons: int = 4, day: dt.date = DAY, **facts: Any) -> Training:
    given = {"persons": persons, "certified_on": day, "assessed_by": "NFTDC", **facts}
    return Training.claim(transfer, by=acting(cast.our_lead), **given)


def ran(transfer: Transfer, cast: Cast, day: dt.date = DAY, **facts: Any) -> ReplicationRun:
    given = {"run_on": day, "guarantee_met": True, "licensor_on_site": False, "hours": 72, **facts}
    return ReplicationRun.claim(transfer, by=acting(cast.our_lead), **given)


def made(cast: Cast, value: int = 5, level: int = 2, reference: str = "TGT-940") -> Measurement:
    measured = indicator(f"PRD-{reference[-3:]}")
    measured = audit.change(measured, by=system(), action="test.setup", changes={"minimum_level": 2})
    goal = target(reference, measured, project=cast.our_project)
    row = Measurement.claim(goal, by=acting(cast.our_lead), value=Decimal(value), period_end=DAY)
    verify(row, cast, level=level)
    return row


def absorbable(transfer: Transfer, cast: Cast) -> None:
    accepted(item(transfer, cast), cast)
    verify(trained(transfer, cast), cast)
    verify(ran(transfer, cast), cast, level=2)


def test_the_four_stages_are_climbed_with_what_each_needs(cast: Cast):
    transfer = recorded(cast, **TERMS)
    assert stages(transfer) == (None, None)
    for number, stage in enumerate(STAGES):
        if stage == "absorbed":
            absorbable(transfer, cast)
        if stage == "producing":
            made(cast)
        row = claim(transfer, cast, stage, DAY + dt.timedelta(number))
        assert stages(transfer) == (stage, STAGES[number - 1] if number else None)
        verify(row, cast)
        assert stages(transfer) == (stage, stage)
    found = standing(transfer)
    assert (found.gaps, found.falls, found.lapsed) == ((), (), ())
    assert (found.persons.claimed, found.persons.verified, found.person_days.claimed) == (4, 4, None)
    assert (found.runs.claimed, found.runs.verified) == (1, 1)
    assert stages(transfer, DAY - dt.timedelta(1)) == (None, None)


@pytest.mark.parametrize(
    ("stage", "needs"),
    [(stage, NEEDS[stage]) for stage in STAGES],
    ids=STAGES,  # type: ignore[index]
)
def test_a_stage_is_claimed_any_time_and_verified_only_with_all_that_it_needs(cast: Cast, stage, needs):
    transfer = recorded(cast)
    row = claim(transfer, cast, stage, evidence=())
    with pytest.raises(ValidationError) as refusal:
        verify(row, cast, level=3)
    told = "\n".join(refusal.value.messages)
    for need in Need:
        assert (str(need.label) in told) is (need in needs)
    assert ("skips a level" in told) is (stage != "offered")
    row.refresh_from_db()
    assert (row.status, row.version) == ("claimed", 1)


def without(cast: Cast, transfer: Transfer, need: str) -> None:
    """Everything that absorption needs, save the one thing, which is nearly there."""
    row = item(transfer, cast)
    if need != "know_how":
        accepted(row, cast, on=TODAY if need == "know_how_later" else DAY)
    training = trained(transfer, cast, persons=0 if need == "nobody" else 4)
    if need != "training":
        verify(training, cast)
    run = ran(transfer, cast, guarantee_met=need != "guarantee", licensor_on_site=need == "licensor")
    if need != "run":
        verify(run, cast, level=1 if need == "level" else 2)


@pytest.mark.parametrize(
    ("nearly", "need"),
    [
        ("", None),
        ("know_how", Need.KNOW_HOW),
        ("know_how_later", Need.KNOW_HOW),
        ("training", Need.TRAINING),
        ("nobody", Need.TRAINING),
        ("run", Need.RUN),
        ("level", Need.RUN),
        ("guarantee", Need.RUN),
        ("licensor", Need.RUN),
    ],
)
def test_what_is_nearly_there_is_missing(cast: Cast, nearly: str, need: Need | None):
    transfer = recorded(cast, **TERMS)
    for stage in ("offered", "licensed"):
        verify(claim(transfer, cast, stage), cast)
    without(cast, transfer, nearly)
    row = claim(transfer, cast, "absorbed")
    if need is None:
        verify(row, cast)
        return
    with pytest.raises(ValidationError) as refusal:
        verify(row, cast)
    assert [str(need.label) in message for message in refusal.value.messages] == [True]


@pytest.mark.parametrize(("value", "level", "met"), [(5, 2, True), (0, 2, False), (5, 1, False)])
def test_production_is_a_value_above_zero_verified_as_its_indicator_asks(cast: Cast, value, level, met):
    transfer = recorded(cast)
    made(cast, value, level)
    (held,) = holdings([transfer])
    assert bool(witnesses(Need.OUTPUT, held, TODAY, TODAY, documented=False)) is met
    assert not witnesses(Need.OUTPUT, held, DAY - dt.timedelta(1), TODAY, documented=False)


def test_a_fee_of_nothing_is_a_fee_and_a_source_is_a_document(cast: Cast):
    transfer = recorded(cast, **{**TERMS, "fee_crore": Decimal(0)})
    verify(claim(transfer, cast, "offered", evidence=(), source_url="https://nfc.gov.in/offer"), cast)
    verify(claim(transfer, cast, "licensed"), cast)
    with pytest.raises(ValidationError) as refusal:
        transfer.change(by=acting(cast.officer), fee_crore=None, exclusivity="")
    assert set(refusal.value.error_dict) == {"fee_crore", "exclusivity"}
    transfer.change(by=acting(cast.officer), fee_crore=Decimal(3))


def test_a_manager_waives_a_skipped_stage_but_not_what_the_stage_needs(cast: Cast):
    transfer = recorded(cast, **TERMS)
    row = claim(transfer, cast, "licensed")
    with pytest.raises(ValidationError, match="licensed skips a level: nothing stood verified before"):
        verify(row, cast)
    with pytest.raises(PermissionDenied):
        row.verify(by=acting(cast.officer), level=1, waiver="Offered by tender.")
    verify(row, cast, waiver="Offered by tender.")
    assert (row.waiver, stages(transfer)) == ("Offered by tender.", ("licensed", "licensed"))
    producing = claim(transfer, cast, "producing", TODAY)
    with pytest.raises(ValidationError, match="production above 0"):
        verify(producing, cast, waiver="Order 7.")


def test_a_fall_back_needs_its_reason_and_no_stage_is_skipped_on_the_way_back(cast: Cast):
    transfer = recorded(cast, **TERMS)
    for stage in ("offered", "licensed"):
        verify(claim(transfer, cast, stage), cast)
    with pytest.raises(ValidationError) as refusal:
        claim(transfer, cast, "offered", TODAY)
    assert set(refusal.value.error_dict) == {"note"}
    fallen = claim(transfer, cast, "offered", TODAY, note="The licence was terminated.", evidence=())
    verify(fallen, cast)
    assert stages(transfer) == ("offered", "offered")
    assert [(it.before.stage, it.row.stage) for it in standing(transfer).falls] == [("licensed", "offered")]
    absorbable(transfer, cast)
    with pytest.raises(ValidationError, match="skips a level"):
        verify(claim(transfer, cast, "absorbed", TODAY), cast)


def test_a_step_that_turns_out_to_be_a_fall_back_is_not_verified_without_its_reason(cast: Cast):
    transfer = recorded(cast, **TERMS)
    later = claim(transfer, cast, "offered", DAY + dt.timedelta(2))
    for stage in ("offered", "licensed"):
        verify(claim(transfer, cast, stage), cast)
    with pytest.raises(ValidationError, match="say why the transfer fell back"):
        verify(later, cast)


def test_a_step_found_later_does_not_turn_another_into_a_fall_back_without_a_reason(cast: Cast):
    transfer = recorded(cast, **TERMS)
    for number in (0, 2):
        verify(claim(transfer, cast, "offered", DAY + dt.timedelta(number)), cast)
    found = claim(transfer, cast, "licensed", DAY + dt.timedelta(1))
    with pytest.raises(ValidationError, match="offered of 3 May 2026 would then be a fall back"):
        verify(found, cast)


def test_what_a_verified_stage_rests_on_is_asked_again_on_every_day(cast: Cast):
    transfer = recorded(cast, **TERMS)
    for stage in ("offered", "licensed"):
        verify(claim(transfer, cast, stage), cast)
    absorbable(transfer, cast)
    verify(claim(transfer, cast, "absorbed", DAY), cast)
    verify(trained(transfer, cast, persons=0, supersedes=Training.objects.get()), cast)
    assert standing(transfer).lapsed == (Need.TRAINING,)
    assert standing(transfer).persons.verified == 0


@pytest.mark.parametrize("who", ["our_lead", "our_viewer", "auditor", "administrator", "their_lead"])
def test_nobody_but_a_second_person_of_the_ministry_verifies(cast: Cast, who: str):
    transfer = recorded(cast)
    for row in (claim(transfer, cast, "offered"), trained(transfer, cast), ran(transfer, cast)):
        with pytest.raises(PermissionDenied):
            row.verify(by=acting(cast.people[who]), level=2)
    own = TransferStep.claim(transfer, by=acting(cast.manager), stage="offered", reached_on=DAY)
    with pytest.raises(PermissionDenied):
        own.verify(by=acting(cast.manager), level=1)


def test_what_lies_ahead_is_not_claimed(cast: Cast):
    transfer, ahead = recorded(cast), TODAY + dt.timedelta(1)
    for attempt in (
        lambda: claim(transfer, cast, "offered", ahead),
        lambda: trained(transfer, cast, day=ahead),
        lambda: ran(transfer, cast, day=ahead),
    ):
        with pytest.raises(ValidationError):
            attempt()


def test_standings_cost_the_same_for_any_number_of_transfers(cast: Cast, django_assert_num_queries):
    for number in range(5):
        transfer = recorded(cast, asset=f"Process {number}")
        absorbable(transfer, cast)
        claim(transfer, cast, "offered")
    with django_assert_num_queries(7):
        for held in holdings(Transfer.objects.all()):
            transfer_standing(held, TODAY)


@pytest.mark.parametrize("seed", range(4))
def test_in_any_order_the_verified_stage_never_rises_without_its_conditions(cast: Cast, seed: int):
    rng = random.Random(seed)
    transfer = recorded(cast, **TERMS)
    outputs = itertools.count(950)
    people = [cast.officer, cast.second_officer, cast.manager, cast.our_lead]
    for _step in range(30):
        by, day = acting(rng.choice(people)), DAY + dt.timedelta(rng.randrange(30))
        before = climbed(list(transfer.steps.all()), TODAY)
        act = rng.choice(
            ("claim", "claim", "verify", "verify", "verify", "item", "training", "run", "output")
        )
        try:
            if act == "claim":
                files = (document(str(rng.random())),) if rng.random() < 0.8 else ()
                TransferStep.claim(
                    transfer,
                    by=by,
                    stage=rng.choice(STAGES),
                    reached_on=day,
                    note=rng.choice(("", "Fell back.")),
                    evidence=files,
                )
            elif act == "item":
                row = KnowHowItem.record(transfer, by=by, title="Item", kind="manual", delivered_on=day)
                row.change(by=acting(cast.our_lead), accepted_on=TODAY, accepted_by_post="Head")
            elif act == "training":
                trained(transfer, cast, rng.randrange(3), day).verify(by=by, level=1)
            elif act == "run":
                ran(transfer, cast, day, licensor_on_site=rng.random() < 0.5).verify(by=by, level=2)
            elif act == "output":
                made(cast, rng.randrange(2), reference=f"TGT-{next(outputs)}")
            elif rows := list(TransferStep.objects.filter(status="claimed")):
                rng.choice(rows).verify(by=by, level=rng.choice((1, 2, 3)))
        except (PermissionDenied, TransitionError, ValidationError):
            pass
        after = climbed(list(transfer.steps.all()), TODAY)
        assert gaps(after) == []
        assert all(fall.row.note for fall in falls(after))
        for row in set(after) - set(before):
            assert row.verified_by_id != row.claimed_by_id
            place = after.index(row)
            if place and after[place - 1].rung > row.rung:
                assert row.note
                continue
            (held,) = holdings([transfer])
            for need in NEEDS[row.stage]:
                assert witnesses(need, held, row.reached_on, TODAY, documented=row.pk in held.documented)
