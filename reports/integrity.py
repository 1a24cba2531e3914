"""Whether the register, the archive and the audit trail still say the same: what an auditor asks of this server."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from projects import archive
from projects.models import AuditEvent, audit
from reports.choices import ReportState
from reports.models import Report, SerialCounter
from reports.models.serials import PREFIX

SERIAL = re.compile(rf"({PREFIX}/\d{{4}}-\d{{2}}/[A-Z])/(\d+)\Z")


def faults() -> Iterator[str]:
    """Yield, in words, everything that is wrong: the audit trail first, on which the rest is held."""
    broken = audit.first_break()
    if broken:
        yield f"The audit trail is broken at event {broken[0]}: {broken[1]}."
    yield from register_faults()


def register_faults() -> Iterator[str]:
    """Yield what is wrong with the register and its files, for whoever has walked the trail already."""
    yield from _serials()
    issues = _issues()
    for report in (
        Report.objects.readable().prefetch_related("editions").order_by("pk").iterator(chunk_size=100)
    ):
        yield from _figures(report)
        yield from _editions(report)
        yield from _issue(report, issues.pop(report.pk, []))
        yield from _supersession(report)
    for key in issues:
        yield f"The audit trail tells of the issue of a report that is not in the register: key {key}."


def _serials() -> Iterator[str]:
    """The numbers of each year and kind run from 1 to the counter, without a gap."""
    found: dict[str, set[int]] = {}
    for serial in Report.objects.order_by("pk").values_list("serial", flat=True):
        match = SERIAL.match(serial)
        if match is None:
            yield f"{serial!r} is no serial."
        else:
            found.setdefault(match[1], set()).add(int(match[2]))
    counters = {f"{PREFIX}/{row.year}/{row.letter}": row.last for row in SerialCounter.objects.all()}
    for series in sorted(found.keys() | counters.keys()):
        numbers, last = found.get(series, set()), counters.get(series, 0)
        missing = sorted(set(range(1, max([last, *numbers]) + 1)) - numbers)
        if missing:
            yield f"{series}/{missing[0]:04d} is missing from the register."
        if any(number > last for number in numbers):
            yield f"{series}/{max(numbers):04d} lies beyond the last number that was given, {last}."


def _figures(report: Report) -> Iterator[str]:
    if hashlib.sha256(report.snapshot.encode()).hexdigest() != report.snapshot_sha256:
        yield f"{report.serial}: the stored figures are not those of the issue."


def _editions(report: Report) -> Iterator[str]:
    editions = list(report.editions.all())
    if not editions:
        yield f"{report.serial}: it is issued and has no edition."
    for edition in editions:
        where = f"{report.serial}, {edition.language}: its file {edition.sha256}"
        try:
            size, drawn = _beginning(edition.sha256, edition.rendered_size)
        except archive.Missing:
            yield f"{where} is missing from the archive."
            continue
        except archive.Altered:
            yield f"{where} was altered on disk."
            continue
        except OSError as error:
            yield f"{where} cannot be read: {error}"
            continue
        if size != edition.size:
            yield f"{where} was altered on disk."
        elif drawn != edition.rendered_sha256:
            yield f"{report.serial}, {edition.language}: what stands before the seal is not what was drawn."


def _beginning(sha256: str, rendered: int) -> tuple[int, str]:
    """Return size of an archived file and the digest of its beginning, read in pieces; `Altered` where it is another."""
    beginning, size = hashlib.sha256(), 0
    for piece in archive.pieces(sha256):
        beginning.update(piece[: max(0, rendered - size)])
        size += len(piece)
    return size, beginning.hexdigest()


def _issues() -> dict[int, list[AuditEvent]]:
    found: dict[int, list[AuditEvent]] = {}
    events = AuditEvent.objects.filter(object_type=Report._meta.label_lower, action="report.issue")
    for event in events.order_by("seq"):
        found.setdefault(int(event.object_id), []).append(event)
    return found


def _issue(report: Report, events: list[AuditEvent]) -> Iterator[str]:
    """The audit trail tells of one issue, of the very files and figures of the register."""
    if len(events) != 1:
        yield f"{report.serial}: the audit trail tells of {len(events)} issues, not of one."
        return
    told = events[0].after or {}
    if told.get("snapshot_sha256") != report.snapshot_sha256:
        yield f"{report.serial}: the audit trail tells of other figures than the register."
    rows = {(it.language, it.sha256, it.size) for it in report.editions.all()}
    if "editions" in told:
        events_rows = {(it["language"], it["sha256"], it["size"]) for it in told["editions"]}
    else:  # from before there were editions
        events_rows = {(it.language, told.get("pdf_sha256", ""), it.size) for it in report.editions.all()}
    if rows != events_rows:
        yield f"{report.serial}: the audit trail tells of other files than the register."


def _supersession(report: Report) -> Iterator[str]:
    newer = Report.objects.readable().filter(supersedes=report.pk).exists()
    if newer != (report.state == ReportState.SUPERSEDED):
        yield (
            f"{report.serial}: it is {report.state}, but "
            f"{'an issued revision names it' if newer else 'no issued revision names it'}."
        )
