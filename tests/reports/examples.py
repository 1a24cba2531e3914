"""The example snapshots of docs/snapshot.md, and variants of them that exercise what public records do not hold yet.

The variants are for looking and testing only: a verified value or an evidence file in them is no fact.
"""

import json
from copy import deepcopy
from datetime import datetime
from pathlib import Path
from typing import Any

from reports.figures import changes

FOLDER = Path(__file__).parent / "snapshots"
Snapshot = dict[str, Any]
HOSTILE = '</td></table><script>alert(1)</script><img src="file:///etc/passwd" onerror=x>&amp; {{ 7|add:7 }} <b colspan=9>'


def programme() -> Snapshot:
    return json.loads((FOLDER / "programme.json").read_text())


def project() -> Snapshot:
    return json.loads((FOLDER / "project.json").read_text())


def agreement() -> Snapshot:
    return json.loads((FOLDER / "agreement.json").read_text())


def partner() -> Snapshot:
    return json.loads((FOLDER / "partner.json").read_text())


def frozen_at(snapshot: Snapshot) -> datetime:
    return datetime.fromisoformat(snapshot["meta"]["frozen_at"])


def late_revision(snapshot: Snapshot) -> Snapshot:
    """Return the snapshot as a late second revision."""
    changed = deepcopy(snapshot)
    changed["meta"] |= {
        "late": True,
        "frozen_at": "2026-05-19T11:20:00+05:30",
        "revision": 1,
        "supersedes": {"serial": snapshot["meta"]["serial"], "revision": 0},
        "reason": "A milestone was entered under the wrong project.",
    }
    return changed


def with_verification(snapshot: Snapshot) -> Snapshot:
    """Return the snapshot as if half of what was claimed had been verified, with a readiness level and evidence."""
    changed = deepcopy(snapshot)
    for row in [row for row in changed["targets"]["rows"] if row["claimed"]][::2]:
        row["verified"] = row["claimed"] | {"level": 2, "by": "Office of the Mission Director"}
        row["achievement"] |= {
            "verified": row["achievement"]["claimed"],
            "verified_capped": row["achievement"]["claimed_capped"],
        }
    milestones = changed["milestones"]
    milestones["verified"] = milestones["states"]["achieved"] // 2
    for row in milestones.get("rows", [])[:3]:
        row["claimed"] = {"by": "Project Officer, Ministry of Heavy Industries", "on": "2026-03-21"}
        row["verified"] = {"by": "Deputy Secretary, Ministry of Mines", "on": "2026-03-25"}
    if "trl" in changed:
        source = changed["project"]["source_url"]
        changed["trl"] = {
            "claimed": {"value": "7/8", "on": "2025-08-01", "by": None, "source_url": source},
            "verified": {"value": 5, "on": "2026-01-10", "by": "Assessment committee", "source_url": source},
        }
    if "evidence" in changed:
        changed["evidence"] = [
            {
                "name": "Request for Proposal, volume 1.pdf",
                "sha256": "3b1f" * 16,
                "size": 1_843_220,
                "type": "application/pdf",
                "milestone": "MST-034",
                "uploaded_by": "Project Officer, Ministry of Heavy Industries",
                "on": "2026-03-21",
            }
        ]
    return changed


def compared(snapshot: Snapshot) -> Snapshot:
    """Return the snapshot as if there had been one before it, in which a date was earlier and a target lacked."""
    earlier, later = deepcopy(snapshot), deepcopy(snapshot)
    earlier["meta"] |= {"serial": "NCMM/2025-26/Q/0000", "as_of": "2025-12-31"}
    milestones = earlier["milestones"]
    moved = milestones["slips"]["rows"][0]["reference"]
    for row in milestones["rows"] + milestones["slips"]["rows"] + milestones["overdue"]["rows"]:
        if row["reference"] == moved:
            row |= {
                "latest": row["baseline"],
                "slip_days": None,
                "revisions": 0,
                "reason": None,
                "owner": "Director",
            }
    achieved = next(row for row in milestones["rows"] if row["state"] == "achieved")
    achieved |= {"state": "recorded_after", "title": "Called otherwise"}
    milestones["rows"] = [row for row in milestones["rows"] if row["state"] != "undated"]
    milestones["overdue"]["sum"] += 100
    del earlier["targets"]["rows"][0]
    later["meta"]["previous"] = {
        "serial": "NCMM/2025-26/Q/0000",
        "as_of": "2025-12-31",
        "snapshot_sha256": "1" * 64,
    }
    later["changes"] = changes.changes(earlier, later)
    return later


def with_hostile_texts(snapshot: Snapshot, text: str = HOSTILE) -> Snapshot:
    """Return the snapshot with markup, template syntax and addresses in every kind of free text."""
    changed = deepcopy(snapshot)
    for row in changed["milestones"]["overdue"]["rows"] + changed["targets"]["rows"][:3]:
        row["title" if "title" in row else "name"] = text
        row["source_url"] = "javascript:alert(1)"
    for row in changed.get("projects", {"rows": []})["rows"][:2]:
        row["name"] = text
    return changed
