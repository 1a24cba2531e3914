"""The register as a file that can be checked without this server: canonical JSON, with a digest over itself.

docs/verify.md describes it; `reports/offline/verify_report.py` reads it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from django.conf import settings
from django.urls import reverse

from projects.models import AuditEvent, audit
from projects.permissions import Actor
from reports.models import Report, SerialCounter
from reports.models.serials import PREFIX

SCHEMA = "ncmm-register/1"


def register(*, by: Actor, now: dt.datetime) -> bytes:
    """Return the register as `by` may see it at `now`; `sha256` in it is that of everything else in canonical form."""
    content = _content(by, now)
    digest = hashlib.sha256(audit.canonical(content).encode()).hexdigest()
    return audit.canonical({**content, "sha256": digest}).encode()


def _content(by: Actor, now: dt.datetime) -> dict[str, Any]:
    rows = (
        Report.objects.visible_to(by)
        .select_related("supersedes")
        .defer("snapshot", "supersedes__snapshot")
        .prefetch_related("editions")
        .order_by("pk")
    )
    reports = list(rows)
    readable = [report for report in reports if report.is_readable]
    events = _events(readable)
    seq, head = audit.head()
    return {
        "schema": SCHEMA,
        "source": settings.BASE_URL + reverse("verify"),
        "exported_at": now.astimezone(dt.UTC).isoformat(timespec="seconds"),
        # Whoever sees a part of the programme sees a part of the serials: then a missing number means nothing.
        "complete": by.sees_programme,
        "counters": _counters() if by.sees_programme else {},
        "audit": {"seq": seq, "hash": head},
        "reports": [_report(report, events) for report in readable],
        "without_file": [
            {"serial": report.serial, "state": report.state} for report in reports if not report.is_readable
        ],
    }


def _report(report: Report, events: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        "serial": report.serial,
        "kind": report.kind,
        "period": {"start": report.period_start, "end": report.period_end},
        "as_of": report.as_of,
        "state": report.state,
        "revision": report.revision,
        "supersedes": report.supersedes.serial if report.supersedes else None,
        "issued_at": report.issued_at.astimezone(dt.UTC).isoformat(timespec="seconds")
        if report.issued_at
        else None,
        "generator_version": report.generator_version,
        "snapshot_sha256": report.snapshot_sha256,
        "editions": [
            {
                "language": it.language,
                "sha256": it.sha256,
                "size": it.size,
                "pages": it.pages,
                "rendered_sha256": it.rendered_sha256,
                "rendered_size": it.rendered_size,
                "sealed": it.is_sealed,
            }
            for it in report.editions.all()
        ],
        "audit": {
            "seq": report.audit_seq,
            "hash": report.audit_hash,
        },  # the head when the figures were frozen
        "issue": events.get(str(report.pk)),  # the event of the issue itself
    }


def _events(reports: list[Report]) -> dict[str, dict[str, Any]]:
    """Return number and hash of each report's issue in the audit trail, by its key."""
    found = AuditEvent.objects.filter(object_type=Report._meta.label_lower, action="report.issue")
    keys = {str(report.pk) for report in reports}
    return {
        key: {"seq": seq, "hash": digest}
        for key, seq, digest in found.order_by("seq").values_list("object_id", "seq", "hash")
        if key in keys
    }


def _counters() -> dict[str, int]:
    """Return the last number given in each year to each kind: "NCMM/2026-27/M": 7."""
    rows = SerialCounter.objects.order_by("year", "letter")
    return {f"{PREFIX}/{row.year}/{row.letter}": row.last for row in rows if row.last}
