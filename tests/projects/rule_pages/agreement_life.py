"""The example of docs/rules/agreement_life.md: status, last day and the states of the duties."""

from __future__ import annotations

import datetime as dt
from typing import Any

from projects.models import Agreement, AgreementStep, Amendment, Duty, DutyDone, Organisation
from projects.progress.agreement_life import agreement_life


def check(given: dict[str, Any]) -> dict[str, Any]:
    """Return what the program says of the life of one agreement."""
    party = Organisation(pk=1, reference="INS-1")
    steps = [
        AgreementStep(pk=number, move=move, from_status=before, to_status=after, taken_on=_day(on))
        for number, (move, before, after, on) in enumerate(given["steps"], 1)
    ]
    amendments = [
        Amendment(number=number, agreed_on=_day(agreed), expires_on=_day(expires))
        for number, (agreed, expires) in enumerate(given["amendments"], 1)
    ]
    duties, done = [], []
    for number, (due, met, verified) in enumerate(given["duties"], 1):
        duties.append(Duty(pk=number, number=number, party=party, due_on=_day(due), due_precision="day"))
        if met:
            done.append(
                DutyDone(
                    pk=number,
                    duty_id=number,
                    done_on=_day(met),
                    status="verified" if verified else "claimed",
                    verified_on=_day(verified),
                    level=1 if verified else 0,
                )
            )
    row = Agreement(status=given["status"], expires_on=_day(given["expires_on"]))
    found = agreement_life(row, steps, amendments, duties, done, _day(given["as_of"]) or dt.date.max)
    return {
        "status": found.status.value,
        "since": found.since and found.since.isoformat(),
        "last_day": found.expiry.on and found.expiry.on.isoformat(),
        "basis": found.expiry.basis.value,
        "expires_in_days": found.expires_in_days,
        "expires_soon": found.expires_soon,
        "duties": [[row.state.value, row.overdue_days] for row in found.duties[0].rows],
    }


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
