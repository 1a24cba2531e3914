"""One partner's records whose every text is a word that occurs nowhere else: where it turns up, something leaked."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from projects import archive
from projects.choices import MeasureBasis, RevisionReason, TargetBasis
from projects.models import (
    Agreement,
    Evidence,
    Indicator,
    Measurement,
    Organisation,
    Project,
    Target,
    TargetVersion,
    User,
    audit,
)
from tests.cast import acting, agreement, milestone, project, system

WORD = "Zqcanary"


def records(number: int, lead: Organisation, officer: User, **fields: Any) -> Project:
    """Create an agreement with a project, a moved milestone, a returned one, a target with a value, and a file; all of `lead`'s."""
    above: Agreement = fields.pop("agreement", None) or agreement(
        f"AGR-{number}", lead, title=f"{WORD} agreement", scope=WORD, notes=WORD
    )
    found = project(
        f"PRJ-{number}",
        lead,
        *fields.pop("partners", ()),
        agreement=above,
        name=f"{WORD} project",
        product=f"{WORD} oxide",
        notes=f"{WORD} note",
        cost_crore=Decimal("12.34"),
        cost_basis=WORD,
        region=WORD,
        **fields,
    )
    by = acting(officer)
    moved = milestone(f"MST-{number}", found, title=f"{WORD} moved", owner_post=WORD, agreement=above)
    moved.revise(
        by=by, new_on=dt.date(2026, 7, 31), reason_code=RevisionReason.FUNDS, narrative=f"{WORD} narrative"
    )
    file = archive.store([WORD.encode()], name=f"{WORD}.pdf", content_type="application/pdf")
    Evidence.add(file, by=by, milestone=moved)
    returned = milestone(f"MST-{number + 1}", found, title=f"{WORD} returned")
    returned.claim(by=by, actual_on=dt.date(2026, 5, 1), note=WORD)
    returned.return_(by=acting(User.objects.get(username="manager")), reason=f"{WORD} reason")
    _target(number, found, officer)
    return found


def _target(number: int, owner: Project, officer: User) -> None:
    by = system()
    indicator = Indicator.objects.filter(code="PRD-Z").first() or audit.create(
        Indicator(
            code="PRD-Z", name="Output", unit="t", measure_basis=MeasureBasis.CUMULATIVE, minimum_level=1
        ),
        by=by,
        action="test.setup",
    )
    aim = audit.create(
        Target(
            reference=f"TGT-{number}",
            project=owner,
            indicator=indicator,
            title=f"{WORD} target",
            unit="t",
            measure_basis=MeasureBasis.CUMULATIVE,
            target_basis=TargetBasis.COMPANY_PLAN,
        ),
        by=by,
        action="test.setup",
    )
    audit.create(TargetVersion(target=aim, number=1, value=50), by=by, action="test.setup")
    Measurement.claim(aim, by=acting(officer), value=Decimal("7.77"), period_end=dt.date(2026, 5, 1))
