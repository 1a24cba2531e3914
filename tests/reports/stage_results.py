"""What the stage's project has done, as its records tell it: gates, clearances, assessments, a transfer and its feed.

Each claim of the stage stands in several ways: verified, only claimed, sent back, corrected, of a later day.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone

from projects.models import (
    Clearance,
    Feed,
    GatePlan,
    Indicator,
    KnowHowItem,
    Measurement,
    Organisation,
    Project,
    Readiness,
    ReplicationRun,
    StageGate,
    Target,
    TargetVersion,
    Training,
    Transfer,
    TransferStep,
    audit,
)
from projects.models.people import User
from tests.cast import acting

ON = dt.date(2026, 8, 12)


def fill(project: Project, officer: User, manager: User) -> None:
    """Put the results of the project on record."""
    by = acting(officer, ON)
    _gates(project, officer, by)
    _clearances(project, by)
    _ladders(project, officer, manager)
    _transfer(project, officer, manager)
    _feed(project, officer, manager)


def claim(model: Any, officer: User, manager: User, level: int | None = None, **facts: Any) -> Any:
    """Return a claim past the rules of claiming; verified at `level` where one is given."""
    row = model(claimed_by=officer, claimed_at=timezone.now(), **facts)
    audit.create(row, by=acting(officer, ON), action="test.setup")
    if level:
        changes = {"status": "verified", "verified_by": manager, "verified_on": ON, "level": level}
        audit.change(row, by=acting(manager, ON), action="test.setup", changes=changes)
    return row


def _gates(project: Project, officer: User, by: Any) -> None:
    for gate, number, planned, decided, reason in (
        ("G2", 1, dt.date(2026, 5, 31), dt.date(2025, 1, 8), ""),
        ("G3", 1, dt.date(2026, 3, 31), dt.date(2025, 1, 8), ""),
        ("G3", 2, dt.date(2026, 9, 1), dt.date(2026, 2, 2), "The kiln came late."),
        ("G5", 1, dt.date(2028, 3, 31), dt.date(2025, 1, 8), ""),
        ("G5", 2, dt.date(2029, 3, 31), dt.date(2026, 8, 5), "The site was changed."),
        ("G5", 3, dt.date(2030, 3, 31), dt.date(2026, 11, 1), "Of a later day."),
    ):
        plan = GatePlan(project=project, gate=gate, number=number, planned_on=planned, decided_on=decided)
        plan.decided_by_post, plan.reason = "Joint Secretary", reason
        plan.precision = "fy" if gate == "G5" else "day"
        audit.create(plan, by=by, action="test.setup")
    for gate, before, after, decision, on in (
        ("G1", "", "S2", "pass", dt.date(2025, 2, 3)),
        ("G2", "S2", "S3", "conditional", dt.date(2026, 6, 5)),
        ("G3", "S3", "S3", "hold", dt.date(2026, 8, 6)),
    ):
        row = StageGate(project=project, gate=gate, from_stage=before, to_stage=after, decision=decision)
        row.decided_on, row.decided_by_post, row.recorded_by = on, "Secretary", officer
        if decision == "conditional":
            row.conditions, row.conditions_due_on = "Close the mass balance.", dt.date(2026, 12, 1)
        row.reason = "No second user yet." if decision == "hold" else ""
        audit.create(row, by=by, action="test.setup")


def _clearances(project: Project, by: Any) -> None:
    for type_, facts in (
        ("ec", {"applied_on": dt.date(2026, 1, 1), "statutory_days": 105, "granted_on": dt.date(2026, 5, 1)}),
        ("cte", {"applied_on": dt.date(2026, 2, 14), "statutory_days": 120}),
        ("cto", {"applied_on": dt.date(2026, 9, 1), "statutory_days": 120}),
        ("aerb", {"applied_on": dt.date(2025, 1, 1), "granted_on": dt.date(2025, 3, 1)}),
        ("peso", {"applied_on": dt.date(2025, 1, 1), "granted_on": dt.date(2026, 11, 1)}),
        ("fire", {"applied_on": dt.date(2026, 6, 1), "refused_on": dt.date(2026, 6, 11)}),
        ("crz", {"is_applicable": False, "applicability_reason": "The site lies inland."}),
    ):
        row = Clearance(project=project, type=type_, authority="SEIAA", **{"is_applicable": True, **facts})
        if type_ == "aerb":
            row.valid_to, row.conditions = dt.date(2026, 12, 1), "Monthly dose records."
        audit.create(row, by=by, action="test.setup")


def _ladders(project: Project, officer: User, manager: User) -> None:
    def assessed(ladder: str, value: int, on: dt.date, level: int | None = None, **facts: Any) -> Readiness:
        return claim(
            Readiness,
            officer,
            manager,
            level,
            project=project,
            ladder=ladder,
            value=value,
            assessed_on=on,
            assessor="Assessment panel",
            **facts,
        )

    assessed("TRL", 3, dt.date(2025, 3, 3), 2)
    assessed("TRL", 5, dt.date(2025, 12, 1), 3, waiver="By order of the Secretary.")
    assessed("TRL", 4, dt.date(2026, 6, 20), 2, note="The new batch failed.")
    assessed("TRL", 7, dt.date(2026, 7, 5))
    assessed("MRL", 3, dt.date(2026, 5, 5), 1)
    wrong = assessed("MRL", 4, dt.date(2026, 6, 6), 2)
    assessed("MRL", 2, dt.date(2026, 6, 6), 2, supersedes=wrong)


def _transfer(project: Project, officer: User, manager: User) -> None:
    by = acting(officer, ON)
    transfer = Transfer(
        reference=f"TRF-{project.reference[4:]}",
        project=project,
        asset="Strip casting of NdFeB",
        donor=Organisation.objects.exclude(pk=project.lead_id).filter(reference__in=["INS-008", "INS-009"])[
            0
        ],
        recipient=project.lead,
        licence_type="licence",
        exclusivity="exclusive",
        term_years=Decimal("7.50"),
        royalty_per_cent=Decimal("2.125"),
    )
    transfer.fee_crore = Decimal("12.30")
    audit.create(transfer, by=by, action="test.setup")
    for stage, on, level, facts in (
        ("offered", dt.date(2025, 4, 4), 1, {"source_url": "https://example.org/offer"}),
        ("licensed", dt.date(2025, 9, 9), 2, {}),
        ("producing", dt.date(2026, 7, 7), None, {}),
    ):
        claim(TransferStep, officer, manager, level, transfer=transfer, stage=stage, reached_on=on, **facts)
    for number, due, delivered, accepted in (
        (1, dt.date(2026, 1, 31), dt.date(2026, 1, 20), dt.date(2026, 2, 2)),
        (2, dt.date(2026, 3, 31), dt.date(2026, 4, 4), None),
        (3, dt.date(2026, 6, 30), None, None),
    ):
        item = KnowHowItem(
            transfer=transfer, number=number, title=f"Item {number}", kind="drawing", due_on=due
        )
        item.delivered_on, item.accepted_on = delivered, accepted
        item.accepted_by_post = "Director" if accepted else ""
        audit.create(item, by=by, action="test.setup")
    for persons, days, level in ((12, 60, 1), (5, None, None)):
        claim(
            Training,
            officer,
            manager,
            level,
            transfer=transfer,
            certified_on=dt.date(2026, 5, 5),
            persons=persons,
            person_days=days,
            assessed_by="NFTDC",
        )
    for on, level, met in ((dt.date(2026, 6, 1), 2, True), (dt.date(2026, 7, 1), None, True)):
        claim(
            ReplicationRun,
            officer,
            manager,
            level,
            transfer=transfer,
            run_on=on,
            guarantee_met=met,
            licensor_on_site=False,
        )


def _feed(project: Project, officer: User, manager: User) -> None:
    """Feed of two years, more made of it than it gives, and contracts for a part of the capacity."""
    for material, tonnes, start, end, is_contracted, level in (
        ("ndpr_oxide", "40.25", dt.date(2025, 6, 1), dt.date(2025, 9, 30), False, 2),
        ("ndpr_oxide", "20", dt.date(2025, 9, 1), dt.date(2025, 12, 31), False, None),
        ("ndpr_metal", "10.5", dt.date(2026, 4, 1), dt.date(2026, 6, 30), False, 1),
        ("treo", "7", dt.date(2026, 8, 1), dt.date(2026, 11, 30), False, None),
        ("ndpr_oxide", "900", dt.date(2026, 7, 1), dt.date(2028, 9, 15), True, 1),
        ("ndpr_oxide", "300", dt.date(2026, 10, 1), dt.date(2027, 3, 31), True, None),
    ):
        claim(
            Feed,
            officer,
            manager,
            level,
            project=project,
            material=material,
            tonnes=Decimal(tonnes),
            period_start=start,
            period_end=end,
            is_contracted=is_contracted,
        )
    _production(project, officer, manager)


def _production(project: Project, officer: User, manager: User) -> None:
    """Magnets made: verified, only claimed, and an amount that reaches over two years."""
    by = acting(officer, ON)
    indicator = Indicator.objects.filter(code="PRD-MAG").first()
    if indicator is None:
        indicator = Indicator(code="PRD-MAG", name="Magnets made", unit="t per year", measure_basis="annual")
        audit.create(indicator, by=by, action="test.setup")
    target = Target(
        reference=f"TGT-9{project.reference[4:]}",
        project=project,
        indicator=indicator,
        title="Magnets made",
        unit="t per year",
        measure_basis="annual",
        target_basis="company_plan",
        as_of=dt.date(2026, 1, 1),
    )
    audit.create(target, by=by, action="test.setup")
    version = TargetVersion(target=target, number=1, value=Decimal(500))
    audit.create(version, by=by, action="test.setup")
    for amount, start, end, level in (
        ("150", dt.date(2025, 7, 1), dt.date(2025, 12, 31), 3),
        ("45.5", dt.date(2026, 1, 1), dt.date(2026, 3, 31), None),
        ("50", dt.date(2026, 4, 1), dt.date(2026, 6, 30), 3),
        ("9", dt.date(2026, 3, 1), dt.date(2026, 4, 30), None),
    ):
        claim(
            Measurement,
            officer,
            manager,
            level,
            target=target,
            value=Decimal(amount),
            period_start=start,
            period_end=end,
        )
