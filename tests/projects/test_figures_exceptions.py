"""What needs a decision: each rule of docs/rules/exceptions.md at its edges, and the public records by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects import agreeing
from projects.choices import AgreementStatus, GateDecision, Precision, RevisionReason, Stage
from projects.models import Amendment, Measurement, Milestone, Project, StageGate, Target, audit
from projects.models.evidence import SUPPORTS
from projects.progress import exceptions
from projects.progress.attention import ExceptionFigures, exception_figures
from projects.progress.exceptions import Rule
from projects.progress.traces import FILES_OF_PROJECTS
from tests import folders
from tests.api.scene import document, indicator, target
from tests.cast import TODAY, Cast, acting, agreement, milestone, project, system

pytestmark = pytest.mark.django_db
MARCH = dt.date(2026, 3, 31)
Found = dict[str, dict[str, tuple[str | None, int | None]]]


def days(number: int) -> dt.timedelta:
    return dt.timedelta(days=number)


def at(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(10), tzinfo=timezone.get_default_timezone())


def found(figures: ExceptionFigures) -> Found:
    """Return since when and for how many days each subject stands under each rule."""
    return {
        rule.value: {
            row.subject.reference: (row.since.isoformat() if row.since else None, row.days) for row in rows
        }
        for rule, rows in figures.rules
    }


def on(day: dt.date, by: object = None) -> Found:
    return found(exception_figures(day, by or system()))


# --- the public records at 31 March 2026, counted by hand ---


@pytest.fixture(scope="module")
def march(django_db_setup, django_db_blocker) -> Found:
    with django_db_blocker.unblock(), transaction.atomic():
        folders.shipped()
        figures = found(exception_figures(MARCH, system(MARCH)))
        transaction.set_rollback(True)
    return figures


def test_the_six_overdue_milestones_come_longest_first(march):
    assert list(march["overdue"].items()) == [
        ("MST-049", ("2022-09-10", 1298)),
        ("MST-016", ("2025-12-01", 120)),
        ("MST-069", ("2025-12-31", 90)),
        ("MST-072", ("2025-12-31", 90)),
        ("MST-084", ("2025-12-31", 90)),
        ("MST-010", ("2026-01-31", 59)),
    ]


def test_no_milestone_of_the_public_records_names_an_owner(march):
    """The six overdue ones, and MST-066 (31 March), MST-028 (1 April), MST-036 (22 April); MST-038 is due in June."""
    assert set(march["no_owner"]) == {*march["overdue"], "MST-066", "MST-028", "MST-036"}
    assert march["no_owner"]["MST-036"] == ("2026-03-23", 8)


def test_the_source_of_2023_is_the_last_that_was_heard_of_the_australian_project(march):
    """First phase complete on 10 March 2023, told by a source of 15 March: 16 + 365 + 366 + 365 = 1112 days."""
    assert march["stale"]["PRJ-011"] == ("2023-03-15", 1112)
    assert len(march["stale"]) == 13
    assert "PRJ-003" not in march["stale"], "its Request for Proposal was issued on 20 March"


def test_claims_of_sources_wait_for_nobody(march):
    assert march["waiting"] == march["returned"] == march["moved"] == {}


def test_targets(march):
    assert march["past_due"] == {"TGT-030": ("2025-12-31", 90), "TGT-033": ("2025-12-31", 90)}
    assert len(march["unverified"]) == 10, "nothing of the public records is verified"


def test_readiness_levels_are_claimed_and_none_is_verified(march):
    assert march["readiness"] == {
        "PRJ-018": ("2024-12-31", 455),
        "PRJ-004": ("2025-08-01", 242),
        "PRJ-005": ("2025-12-24", 97),
    }


def test_agreements_on_paper_are_those_of_rule_r8(march):
    assert len(march["paper_only"]) == 26
    assert march["paper_only"]["AGR-001"] == ("2026-02-23", 36)
    assert march["paper_only"]["AGR-016"] == (None, None), "known to the month only"
    assert list(march["paper_only"])[-1] == "AGR-038", "what nobody can count comes last"


def test_agreements_have_twelve_months_for_a_project(march):
    """AGR-012 was signed on 15 March 2025; AGR-010 on 30 June 2025 has three months left."""
    assert march["no_project"]["AGR-012"] == ("2026-03-15", 16)
    assert march["no_project"]["AGR-004"] == ("2021-06-30", 1735), "touched by milestones only is no project"
    assert "AGR-010" not in march["no_project"]
    assert len(march["no_project"]) == 14


# --- each rule at its edge ---


@pytest.fixture
def quiet(cast: Cast) -> Cast:
    """The cast without its two milestones and agreements in the way: achieved, and with projects."""
    for row in (cast.our_milestone, cast.their_milestone):
        row.claim(by=acting(cast.officer), actual_on=TODAY)
        row.verify(by=acting(cast.manager))
    return cast


def test_nothing_needs_a_decision_where_all_is_well(quiet: Cast):
    assert {rule: rows for rule, rows in on(TODAY).items() if rows} == {}


def test_a_milestone_is_due_within_thirty_days_or_not(quiet: Cast):
    milestone("MST-911", quiet.our_project, baseline_on=TODAY + days(30))
    milestone("MST-912", quiet.our_project, baseline_on=TODAY + days(31))
    milestone("MST-913", quiet.our_project, baseline_on=TODAY + days(30), owner_post="Director (Plant)")
    milestone("MST-914", quiet.our_project, baseline_on=TODAY, owner_post="   ")
    assert on(TODAY)["no_owner"] == {
        "MST-914": ((TODAY - days(30)).isoformat(), 30),
        "MST-911": (TODAY.isoformat(), 0),
    }


def test_due_today_is_not_overdue(quiet: Cast):
    milestone("MST-911", quiet.our_project, baseline_on=TODAY)
    assert on(TODAY)["overdue"] == {}
    assert on(TODAY + days(1))["overdue"] == {"MST-911": (TODAY.isoformat(), 1)}


def moved(row: Milestone, cast: Cast, to: dt.date, decided: dt.date) -> None:
    row.revise(
        by=acting(cast.officer, decided),
        new_on=to,
        reason_code=RevisionReason.FUNDS,
        narrative="Funds came late.",
    )


def test_a_date_that_was_moved_twice_counts_from_the_second_decision(quiet: Cast):
    row = milestone("MST-911", quiet.our_project)
    moved(row, quiet, dt.date(2026, 9, 30), dt.date(2026, 4, 1))
    assert on(TODAY)["moved"] == {}
    moved(row, quiet, dt.date(2026, 12, 31), dt.date(2026, 6, 10))
    assert on(TODAY)["moved"] == {"MST-911": ("2026-06-10", 5)}
    assert on(dt.date(2026, 6, 9))["moved"] == {}, "the second decision had not been taken"
    moved(row, quiet, dt.date(2027, 3, 31), dt.date(2026, 6, 14))
    assert on(TODAY)["moved"] == {"MST-911": ("2026-06-10", 5)}
    row.claim(by=acting(quiet.officer), actual_on=TODAY)
    assert on(TODAY)["moved"] == {}, "achieved: nothing is left to decide"


def stale_project(cast: Cast, **facts: object) -> Project:
    return project("PRJ-911", cast.texmin, **facts)


def test_a_project_is_stale_after_180_days_and_not_before(quiet: Cast):
    stale_project(quiet, as_of=TODAY - days(180))
    assert on(TODAY)["stale"] == {}
    assert on(TODAY + days(1))["stale"]["PRJ-911"] == ((TODAY - days(180)).isoformat(), 181)


def test_a_project_of_which_nothing_is_dated_is_stale_since_nobody_knows(quiet: Cast):
    stale_project(quiet)
    assert on(TODAY)["stale"] == {"PRJ-911": (None, None)}


def test_what_is_dated_after_the_day_was_not_heard_on_it(quiet: Cast):
    stale_project(quiet, as_of=TODAY)
    assert on(TODAY - days(1))["stale"]["PRJ-911"] == (None, None)


@pytest.mark.parametrize("sign", ["evidence", "value", "gate", "milestone", "source of a target"])
def test_any_dated_sign_ends_the_silence(sign: str, quiet: Cast):
    row = stale_project(quiet, as_of=dt.date(2025, 1, 1))
    assert on(TODAY)["stale"] == {"PRJ-911": ("2025-01-01", 530)}
    recent = TODAY - days(20)
    planned = milestone("MST-911", row, baseline_on=dt.date(2027, 1, 1), owner_post="Director")
    if sign == "milestone":
        planned.claim(by=acting(quiet.officer), actual_on=recent)
    elif sign == "gate":
        gate = StageGate(
            project=row,
            gate="G0",
            to_stage=Stage.S1,
            decision=GateDecision.PASS,
            decided_on=recent,
            decided_by_post="Director",
            recorded_by=quiet.officer,
        )
        audit.create(gate, by=system(), action="test.setup")
    elif sign == "value":
        claimed(target("TGT-911", indicator(), project=row), quiet, on=recent)
    elif sign == "source of a target":
        target("TGT-911", indicator(), project=row, as_of=recent)
    else:
        with time_machine.travel(at(recent), tick=False):
            planned.evidence.model.add(document("report"), by=acting(quiet.officer), milestone=planned)
    assert on(TODAY)["stale"] == {}
    later = exception_figures(recent + days(181), system())
    assert found(later)["stale"] == {"PRJ-911": (recent.isoformat(), 181)}
    assert later.traces[row.pk].kind == sign.split()[0]


def test_every_file_of_a_project_is_a_sign_of_it():
    """What evidence may come to support one day leads to a project here too, or to an agreement's duty."""
    reached = {path.partition("__")[0] for path in FILES_OF_PROJECTS}
    assert set(SUPPORTS) - reached == {"duty_done", "amendment", "agreement_step"}


