"""The evidence bundle: what an auditor takes home on one project and a period, as one ZIP that checks itself without this server.

It is built into a file, whole, before its first byte is sent: so its size is bounded, its digest stands in the audit trail, and a
file that is missing or altered in the archive is told inside. docs/findings.md describes it, reports/offline/verify_bundle.py checks it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from projects import archive, formats, permissions
from projects.models import Project, audit
from projects.permissions import Actor
from reports.bundle_contents import Item, editions_of, events_of, evidence_of, reports_of, safe, told_of
from reports.models import Report

SCHEMA = "ncmm-bundle/1"
DOWNLOADED = "bundle.download"
RIGHT = "bundle.download"
PROGRAM = Path(__file__).resolve().parent / "offline" / "verify_bundle.py"
EPOCH = (1980, 1, 1, 0, 0, 0)  # of every file inside: the same records make the same bytes
README = """Evidence bundle of the Mission Tracker
======================================
manifest.json   what is in here, each file with its SHA-256, size and origin; what could not be put in, and why
reports/        reports on the project whose period meets that of the bundle: each edition (PDF) and its figures (JSON)
evidence/       files that were added to the project's records in the period, as far as the one who asked may read them
audit.jsonl     the entries of the audit trail on the project and what hangs on it, made in the period: one a line, with
                their numbers and hashes in the chain
verify_bundle.py  checks all of this with Python 3.9 or later and nothing else, without a network:
                      python3 -I -S verify_bundle.py BUNDLE.zip
                  Take the program from the server (/verify/verify_bundle.py) rather than from here, and the SHA-256 of the
                  bundle from the project's history: whoever can write a bundle can write a program.
"""


@dataclass
class Made:
    """What a bundle turned out to be: `missing` names what the archive could not give."""

    name: str
    sha256: str = ""
    size: int = 0
    entries: list[dict[str, Any]] = field(default_factory=list)
    missing: list[dict[str, Any]] = field(default_factory=list)
    events: int = 0


def name_of(project: Project, start: dt.date, end: dt.date) -> str:
    """Return the name of the bundle's file."""
    return f"bundle-{safe(project.reference)}-{start.isoformat()}-{end.isoformat()}.zip"


def write(
    file: IO[bytes], project: Project, *, start: dt.date, end: dt.date, by: Actor, limit: int = 0
) -> Made:
    """Write the bundle, record the download and return what it holds; both days are inclusive.

    ValidationError where the period is none, or its files are larger than `limit` together; 0 is no limit. The archive's files are
    read one at a time, the entries of the trail through a cursor. Whoever cannot be recorded gets nothing.
    """
    permissions.require(by, RIGHT, project)
    if end < start:
        raise ValidationError({"end": _("The period ends on the day of its beginning, or later.")})
    reports, items = reports_of(project, start, end, by), list(evidence_of(project, start, end, by))
    _refuse_too_much([*editions_of(reports), *items], limit)
    made = Made(name_of(project, start, end))
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as bundle:
        _put(bundle, made, "README.txt", "readme", [README.encode()])
        _put(bundle, made, PROGRAM.name, "program", [PROGRAM.read_bytes()])
        for item in editions_of(reports):
            _put_archived(bundle, made, item)
        for report in reports:
            _put_figures(bundle, made, report)
        for item in items:
            _put_archived(bundle, made, item)
        span: list[int] = []
        _put(bundle, made, "audit.jsonl", "audit", _lines(project, start, end, by, made, span))
        content = _manifest(project, start, end, by, made, span)
        _add(bundle, "manifest.json", [content])
    made.sha256, made.size = _digest_of(file)
    with transaction.atomic():
        told = {"from": start, "to": end, "sha256": made.sha256, "size": made.size}
        told |= {"files": len(made.entries), "missing": len(made.missing)}
        audit.record(project, by=by, action=DOWNLOADED, before=None, after=told)
    file.seek(0)
    return made


