"""Which files are evidence and reports, in the order in which the audit trail tells of them; what checkpoints count."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from projects.models import AuditEvent, Evidence
from reports.models import Edition, Report

AT_ONCE = 500


def evidence() -> Iterator[tuple[int, str]]:
    """Yield, in the order of the trail, the event and the SHA-256 of each file of evidence."""
    added = _events(Evidence, action="evidence.add")
    while batch := list(islice(added, AT_ONCE)):
        rows = dict(
            Evidence._base_manager.filter(pk__in=[key for _, key in batch]).values_list("pk", "sha256")
        )
        for seq, key in batch:
            yield seq, rows.get(int(key), "gone")


def reports() -> Iterator[tuple[int, str]]:
    """Yield the same of each file of an issued report."""
    issued = _events(Report, action="report.issue")
    while batch := list(islice(issued, AT_ONCE)):
        files: dict[int, list[str]] = {}
        for key, sha256 in Edition.objects.filter(report__in=[key for _, key in batch]).values_list(
            "report_id", "sha256"
        ):
            files.setdefault(key, []).append(sha256)
        for seq, key in batch:
            for sha256 in sorted(files.get(int(key), ["gone"])):
                yield seq, sha256


def _events(model: Any, *, action: str) -> Iterator[tuple[int, str]]:
    found = AuditEvent.objects.filter(object_type=model._meta.label_lower, action=action).order_by("seq")
    return iter(found.values_list("seq", "object_id").iterator(chunk_size=2000))


def at(lines: Iterable[tuple[int, str]], seqs: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return the number of files and the digest of their list as it was at each of the numbers, in one pass."""
    digest, files, found = hashlib.sha256(), 0, {}
    rest = iter(sorted(set(seqs)))
    wanted = next(rest, None)
    for seq, sha256 in lines:
        while wanted is not None and seq > wanted:
            found[wanted] = {"files": files, "sha256": digest.hexdigest()}
            wanted = next(rest, None)
        if wanted is None:
            break
        digest.update(f"{seq} {sha256}\n".encode())
        files += 1
    while wanted is not None:
        found[wanted] = {"files": files, "sha256": digest.hexdigest()}
        wanted = next(rest, None)
    return found
