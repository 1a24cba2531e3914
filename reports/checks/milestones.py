"""What must agree among the milestones of a snapshot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from projects.progress import Band, band
from reports.checks.arithmetic import Failure, Snapshot, day, mean, median, must, past, text, year_end

LISTS = ("overdue", "slips", "delays", "achieved_in_period", "upcoming")
LOOK_AHEAD = 92  # days


def milestones(found: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    states, open_ = found["states"], found["open"]
    yield Failure("milestones.total", found["total"], sum(states.values()))
    by_due = sum(open_[name] for name in ("overdue", "due_today", "due_this_year", "due_later"))
    yield Failure("milestones.states.open", states["open"], by_due)
    yield Failure("milestones.open.overdue", open_["overdue"], found["overdue"]["count"])
    yield Failure("milestones.open.year_end", open_["year_end"], year_end(as_of))
    yield must("milestones.verified: of the achieved", found["verified"] <= states["achieved"])
    for name, figure in (("overdue", "overdue_days"), ("slips", "slip_days"), ("delays", "delay_days")):
        yield from _days(f"milestones.{name}", found[name], figure)
    yield from _past_original(found)
    yield from _bands(found, as_of)
    yield from _reasons(found)
    until = (as_of + dt.timedelta(days=LOOK_AHEAD)).isoformat()
    yield Failure("milestones.upcoming.until", found["upcoming"]["until"], until)
    for name in ("achieved_in_period", "upcoming"):
        yield Failure(f"milestones.{name}.count", found[name]["count"], len(found[name]["rows"]))
    seen: dict[str, Snapshot] = {}
    for name in LISTS:
        for row in found[name]["rows"]:
            yield from milestone_row(row, as_of)
            # The same milestone stands in several lists and must be the same everywhere.
            yield Failure(
                f"milestones.{name}.{row['reference']}", row, seen.setdefault(row["reference"], row)
            )
    if "by_type" in found:
        yield from _by_type(found)


def listed(found: Snapshot, as_of: dt.date, period: Snapshot) -> Iterator[Failure]:
    """Where all milestones of the report stand in one list, every count and every other list follows from it."""
    rows = found["rows"]
    yield Failure("milestones.rows", len(rows), found["total"])
    yield Failure("milestones.rows: each once", len({row["reference"] for row in rows}), len(rows))
    for name, count in found["states"].items():
        there = sum(row["state"] == name for row in rows)
        yield Failure(f"milestones.states.{name}", count, there)
    verified = sum(row["verified"] is not None for row in rows)
    yield Failure("milestones.verified", found["verified"], verified)
    for row in rows:
        yield from milestone_row(row, as_of)
    yield from _lists(found, as_of, period)
    open_ = [day(row["latest"]) for row in rows if row["state"] == "open"]
    this_year = dt.date.fromisoformat(year_end(as_of))
    by_due = {
        "overdue": sum(on < as_of for on in open_ if on),
        "due_today": open_.count(as_of),
        "due_this_year": sum(as_of < on <= this_year for on in open_ if on),
        "due_later": sum(on > this_year for on in open_ if on),
    }
    for name, there in by_due.items():
        yield Failure(f"milestones.open.{name}", found["open"][name], there)


def _lists(found: Snapshot, as_of: dt.date, period: Snapshot) -> Iterator[Failure]:
    begins, ends = (dt.date.fromisoformat(period[name]) for name in ("start", "end"))
    until = as_of + dt.timedelta(days=LOOK_AHEAD)

    def achieved(row: Snapshot) -> bool:
        on = day(row["actual"])
        return row["state"] == "achieved" and on is not None and begins <= on <= ends

    def coming(row: Snapshot) -> bool:
        on = day(row["latest"])
        return row["state"] == "open" and on is not None and as_of <= on <= until

    belongs = {
        "overdue": lambda row: row["overdue_days"] is not None,
        "slips": lambda row: row["slip_days"] is not None,
        "delays": lambda row: row["delay_days"] is not None,
        "achieved_in_period": achieved,
        "upcoming": coming,
    }
    for name, holds in belongs.items():
        expected = {row["reference"]: row for row in found["rows"] if holds(row)}
        listed = {row["reference"]: row for row in found[name]["rows"]}
        yield Failure(f"milestones.{name}.rows", sorted(listed), sorted(expected))
        for reference, row in listed.items():
            yield Failure(f"milestones.{name}.{reference}", row, expected.get(reference))


def _past_original(found: Snapshot) -> Iterator[Failure]:
    """Open and past the original date: either overdue still, or moved, and then in the ledger of slips."""
    rows = {row["reference"]: row for name in ("overdue", "slips") for row in found[name]["rows"]}
    days = [it["overdue_baseline_days"] for it in rows.values() if it["overdue_baseline_days"] is not None]
    yield from spread("milestones.overdue_baseline", found["overdue_baseline"], days)


def _reasons(found: Snapshot) -> Iterator[Failure]:
    moved = sum(row["revisions"] for row in found["slips"]["rows"])
    yield Failure("milestones.reasons: moves", sum(row["count"] for row in found["reasons"]), moved)
    days = sum(row["days"] for row in found["reasons"])
    yield Failure("milestones.reasons: days", days, found["slips"]["sum"])


def _by_type(found: Snapshot) -> Iterator[Failure]:
    wholes = {
        "total": found["total"],
        "achieved": found["states"]["achieved"],
        "open": found["states"]["open"],
        "overdue": found["open"]["overdue"],
    }
    for name, whole in wholes.items():
        parts = sum(row[name] for row in found["by_type"])
        yield Failure(f"milestones.by_type: {name} of all types", parts, whole)
    for row in found["by_type"] if "rows" in found else ():
        members = [it for it in found["rows"] if it["type"] == row["type"]]
        counts = {
            "total": len(members),
            "achieved": sum(it["state"] == "achieved" for it in members),
            "open": sum(it["state"] == "open" for it in members),
            "overdue": sum(it["overdue_days"] is not None for it in members),
        }
        for name, there in counts.items():
            yield Failure(f"milestones.by_type.{row['type']}.{name}", row[name], there)


def _days(name: str, found: Snapshot, figure: str) -> Iterator[Failure]:
    yield from spread(name, found, [row[figure] for row in found["rows"]])


def spread(name: str, found: Snapshot, days: list[int]) -> Iterator[Failure]:
    """Count, sum, mean and median of a block follow from its members."""
    yield Failure(f"{name}.count", found["count"], len(days))
    yield Failure(f"{name}.sum", found["sum"], sum(days))
    yield Failure(f"{name}.mean", found["mean"], text(mean(days)))
    yield Failure(f"{name}.median", found["median"], text(median(days)))


def _bands(found: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    names = [row["band"] for row in found["bands"]]
    yield Failure("milestones.bands", names, [str(it.value) for it in Band])
    late = [row for row in found["delays"]["rows"] if row["delay_days"] > 0]
    wholes = {"overdue_latest": found["overdue"]["rows"], "achieved_late": late}
    # Open and past the original date: either overdue still, or moved, and then in the ledger of slips.
    beyond_rows = {row["reference"]: row for name in ("overdue", "slips") for row in found[name]["rows"]}
    past_baseline = [
        band(day(row["baseline"]), as_of) for row in beyond_rows.values() if row["state"] == "open"
    ]
    for row in found["bands"]:
        for column, rows in wholes.items():
            there = sum(it["band"] == row["band"] for it in rows)
            yield Failure(f"milestones.bands.{row['band']}.{column}", row[column], there)
        beyond = sum(it == row["band"] for it in past_baseline)
        yield Failure(f"milestones.bands.{row['band']}.overdue_baseline", row["overdue_baseline"], beyond)


def milestone_row(row: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    """A row's days and band follow from its dates."""
    name = f"milestones.{row['reference']}"
    baseline, latest, actual = (day(row[it]) for it in ("baseline", "latest", "actual"))
    is_open = row["state"] == "open"
    yield Failure(f"{name}.overdue_days", row["overdue_days"], past(latest, as_of) if is_open else None)
    before = past(baseline, as_of) if is_open else None
    yield Failure(f"{name}.overdue_baseline_days", row["overdue_baseline_days"], before)
    achieved = row["state"] == "achieved"
    delay = (actual - baseline).days if achieved and baseline and actual else None
    yield Failure(f"{name}.delay_days", row["delay_days"], delay)
    if row["slip_days"] is not None:
        slip = (latest - baseline).days if latest and baseline else None
        yield Failure(f"{name}.slip_days", row["slip_days"], slip)
    reached = as_of if is_open else actual if achieved else None
    expected = band(latest if is_open else baseline, reached) if reached else None
    yield Failure(f"{name}.band", row["band"], expected.value if expected else None)
