"""The life of an agreement, told anew from its records: apart from the code that worked it out, value by value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from projects.models import Agreement, AgreementStep, Amendment, Duty, DutyDone
from reports.checks.arithmetic import Failure, Snapshot, day, must

STATES = ("verified", "claimed", "overdue", "open")
MAY_EXPIRE = ("signed", "in_force", "suspended")


def life(snapshot: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    """Yield what contradicts itself: counts, states, days."""
    found = snapshot["life"]
    duties, last = found["duties"], day(found["last_day"])
    yield Failure("life.duties.total", duties["total"], len(duties["rows"]))
    for state in STATES:
        count = sum(row["state"] == state for row in duties["rows"])
        yield Failure(f"life.duties.{state}", duties[state], count)
    for row in duties["rows"]:
        name, due = f"life.duties.{row['code']}", day(row["due"])
        late = due is not None and due < as_of and not row["claimed"]
        yield Failure(
            f"{name}.overdue_days", row["overdue_days"], (as_of - due).days if late and due else None
        )
        state = (
            "verified" if row["verified"] else "claimed" if row["claimed"] else "overdue" if late else "open"
        )
        yield Failure(f"{name}.state", row["state"], state)
    left = None if last is None or found["status"] in ("terminated", "draft") else (last - as_of).days
    yield Failure("life.expires_in_days", found["expires_in_days"], left)
    past = last is not None and last < as_of
    yield must("life.status: over once the last day is past", not (past and found["status"] in MAY_EXPIRE))
    may_be = past or snapshot["agreement"]["status"] == "expired"
    yield must("life.status: expired only then", may_be or found["status"] != "expired")
    numbers = [row["code"] for row in found["amendments"]]
    yield Failure("life.amendments.code", numbers, [f"A{number}" for number in range(1, len(numbers) + 1)])


def recorded(reference: str, as_of: dt.date) -> Snapshot:
    """Return the section as the records tell it."""
    agreement = Agreement.objects.get(reference=reference)
    steps = sorted(AgreementStep.objects.filter(agreement=agreement), key=lambda row: (row.taken_on, row.pk))
    taken = [row for row in steps if row.taken_on <= as_of]
    amendments = [
        row
        for row in Amendment.objects.filter(agreement=agreement).order_by("number")
        if row.agreed_on <= as_of
    ]
    last, basis = _last_day(agreement, amendments)
    status = _status(agreement, steps, amendments, last, as_of)
    renewed = [row for row in amendments if row.expires_on]
    since: dt.date | None
    if status == "expired" and last and last < as_of:
        since = last
    elif taken:
        since = taken[-1].taken_on
    else:
        came = steps[0].from_status if steps else agreement.status
        since = renewed[-1].agreed_on if came == "expired" and renewed else None
    rows = [
        duty(row, as_of)
        for row in Duty.objects.filter(agreement=agreement)
        .select_related("party")
        .prefetch_related("done")
        .order_by("number")
        if is_agreed(row, as_of)
    ]
    return {
        "status": status,
        "since": _text(since),
        "last_day": _fact(last, "derived" if basis == "derived" else "day"),
        "last_day_basis": basis,
        "steps": [
            {
                "code": f"S{number}",
                "move": row.move,
                "from": row.from_status,
                "to": row.to_status,
                "on": _text(row.taken_on),
                "by": row.decided_by_post,
                "reason": row.reason or None,
            }
            for number, row in enumerate(taken, 1)
        ],
        "amendments": [
            {
                "code": f"A{row.number}",
                "agreed": _text(row.agreed_on),
                "summary": row.summary,
                "last_day": _text(row.expires_on),
            }
            for row in amendments
        ],
        "duties": {"rows": rows},
    }


def line(agreement: Agreement, as_of: dt.date) -> Snapshot:
    """Return status and last day as the records tell them, for an agreement whose steps and amendments are loaded."""
    steps = sorted(agreement.steps.all(), key=lambda row: (row.taken_on, row.pk))
    agreed = [row for row in agreement.amendments.all() if row.agreed_on <= as_of]
    agreed.sort(key=lambda row: row.number)
    last, basis = _last_day(agreement, agreed)
    return {
        "status": _status(agreement, steps, agreed, last, as_of),
        "last_day": _fact(last, "derived" if basis == "derived" else "day"),
    }


def life_lines(rows: list[Snapshot], place: str, as_of: dt.date) -> Iterator[Failure]:
    """Yield what contradicts itself in the lives that stand in rows of agreements."""
    for row in rows:
        status, last = row["life"]["status"], day(row["life"]["last_day"])
        past = last is not None and last < as_of
        name = f"{place}.{row['reference']}.life"
        yield must(f"{name}: over once the last day is past", not (past and status in MAY_EXPIRE))
        recorded_so = row["status"] == "expired"
        yield must(f"{name}: expired only then", past or recorded_so or status != "expired")


def compared(found: Snapshot, told: Snapshot, place: str = "life") -> Iterator[Failure]:
    """Yield every value of the section that the records do not tell; what follows from these is left to `life`."""
    for key, value in told.items():
        if isinstance(value, dict):
            yield from _inner(found.get(key), value, f"{place}.{key}")
        elif isinstance(value, list):
            there = found[key]
            yield Failure(f"{place}.{key}", len(there), len(value))
            for row, expected in zip(there, value, strict=False):
                yield from compared(row, expected, f"{place}.{key}[{expected['code']}]")
        else:
            yield Failure(f"{place}.{key}", found[key], value)


def _inner(found: Any, told: Snapshot, place: str) -> Iterator[Failure]:
    if isinstance(found, dict):
        yield from compared(found, told, place)
    else:
        yield Failure(place, found, told)


def _status(
    agreement: Agreement,
    steps: list[AgreementStep],
    amendments: list[Amendment],
    last: dt.date | None,
    as_of: dt.date,
) -> str:
    """Walk the steps up to the day; what stood before the first of them is what it left, and a renewal ends an expiry."""
    status = steps[0].from_status if steps else agreement.status
    for step in steps:
        if step.taken_on <= as_of:
            status = step.to_status
    if status == "expired" and any(row.expires_on for row in amendments):
        status = "in_force"
    return "expired" if status in MAY_EXPIRE and last and last < as_of else status


def _last_day(agreement: Agreement, amendments: list[Amendment]) -> tuple[dt.date | None, str]:
    for row in reversed(amendments):
        if row.expires_on:
            return row.expires_on, "amended"
    if agreement.expires_on:
        return agreement.expires_on, "stated"
    first = agreement.effective_on or agreement.signed_on
    if agreement.term_years and first:
        return _anniversary(first, int(agreement.term_years * 12)) - dt.timedelta(days=1), "derived"
    return None, "unknown"


def _anniversary(first: dt.date, months: int) -> dt.date:
    """Return the day so many months later; the last of its month where the month is shorter."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    for last in range(first.day, 27, -1):
        try:
            return dt.date(year, month + 1, last)
        except ValueError:
            continue
    return dt.date(year, month + 1, first.day)


