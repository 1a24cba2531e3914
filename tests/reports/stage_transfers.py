"""Two transfers on the stage: one absorbed whose schedule has grown since, and one that fell back to an offer."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from projects.models import (
    KnowHowItem,
    Organisation,
    Project,
    ReplicationRun,
    Training,
    Transfer,
    TransferStep,
)
from projects.models.people import User
from tests.cast import acting

SOURCE = "https://example.org/order.pdf"
SPRING, SUMMER = dt.date(2026, 5, 20), dt.date(2026, 8, 12)
TERMS: dict[str, Any] = {
    "licence_type": "licence",
    "exclusivity": "non_exclusive",
    "fee_crore": Decimal("2.50"),
    "territory": "India",
    "term_years": Decimal(10),
    "royalty_per_cent": Decimal("1.250"),
    "source_url": SOURCE,
}


def fill(officer: User, manager: User) -> None:
    """Record the transfers with what shows that they arrived."""
    donor = Organisation.objects.get(reference="INS-008")
    for reference, complete in (("PRJ-003", absorbed), ("PRJ-020", fallen_back)):
        project = Project.objects.get(reference=reference)
        complete(recorded(project, donor, project.lead, officer), officer, manager)


def recorded(project: Project, donor: Organisation, recipient: Any, officer: User) -> Transfer:
    """Return a transfer with all the terms that a licence needs."""
    facts = {"asset": f"Process of {project.reference}", "donor": donor, "recipient": recipient, **TERMS}
    return Transfer.record(project, by=acting(officer, SPRING), **facts)


def absorbed(transfer: Transfer, officer: User, manager: User) -> None:
    """Verify the transfer up to absorbed in spring; in summer the schedule grows and a number is corrected."""
    spring, summer = acting(officer, SPRING), acting(officer, SUMMER)
    for kind, due in (("drawing", dt.date(2026, 4, 30)), ("manual", None)):
        item = KnowHowItem.record(
            transfer,
            by=spring,
            title=f"Furnace {kind}",
            kind=kind,
            due_on=due,
            delivered_on=dt.date(2026, 5, 2),
        )
        item.change(by=spring, accepted_on=dt.date(2026, 5, 9), accepted_by_post="Head, Metals Division")
    first = Training.claim(
        transfer,
        by=spring,
        certified_on=dt.date(2026, 5, 4),
        persons=6,
        person_days=90,
        assessed_by="National institute",
    )
    first.verify(by=acting(manager, SPRING), level=1)
    for day, alone, level in ((3, False, 2), (8, True, 2), (11, True, 1)):
        run = ReplicationRun.claim(
            transfer,
            by=spring,
            run_on=dt.date(2026, 5, day),
            hours=Decimal("72.50"),
            guarantee_met=True,
            licensor_on_site=not alone,
        )
        run.verify(by=acting(manager, SPRING), level=level)
    for stage, day in (("offered", 1), ("licensed", 6), ("absorbed", 14)):
        _step(transfer, officer, manager, stage, dt.date(2026, 5, day), SPRING)
    KnowHowItem.record(transfer, by=summer, title="Charts", kind="process_chart", due_on=dt.date(2026, 7, 31))
    Training.claim(
        transfer,
        by=summer,
        certified_on=dt.date(2026, 5, 4),
        persons=5,
        assessed_by="National institute",
        supersedes=first,
    )
    ReplicationRun.claim(
        transfer, by=summer, run_on=dt.date(2026, 8, 10), guarantee_met=True, licensor_on_site=False
    )
    TransferStep.claim(transfer, by=summer, stage="producing", reached_on=dt.date(2026, 8, 11))


def fallen_back(transfer: Transfer, officer: User, manager: User) -> None:
    """Verify the transfer up to licensed in spring, and its way back to an offer in summer."""
    for stage, day in (("offered", 1), ("licensed", 6)):
        _step(transfer, officer, manager, stage, dt.date(2026, 5, day), SPRING)
    back = dt.date(2026, 8, 9)
    _step(transfer, officer, manager, "offered", back, SUMMER, note="The licence was given back.")


def _step(
    transfer: Transfer, officer: User, manager: User, stage: str, day: dt.date, on: dt.date, note: str = ""
) -> None:
    row = TransferStep.claim(
        transfer, by=acting(officer, on), stage=stage, reached_on=day, source_url=SOURCE, note=note
    )
    row.verify(by=acting(manager, on), level=1)
