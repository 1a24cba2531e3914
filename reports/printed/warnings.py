"""The printed early warning: what stands under each flag, and when open dates are likely to be met."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from projects import formats
from projects.progress.capacity import FeedDoubt
from projects.progress.flags import Flag
from projects.progress.forecast import Method
from reports.templatetags.snapshot import NONE

Snapshot = dict[str, Any]


def sections() -> dict[str, str]:
    return {"warnings": _("Early warning"), "forecasts": _("Forecasts")}


def context(found: Snapshot) -> Snapshot:
    """Return what `_exceptions_warnings.html` and `_exceptions_forecasts.html` read beside the snapshot."""
    texts = _texts()
    flags = [
        {
            "title": Flag(rule["code"]).label,
            "text": texts[rule["code"]] % {"limit": rule["limit"]["value"] if rule["limit"] else ""},
            "count": rule["count"],
            "has_projects": any(row["kind"] == "target" for row in rule["rows"]),
            "rows": [
                {**row, "asked_of": _asked_of(row), "doubt_words": _doubts(row)} for row in rule["rows"]
            ],
        }
        for rule in found["rules"]
    ]
    return {
        "flags": [it for it in flags if it["rows"]],
        "silent_flags": "; ".join(str(it["title"]) for it in flags if not it["rows"]),
        "open_dates": [{**row, **_likely(row)} for row in found["forecasts"]["rows"]],
    }


def _asked_of(row: Snapshot) -> str:
    return str(row["responsible"]["short_name"]) if row["responsible"] else formats.unknown()


def _doubts(row: Snapshot) -> str:
    """Return what does not add up; "" where feed is not asked for, or in a report from before it was."""
    return "; ".join(str(FeedDoubt(doubt).label) for doubt in row.get("doubts", ()))


def _likely(row: Snapshot) -> dict[str, str]:
    if row["median_on"] is None:
        words = {"cases": formats.indian(row["cases"]), "needed": formats.indian(row["needed"])}
        few = _("too few cases (%(cases)s, needs %(needed)s)") % words
        return {"median": NONE, "range": NONE, "basis": few}
    dates = {"early": formats.day(row["from_on"]), "late": formats.day(row["to_on"])}
    basis = ngettext("from %(cases)s case, %(method)s", "from %(cases)s cases, %(method)s", row["cases"]) % {
        "cases": formats.indian(row["cases"]),
        "method": Method(row["method"]).label,
    }
    return {
        "median": formats.day(row["median_on"]),
        "range": _("%(early)s to %(late)s") % dates,
        "basis": basis,
    }


def _texts() -> dict[str, str]:
    """Return what each flag says; `limit` is its threshold."""
    return {
        "no_output": _(
            "The project was commissioned more than %(limit)s months ago, and no output above zero is verified. Days count from the end of the %(limit)s months."
        ),
        "feed": _(
            "More was made than the feed allows, a capacity has no assured feed, or a delivery may be told twice. Days count from the oldest such day."
        ),
        "untested": _(
            "Capacity is claimed, and no performance test seen at the plant bears it out. Days count from the day of the value."
        ),
        "uncertified": _(
            "Government money was released more than %(limit)s months ago and has no certificate (GFR 12-A). Days count from the oldest such release."
        ),
        "clearance": _(
            "A clearance is pending beyond its statutory days, ends within %(limit)s days or has ended. Days count from the end of the statutory days, or from %(limit)s days before the last day."
        ),
        "gate": _("The next gate is past its forecast. Days count from it."),
        "stage": _("The project is over the time box of its stage. Days count from the end of the box."),
        "conditions": _("A gate was passed on conditions, and their day is past."),
        "duty": _("A duty of a party is overdue. Days count from the oldest due date."),
        "expiry": _(
            "The agreement has expired, or does within %(limit)s days. Days count from its last day, once that is past."
        ),
        "suspended": _("The agreement is suspended. Days count from the step."),
        "consortium": _(
            "The centre does not keep two partners from industry and two from research. Since when is not known."
        ),
    }
