"""What holds for any milestones on any day: the states partition them, the parts add up, both ways of asking agree."""

import datetime as dt
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projects.choices import MilestoneStatus, Precision, RevisionReason
from projects.models import Milestone, MilestoneRevision, audit
from projects.progress import MilestoneFigures, milestone_figures
from tests.cast import Cast, milestone, system

pytestmark = pytest.mark.django_db
ANY_DATA = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

DATES = st.dates(dt.date(2025, 11, 1), dt.date(2026, 9, 30))
AS_OF = st.dates(dt.date(2025, 12, 1), dt.date(2026, 8, 31)) | st.sampled_from(
    [dt.date(2026, 3, 31), dt.date(2026, 4, 1)]
)
CASES = st.lists(
    st.fixed_dictionaries(
        {
            "status": st.sampled_from(MilestoneStatus.values),
            "baseline": st.none() | DATES,
            "actual": DATES,
            "decided": DATES,
            "revisions": st.lists(st.tuples(DATES, st.none() | DATES), max_size=3),
        }
    ),
    max_size=6,
)


def build(case: dict[str, Any], number: int, cast: Cast) -> None:
    """Write one milestone as the steps could have left it."""
    status, baseline = case["status"], case["baseline"]
    claimed = status in (MilestoneStatus.CLAIMED, MilestoneStatus.VERIFIED, MilestoneStatus.RETURNED)
    moves: list[tuple[dt.date, dt.date, dt.date | None]] = []
    latest = baseline
    for new_on, decided_on in case["revisions"] if baseline else ():
        if new_on != latest:
            moves.append((latest, new_on, decided_on))
            latest = new_on
    row = milestone(
        f"MST-H{number}",
        cast.our_project,
        status=status,
        baseline_on=baseline,
        baseline_precision=Precision.DAY if baseline else "",
        revised_on=latest if moves else None,
        actual_on=case["actual"] if claimed else None,
        actual_precision=Precision.DAY if claimed else "",
        claimed_by=cast.officer if claimed else None,
        verified_by=cast.manager if status == MilestoneStatus.VERIFIED else None,
        verified_on=case["decided"] if status == MilestoneStatus.VERIFIED else None,
        returned_reason="unreadable" if status == MilestoneStatus.RETURNED else "",
        cancelled_on=case["decided"] if status == MilestoneStatus.CANCELLED else None,
    )
    for position, (old_on, new_on, decided_on) in enumerate(moves, start=1):
        audit.create(
            MilestoneRevision(
                milestone=row,
                number=position,
                old_on=old_on,
                new_on=new_on,
                reason_code=RevisionReason.REPORTED,
                decided_on=decided_on,
            ),
            by=system(),
            action="test.setup",
        )


@ANY_DATA
@given(cases=CASES, as_of=AS_OF)
def test_figures_of_any_milestones(cast: Cast, cases: list[dict[str, Any]], as_of: dt.date) -> None:
    with transaction.atomic():
        for number, case in enumerate(cases):
            build(case, number, cast)
        rows = Milestone.objects.filter(reference__startswith="MST-H")
        figures = milestone_figures(rows, as_of)
        _parts_add_up(figures, len(cases))
        _both_ways_agree(rows, figures, as_of)
        transaction.set_rollback(True)


def _parts_add_up(figures: MilestoneFigures, total: int) -> None:
    states, due = figures.states, figures.open_by_due
    assert states.achieved + states.open + states.undated + states.later + states.cancelled == total
    assert due.overdue + due.due_today + due.due_this_year + due.due_later == states.open
    assert due.overdue == figures.overdue.spread.count == sum(it.overdue for it in figures.bands)
    assert figures.overdue.spread.sum == sum(row.overdue_days or 0 for row in figures.rows)
    assert all((row.overdue_days or 1) > 0 for row in figures.rows)
    assert figures.verified <= states.achieved
    assert figures.achieved_this_year.known_to_the_day <= figures.achieved_this_year.count <= states.achieved
    assert sum(it.total for it in figures.by_type) == total
    assert sum(it.achieved_late for it in figures.bands) == sum(
        (row.delay_days or 0) > 0 for row in figures.rows
    )


def _both_ways_agree(rows: Any, figures: MilestoneFigures, as_of: dt.date) -> None:
    """The database and the row must give the same answer: lists filter by the one, figures count by the other."""
    asked = dict(rows.with_state(as_of).values_list("reference", "state"))
    assert {row.milestone.reference: row.state for row in figures.rows} == asked
    for found, kept in [
        (rows.achieved(as_of), [row for row in figures.rows if row.is_achieved]),
        (rows.verified(as_of), [row for row in figures.rows if row.is_verified]),
        (rows.open(as_of), [row for row in figures.rows if row.is_open]),
        (rows.overdue(as_of), list(figures.overdue.rows)),
    ]:
        assert {it.pk for it in found} == {row.milestone.pk for row in kept}
    for row in figures.rows:
        assert row.latest_on == (row.revisions[-1].new_on if row.revisions else None)
        assert (row.overdue_days or 0) == row.milestone.overdue_days(as_of)
