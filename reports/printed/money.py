"""The money of one project in words: who pays, and what is to be explained."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from projects import formats
from reports.templatetags.snapshot import label

Snapshot = dict[str, Any]


def context(money: Snapshot) -> Snapshot:
    """Return what `_project_money.html` reads beside the snapshot."""
    sources = [(label(row["source"], "FundSource"), row) for row in money["sources"]]
    contributors = [(_contributor(row), row) for row in money["contributors"]]
    shares = [(_("By source"), sources), (_("By contributor"), contributors)]
    return {
        "fund_shares": [(caption, rows) for caption, rows in shares if rows],
        "fund_warnings": list(_warnings(money)),
    }


def _contributor(row: Snapshot) -> str:
    if row["organisation"]:
        return str(row["organisation"]["name"])
    return _("another organisation") if row["kind"] == "withheld" else _("not stated")


def _warnings(money: Snapshot) -> Iterator[str]:
    texts = {
        "claimed": _("By what is claimed, %(amount)s more is %(kind)s than %(than)s."),
        "verified": _("By what is verified, %(amount)s more is %(kind)s than %(than)s."),
    }
    for which, text in texts.items():
        for row in money["excesses"][which]:
            yield text % {
                "amount": formats.crore(row["crore"], 2),
                "kind": label(row["kind"], "FundKind"),
                "than": label(row["than"], "FundKind"),
            }
    for row in money["uncertified"]:
        yield _(
            "%(amount)s from %(source)s was released more than a year ago and has no certificate (GFR 12-A); "
            "the oldest release is of %(day)s, %(days)s days ago."
        ) % {
            "amount": formats.crore(row["crore"], 2),
            "source": label(row["source"], "FundSource"),
            "day": formats.day(row["since"]),
            "days": formats.indian(row["days"]),
        }
