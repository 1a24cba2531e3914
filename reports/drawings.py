"""Which figures of a snapshot are drawn, and how: snapshot rows in, charts of `projects.charts` out."""

import io
import re
from datetime import date
from typing import Any

import segno
from django.utils.translation import gettext as _

from projects import charts, formats
from projects.charts import Event, Part, Row, Value
from reports.templatetags.snapshot import band, state

Drawings = dict[str, Any]
MOST_ROWS = 20  # of one bar chart; the table beside it holds all


def programme(snapshot: dict[str, Any]) -> Drawings:
    """Return the charts of a programme report by name; one without anything to draw is None."""
    targets = {row["reference"]: row for row in snapshot["targets"]["rows"]}
    outputs = [targets[reference] for reference in snapshot["outputs"]["rows"]]
    milestones = snapshot["milestones"]
    return {
        "outputs": achievement(_("Achievement of output targets, per cent"), outputs),
        "targets": achievement(
            _("Achievement of the other targets, per cent"),
            [row for row in targets.values() if row not in outputs],
        ),
        "suppliers": shares(snapshot["reliance"]["rows"]),
        "imports": series(snapshot["reliance"]["rows"]),
        "states": states(milestones),
        "bands": bands(milestones["bands"]),
        "delay": delay(snapshot["projects"]["delay"]) if snapshot["projects"]["delay"] else None,
        "overdue": dates(_("Overdue milestones"), milestones["overdue"]["rows"], snapshot["meta"]["as_of"]),
        "money": money(snapshot["money"]["rows"]),
    }


def project(snapshot: dict[str, Any]) -> Drawings:
    """Return the charts of a project report by name; one without anything to draw is None."""
    milestones = snapshot["milestones"]
    return {
        "states": states(milestones),
        "timeline": dates(
            _("Original, latest and actual dates"), milestones["rows"], snapshot["meta"]["as_of"]
        ),
        "targets": achievement(_("Achievement of targets, per cent"), snapshot["targets"]["rows"]),
        "trl": readiness(snapshot["trl"]),
    }


def achievement(title: str, rows: list[dict[str, Any]]) -> charts.Bars | None:
    """Return bars of what was claimed (lighter) and verified (solid), for the targets that have a reported value."""
    known = [row for row in rows if row["claimed"] or row["verified"]][:MOST_ROWS]
    drawn = [
        Row(
            f"{row['reference']} {row['name']}",
            formats.per_cent(row["achievement"]["verified"] or row["achievement"]["claimed"]),
            (
                Value("claimed", row["achievement"]["claimed"]),
                Value("verified", row["achievement"]["verified"]),
            ),
        )
        for row in known
    ]
    return charts.bars(title, drawn, maximum=100) if drawn else None


def shares(rows: list[dict[str, Any]]) -> charts.Bars | None:
    """Return bars of the top supplier's share of imports, largest first."""
    found = [row for row in rows if row["metric"] == "supplier_share"]
    found.sort(key=lambda row: -float(row["value"]))
    drawn = [
        Row(
            f"{row['product']} ({row['top_supplier']}, {row['period']})",
            formats.per_cent(row["value"], 0),
            [Value("share", row["value"])],
        )
        for row in found[:MOST_ROWS]
    ]
    return (
        charts.bars(_("Share of the top supplier in imports, per cent"), drawn, maximum=100)
        if drawn
        else None
    )


def series(rows: list[dict[str, Any]]) -> charts.Bars | None:
    """Return bars of the one product whose imported quantity is known for the most periods (three or more)."""
    by_product: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        if row["metric"] == "import_quantity":
            by_product.setdefault((row["product"], row["unit"]), []).append(row)
    longest = max(by_product.items(), key=lambda item: len(item[1]), default=None)
    if longest is None or len(longest[1]) < 3:
        return None
    (product, unit), found = longest
    drawn = [
        Row(row["period"], formats.indian(row["value"]), [Value("share", row["value"])]) for row in found
    ]
    return charts.bars(_("Imports of %(product)s, %(unit)s") % {"product": product, "unit": unit}, drawn)


