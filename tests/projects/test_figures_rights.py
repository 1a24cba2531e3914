"""Figures cover what the reader may see, as it stood on the as-of date, at a price that does not grow with the data."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects import progress
from projects.choices import MeasureBasis, RelianceMetric, RevisionReason, TargetBasis, VerificationLevel
from projects.models import (
    Agreement,
    Indicator,
    Measurement,
    Project,
    ReliancePoint,
    Target,
    TargetVersion,
    audit,
)
from tests.cast import TODAY, Cast, acting, agreement, milestone, project, system

pytestmark = pytest.mark.django_db


def target(
    reference: str, owner: Project, value: int = 100, due_on: dt.date | None = dt.date(2027, 3, 31)
) -> Target:
    """Return a target of the owner, for an indicator that counts from V2 on."""
    indicator = Indicator.objects.filter(code="PRD-X").first() or audit.create(
        Indicator(
            code="PRD-X",
            name="Output",
            unit="t",
            measure_basis=MeasureBasis.CUMULATIVE,
            minimum_level=VerificationLevel.V2,
        ),
        by=system(),
        action="test.setup",
    )
    row = audit.create(
        Target(
            reference=reference,
            project=owner,
            indicator=indicator,
            title="Output",
            unit="t",
            measure_basis=MeasureBasis.CUMULATIVE,
            baseline_as_of=dt.date(2026, 4, 1),
            target_basis=TargetBasis.COMPANY_PLAN,
        ),
        by=system(),
        action="test.setup",
    )
    audit.create(
        TargetVersion(target=row, number=1, value=value, due_on=due_on), by=system(), action="test.setup"
    )
    return row


def reported(owner: Target, cast: Cast, value: int, on: dt.date = dt.date(2026, 5, 31)) -> Measurement:
    return Measurement.claim(owner, by=acting(cast.our_lead), value=Decimal(value), period_end=on)


def test_a_partner_gets_the_figures_of_its_own_and_nothing_else(cast: Cast) -> None:
    target("TGT-901", cast.our_project)
    target("TGT-902", cast.their_project)
    ours = progress.programme(TODAY, acting(cast.our_viewer))
    assert [row.agreement.reference for row in ours.agreements.rows] == ["AGR-901"]
    assert [row.project.reference for row in ours.projects.rows] == ["PRJ-901"]
    assert [row.milestone.reference for row in ours.milestones.rows] == ["MST-901"]
    assert [row.target.reference for row in ours.targets.rows] == ["TGT-901"]
    everything = progress.programme(TODAY, acting(cast.auditor))
    assert (everything.projects.total, everything.milestones.total, everything.targets.total) == (2, 2, 2)
    assert progress.programme(TODAY, acting(cast.nobody)).provenance.total == 0


def test_the_progress_of_a_project_that_is_not_seen_does_not_exist(cast: Cast) -> None:
    assert progress.project_progress(cast.our_project, TODAY, acting(cast.our_lead)).milestones.total == 1
    with pytest.raises(Project.DoesNotExist):
        progress.project_progress(cast.our_project, TODAY, acting(cast.their_lead))


def test_a_project_does_not_name_a_parent_or_an_agreement_that_is_not_seen(cast: Cast) -> None:
    hidden = agreement("AGR-903", cast.ministry, cast.irel)
    outlay = project("PRJ-903", cast.irel, cost_crore=Decimal(500))
    part = project("PRJ-904", cast.texmin, parent=outlay, agreement=hidden, cost_crore=Decimal(40))
    for row in (
        progress.project_progress(part, TODAY, acting(cast.our_lead)).project,
        progress.programme(TODAY, acting(cast.our_lead)).projects.rows[-1],
    ):
        assert (row.project, row.parent, row.agreement, row.inside) == (part, None, None, None)
        assert (row.counted_cost, row.is_inside_parent) == (None, True)  # R10 all the same
    seen = progress.project_progress(part, TODAY, acting(cast.officer)).project
    assert (seen.parent, seen.agreement, seen.inside) == (outlay, hidden, outlay)


def test_a_total_of_nothing_known_is_unknown_and_not_zero(cast: Cast) -> None:
    money = progress.programme(TODAY, acting(cast.officer)).projects.money
    assert (money.with_cost, money.plain_sum, money.total, money.government) == (0, None, None, None)


def test_verified_counts_from_the_day_of_verification(cast: Cast) -> None:
    row = cast.our_milestone
    row.claim(by=acting(cast.our_lead, TODAY), actual_on=dt.date(2026, 6, 2))
    row.verify(by=acting(cast.manager, TODAY))
    officer = acting(cast.officer)
    day_before = progress.project_progress(cast.our_project, TODAY - dt.timedelta(days=1), officer)
    today = progress.project_progress(cast.our_project, TODAY, officer)
    assert (day_before.milestones.states.achieved, day_before.milestones.verified) == (1, 0)
    assert (today.milestones.states.achieved, today.milestones.verified) == (1, 1)
    assert today.milestones.delays.rows[0].delay_days == 2


def test_a_revision_counts_from_the_day_of_its_decision(cast: Cast) -> None:
    cast.our_milestone.revise(
        by=acting(cast.officer, TODAY),
        new_on=dt.date(2026, 9, 30),
        reason_code=RevisionReason.FUNDS,
        narrative="The second instalment came late.",
    )
    officer = acting(cast.officer)
    before = progress.project_progress(cast.our_project, TODAY - dt.timedelta(days=1), officer)
    after = progress.project_progress(cast.our_project, TODAY, officer)
    assert (before.milestones.overdue.spread.count, before.revisions) == (1, ())
    assert after.milestones.overdue.spread.count == 0
    assert after.milestones.overdue_baseline.rows[0].overdue_baseline_days == 15  # 31 May to 15 June
    (revision,) = after.revisions
    assert (revision.row.milestone, revision.days) == (cast.our_milestone, 122)  # 31 May to 30 September


def test_a_cancelled_milestone_is_neither_open_nor_achieved_nor_governing(cast: Cast) -> None:
    cast.our_milestone.cancel(by=acting(cast.manager, TODAY), reason="The site was given up.")
    found = progress.project_progress(cast.our_project, TODAY, acting(cast.officer))
    assert (found.milestones.states.cancelled, found.milestones.states.open) == (1, 0)
    assert found.project.governing is None
    day_before = progress.project_progress(cast.our_project, TODAY - dt.timedelta(1), acting(cast.officer))
    assert day_before.project.governing.milestone == cast.our_milestone


def test_a_value_counts_as_verified_from_the_indicators_level_on(cast: Cast) -> None:
    goal = target("TGT-901", cast.our_project)
    reported(goal, cast, 10).verify(by=acting(cast.officer), level=VerificationLevel.V1)
    seen = progress.target_figures(Target.objects.all(), TODAY)
    assert (seen.with_claimed, seen.with_verified) == (1, 0)  # V1, and the indicator asks for V2
    reported(goal, cast, 25, dt.date(2026, 6, 10)).verify(by=acting(cast.officer), level=VerificationLevel.V2)
    reported(goal, cast, 40, dt.date(2026, 6, 12))
    (row,) = progress.target_figures(Target.objects.all(), TODAY).rows
    assert (row.achievement_claimed, row.achievement_verified) == (Decimal("40.00"), Decimal("25.00"))
    (earlier,) = progress.target_figures(Target.objects.all(), dt.date(2026, 5, 31)).rows
    assert (earlier.claimed.value, earlier.verified) == (10, None)


def test_a_returned_value_does_not_count(cast: Cast) -> None:
    goal = target("TGT-901", cast.our_project, due_on=dt.date(2026, 6, 1))
    measurement = reported(goal, cast, 10)
    assert progress.target_figures(Target.objects.all(), TODAY).past_due == ()
    measurement.return_(by=acting(cast.officer), reason="The certificate is unreadable.")
    found = progress.target_figures(Target.objects.all(), TODAY)
    assert (found.with_claimed, [row.target for row in found.past_due]) == (0, [goal])


def test_only_what_accumulates_keeps_pace_with_a_line(cast: Cast) -> None:
    goal = target("TGT-901", cast.our_project)
    reported(goal, cast, 10)
    for basis, has_pace in [("cumulative", True), ("stock", True), ("annual", False), ("rate", False)]:
        audit.change(goal, by=system(), action="test.setup", changes={"measure_basis": basis})
        (row,) = progress.target_figures(Target.objects.all(), TODAY).rows
        assert (row.pace_claimed is not None) == has_pace


def test_a_mineral_is_imported_wholly_only_at_a_hundred_per_cent(cast: Cast) -> None:
    for number, value in enumerate(["100", "99.9"]):
        audit.create(
            ReliancePoint(
                reference=f"IMP-90{number}",
                product="oxide",
                metric=RelianceMetric.IMPORT_DEPENDENCE,
                period="2024-25",
                value=Decimal(value),
                unit="per cent",
            ),
            by=system(),
            action="test.setup",
        )
    found = progress.reliance_figures(ReliancePoint.objects.all())
    assert [point.reference for point in found.fully_dependent] == ["IMP-900"]


def test_a_target_that_equals_its_baseline_has_no_percentage(cast: Cast) -> None:
    goal = target("TGT-901", cast.our_project, value=0)
    reported(goal, cast, 10)
    found = progress.target_figures(Target.objects.all(), TODAY)
    assert (found.with_claimed, found.claimed.count, found.claimed.mean) == (1, 0, None)


def test_twenty_rows_cost_as_many_queries_as_two(cast: Cast) -> None:
    officer = acting(cast.officer)
    reported(target("TGT-901", cast.our_project), cast, 10)
    cast.our_milestone.revise(
        by=officer, new_on=dt.date(2026, 9, 30), reason_code=RevisionReason.FUNDS, narrative="Late."
    )
    few = _queries(lambda: progress.programme(TODAY, officer))
    few_of_one = _queries(lambda: progress.project_progress(cast.our_project, TODAY, officer))
    for number in range(910, 930):
        child = project(f"PRJ-{number}", cast.texmin, cast.irel, parent=cast.our_project)
        agreement(f"AGR-{number}", cast.ministry, cast.texmin)
        milestone(f"MST-{number}", child)
        milestone(f"MST-{number}B", cast.our_project).revise(
            by=officer, new_on=dt.date(2026, 9, 30), reason_code=RevisionReason.FUNDS, narrative="Late."
        )
        reported(target(f"TGT-{number}", cast.our_project), cast, 10)
    assert Agreement.objects.count() > 20
    assert _queries(lambda: progress.programme(TODAY, officer)) == few == 13
    assert _queries(lambda: progress.project_progress(cast.our_project, TODAY, officer)) == few_of_one == 9


def _queries(work: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        work()
    return len(captured)
