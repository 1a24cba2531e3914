"""What must agree among the milestones of a snapshot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from projects.progress import Band, band
from reports.checks.arithmetic import Failure, Snapshot, day, mean, median, must, past, text, year_end

LISTS = ("overdue", "slips", "delays", "achieved_in_period", "upcoming")


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
    yield from _bands(found, as_of)
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


def _days(name: str, found: Snapshot, figure: str) -> Iterator[Failure]:
    days = [row[figure] for row in found["rows"]]
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