# --- claims, as the audit trail tells them ---


def claimed(goal: Target, cast: Cast, *, on: dt.date = TODAY, **fields: object) -> Measurement:
    facts = {"by": acting(cast.our_lead, on), "value": Decimal(5), "period_end": on, **fields}
    with time_machine.travel(at(on), tick=False):
        return Measurement.claim(goal, **facts)


def step(row: Milestone | Measurement, name: str, on: dt.date, **fields: object) -> None:
    with time_machine.travel(at(on), tick=False):
        getattr(row, name)(**fields)


def test_a_claim_waits_after_thirty_days_and_until_it_is_answered(cast: Cast):
    day, row = dt.date(2026, 6, 1), cast.our_milestone
    step(row, "claim", day, by=acting(cast.our_lead, day), actual_on=day)
    assert on(day + days(30))["waiting"] == {}
    assert on(day + days(31))["waiting"] == {"MST-901": ("2026-06-01", 31)}
    step(row, "verify", day + days(40), by=acting(cast.manager, day + days(40)))
    assert on(day + days(40))["waiting"] == {}
    assert on(day + days(39))["waiting"] == {"MST-901": ("2026-06-01", 39)}, "as it stood before the answer"


def test_a_claim_of_a_minute_before_midnight_was_made_on_that_day_of_india(cast: Cast):
    with time_machine.travel(dt.datetime(2026, 6, 1, 18, 29, tzinfo=dt.UTC), tick=False):
        cast.our_milestone.claim(by=acting(cast.our_lead), actual_on=dt.date(2026, 6, 1))
    with time_machine.travel(dt.datetime(2026, 6, 1, 18, 31, tzinfo=dt.UTC), tick=False):
        cast.their_milestone.claim(by=acting(cast.their_lead), actual_on=dt.date(2026, 6, 1))
    waiting = on(dt.date(2026, 7, 31))["waiting"]
    assert waiting == {"MST-901": ("2026-06-01", 60), "MST-902": ("2026-06-02", 59)}


