"""The life of an agreement, as the agreement report holds it: status, last day, steps, amendments, duties."""

from __future__ import annotations

import datetime as dt

from projects.choices import Precision
from projects.models import Agreement
from projects.progress.agreement_life import DutyRow, DutyState, life, precision_of, with_life
from projects.progress.agreements import AgreementRow
from reports.figures.shapes import Shape, date, day, organisation, text


def life_line(row: AgreementRow) -> Shape:
    """Return where the life of an agreement stands on the day of its row: status and last day."""
    return {"status": row.status.value, "last_day": date(row.expiry.on, precision_of(row.expiry))}


def life_section(agreement: Agreement, as_of: dt.date) -> Shape:
    """Return the life of the agreement on the day, which every party may see; six queries."""
    found = life(with_life(Agreement.objects.filter(pk=agreement.pk)).get(), as_of)
    rows = [row for party in found.duties for row in party.rows]
    return {
        "status": found.status.value,
        "since": day(found.since),
        "last_day": date(found.expiry.on, precision_of(found.expiry)),
        "last_day_basis": found.expiry.basis.value,
        "expires_in_days": found.expires_in_days,
        "steps": [
            {
                "code": f"S{number}",
                "move": row.move,
                "from": row.from_status,
                "to": row.to_status,
                "on": day(row.taken_on),
                "by": row.decided_by_post,
                "reason": text(row.reason),
            }
            for number, row in enumerate(found.steps, 1)
        ],
        "amendments": [
            {
                "code": f"A{row.number}",
                "agreed": day(row.agreed_on),
                "summary": row.summary,
                "last_day": day(row.expires_on),
            }
            for row in found.amendments
        ],
        "duties": {
            "total": len(rows),
            **{state.value: sum(row.state == state for row in rows) for state in DutyState},
            "rows": [_duty(row) for row in sorted(rows, key=lambda it: it.duty.number)],
        },
    }


def _duty(row: DutyRow) -> Shape:
    duty = row.duty
    return {
        "code": f"D{duty.number}",
        "party": organisation(duty.party),
        "text": duty.text,
        "due": date(duty.due_on, duty.due_precision or Precision.DAY),
        "state": row.state.value,
        "overdue_days": row.overdue_days,
        "claimed": day(row.claimed.done_on if row.claimed else None),
        "verified": day(row.verified.done_on if row.verified else None),
    }
