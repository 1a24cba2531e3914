"""Symbolic or working: the ten answers on the public records as worked by hand, and each answer from its record."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import transaction

from projects.models import Agreement, Measurement, Project, audit
from projects.progress.working import Question, Standing, Working, standing, working
from tests import folders
from tests.api.scene import indicator, target
from tests.cast import Cast, acting, milestone, system
from tests.projects import results

MARCH = dt.date(2026, 3, 31)
TODAY = dt.date(2026, 6, 15)


@pytest.fixture
def records(db: None) -> Iterator[None]:
    with transaction.atomic():
        folders.shipped()
        yield
        transaction.set_rollback(True)


def asked(reference: str, on: dt.date = MARCH) -> Working:
    return working(Agreement.objects.get(reference=reference), on, audit.system_actor("test", on=on))


def yes(found: Working) -> set[int]:
    return {number for number, answer in enumerate(found.answers, 1) if answer.is_yes}


def test_the_first_case_is_symbolic_as_worked_by_hand(records: None):
    found = asked("AGR-001")
    assert (yes(found), found.score, found.standing) == ({3}, 1, Standing.SYMBOLIC)


def test_the_defined_one_is_defined_as_worked_by_hand(records: None):
    found = asked("AGR-002")
    assert (yes(found), found.score, found.standing) == ({1, 2, 3, 6, 7}, 5, Standing.DEFINED)
    witnesses = {
        answer.question: str(answer.witness).split(" ", 1)[0] for answer in found.answers if answer.is_yes
    }
    assert witnesses[Question.BINDING] == "AGR-002"
    assert witnesses[Question.PROJECT] == "PRJ-010"
    assert witnesses[Question.ACHIEVED].startswith("MST-")


def test_the_examples_of_the_rule_page_are_what_the_program_says(records: None, root: Path):
    text = (root / "docs/rules/working.md").read_text()
    blocks = [json.loads(it) for it in re.findall(r"```rule\n(.*?)\n```", text, re.DOTALL)]
    assert [it["given"]["agreement"] for it in blocks] == ["AGR-001", "AGR-002"]
    for block in blocks:
        found = asked(block["given"]["agreement"], dt.date.fromisoformat(block["given"]["as_of"]))
        told = {"yes": sorted(yes(found)), "score": found.score, "standing": found.standing.value}
        assert told == block["expected"]


def test_every_yes_names_what_shows_it(records: None):
    for agreement in Agreement.objects.all():
        for answer in asked(agreement.reference).answers:
            assert (
                answer.witness is not None
                or not answer.is_yes
                or answer.question in (Question.PROJECT, Question.TARGET)
            )


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        (0, "symbolic"),
        (2, "symbolic"),
        (3, "defined"),
        (5, "defined"),
        (6, "working"),
        (8, "working"),
        (9, "delivering"),
        (10, "delivering"),
    ],
)
def test_the_score_makes_the_class(score: int, expected: str):
    assert standing(score) == expected


# --- each answer, from its record ---


def ours(cast: Cast) -> Working:
    return working(cast.our_agreement, TODAY, acting(cast.manager))


def says(cast: Cast, question: Question) -> bool:
    return next(answer.is_yes for answer in ours(cast).answers if answer.question == question)


def test_what_binds_is_said_by_the_record(cast: Cast):
    assert not says(cast, Question.BINDING)
    audit.change(cast.our_agreement, by=system(), action="test.setup", changes={"binding": "binding"})
    assert says(cast, Question.BINDING)


def test_money_of_one_side_is_not_money_of_both(cast: Cast):
    results.fund_line(cast, kind="sanctioned", contributor=cast.texmin)
    assert not says(cast, Question.MONEY)
    results.fund_line(cast, kind="sanctioned", contributor=cast.irel)  # not a party
    assert not says(cast, Question.MONEY)
    results.fund_line(cast, kind="spent", contributor=cast.ministry)
    assert not says(cast, Question.MONEY)
    results.fund_line(cast, kind="sanctioned", contributor=cast.ministry)
    assert says(cast, Question.MONEY)


def test_a_returned_sanction_commits_nobody(cast: Cast):
    results.fund_line(cast, kind="sanctioned", contributor=cast.texmin)
    line = results.fund_line(cast, kind="sanctioned", contributor=cast.ministry)
    audit.change(
        line, by=system(), action="test.setup", changes={"status": "returned", "returned_reason": "No order."}
    )
    assert not says(cast, Question.MONEY)


def test_a_target_needs_its_date(cast: Cast):
    goal = target("TGT-950", indicator(), project=cast.our_project)
    assert says(cast, Question.TARGET)
    audit.change(goal.versions.get(), by=system(), action="test.setup", changes={"due_on": None})
    assert not says(cast, Question.TARGET)


def test_accepted_know_how_moved_across_and_delivered_alone_did_not(cast: Cast):
    item = results.know_how(cast)
    assert not says(cast, Question.MOVED)
    changes = {"accepted_on": results.DAY, "accepted_by_post": "Works manager"}
    audit.change(item, by=system(), action="test.setup", changes=changes)
    assert says(cast, Question.MOVED)


def test_training_counts_once_it_is_verified(cast: Cast):
    row = results.training(cast)
    assert not says(cast, Question.MOVED)
    verify(row, cast)
    assert says(cast, Question.MOVED)


def test_the_level_must_be_higher_than_the_one_verified_before_the_signature(cast: Cast):
    signed = cast.our_agreement.signed_on
    assert signed is not None
    verify(results.readiness(cast, value=4), cast)
    assert not says(cast, Question.READINESS), "nothing is known of the time of signing"
    verify(results.readiness(cast, value=4, assessed_on=signed), cast)
    assert not says(cast, Question.READINESS)
    results.readiness(cast, value=5, assessed_on=dt.date(2026, 6, 2))
    assert not says(cast, Question.READINESS), "a claim is not verified"
    seen_only = results.readiness(cast, value=6, assessed_on=dt.date(2026, 6, 2))
    verify(seen_only, cast)
    audit.change(seen_only, by=system(), action="test.setup", changes={"level": 1})
    assert not says(cast, Question.READINESS), "a level counts from V2"
    verify(results.readiness(cast, value=5, assessed_on=dt.date(2026, 6, 3)), cast)
    assert says(cast, Question.READINESS)


def test_output_counts_once_it_is_verified(cast: Cast):
    goal = target("TGT-950", indicator("PRD-901"), project=cast.our_project)
    value = Measurement.claim(
        goal, by=acting(cast.our_lead), value=Decimal(2), period_end=dt.date(2026, 5, 31)
    )
    assert not says(cast, Question.OUTPUT)
    value.verify(by=acting(cast.manager), level=3)
    assert says(cast, Question.OUTPUT)


def test_a_milestone_of_the_future_is_a_milestone_but_not_achieved(cast: Cast):
    assert says(cast, Question.MILESTONE)
    assert not says(cast, Question.ACHIEVED)
    milestone(
        "MST-950",
        cast.our_project,
        actual_on=dt.date(2026, 6, 1),
        actual_precision="day",
        status="verified",
        claimed_by=cast.our_lead,
        verified_by=cast.manager,
        verified_on=TODAY,
    )
    assert says(cast, Question.ACHIEVED)


def test_what_not_every_party_may_see_is_not_named(cast: Cast):
    assert Project.objects.filter(agreement=cast.our_agreement).count() == 1
    for answer in ours(cast).answers:
        assert "902" not in str(answer.witness)


def verify(row: object, cast: Cast) -> None:
    changes = {"status": "verified", "verified_by": cast.manager, "verified_on": TODAY, "level": 2}
    audit.change(row, by=system(), action="test.setup", changes=changes)  # type: ignore[type-var]
