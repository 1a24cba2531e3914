"""The actuals of IATI activities as rows of measurements: the same claims, under the same rules, as from CSV."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from projects import iati
from projects.intake.problems import Problem
from projects.intake.reading import Folder, Row, fill
from projects.intake.tables import Table


def is_xml(raw: bytes) -> bool:
    """Whether the file is XML rather than CSV: no CSV of ours begins with an angle bracket."""
    return raw.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


def read(raw: bytes, table: Table, folder: Folder, *, most: int) -> None:
    """Add a row for every actual of the document to the folder, with their problems; its line is that of the actual."""
    rows = folder.rows.setdefault(table.name, [])
    root, faults = iati.parsed(raw)
    if root is None:
        folder.unreadable.add(table.name)
        folder.problems += [
            Problem(table.file, fault.line, "", shown_reason(fault.reason)) for fault in faults
        ]
        return
    for activity in root.iterchildren("iati-activity"):
        for indicator in activity.iter("indicator"):
            for period in indicator.iterchildren("period"):
                for actual in period.iterchildren("actual"):
                    if len(rows) >= most:
                        folder.unreadable.add(table.name)
                        reason = _("from here on there are more than %(most)s rows: divide the file.")
                        folder.problems.append(
                            Problem(table.file, actual.sourceline, "", reason % {"most": most})
                        )
                        return
                    rows.append(_row(table, folder, activity, indicator, period, actual))


def shown_reason(reason: str) -> str:
    """Return what the schema says without what a terminal would obey; it quotes the document."""
    return "".join(c if c.isprintable() else " " for c in reason)[:500]


def _row(table: Table, folder: Folder, activity: Any, indicator: Any, period: Any, actual: Any) -> Row:
    row = Row(table=table, line=actual.sourceline, values={})
    found: dict[str, str] = {
        "target": _target(indicator),
        "period_start": period.find("period-start").get("iso-date", ""),
        "period_end": period.find("period-end").get("iso-date", ""),
        "value": actual.get("value", "").strip(),
        "note": " ".join(actual.xpath("comment/narrative/text()")),
    }
    for name, cell in found.items():
        fill(row, name, cell, folder)
    row.within = (activity.findtext("iati-identifier") or "").strip()
    return row


def _target(indicator: Any) -> str:
    """Return the reference of the target that an indicator names, the first of its references in our own vocabulary."""
    own = indicator.xpath("reference[@vocabulary='99']/@code")
    return str(own[0]) if own else ""
