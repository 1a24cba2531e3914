"""The public records with what they do not hold yet: a verified claim, a moved date, a corrected value, a file, a level.

Two reports of each kind are made of it, one after the other, so that the second has something to be compared with.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import time_machine
from django.utils import timezone

from projects import agreeing, archive
from projects.choices import RevisionReason, Role
from projects.models import (
    Agreement,
    Amendment,
    Duty,
    DutyDone,
    FundLine,
    Measurement,
    Milestone,
    Organisation,
    Project,
    Target,
    audit,
)
from projects.models.people import User
from reports import engine, ordering
from reports.choices import SCOPES, Language, ReportKind
from reports.models import Report
from reports.periods import IST
from tests import folders
from tests.cast import acting, document, person
from tests.memory import remembered
from tests.reports import stage_reliance, stage_results, stage_reviews, stage_transfers, stage_warnings
from tests.reports.issued import edition
from tests.reports.orders import claimed, fresh

EARLIER, LATER = dt.date(2026, 6, 30), dt.date(2026, 9, 30)
NOW = dt.datetime(2026, 10, 5, 9, 0, tzinfo=IST)
SUBJECTS: dict[str, dict[str, Any]] = {
    "project": {"reference": "PRJ-003"},
    "agreement": {"reference": "AGR-034"},
    "organisation": {"reference": "INS-008"},
}
MODELS = {"project": Project, "agreement": Agreement, "organisation": Organisation}


def fill() -> User:
    """Put the records and the acts of the summer of 2026 into the database; return who issues the reports."""
    return remembered(_written)


def _written() -> User:
    folders.shipped()
    owner = person("owner", Role.ADMINISTRATOR)
    ministry = Organisation.objects.get(reference="INS-001")
    officer = person("stage_officer", Role.OFFICER, ministry)
    manager = person("stage_manager", Role.MANAGER, ministry)
    with time_machine.travel(dt.datetime(2026, 5, 4, 10, tzinfo=IST), tick=False):
        _move("MST-036", officer, dt.date(2026, 5, 4), dt.date(2026, 7, 15), RevisionReason.TENDERING)
        _claim("MST-028", officer, dt.date(2026, 4, 20))
    with time_machine.travel(dt.datetime(2026, 8, 12, 10, tzinfo=IST), tick=False):
        _move("MST-036", officer, dt.date(2026, 8, 12), dt.date(2026, 12, 15), RevisionReason.CLEARANCE)
        _move("MST-075", officer, dt.date(2026, 8, 12), dt.date(2027, 3, 31), RevisionReason.FUNDS)
        _claim("MST-037", officer, dt.date(2026, 8, 10))
        for reference in ("MST-028", "MST-037"):
            Milestone.objects.get(reference=reference).verify(by=acting(manager, dt.date(2026, 8, 12)))
        Milestone.objects.get(reference="MST-067").cancel(
            by=acting(manager, dt.date(2026, 8, 12)), reason="Given up."
        )
        _values(officer, manager, dt.date(2026, 8, 12))
        _life(officer, manager, dt.date(2026, 8, 12))
        _money(officer, manager)
        for reference in ("PRJ-003", "PRJ-025"):
            project = Project.objects.get(reference=reference)
            # The road of a plant has every gate.
            audit.change(
                project, by=acting(owner, stage_results.ON), action="test.setup", changes={"kind": "plant"}
            )
            stage_results.fill(project, officer, manager)
        stage_transfers.fill(officer, manager)
        stage_warnings.fill(officer)
        stage_reliance.fill(owner)
        stage_reviews.fill(officer, manager)
        audit.change(
            Project.objects.get(reference="PRJ-003"),
            by=acting(owner, dt.date(2026, 8, 12)),
            action="test.setup",
            changes={
                "trl_stated": "7/8",
                "trl_verified": 5,
                "trl_verified_on": dt.date(2026, 8, 1),
            },
        )
    return owner


def _move(reference: str, officer: User, on: dt.date, to: dt.date, reason: str) -> None:
    milestone = Milestone.objects.get(reference=reference)
    milestone.revise(by=acting(officer, on), new_on=to, reason_code=reason, narrative="Told by the partner.")


def _claim(reference: str, officer: User, on: dt.date) -> None:
    file = archive.store(
        [f"proof of {reference}".encode()], name=f"{reference}.pdf", content_type="application/pdf"
    )
    milestone = Milestone.objects.get(reference=reference)
    milestone.claim(by=acting(officer, on + dt.timedelta(days=2)), actual_on=on, evidence=[file])


def _values(officer: User, manager: User, on: dt.date) -> None:
    by = acting(officer, on)
    for target in Target.objects.filter(project__reference__in=["PRJ-003", "PRJ-020", "PRJ-001"])[:4]:
        value = Measurement.claim(
            target, by=by, value=Decimal("12.5"), period_end=dt.date(2026, 7, 31), note="First quarter."
        )
        value.verify(by=acting(manager, on), level=3)
        Measurement.claim(target, by=by, value=Decimal("17.25"), period_end=dt.date(2026, 8, 10))


def _life(officer: User, manager: User, on: dt.date) -> None:
    """Give the agreement of the report a life: duties of both kinds of states, an amendment, a step."""
    agreement, by = Agreement.objects.get(**SUBJECTS["agreement"]), acting(officer, on)
    party = agreement.parties.order_by("pk").first()
    duties = [
        Duty.record(agreement, by=by, party=party, text=f"Deliver part {number}.", due_on=due)
        for number, due in enumerate((dt.date(2026, 5, 31), dt.date(2026, 6, 15), dt.date(2027, 1, 31)), 1)
    ]
    DutyDone.claim(duties[0], by=by, done_on=dt.date(2026, 7, 1)).verify(by=acting(manager, on), level=1)
    Amendment.record(
        agreement,
        by=by,
        agreed_on=dt.date(2026, 7, 10),
        summary="Prolonged.",
        expires_on=dt.date(2027, 7, 9),
        evidence=[document()],
    )
    agreeing.take(
        agreement,
        "suspend",
        by=acting(manager, on),
        taken_on=dt.date(2026, 8, 1),
        decided_by_post="Joint Secretary",
        reason="Sanctions.",
    )


def _money(officer: User, manager: User) -> None:
    """Put amounts of every column on the project: some verified, one corrected, one uncertified, one too much."""
    project = Project.objects.get(reference="PRJ-003")
    ours, theirs = project.lead, Organisation.objects.get(reference="INS-008")
    lines: list[FundLine] = []
    for kind, source, crore, on, contributor, level in (
        ("sanctioned", "budget", "400.00", dt.date(2024, 5, 2), ours, 1),
        ("sanctioned", "state", "33.50", dt.date(2024, 6, 3), None, None),
        ("sanctioned", "private", "120.25", dt.date(2025, 1, 9), theirs, 2),
        ("released", "budget", "150.00", dt.date(2024, 8, 1), ours, 1),
        ("released", "budget", "80.00", dt.date(2025, 7, 1), ours, None),
        ("released", "budget", "90.00", dt.date(2026, 2, 2), ours, None),
        ("spent", "budget", "175.75", dt.date(2026, 5, 5), ours, 1),
        ("certified", "budget", "107.00", dt.date(2026, 6, 1), ours, 1),
        ("certified", "budget", "170.00", dt.date(2026, 6, 1), ours, None),  # corrects the one before it
    ):
        line = FundLine(
            project=project,
            kind=kind,
            source=source,
            amount_crore=Decimal(crore),
            dated_on=on,
            contributor=contributor,
            claimed_by=officer,
            claimed_at=timezone.now(),
            supersedes=lines[-1] if crore == "170.00" else None,
        )
        lines.append(line)
        audit.create(line, by=acting(officer, dt.date(2026, 8, 12)), action="test.setup")
        if level:
            changes = {
                "status": "verified",
                "verified_by": manager,
                "verified_on": dt.date(2026, 8, 12),
                "level": level,
            }
            audit.change(line, by=acting(manager, dt.date(2026, 8, 12)), action="test.setup", changes=changes)


def report_of(kind: str, owner: User, as_of: dt.date) -> Report:
    """Return a report of `kind` on its subject, registered and no more."""
    scope = SCOPES.get(ReportKind(kind))
    on = {scope: MODELS[scope].objects.get(**SUBJECTS[scope])} if scope else {}
    return ordering.order(kind=kind, as_of=as_of, by=acting(owner, NOW.date()), now=NOW, **on)


def issued(kind: str, owner: User, as_of: dt.date) -> Report:
    """Return an issued report of `kind` whose file is not a drawing; its figures are checked and published as ever."""
    report = report_of(kind, owner, as_of)
    lease = claimed(report, NOW)
    engine._frozen(fresh(report), lease, acting(owner, NOW.date()), lambda: NOW)
    engine._publish(report, lease, [edition(report, language) for language in Language.values], now=NOW)
    return fresh(report)