def _refuse_too_much(items: Iterable[Item], limit: int) -> None:
    size = sum(item.size for item in items)
    if limit and size > limit:
        text = _("The files of this period are %(size)s together, more than %(limit)s: choose a shorter one.")
        text %= {"size": formats.size(size), "limit": formats.size(limit)}
        raise ValidationError({"end": ValidationError(text, code="too_much")})


# --- how it is written ---


def _put_archived(bundle: zipfile.ZipFile, made: Made, item: Item) -> None:
    """Put in a file of the archive; one that is missing or altered there is named in the manifest, and nothing stands for it."""
    try:
        content = archive.read(item.sha256)
    except archive.Altered as error:
        made.missing.append(
            {
                "path": item.path,
                "kind": item.kind,
                "sha256": item.sha256,
                "why": str(error),
                "about": item.about,
            }
        )
        return
    _put(bundle, made, item.path, item.kind, [content], item.about)


def _put_figures(bundle: zipfile.ZipFile, made: Made, report: Report) -> None:
    path, content = f"reports/{report.slug}.json", report.snapshot.encode()
    about = told_of(report) | {"head": {"seq": report.audit_seq, "hash": report.audit_hash}}
    if hashlib.sha256(content).hexdigest() != report.snapshot_sha256:
        why = f"The figures of {report.serial} were altered in the database."
        made.missing.append(
            {"path": path, "kind": "figures", "sha256": report.snapshot_sha256, "why": why, "about": about}
        )
        return
    _put(bundle, made, path, "figures", [content], about)


def _lines(
    project: Project, start: dt.date, end: dt.date, by: Actor, made: Made, span: list[int]
) -> Iterator[bytes]:
    for event in events_of(project, start, end, by).iterator(chunk_size=500):
        made.events += 1
        span[:] = [span[0] if span else event.seq, event.seq]
        post = event.actor.by_post if event.actor else None
        yield audit.canonical({**event.content(), "hash": event.hash, "actor_post": post}).encode() + b"\n"


def _manifest(
    project: Project, start: dt.date, end: dt.date, by: Actor, made: Made, span: list[int]
) -> bytes:
    content = {
        "schema": SCHEMA,
        "source": settings.BASE_URL,
        "project": {"reference": project.reference, "name": project.name},
        "period": {"start": start, "end": end},
        # Whoever sees a part of the programme may get fewer files and entries.
        "complete": by.sees_programme,
        "audit": {
            "events": made.events,
            "first": span[0] if span else None,
            "last": span[1] if span else None,
        },
        "files": made.entries,
        "missing": made.missing,
    }
    plain = json.loads(audit.canonical(content))
    digest = hashlib.sha256(audit.canonical(plain).encode()).hexdigest()
    return audit.canonical({**plain, "sha256": digest}).encode()


def _put(
    bundle: zipfile.ZipFile,
    made: Made,
    path: str,
    kind: str,
    pieces: Iterable[bytes],
    about: dict[str, Any] | None = None,
) -> None:
    """Put in a file and list it in the manifest."""
    sha256, size = _add(bundle, path, pieces)
    made.entries.append({"path": path, "kind": kind, "sha256": sha256, "size": size, "about": about or {}})


def _add(bundle: zipfile.ZipFile, path: str, pieces: Iterable[bytes]) -> tuple[str, int]:
    """Write a file without compression, which would depend on the version of a library; return its digest and size."""
    info = zipfile.ZipInfo(path, EPOCH)
    info.create_system, info.external_attr = 3, 0o100644 << 16
    digest, size = hashlib.sha256(), 0
    with bundle.open(info, "w", force_zip64=True) as entry:
        for piece in pieces:
            digest.update(piece)
            size += len(piece)
            entry.write(piece)
    return digest.hexdigest(), size


def _digest_of(file: IO[bytes]) -> tuple[str, int]:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest(), file.tell()  # type: ignore[arg-type]  # a file on the disk