def test_a_returned_claim_is_open_until_there_is_another(cast: Cast):
    day, row = dt.date(2026, 6, 1), cast.our_milestone
    step(row, "claim", day, by=acting(cast.our_lead, day), actual_on=day)
    step(row, "return_", day + days(2), by=acting(cast.manager, day + days(2)), reason="No certificate.")
    assert on(day + days(1))["returned"] == {}
    assert on(day + days(5))["returned"] == {"MST-901": ("2026-06-03", 3)}
    assert on(day + days(50))["waiting"] == {}
    step(row, "claim", day + days(9), by=acting(cast.our_lead, day + days(9)), actual_on=day)
    assert on(day + days(9))["returned"] == {}
    assert on(day + days(8))["returned"] == {"MST-901": ("2026-06-03", 6)}


def test_a_returned_value_is_answered_by_a_later_claim_on_the_same_target(cast: Cast):
    goal, day = target("TGT-911", indicator(), project=cast.our_project), dt.date(2026, 6, 1)
    row = claimed(goal, cast, on=day)
    step(row, "return_", day + days(2), by=acting(cast.manager), reason="No certificate.")
    assert on(day + days(5))["returned"] == {"TGT-911": ("2026-06-03", 3)}
    claimed(goal, cast, on=day + days(7))
    assert on(day + days(7))["returned"] == {}
    assert on(day + days(40))["waiting"] == {"TGT-911": ("2026-06-08", 33)}


