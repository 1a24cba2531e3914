"""The feed of one project in words: each year claimed beside verified, each capacity with what is assured for it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from projects import formats
from projects.progress.capacity import Promise
from reports.templatetags.snapshot import label

Snapshot = dict[str, Any]


def context(found: Snapshot) -> Snapshot:
    """Return what `_project_feed.html` reads beside the snapshot."""
    return {
        "feed_amounts": [
            {**row, "name": label(row["material"], "Material"), "fy": _year(row)} for row in found["amounts"]
        ],
        "feed_balances": [
            {**row[which], "name": label(row["product"], "Material"), "fy": _year(row), "which": words}
            for row in found["balances"]
            for which, words in (("claimed", _("claimed")), ("verified", _("verified")))
        ],
        "feed_left_out": sum(row["left_out"] for row in found["balances"]),
        "feed_capacities": [
            {
                "title": _("%(capacity)s t of %(product)s a year")
                % {
                    "capacity": formats.indian(row["capacity"]),
                    "product": label(row["product"], "Material"),
                },
                "set_by": row["code"] if row["code"] != "project" else _("the project's own figure"),
                "feed": label(row["feed"], "Material"),
                "assured": row["assured"],
                "promise": str(Promise(row["promise"]).label),
                "rows": [
                    {**row[which], "name": str(Promise(which).label)}
                    for which in ("claimed", "verified", "stated")
                ],
            }
            for row in found["capacities"]
        ],
        "feed_overlaps": [
            _(
                "%(material)s: two entries of one supplier overlap (%(first)s to %(last)s). Is one delivery told twice?"
            )
            % {
                "material": label(row["material"], "Material"),
                "first": formats.day(row["from"]),
                "last": formats.day(row["until"]),
            }
            for row in found["overlaps"]
        ],
    }


def _year(row: Snapshot) -> str:
    return _("FY %(year)s") % {"year": row["year"]}
