"""TRL and MRL: claimed beside verified, no level skipped without a waiver, regressions shown, as worked out by hand."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from projects.choices import Ladder
from projects.models import Readiness, StaleError, TransitionError, audit
from projects.models.ladders import climbed, gaps
from projects.progress.readiness_ladder import LadderStanding, ladder_standing, project_readiness
from tests.cast import TODAY, Cast, acting
from tests.projects.rule_pages import readiness as page

DAY = dt.date(2026, 5, 1)
count = itertools.count(1)


def row(value: int, day: dt.date = DAY, ladder: str = "TRL", **facts: Any) -> Readiness:
    """Return an assessment that is not saved: the rules are pure."""
    given = {"pk": next(count), "status": "claimed", "assessor": "Panel", **facts}
    return Readiness(project_id=1, ladder=ladder, value=value, assessed_on=day, **given)


def confirmed(value: int, day: dt.date = DAY, level: int = 2, **facts: Any) -> Readiness:
    return row(value, day, status="verified", level=level, **{"verified_on": day, **facts})


def trl(*rows: Readiness, on: dt.date = TODAY) -> LadderStanding:
    return ladder_standing(rows, Ladder.TRL, on)


def values(standing: LadderStanding) -> tuple[int | None, int | None]:
    return (
        standing.claimed.value if standing.claimed else None,
        standing.verified.value if standing.verified else None,
    )


def test_claimed_stands_beside_verified_and_nothing_known_is_none():
    assert values(trl()) == (None, None)
    assert values(trl(row(5))) == (5, None)
    standing = trl(confirmed(4), row(6, TODAY))
    assert (values(standing), standing.lead) == ((6, 4), 2)


@pytest.mark.parametrize(("level", "verified"), [(1, None), (2, 4), (3, 4)])
def test_a_level_counts_as_verified_from_v2(level, verified):
    assert values(trl(confirmed(4, level=level))) == (4, verified)


def test_a_ladder_does_not_count_the_other():
    found = project_readiness([confirmed(4), row(8, ladder="MRL")], TODAY)
    assert (values(found.trl), values(found.mrl)) == ((4, 4), (8, None))
    assert [level.value for level in found.mrl.levels] == list(range(10, 0, -1))


def test_a_lower_later_assessment_is_a_regression_and_lowers_the_level():
    standing = trl(confirmed(5), confirmed(4, TODAY))
    assert values(standing) == (4, 4)
    assert [(fall.before.value, fall.row.value) for fall in standing.falls] == [(5, 4)]
    assert standing.gaps == ()
    # From the highest level that stood verified the next one is counted, not from the regression.
    assert trl(confirmed(5), confirmed(4, DAY + dt.timedelta(1)), confirmed(6, TODAY)).gaps == ()


def test_a_correction_replaces_and_is_no_regression():
    first = confirmed(5)
    claimed = row(4, supersedes_id=first.pk)
    assert values(trl(first, claimed)) == (4, 5)
    claimed.status, claimed.verified_on, claimed.level = "verified", TODAY, 2
    standing = trl(first, claimed)
    assert (values(standing), standing.falls) == ((4, 4), ())
    assert values(trl(first, claimed, on=TODAY - dt.timedelta(1))) == (4, 5)


def test_later_rows_never_count():
    standing = trl(confirmed(4), confirmed(5, TODAY), row(6, TODAY), on=TODAY - dt.timedelta(1))
    assert values(standing) == (4, 4)
    late = confirmed(4, verified_on=TODAY)
    assert values(trl(late, on=TODAY - dt.timedelta(1))) == (4, None)


@pytest.mark.parametrize(("value", "inside"), [(3, False), (4, True), (7, True), (8, False)])
def test_the_valley_of_death_is_trl_4_to_7(value, inside):
    assert trl(confirmed(value)).is_in_valley is inside
    mrl = ladder_standing([confirmed(value, ladder="MRL")], Ladder.MRL, TODAY)
    assert mrl.is_in_valley is False


def test_the_worked_example_of_the_rule_holds(root: Path):
    blocks = re.findall(r"```rule\n(.*?)\n```", (root / "docs/rules/readiness.md").read_text(), re.DOTALL)
    assert len(blocks) == 2
    for block in map(json.loads, blocks):
        assert page.check(block["given"]) == block["expected"]


# --- at the door ---

pytestmark = pytest.mark.django_db


def claim(cast: Cast, value: int, day: dt.date = DAY, ladder: str = "TRL", **facts: Any) -> Readiness:
    given = {"ladder": ladder, "value": value, "assessed_on": day, "assessor": "NTRAF panel", **facts}
    return Readiness.claim(cast.our_project, by=acting(cast.our_lead), **given)


def verified(cast: Cast, value: int, day: dt.date = DAY, level: int = 2, **facts: Any) -> Readiness:
    found = claim(cast, value, day, **facts)
    found.verify(by=acting(cast.officer), level=level)
    return found


def test_the_first_assessment_is_the_baseline_and_the_next_level_follows(cast: Cast):
    verified(cast, 4)
    verified(cast, 5, TODAY)
    verified(cast, 3, ladder="MRL")
    assert values(trl(*Readiness.objects.all())) == (5, 5)


def test_a_skipped_level_is_refused_and_the_claim_stays_open(cast: Cast):
    verified(cast, 4)
    skipping = claim(cast, 6, TODAY)
    with pytest.raises(ValidationError, match="TRL 6 skips a level: TRL 4 stood verified before"):
        skipping.verify(by=acting(cast.manager), level=2)
    skipping.refresh_from_db()
    assert (skipping.status, skipping.version) == ("claimed", 1)
    # At V1 it does not count as verified, and so skips nothing.
    skipping.verify(by=acting(cast.manager), level=1)
    assert values(trl(*Readiness.objects.all())) == (6, 4)


def test_a_manager_waives_a_skipped_level_and_the_reason_stands_in_row_and_history(cast: Cast):
    verified(cast, 4)
    skipping = claim(cast, 6, TODAY)
    with pytest.raises(PermissionDenied):
        skipping.verify(by=acting(cast.officer), level=2, waiver="Order 7 of 2026.")
    with pytest.raises(StaleError):
        skipping.verify(by=acting(cast.manager), level=2, waiver="Order 7.", version=2)
    skipping.verify(by=acting(cast.manager), level=2, waiver=" Order 7 of 2026. ", note="Seen.")
    assert skipping.waiver == "Order 7 of 2026."
    event = audit.history(skipping).last()
    assert event is not None
    assert (event.action, event.reason, event.after["waiver"]) == (
        "readiness.verify",
        "Seen.",
        "Order 7 of 2026.",
    )
    (gap,) = trl(*Readiness.objects.all()).gaps
    assert (gap.row, gap.below) == (skipping, 4)


def test_a_waiver_for_nothing_is_refused(cast: Cast):
    with pytest.raises(ValidationError) as refusal:
        claim(cast, 4).verify(by=acting(cast.manager), level=2, waiver="Order 7.")
    assert set(refusal.value.error_dict) == {"waiver"}
    with pytest.raises(ValidationError) as refusal:
        claim(cast, 4, waiver="Order 7.")
    assert set(refusal.value.error_dict) == {"waiver"}


def test_an_earlier_assessment_found_later_does_not_open_a_gap_unseen(cast: Cast):
    verified(cast, 6)
    found = claim(cast, 3, DAY - dt.timedelta(days=30))
    with pytest.raises(ValidationError, match="TRL 6 skips a level: TRL 3"):
        found.verify(by=acting(cast.officer), level=2)
    found.verify(by=acting(cast.manager), level=2, waiver="Levels 4 and 5 were never assessed apart.")


@pytest.mark.parametrize("who", ["our_lead", "our_viewer", "auditor", "administrator", "their_lead"])
def test_nobody_but_a_second_person_of_the_ministry_verifies(cast: Cast, who: str):
    with pytest.raises(PermissionDenied):
        claim(cast, 4).verify(by=acting(cast.people[who]), level=2)
    own = Readiness.claim(
        cast.our_project,
        by=acting(cast.manager),
        ladder="TRL",
        value=4,
        assessed_on=DAY,
        assessor="Panel",
    )
    with pytest.raises(PermissionDenied):
        own.verify(by=acting(cast.manager), level=2)


def test_what_lies_ahead_outside_the_ladder_or_corrects_the_other_ladder_is_refused(cast: Cast):
    for value, day, ladder in ((4, TODAY + dt.timedelta(1), "TRL"), (10, DAY, "TRL"), (11, DAY, "MRL")):
        with pytest.raises(ValidationError):
            claim(cast, value, day, ladder)
    with pytest.raises(ValidationError) as refusal:
        claim(cast, 4, ladder="MRL", supersedes=claim(cast, 4))
    assert set(refusal.value.error_dict) == {"supersedes"}
    assert Readiness.objects.count() == 1


@pytest.mark.parametrize("seed", range(12))
def test_in_any_order_no_verified_level_stands_above_a_gap_without_a_waiver(cast: Cast, seed: int):
    rng = random.Random(seed)
    rows: list[Readiness] = []
    people = [cast.officer, cast.second_officer, cast.manager]
    for _step in range(14):
        by = acting(rng.choice(people))
        if not rows or rng.random() < 0.5:
            day = DAY + dt.timedelta(days=rng.randrange(40))
            corrects = [it for it in rows if not hasattr(it, "corrected")]
            old = rng.choice(corrects) if corrects and rng.random() < 0.3 else None
            if old:
                old.corrected = True  # type: ignore[attr-defined]
            facts = {"ladder": "TRL", "value": rng.randrange(1, 10), "assessed_on": day, "assessor": "P"}
            rows.append(Readiness.claim(cast.our_project, by=by, supersedes=old, **facts))
            continue
        chosen = Readiness.objects.get(pk=rng.choice(rows).pk)
        before = values(trl(*Readiness.objects.all()))[1]
        try:
            if rng.random() < 0.1:
                chosen.return_(by=by, reason="Unclear.")
            else:
                chosen.verify(by=by, level=rng.choice((1, 2, 3)))
                assert chosen.verified_by_id != chosen.claimed_by_id
        except (PermissionDenied, TransitionError, ValidationError):
            assert values(trl(*Readiness.objects.all()))[1] == before
        assert gaps(climbed(list(Readiness.objects.all()), TODAY)) == []
        for on in (DAY, DAY + dt.timedelta(days=20)):
            known = [it for it in Readiness.objects.all() if it.assessed_on <= on or it.supersedes_id]
            assert values(trl(*Readiness.objects.all(), on=on)) == values(trl(*known, on=on))