def test_a_claim_before_the_return_does_not_answer_it(cast: Cast):
    goal, day = target("TGT-911", indicator(), project=cast.our_project), dt.date(2026, 6, 1)
    first, _second = claimed(goal, cast, on=day), claimed(goal, cast, on=day + days(1))
    step(first, "return_", day + days(2), by=acting(cast.manager), reason="No certificate.")
    assert on(day + days(5))["returned"] == {"TGT-911": ("2026-06-03", 3)}


def test_a_corrected_value_waits_no_longer_and_a_target_waits_once(cast: Cast):
    goal, day = target("TGT-911", indicator(), project=cast.our_project), dt.date(2026, 6, 1)
    wrong = claimed(goal, cast, on=day)
    claimed(goal, cast, on=day + days(1), supersedes=wrong)
    claimed(goal, cast, on=day + days(2))
    assert on(day + days(60))["waiting"] == {"TGT-911": ("2026-06-02", 59)}


# --- targets, levels, agreements ---


def test_a_value_below_the_minimum_level_is_not_verified(quiet: Cast):
    asks_two = indicator("TEC-901")
    audit.change(asks_two, by=system(), action="test.setup", changes={"minimum_level": 2})
    goal = target("TGT-911", asks_two, project=quiet.our_project)
    row = claimed(goal, quiet, on=TODAY - days(3))
    assert on(TODAY)["unverified"] == {"TGT-911": ((TODAY - days(3)).isoformat(), 3)}
    row.verify(by=acting(quiet.manager), level=1)
    assert on(TODAY)["unverified"] == {"TGT-911": ((TODAY - days(3)).isoformat(), 3)}
    better = claimed(goal, quiet)
    better.verify(by=acting(quiet.manager), level=2)
    assert on(TODAY)["unverified"] == {}


@pytest.mark.parametrize(
    ("facts", "stands"),
    [
        ({"trl_stated": "7/8"}, True),
        ({"trl_claimed": 6}, True),
        ({"trl_claimed": 6, "trl_verified": 5, "trl_verified_on": TODAY}, True),
        ({"trl_claimed": 6, "trl_verified": 6, "trl_verified_on": TODAY}, False),
        ({"trl_claimed": 6, "trl_verified": 6, "trl_verified_on": TODAY + days(1)}, True),
        ({"trl_verified": 6, "trl_verified_on": TODAY}, False),
        ({"trl_stated": "not stated"}, False),
    ],
)
def test_a_level_is_claimed_and_none_as_high_verified(facts: dict, stands: bool, quiet: Cast):
    stale_project(quiet, as_of=TODAY - days(7), **facts)
    expected = {"PRJ-911": ((TODAY - days(7)).isoformat(), 7)} if stands else {}
    assert on(TODAY)["readiness"] == expected


def test_an_agreement_has_twelve_calendar_months_for_a_project(quiet: Cast):
    row = agreement("AGR-911", quiet.texmin, signed_on=dt.date(2024, 2, 29))
    assert on(dt.date(2025, 2, 27))["no_project"] == {}
    assert on(dt.date(2025, 2, 28))["no_project"] == {"AGR-911": ("2025-02-28", 0)}
    stale_project(quiet, agreement=row)
    assert on(dt.date(2025, 2, 28))["no_project"] == {}


