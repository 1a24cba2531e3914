"""Targets: set once, revised by decisions, and an old day still shows the old number."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from projects.choices import Direction, MeasureBasis
from projects.models import Indicator, Measurement, StaleError, Target, audit
from projects.progress import TargetRow, target_rows
from tests.cast import TODAY, Cast, acting, system
from tests.projects.measuring import goal, row, standing

DECIDED = dt.date(2026, 6, 1)


@pytest.fixture
def magnets(cast: Cast) -> Indicator:
    return indicator("CAP-MAG", "t per year", MeasureBasis.STOCK, plausible_from=0, plausible_to=50_000)


def indicator(code: str, unit: str, basis: str, **facts: Any) -> Indicator:
    return audit.create(
        Indicator(code=code, name=code, unit=unit, measure_basis=basis, **facts),
        by=system(),
        action="test.setup",
    )


def set_(cast: Cast, measured: Indicator, **more: Any) -> Target:
    given = {
        "by": acting(cast.officer),
        "project": cast.our_project,
        "indicator": measured,
        "title": "Magnet capacity",
        "value": Decimal(6000),
        "due_on": dt.date(2031, 3, 31),
        "baseline_value": Decimal(0),
        "baseline_as_of": dt.date(2025, 4, 1),
        "target_basis": "company_plan",
        "decided_on": dt.date(2025, 11, 26),
        "authority": "Cabinet",
    }
    return Target.set_(**{**given, **more})


def revision(cast: Cast, **more: Any) -> dict[str, Any]:
    given = {
        "by": acting(cast.manager),
        "value": Decimal(5000),
        "due_on": dt.date(2032, 3, 31),
        "authority": "Empowered Committee",
        "order_reference": "28/15/2026-CMM",
        "decided_on": DECIDED,
        "reason": "The award was late.",
    }
    return {**given, **more}


def on(day: dt.date, target: Target) -> TargetRow:
    (found,) = target_rows(Target.objects.filter(pk=target.pk), day)
    return found


def test_a_target_takes_basis_direction_and_unit_from_its_indicator(magnets: Indicator, cast: Cast) -> None:
    target = set_(cast, magnets)
    assert (target.reference, target.unit, target.measure_basis, target.direction) == (
        "TGT-001",
        "t per year",
        "stock",
        "increase",
    )
    version = target.versions.get()
    assert (version.number, version.value, version.authority) == (1, 6000, "Cabinet")
    event = audit.history(target).get()
    assert (event.action, event.actor) == ("target.set", cast.officer)


@pytest.mark.parametrize(
    ("written", "kept"), [("kg/yr", "kg per year"), ("kt per year", "kt per year"), ("", "t per year")]
)
def test_a_target_may_be_given_in_another_unit_of_the_kind(
    written: str, kept: str, magnets: Indicator, cast: Cast
) -> None:
    assert set_(cast, magnets, unit=written).unit == kept


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"unit": "MTPA"}, "unit", "Which do you mean"),
        ({"unit": "blocks"}, "unit", "measures something else"),
        ({"unit": "t"}, "unit", "measures something else"),
        ({"baseline_value": Decimal(7000)}, "value", "lies below the baseline"),
        ({"due_on": dt.date(2025, 4, 1)}, "due_on", "on or before the day of its baseline"),
        ({"decided_on": TODAY + dt.timedelta(1)}, "decided_on", "future"),
        ({"project": None}, "project", "Choose the project"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    change: dict[str, Any], field: str, words: str, magnets: Indicator, cast: Cast
) -> None:
    with pytest.raises(ValidationError) as refused:
        set_(cast, magnets, **change)
    assert words in " ".join(refused.value.message_dict[field])
    assert not Target.objects.exists()


def test_a_share_is_at_most_100(cast: Cast) -> None:
    share = indicator("IMP-SHR", "per cent", MeasureBasis.RATE)
    with pytest.raises(ValidationError, match="at most 100"):
        set_(cast, share, value=Decimal(120))


def test_the_same_target_is_set_once_and_a_later_step_beside_it(magnets: Indicator, cast: Cast) -> None:
    set_(cast, magnets)
    with pytest.raises(ValidationError, match="already set as TGT-001"):
        set_(cast, magnets, value=Decimal(6500))
    assert set_(cast, magnets, due_on=dt.date(2033, 3, 31)).reference == "TGT-002"


def test_a_target_takes_the_definition_as_it_is_now_and_not_as_it_was_read(
    magnets: Indicator, cast: Cast
) -> None:
    Indicator.objects.get(pk=magnets.pk).change(by=acting(cast.administrator), unit="kt per year")
    assert magnets.unit == "t per year"
    assert set_(cast, magnets).unit == "kt per year"


@pytest.mark.parametrize("who", ["our_lead", "our_viewer", "auditor", "administrator", "nobody"])
def test_only_the_ministry_sets_targets(who: str, magnets: Indicator, cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        set_(cast, magnets, by=acting(cast.people[who]))


def test_an_old_day_still_shows_the_old_number(magnets: Indicator, cast: Cast) -> None:
    target = set_(cast, magnets)
    target.revise(**revision(cast))
    before, since = on(DECIDED - dt.timedelta(1), target), on(DECIDED, target)
    assert (before.target_value, before.due_on, before.version_number) == (6000, dt.date(2031, 3, 31), 1)
    assert (since.target_value, since.due_on, since.version_number) == (5000, dt.date(2032, 3, 31), 2)
    assert on(dt.date(2025, 11, 25), target).target_value is None, "not yet set on that day"
    assert [it.reason for it in target.versions.all()] == ["", "The award was late."]


def test_a_revision_is_an_event_and_moves_the_version(magnets: Indicator, cast: Cast) -> None:
    target = set_(cast, magnets)
    made = target.revise(**revision(cast, version=1))
    assert (target.version, made.number) == (2, 2)
    event = audit.history(target).last()
    assert event is not None
    assert (event.action, event.reason, event.role) == ("target.revise", "The award was late.", "manager")
    with pytest.raises(StaleError):
        target.revise(**revision(cast, value=Decimal(4000), version=1))
    assert target.versions.count() == 2


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"reason": "  "}, "reason", "Say why"),
        ({"authority": ""}, "authority", "Name the authority"),
        ({"decided_on": None}, "decided_on", "day of the decision"),
        ({"decided_on": TODAY + dt.timedelta(1)}, "decided_on", "future"),
        ({"decided_on": dt.date(2025, 11, 25)}, "decided_on", "decided on 2025-11-26"),
        ({"value": Decimal(6000), "due_on": dt.date(2031, 3, 31)}, "value", "nothing is revised"),
        ({"value": Decimal(-1)}, "value", "lies below the baseline"),
    ],
)
def test_a_revision_says_who_when_and_why_and_follows_what_was(
    change: dict[str, Any], field: str, words: str, magnets: Indicator, cast: Cast
) -> None:
    target = set_(cast, magnets)
    with pytest.raises(ValidationError) as refused:
        target.revise(**revision(cast, **change))
    assert words in " ".join(refused.value.message_dict[field])
    assert (target.versions.count(), Target.objects.get().version) == (1, 1)


@pytest.mark.parametrize("who", ["officer", "our_lead", "auditor", "administrator"])
def test_only_the_manager_revises(who: str, magnets: Indicator, cast: Cast) -> None:
    target = set_(cast, magnets)
    with pytest.raises(PermissionDenied):
        target.revise(**revision(cast, by=acting(cast.people[who])))


# --- falling targets, and those that hold ---


def falling(**fields: Any) -> Target:
    return goal(MeasureBasis.STOCK, direction=Direction.DECREASE, **fields)


def test_a_falling_target_is_reached_by_falling() -> None:
    target = falling(baseline_value=Decimal(100), baseline_as_of=dt.date(2024, 4, 1))
    found = standing(target, [row(1, target, 60, "2025-09-30")], "2025-09-30", "20", "2027-03-31")
    assert (found.achievement_claimed, found.holds_claimed) == (50, False)
    # 18 of 36 months: the line stands at 100 - 80 / 2 = 60.
    assert found.pace_claimed is not None
    assert (found.pace_claimed.expected, found.pace_claimed.is_on_track) == (60, True)
    worse = standing(target, [row(1, target, 110, "2025-09-30")], "2025-09-30", "20", "2027-03-31")
    assert (worse.achievement_claimed, worse.achievement_claimed_capped) == (Decimal("-12.50"),) * 2
    assert worse.pace_claimed is not None
    assert not worse.pace_claimed.is_on_track


def test_nobody_falls_from_an_unknown_start() -> None:
    target = falling(baseline_value=None, baseline_as_of=dt.date(2024, 4, 1))
    found = standing(target, [row(1, target, 20, "2025-09-30")], "2025-09-30", "5", "2027-03-31")
    assert (found.achievement_claimed, found.pace_claimed, found.is_without_start) == (None, None, True)
    assert found.holds_claimed is False


@pytest.mark.parametrize(("value", "holds"), [(95, True), (90, True), (89, False)])
def test_a_target_that_is_its_baseline_is_held_or_not(value: int, holds: bool) -> None:
    target = goal(MeasureBasis.STOCK, baseline_value=Decimal(90), baseline_as_of=dt.date(2024, 4, 1))
    found = standing(target, [row(1, target, value, "2025-09-30")], "2025-09-30", "90", "2027-03-31")
    assert (found.is_hold, found.achievement_claimed, found.pace_claimed) == (True, None, None)
    assert (found.holds_claimed, found.holds_verified) == (holds, None)


# --- claims in another unit, unusual values, periods ---


@pytest.fixture
def capacity(magnets: Indicator, cast: Cast) -> Target:
    return set_(cast, magnets)


@pytest.fixture
def output(cast: Cast) -> Target:
    made = indicator("PRD-ND", "t per year", MeasureBasis.ANNUAL)
    return set_(cast, made, title="Neodymium")


def claim(target: Target, cast: Cast, value: Any, **more: Any) -> Measurement:
    given = {"by": acting(cast.our_lead), "period_end": dt.date(2026, 5, 31), **more}
    return Measurement.claim(target, value=Decimal(value), **given)


def test_a_value_in_another_unit_is_converted_and_kept_as_entered(capacity: Target, cast: Cast) -> None:
    found = claim(capacity, cast, "3000", unit="kg per year")
    found.refresh_from_db()
    assert (found.value, found.entered_value, found.entered_unit) == (3, 3000, "kg per year")
    same = claim(capacity, cast, "4", unit="t/yr", period_end=dt.date(2026, 6, 1))
    assert (same.value, same.entered_value, same.entered_unit) == (4, None, "")


@pytest.mark.parametrize(
    ("unit", "words"), [("MTPA", "Which do you mean"), ("t", "measure different things"), ("x", "not a unit")]
)
def test_a_unit_that_means_two_things_or_another_is_refused(
    unit: str, words: str, capacity: Target, cast: Cast
) -> None:
    with pytest.raises(ValidationError) as refused:
        claim(capacity, cast, 1, unit=unit)
    assert words in " ".join(refused.value.message_dict["unit"])


@pytest.mark.parametrize(
    ("value", "unit", "start", "end", "added"),
    [
        ("120", "", "2026-04-01", "2026-05-31", "120"),  # the target's own unit: what the period adds
        ("120", "t", "2026-04-01", "2026-05-31", "120"),
        ("120000", "kg", "2026-04-01", "2026-05-31", "120"),
        ("60", "t per month", "2026-04-01", "2026-05-31", "120"),  # two months
        ("2", "t per day", "2026-04-01", "2026-05-31", "122"),  # 30 + 31 days
        ("60", "t per month", None, "2026-05-31", "120"),  # the financial year so far
        ("0.12", "kt per year", "2026-04-01", "2026-05-31", "120"),
    ],
)
def test_a_period_adds_what_was_made_in_it(
    value: str, unit: str, start: str | None, end: str, added: str, output: Target, cast: Cast
) -> None:
    days = {"period_start": start and dt.date.fromisoformat(start), "period_end": dt.date.fromisoformat(end)}
    assert claim(output, cast, value, unit=unit, **days).value == Decimal(added)


def test_an_unusual_value_asks_for_its_reason_and_is_marked(capacity: Target, cast: Cast) -> None:
    with pytest.raises(ValidationError) as asked:
        claim(capacity, cast, 60_000)
    (question,) = asked.value.message_dict["bounds_reason"]
    assert "60000 t per year is unusual: CAP-MAG is expected from 0 to 50000 t per year" in question
    assert claim(capacity, cast, 60_000, bounds_reason="All lines of the group.").is_implausible
    assert not claim(capacity, cast, 50, unit="kt per year", period_end=dt.date(2026, 6, 1)).is_implausible


def test_a_period_is_measured_once_and_then_corrected(capacity: Target, cast: Cast) -> None:
    first = claim(capacity, cast, 10)
    with pytest.raises(ValidationError, match="already"):
        claim(capacity, cast, 11)
    second = claim(capacity, cast, 11, supersedes=first)
    third = claim(capacity, cast, 12, supersedes=second)
    assert on(TODAY, capacity).claimed.value == 12  # type: ignore[union-attr]
    third.return_(by=acting(cast.manager), reason="No certificate.")
    assert on(TODAY, capacity).claimed.value == 11  # type: ignore[union-attr]
    claim(capacity, cast, 13, supersedes=third)
    assert on(TODAY, capacity).claimed.value == 13  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("2026-04-01", "2026-04-30", "already"),
        ("2026-04-15", "2026-05-14", "overlaps in part"),
        ("2026-03-15", "2026-05-31", "another financial year"),
    ],
)
def test_periods_of_a_year_neither_repeat_nor_overlap_in_part(
    start: str, end: str, words: str, output: Target, cast: Cast
) -> None:
    days = {"period_start": dt.date(2026, 4, 1), "period_end": dt.date(2026, 4, 30)}
    claim(output, cast, 10, **days)
    with pytest.raises(ValidationError, match=words):
        claim(
            output, cast, 10, period_start=dt.date.fromisoformat(start), period_end=dt.date.fromisoformat(end)
        )
    whole = claim(output, cast, 25, period_start=dt.date(2026, 4, 1), period_end=dt.date(2026, 5, 31))
    assert [it.pk for it in on(TODAY, output).claimed.rows] == [whole.pk]  # type: ignore[union-attr]


@pytest.mark.parametrize("verifier", ["our_lead", "their_lead", "our_viewer", "auditor", "administrator"])
def test_nobody_but_a_second_person_of_the_ministry_verifies(
    verifier: str, capacity: Target, cast: Cast
) -> None:
    found = claim(capacity, cast, 10)
    with pytest.raises(PermissionDenied):
        found.verify(by=acting(cast.people[verifier]), level=3)
    own = claim(capacity, cast, 12, by=acting(cast.officer), period_end=dt.date(2026, 6, 1))
    with pytest.raises(PermissionDenied, match="second person"):
        own.verify(by=acting(cast.officer), level=3)
    own.verify(by=acting(cast.manager), level=3)
    assert on(TODAY, capacity).verified.value == 12  # type: ignore[union-attr]
