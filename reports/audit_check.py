"""Whether the audit trail, its checkpoints, the rows and the files still say the same: all that `verify_audit` asks.

In this order, so that the first fault is the one to begin with: the chain itself and what is known of it from outside
(checkpoints, heads that reports bear), the checkpoints, the rows that the events describe, and the files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from projects import trail
from projects.models import audit
from projects.trail import Fault
from reports import checkpoints, file_lists, integrity
from reports.checkpoints import Checkpoint
from reports.models import Report

STOP = (
    "Stop writing, keep the database, the checkpoints and the last backups as they are, and compare with a backup from "
    "before: docs/audit.md."
)
LOOK_BACK = "Compare the folder with its copies elsewhere and with the backups; put the right file back: docs/audit.md."


@dataclass(frozen=True)
class Head:
    """An event's number and hash as they are known outside the chain, and from where."""

    seq: int
    hash: str
    source: str


@dataclass
class Found:
    """What was gone through, as far as one came."""

    seq: int = 0
    hash: str = audit.GENESIS
    checkpoints: int = 0
    told: dict[int, str] = field(default_factory=dict)  # of each checkpoint, the digest that the trail tells


def faults(found: Found, *, heads: Iterable[Head] = (), files: bool = True) -> Iterator[Fault]:
    """Yield everything that is wrong, the first first; `found` tells how far one came."""
    with trail.one_view():
        there = list(checkpoints.on_disk())
        sealed = [it for _, it, wrong in there if it is not None and not wrong]
        found.checkpoints = len(sealed)
        known = [Head(it.seq, it.hash, f"checkpoint {it.number} of {it.content['day']}") for it in sealed]
        yield from _chain(found, sorted([*heads, *known, *_of_reports()], key=lambda head: head.seq))
        yield from _checkpoints(there, found)
        yield from _lists(sealed)
        yield from trail.row_faults()
    if files:
        yield from trail.evidence_faults()
        for fault in integrity.register_faults():
            place, _, what = fault.partition(": ")
            yield Fault("report", place, what or fault, trail.RESTORE_FILE)


def _of_reports() -> Iterator[Head]:
    rows = Report.objects.exclude(audit_seq=None).order_by("audit_seq")
    for serial, seq, digest in rows.values_list("serial", "audit_seq", "audit_hash").iterator(
        chunk_size=2000
    ):
        yield Head(seq, digest, f"report {serial}")


def _chain(found: Found, heads: list[Head]) -> Iterator[Fault]:
    """Walk the chain, and hold against it every head that is known from outside."""
    waiting, fitted = iter(heads), 0
    head = next(waiting, None)
    try:
        for link in audit.links():
            found.seq, found.hash = link.seq, link.hash
            if link.action == checkpoints.WRITTEN:
                found.told[int(link.after["number"])] = link.after["sha256"]
            while head is not None and head.seq <= link.seq:
                if head.seq == link.seq and head.hash != link.hash:
                    what = f"it has another hash than {head.source} bears: the trail was rewritten somewhere from event {fitted + 1} on"
                    yield Fault("head", f"Event {link.seq}", what, STOP, fitted + 1)
                fitted, head = head.seq, next(waiting, None)
    except audit.Broken as broken:
        yield Fault("chain", f"Event {broken.seq}", broken.reason, STOP, broken.seq)
        return
    while head is not None:
        if head.seq > found.seq:
            what = f"the trail ends before it, and {head.source} bears event {head.seq}: its end was cut off"
            yield Fault("head", f"Event {found.seq + 1}", what, STOP, found.seq + 1)
            return
        head = next(waiting, None)


def _checkpoints(there: list[tuple[int, Checkpoint | None, str]], found: Found) -> Iterator[Fault]:
    """Yield the checkpoints that are missing or changed, by themselves and by what the trail tells of them."""
    digests = {number: it.sha256 if it else "" for number, it, _ in there}
    for number, _, wrong in there:
        if wrong:
            yield Fault("checkpoint", f"Checkpoint {number}", wrong, LOOK_BACK)
    for number, digest in found.told.items():
        if number not in digests:
            yield Fault(
                "checkpoint", f"Checkpoint {number}", "it is missing: the trail tells of it", LOOK_BACK
            )
        elif digests[number] and digests[number] != digest:
            yield Fault(
                "checkpoint", f"Checkpoint {number}", "it is another one than the trail tells of", LOOK_BACK
            )


def _lists(sealed: list[Checkpoint]) -> Iterator[Fault]:
    """Yield the first checkpoint of each list at which the files were others than they are."""
    for name, lines in (("evidence", file_lists.evidence), ("reports", file_lists.reports)):
        now = file_lists.at(lines(), [it.seq for it in sealed])
        for it in sealed:
            if now[it.seq] != it.content[name]:
                what = f"the list of files of {name} was another one on {it.content['day']}: {it.content[name]['files']} files, now {now[it.seq]['files']}"
                yield Fault("checkpoint", f"Checkpoint {it.number}", what, STOP, it.seq)
                break
