"""The ten questions, answered anew: from the rows of the report where these hold the records, else from the records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from projects.models import FundLine, KnowHowItem, Readiness, ReplicationRun, Training
from reports.checks.arithmetic import Failure, Snapshot, must

QUESTIONS = (
    *("binding", "project", "deliverable", "money", "target"),
    *("milestone", "achieved", "moved", "readiness", "output"),
)
CLASSES = ((9, "delivering"), (6, "working"), (3, "defined"), (0, "symbolic"))
HANDED_OVER = ("transfer", "training")
LAST = "9999-12-31"
ACCREDITED = 2  # the level at which an assessment of readiness counts as verified

# day and precision, kind and reference of the witness; None: no
Yes = tuple[Snapshot | None, tuple[str, str] | None]


def working(snapshot: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    """Yield what contradicts the rows of the report, or the answers among themselves."""
    found = snapshot["working"]
    answers = {row["question"]: row for row in found["answers"]}
    yield Failure("working.answers", tuple(row["question"] for row in found["answers"]), QUESTIONS)
    yield Failure("working.total", found["total"], len(QUESTIONS))
    score = sum(row["yes"] for row in found["answers"])
    yield Failure("working.score", found["score"], score)
    yield Failure("working.standing", found["standing"], next(name for at, name in CLASSES if score >= at))
    for question, row in answers.items():
        yield must(f"working.{question}: no has no witness", row["yes"] or not (row["on"] or row["witness"]))
        yield Failure(f"working.{question}.record", row["record"] is None, row["witness"] is None)
        if question != "target" and question != "milestone":  # these may lie ahead
            past = row["on"] is None or row["on"]["on"] <= as_of.isoformat()
            yield must(f"working.{question}.on: not after the as-of date", past)
    if answers.keys() != set(QUESTIONS):
        return
    for question, expected in _expected(snapshot, as_of.isoformat()).items():
        yield from _compared(question, answers[question], expected)
    moved = answers["moved"]
    if not moved["yes"] or moved["record"] == "milestone":
        yield from _compared("moved", moved, _handed_over(snapshot))


def rechecked(snapshot: Snapshot) -> Iterator[Failure]:
    """Yield each of the answers on money, on what moved across and on readiness that is not that of the records."""
    answers = {row["question"]: row for row in snapshot["working"]["answers"]}
    by_then = dt.date.fromisoformat(snapshot["meta"]["as_of"])
    projects = [row["reference"] for row in snapshot["projects"]["rows"]]
    parties = [row["reference"] for row in snapshot["parties"]]
    signed = _signed(snapshot)
    yield from _compared("money", answers["money"], _money(projects, parties, by_then))
    moved = _across(projects, by_then) or _handed_over(snapshot)
    yield from _compared("moved", answers["moved"], moved)
    yield from _compared("readiness", answers["readiness"], _readiness(projects, signed, by_then))


def _compared(question: str, row: Snapshot, expected: Yes | None) -> Iterator[Failure]:
    name, witness = f"working.{question}", row["witness"]
    yield Failure(f"{name}.yes", row["yes"], expected is not None)
    on, named = expected or (None, None)
    yield Failure(f"{name}.on", row["on"], on)
    yield Failure(f"{name}.witness", witness and (witness["kind"], witness["reference"]), named)


def _expected(snapshot: Snapshot, by_then: str) -> dict[str, Yes | None]:
    fact, rungs = snapshot["agreement"], {row["rung"]: row for row in snapshot["ladder"]["rungs"]}
    later = fact["signed"] and fact["signed"]["on"] > by_then
    named = bool(fact["scope"] and fact["scope"].strip() and fact["minerals"]) and not later
    return {
        "binding": _rung(rungs["binding"]),
        "project": _rung(rungs["project"]),
        "deliverable": (fact["signed"], ("agreement", fact["reference"])) if named else None,
        "target": _target(snapshot["targets"]["rows"]),
        "milestone": _beyond(snapshot["milestones"]["rows"]),
        "achieved": _shown(rungs["milestone"], snapshot["milestones"]["rows"]),
        "output": _output(snapshot["targets"]["rows"]),
    }


def _rung(row: Snapshot) -> Yes | None:
    if row["standing"] != "reached":
        return None
    return row["on"], row["witness"] and (row["witness"]["kind"], row["witness"]["reference"])


def _target(rows: list[Snapshot]) -> Yes | None:
    dated = [row for row in rows if row["unit"] and row["target"] and row["target"]["due"]]
    first = min(dated, key=lambda row: row["reference"], default=None)
    return (first["target"]["due"], ("target", first["reference"])) if first else None


def _beyond(rows: list[Snapshot]) -> Yes | None:
    known = [row for row in rows if row["state"] not in ("recorded_after", "cancelled")]
    first = min((row for row in known if row["type"] != "agreement_signed"), key=_when, default=None)
    if first is None:
        return None
    on = first["actual"] if first["state"] == "achieved" else first["latest"]
    return on, ("milestone", first["reference"])


def _when(row: Snapshot) -> tuple[str, str]:
    return (row["actual"]["on"] if row["state"] == "achieved" else LAST), row["reference"]


def _shown(rung: Snapshot, rows: list[Snapshot]) -> Yes | None:
    found = _rung(rung)
    witness = next((row for row in rows if found and found[1] == ("milestone", row["reference"])), None)
    return found if witness and (witness["source_url"] or witness["verified"]) else None


def _output(rows: list[Snapshot]) -> Yes | None:
    used = ("PRD-", "IMP-SUB", "INT-")
    made = [
        row
        for row in rows
        if row["verified"] and Decimal(row["verified"]["value"]) > 0 and row["indicator"].startswith(used)
    ]
    first = min(made, key=lambda row: row["reference"], default=None)
    if first is None:
        return None
    return {"on": first["verified"]["on"], "precision": "day"}, ("target", first["reference"])


def _signed(snapshot: Snapshot) -> str | None:
    """Return the day of the rung *signed*."""
    (row,) = (row for row in snapshot["ladder"]["rungs"] if row["rung"] == "signed")
    return row["on"] and row["on"]["on"]


def _handed_over(snapshot: Snapshot) -> Yes | None:
    signed = _signed(snapshot)
    rows = [
        row
        for row in snapshot["milestones"]["rows"]
        if row["type"] in HANDED_OVER
        and row["state"] == "achieved"
        and signed
        and row["actual"]["on"] > signed
    ]
    first = min(rows, key=_when, default=None)
    return (first["actual"], ("milestone", first["reference"])) if first else None


def _on(day: dt.date) -> Snapshot:
    return {"on": day.isoformat(), "precision": "day"}


def _is_verified(row: Any, by_then: dt.date) -> bool:
    return row.status == "verified" and row.verified_on is not None and row.verified_on <= by_then


def _stands(row: Any, by_then: dt.date) -> bool:
    """Whether a claim is verified by then and its correction, if there is one, is not."""
    return _is_verified(row, by_then) and not _is_verified_correction(row, by_then)


def _is_verified_correction(row: Any, by_then: dt.date) -> bool:
    return hasattr(row, "superseded_by") and _is_verified(row.superseded_by, by_then)


def _money(projects: list[str], parties: list[str], by_then: dt.date) -> Yes | None:
    """The second of the parties that have each sanctioned an amount."""
    first: dict[str, FundLine] = {}
    lines = FundLine.objects.filter(
        project__reference__in=projects, kind="sanctioned", contributor__reference__in=parties
    ).select_related("project", "contributor", "superseded_by")
    for line in sorted(lines, key=lambda it: (it.dated_on, it.pk)):
        replaced = hasattr(line, "superseded_by") and line.superseded_by.status != "returned"
        if line.dated_on <= by_then and line.status != "returned" and not replaced and line.contributor:
            first.setdefault(line.contributor.reference, line)
    if len(first) < 2:
        return None
    second = sorted(first.values(), key=lambda it: (it.dated_on, it.pk))[1]
    return _on(second.dated_on), ("project", second.project.reference)


def _across(projects: list[str], by_then: dt.date) -> Yes | None:
    """The first item accepted, else the first certified training, else the first run that met its guarantee."""
    of_projects = {"transfer__project__reference__in": projects}
    items = KnowHowItem.objects.filter(**of_projects, accepted_on__isnull=False)
    training = Training.objects.filter(**of_projects, persons__gt=0).select_related("superseded_by")
    runs = ReplicationRun.objects.filter(**of_projects, guarantee_met=True).select_related("superseded_by")
    found: list[tuple[dt.date, int, Any]]
    for found in (
        [(it.accepted_on, it.pk, it) for it in items if it.accepted_on and it.accepted_on <= by_then],
        [(it.certified_on, it.pk, it) for it in training if _stands(it, by_then)],
        [(it.run_on, it.pk, it) for it in runs if _stands(it, by_then)],
    ):
        if found:
            day, _key, row = min(found, key=lambda it: it[:2])
            return _on(day), ("project", row.transfer.project.reference)
    return None


def _readiness(projects: list[str], signed: str | None, by_then: dt.date) -> Yes | None:
    """The first level verified after the signature above the highest that the same project had by then."""
    rows = Readiness.objects.filter(project__reference__in=projects, ladder="TRL")
    levels = [
        row
        for row in rows.select_related("project", "superseded_by")
        if row.assessed_on <= by_then and row.level >= ACCREDITED and _stands(row, by_then)
    ]
    before: dict[str, int] = {}
    for row in levels:
        if signed and row.assessed_on.isoformat() <= signed:
            reference = row.project.reference
            before[reference] = max(row.value, before.get(reference, 0))
    risen = [
        row
        for row in levels
        if signed
        and row.assessed_on.isoformat() > signed
        and row.value > before.get(row.project.reference, row.value)
    ]
    first = min(risen, key=lambda it: (it.assessed_on, it.pk), default=None)
    return (_on(first.assessed_on), ("project", first.project.reference)) if first else None