def states(milestones: dict[str, Any]) -> charts.Stack | None:
    """Return the partition of all milestones by their state, verified and overdue ones shown apart."""
    if not milestones["total"]:
        return None
    counts, verified, overdue = milestones["states"], milestones["verified"], milestones["open"]["overdue"]
    parts = [
        Part("verified", _("achieved and verified"), verified),
        Part("achieved", _("achieved, not verified"), counts["achieved"] - verified),
        Part("overdue", _("open, overdue"), overdue),
        Part("open", _("open, not overdue"), counts["open"] - overdue),
        *(Part(code, state(code), counts[code]) for code in ("undated", "recorded_after", "cancelled")),
    ]
    title = _("State of the %(total)s milestones") % {"total": formats.indian(milestones["total"])}
    return charts.stack(title, parts)


def bands(rows: list[dict[str, Any]]) -> charts.Bars | None:
    """Return the number of late milestones in each band of delay."""
    kinds = {"latest": "overdue_latest", "baseline": "overdue_baseline", "late": "achieved_late"}
    drawn = [
        Row(
            band(row["band"]),
            " / ".join(formats.indian(row[key]) for key in kinds.values()),
            [Value(role, row[key]) for role, key in kinds.items()],
        )
        for row in rows
    ]
    return charts.bars(_("Late milestones by length of delay"), drawn, grouped=True)


def dates(title: str, rows: list[dict[str, Any]], as_of: str) -> list[charts.Timeline]:
    """Return timelines of milestones; those without any date are listed at the end, empty."""
    events = [
        Event(
            f"{row['reference']} {row['title']}",
            _day(row["baseline"]),
            _day(row["latest"]),
            _day(row["actual"]) if row["state"] == "achieved" else None,
            row["overdue_days"] is not None,
        )
        for row in rows
    ]
    return charts.timeline(title, events, date.fromisoformat(as_of)) if events else []


def money(rows: list[dict[str, Any]]) -> charts.Bars | None:
    """Return the cost of projects in crore rupees, those contained in another project's cost lighter."""
    drawn = [
        Row(
            f"{row['reference']} {row['name']}",
            formats.indian(row["crore"]),
            [Value("counted" if row["counted"] else "contained", row["crore"])],
        )
        for row in rows[:MOST_ROWS]
    ]
    return charts.bars(_("Cost of projects, crore rupees"), drawn) if drawn else None


def delay(found: dict[str, Any]) -> charts.Bars | None:
    """Return the number of late projects in each band, against their original and latest dates."""
    if not found["baseline"]["count"] and not found["latest"]["count"]:
        return None
    drawn = [
        Row(
            band(row["band"]),
            " / ".join(formats.indian(row[key]) for key in ("latest", "baseline")),
            [Value("latest", row["latest"]), Value("baseline", row["baseline"])],
        )
        for row in found["bands"]
    ]
    return charts.bars(_("Late projects by length of delay"), drawn, grouped=True)


def square_code(address: str) -> bytes:
    """Return a QR code of `address` as a vector drawing of plain squares."""
    drawing = io.BytesIO()
    code = segno.make(address, error="m", micro=False)
    code.save(drawing, kind="svg", border=0, dark="#12406f", xmldecl=False, nl=False, omitsize=True)
    return drawing.getvalue()


def readiness(trl: dict[str, Any]) -> charts.Ladder | None:
    """Return the technology readiness scale; a claim of "7/8" reaches to level 8."""
    if not trl["claimed"] and not trl["verified"]:
        return None
    claimed = (
        [int(level) for level in re.findall(r"\d", str(trl["claimed"]["value"]))] if trl["claimed"] else []
    )
    verified = trl["verified"]["value"] if trl["verified"] else None
    words = {
        "claimed": trl["claimed"]["value"] if trl["claimed"] else formats.unknown(),
        "verified": formats.unknown() if verified is None else verified,
    }
    alt = _("Technology readiness level: claimed %(claimed)s, verified %(verified)s") % words
    return charts.ladder(_("Technology readiness level, 1 to 9"), alt, claimed, verified)


def _day(value: dict[str, str] | None) -> date | None:
    return date.fromisoformat(value["on"]) if value else None