def is_agreed(row: Duty, as_of: dt.date) -> bool:
    """Whether the parties had agreed on the duty by the day; one without a day came with the agreement."""
    return row.agreed_on is None or row.agreed_on <= as_of


def duty(row: Duty, as_of: dt.date) -> Snapshot:
    """Return a duty, loaded with its claims, as claimed and as verified on the day."""
    claims = sorted(row.done.all(), key=lambda it: (it.done_on, it.pk))
    said = _left(claims, [it for it in claims if _said(it)], as_of)
    seen = _left(claims, [it for it in claims if _seen(it, as_of)], as_of)
    return {
        "code": f"D{row.number}",
        "text": row.text,
        "due": _fact(row.due_on, row.due_precision),
        "claimed": _text(said[-1].done_on) if said else None,
        "verified": _text(seen[-1].done_on) if seen else None,
    }


def _left(claims: list[DutyDone], counting: list[DutyDone], as_of: dt.date) -> list[DutyDone]:
    """Return those of days up to `as_of`, without what a claim that counts corrects, straight or by way of another."""
    corrects = {it.pk: it.supersedes_id for it in claims}
    gone = set()
    for claim in counting:
        before = claim.supersedes_id
        while before is not None:
            gone.add(before)
            before = corrects[before]
    return [it for it in counting if it.pk not in gone and it.done_on <= as_of]


def _said(claim: DutyDone) -> bool:
    return claim.status != "returned"


def _seen(claim: DutyDone, as_of: dt.date) -> bool:
    return claim.status == "verified" and claim.verified_on is not None and claim.verified_on <= as_of


def _text(value: dt.date | None) -> str | None:
    return value.isoformat() if value else None


def _fact(value: dt.date | None, precision: str) -> Snapshot | None:
    return {"on": value.isoformat(), "precision": precision} if value else None