@pytest.mark.parametrize(
    "ended",
    [
        {"status": AgreementStatus.TERMINATED},
        {"expires_on": TODAY - days(1)},
        {"signed_on": None, "signed_precision": ""},
    ],
)
def test_what_has_ended_or_was_never_signed_owes_no_project(ended: dict, quiet: Cast):
    agreement("AGR-911", quiet.texmin, **{"signed_on": dt.date(2024, 1, 1), **ended})
    assert on(TODAY)["no_project"] == {}


def test_an_agreement_that_ended_later_or_was_renewed_owes_its_project(quiet: Cast):
    row = agreement("AGR-911", quiet.texmin, signed_on=dt.date(2024, 1, 1), expires_on=TODAY - days(60))
    assert on(TODAY - days(60))["no_project"].keys() == {"AGR-911"}
    assert on(TODAY)["no_project"] == {}
    by = acting(quiet.manager)
    Amendment.record(
        row,
        by=by,
        agreed_on=TODAY - days(60),
        summary="Prolonged.",
        expires_on=TODAY + days(365),
        evidence=[document()],
    )
    assert on(TODAY)["no_project"].keys() == {"AGR-911"}
    agreeing.take(
        row, "terminate", by=by, taken_on=TODAY - days(1), decided_by_post="Joint Secretary", reason="Over."
    )
    assert on(TODAY)["no_project"] == {}
    assert on(TODAY - days(2))["no_project"].keys() == {"AGR-911"}


def test_a_date_shows_how_exactly_it_is_known(quiet: Cast):
    agreement("AGR-911", quiet.texmin, signed_on=dt.date(2024, 12, 31), signed_precision=Precision.YEAR)
    milestone("MST-911", quiet.our_project, baseline_precision=Precision.MONTH)
    rows = {
        row.subject.reference: row for _rule, rows in exception_figures(TODAY, system()).rules for row in rows
    }
    assert (rows["AGR-911"].precision, rows["MST-911"].precision) == ("year", "month")


# --- the whole ---


def test_who_is_asked_is_the_lead_or_the_first_party(quiet: Cast):
    agreement("AGR-911", quiet.irel, quiet.texmin, signed_on=dt.date(2024, 1, 1))
    milestone("MST-911", quiet.our_project)
    asked = {
        subject.reference: organisation
        for subject, organisation in exception_figures(TODAY, system()).responsible.items()
    }
    assert asked == {"AGR-911": quiet.irel, "MST-911": quiet.texmin}


def test_a_partner_finds_only_what_it_may_see(cast: Cast):
    both = on(TODAY)["overdue"]
    assert set(both) == {"MST-901", "MST-902"}
    assert set(on(TODAY, acting(cast.our_lead))["overdue"]) == {"MST-901"}
    assert on(TODAY, acting(cast.nobody))["overdue"] == {}


def test_forty_exceptions_cost_as_many_queries_as_two(cast: Cast):
    def queries() -> int:
        with CaptureQueriesContext(connection) as log:
            exception_figures(TODAY, system())
        return len(log)

    def add(number: int) -> None:
        row = project(f"PRJ-9{number}", cast.texmin, trl_claimed=5)
        milestone(f"MST-9{number}", row).claim(by=acting(cast.officer), actual_on=TODAY)
        milestone(f"MST-8{number}", row)
        claimed(target(f"TGT-9{number}", indicator(f"TT-9{number}"), project=row), cast)
        agreement(f"AGR-9{number}", cast.texmin, signed_on=dt.date(2024, 1, 1))

    system()  # the account is made once
    for number in (10, 11):
        add(number)
    two = queries()
    for number in range(12, 22):
        add(number)
    assert queries() == two


def test_the_thresholds_are_those_of_the_documentation(root):
    text = (root / "docs" / "rules" / "exceptions.md").read_text()
    for words in (
        f"more than {exceptions.STALE_AFTER.days} days",
        f"within {exceptions.OWNER_WITHIN.days} days",
        f"more than {exceptions.WAITING_AFTER.days} days",
        f"{exceptions.MONTHS_TO_A_PROJECT} months after signing",
    ):
        assert words in text
    assert all(f"`{rule.value}`" in text for rule in Rule)
