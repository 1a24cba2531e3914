"""The transfers of technology on record: what must agree in the report alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from fractions import Fraction

from projects.progress import half_up
from reports.checks.arithmetic import Failure, Snapshot, must

WHICH = ("claimed", "verified")
STAGES = ("offered", "licensed", "absorbed", "producing")
NEEDS = {
    "offered": ["document"],
    "licensed": ["document", "licence", "exclusivity", "fee"],
    "absorbed": ["know_how", "training", "run"],
    "producing": ["output"],
}
COUNTS = ("total", "delivered", "accepted", "overdue")
SUMS = ("persons", "person_days", "runs")
SITE_LEVEL = 2  # an independent run counts as verified from V2


def identities(found: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    """Yield what contradicts itself: a count that is not that of the rows, a stage without its step, a day, a sum."""
    rows = found["rows"]
    yield Failure("transfers.total", found["total"], len(rows))
    yield Failure("transfers.rows: each once", len({row["reference"] for row in rows}), len(rows))
    yield Failure("transfers.by_stage", [it["stage"] for it in found["by_stage"]], list(STAGES))
    for which in WHICH:
        reached = [row["reached"][which] for row in rows]
        for it in found["by_stage"]:
            name = f"transfers.by_stage.{it['stage']}.{which}"
            yield Failure(name, it[which], reached.count(it["stage"]))
        yield Failure(f"transfers.without.{which}", found["without"][which], reached.count(None))
    for name, listed in (("lapsed", "lapsed"), ("fallen", "falls")):
        yield Failure(f"transfers.{name}", found[name], sum(bool(row[listed]) for row in rows))
    yield from _schedule("transfers", found["know_how"], [row["know_how"] for row in rows])
    for name in SUMS:
        for which in WHICH:
            there = known(row[name][which] for row in rows)
            yield Failure(f"transfers.{name}.{which}", found[name][which], there)
    for row in rows:
        yield from _row(row, as_of)


def arrived(row: Snapshot, which: str) -> bool:
    """Whether the row shows, as claimed or as verified, that something moved across: an offer and a licence do not."""
    return row["reached"][which] in STAGES[2:] or bool(row["persons"][which] or row["runs"][which])


def _schedule(name: str, found: Snapshot, parts: list[Snapshot]) -> Iterator[Failure]:
    for count in COUNTS:
        there = sum(part[count] for part in parts)
        yield Failure(f"{name}.know_how.{count}", found[count], there)
    share = per_cent(found["accepted"], found["total"])
    yield Failure(f"{name}.know_how.per_cent", found["per_cent"], share)


def _row(row: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    name = f"transfers.{row['reference']}"
    sides = [row[side]["reference"] for side in ("donor", "recipient")]
    yield must(f"{name}.recipient: is not the donor", len(set(sides)) == len(sides))
    yield from _ladder(name, row, as_of)
    items = row["know_how"]["items"]
    parts = [
        {
            "total": 1,
            "delivered": int(it["delivered"] is not None),
            "accepted": int(it["accepted"] is not None),
            "overdue": int(it["overdue_days"] is not None),
        }
        for it in items
    ]
    yield from _schedule(name, row["know_how"], parts)
    for it in items:
        item, due = f"{name}.know_how.{it['code']}", it["due"]
        late = (as_of - dt.date.fromisoformat(due)).days if due and not it["delivered"] else 0
        yield Failure(f"{item}.overdue_days, due", it["overdue_days"], late if late > 0 else None)
        days = [day for day in (it["delivered"], it["accepted"]) if day]
        yield must(f"{item}.accepted, delivered: in their order", days == sorted(days))
        yield must(f"{item}.accepted: after the delivery", it["delivered"] is not None or not it["accepted"])
        yield must(f"{item}.accepted, delivered: by the as-of date", all(_by(day, as_of) for day in days))
    yield from _claims(name, row, as_of)


def _ladder(name: str, row: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    stages = {it["stage"]: it for it in row["stages"]}
    yield Failure(f"{name}.stages", list(stages), list(STAGES))
    now = row["reached"]["verified"]
    for stage, it in stages.items():
        place = f"{name}.stages.{stage}"
        reached = now is not None and STAGES.index(stage) <= STAGES.index(now)
        yield Failure(f"{place}.reached", it["reached"], reached)
        lacking = [need for need in NEEDS[stage] if need in it["missing"]]
        yield Failure(f"{place}.missing", it["missing"], lacking)
        yield must(f"{place}.claimed: by the as-of date", _by(it["claimed"], as_of))
        if proof := it["verified"]:
            yield must(f"{place}.verified: by the as-of date", _by(max(proof["on"], proof["decided"]), as_of))
            yield must(f"{place}.verified.level: from V1 to V3", 1 <= proof["level"] <= 3)
    for which in WHICH:
        stands = row["reached"][which]
        there = stands is None or stages[stands][which] is not None
        yield must(f"{name}.reached.{which}: has its step", there)
    # Who fell back stands on a stage that needs nothing else.
    lacking = stages[now]["missing"] if now is not None else []
    fell = any(it["stage"] == now and it["on"] == stages[now]["verified"]["on"] for it in row["falls"][-1:])
    yield must(f"{name}.lapsed: what is missing", row["lapsed"] == lacking or (fell and not row["lapsed"]))


def _claims(name: str, row: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    for listed in ("training", "replication"):
        days = [it["on"] for it in row[listed]]
        yield must(f"{name}.{listed}.on: in their order", days == sorted(days))
        for it in row[listed]:
            place = f"{name}.{listed}.{it['code']}"
            proof = it["verified"]
            yield must(f"{place}.on: by the as-of date", _by(it["on"], as_of))
            yield must(f"{place}.claimed, verified: one of them", it["claimed"] or proof is not None)
            if proof:
                yield must(f"{place}.verified.on: by the as-of date", _by(proof["on"], as_of))
                yield must(f"{place}.verified.level: from V1 to V3", 1 <= proof["level"] <= 3)
    for which in WHICH:
        trained = [it for it in row["training"] if it[which]]
        for count in ("persons", "person_days"):
            there = known(it[count] for it in trained)
            yield Failure(f"{name}.{count}.{which}", row[count][which], there)
        yield Failure(f"{name}.runs.{which}", row["runs"][which], independent(row["replication"], which))


def independent(runs: list[Snapshot], which: str) -> int | None:
    """Return how many were independent; without any claim nothing is known."""
    if not any(it["claimed"] for it in runs):
        return None
    alone = [it for it in runs if it["guarantee_met"] and not it["licensor_on_site"]]
    if which == "claimed":
        return sum(it["claimed"] for it in alone)
    return sum(it["verified"] is not None and it["verified"]["level"] >= SITE_LEVEL for it in alone)


def _by(day: str | None, as_of: dt.date) -> bool:
    return day is None or day <= as_of.isoformat()


def known(values: Iterable[int | None]) -> int | None:
    found = [it for it in values if it is not None]
    return sum(found) if found else None


def per_cent(part: int, whole: int) -> str | None:
    return f"{half_up(Fraction(part * 100, whole)):f}" if whole else None
