"""Two lists of claims that share their milestones in opposite order: one is claimed, the other one is told why not."""

from __future__ import annotations

import datetime as dt

import pytest

from projects.claiming_together import RowErrors, claim_together
from projects.models import Milestone
from tests.cast import Cast, acting, milestone
from tests.races.conftest import Together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("run", range(3))
def test_lists_in_opposite_order_do_not_wait_for_each_other(run: int, cast: Cast, together: Together) -> None:
    shared = [milestone(f"MST-97{n}", cast.our_project).reference for n in range(6)]
    claims = [{"reference": it, "actual_on": dt.date(2026, 6, 1)} for it in shared]
    outcomes = together(
        [
            lambda: claim_together(claims, by=acting(cast.our_lead)),
            lambda: claim_together(claims[::-1], by=acting(cast.officer)),
            lambda: Milestone.objects.get(reference=shared[3]).claim(
                by=acting(cast.manager), actual_on=dt.date(2026, 6, 1)
            ),
        ]
    )
    kinds = sorted(type(outcome).__name__ for outcome in outcomes)
    alone = ["NoneType", "RowErrors", "RowErrors"]
    assert kinds in (["RowErrors", "TransitionError", "list"], alone), outcomes
    for refused in (it for it in outcomes if isinstance(it, RowErrors)):
        assert all(row is None for row in refused.rows) is False
    claimants = {row.claimed_by_id for row in Milestone.objects.filter(reference__in=shared)} - {None}
    assert len(claimants) == 1
