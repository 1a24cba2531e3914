"""Sealed checkpoints of the audit trail, outside the database: who rewrites the one must rewrite the other as well.

Once a day (Asia/Kolkata) a small file says how far the trail has come and which files are evidence and reports. Each
names the one before it, none is ever replaced, and the trail in turn tells of each in an event of its own.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import logging
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from projects import archive
from projects.models import AuditEvent, audit
from reports import checkpoint_seal, file_lists, seal

SCHEMA = "ncmm-checkpoint/1"
NAME = re.compile(r"checkpoint-(\d{6})\.json\Z")
WRITTEN = "checkpoint.write"
DRAFT = ".checkpoint-"

logger = logging.getLogger(__name__)
Facts = dict[str, Any]


class Unreadable(Exception):
    """The file is no checkpoint; the text says why."""


@dataclass(frozen=True)
class Checkpoint:
    """One file of the folder, as it lies there."""

    path: Path
    content: Facts
    sha256: str

    @property
    def number(self) -> int:
        return int(self.content["number"])

    @property
    def seq(self) -> int:
        return int(self.content["audit"]["seq"])

    @property
    def hash(self) -> str:
        return str(self.content["audit"]["hash"])

    @property
    def written_at(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.content["written_at"])


# --- writing ---


def write_due(*, now: dt.datetime) -> Checkpoint | None:
    """Write today's checkpoint unless there is one, and return it. A folder that cannot be written to stops no tick."""
    try:
        return _write_due(now)
    except (OSError, seal.Unusable):
        logger.exception("The checkpoint of the audit trail cannot be written to %s", folder())
        return None


def _write_due(now: dt.datetime) -> Checkpoint | None:
    numbers = _numbers()
    last = _read_if_whole(_path(max(numbers))) if numbers else None
    if last is not None and last.content["day"] >= timezone.localdate(now).isoformat():
        _tell_of(last, now)  # whoever wrote it may have died before the event
        return None
    seq, digest = audit.head()
    if not seq:
        return None
    content = _content(seq, digest, max(numbers, default=0), now)
    path = _path(content["number"])
    if not _put(path, _text(content)):
        return None  # another worker was quicker
    written = read(path)
    _tell_of(written, now)
    logger.info("Checkpoint %d of the audit trail is written: event %d", written.number, seq)
    return written


def _content(seq: int, digest: str, last: int, now: dt.datetime) -> Facts:
    before = _path(last)
    content: Facts = {
        "schema": SCHEMA,
        "number": last + 1,
        "day": timezone.localdate(now).isoformat(),
        "written_at": now.astimezone(dt.UTC).isoformat(timespec="seconds"),
        "source": settings.BASE_URL,
        "version": settings.VERSION,
        "audit": {"seq": seq, "hash": digest, "events": AuditEvent.objects.filter(seq__lte=seq).count()},
        "evidence": file_lists.at(file_lists.evidence(), [seq])[seq],
        "reports": file_lists.at(file_lists.reports(), [seq])[seq],
        "previous": {"name": before.name, "sha256": _sha256(before.read_bytes())} if last else None,
    }
    return checkpoint_seal.sealed(content, now=now)


def _put(path: Path, text: bytes) -> bool:
    """Write the file durably, whole or not at all, and never over another; False where there is one already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(prefix=DRAFT, dir=path.parent)
    try:
        _write(handle, text)
        Path(draft).chmod(0o440)
        try:
            os.link(draft, path)
        except FileExistsError:
            return False
        except OSError:  # a file system without links: mounted object storage, some write-once places
            return _put_directly(path, text)
    finally:
        with contextlib.suppress(OSError):  # a write-once place keeps the draft
            Path(draft).unlink()
        archive.sync_folder(path.parent)
    return True


def _put_directly(path: Path, text: bytes) -> bool:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o440)
    except FileExistsError:
        return False
    _write(handle, text)
    return True


def _write(handle: int, text: bytes) -> None:
    """Write and close the file, durably."""
    with os.fdopen(handle, "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _tell_of(written: Checkpoint, now: dt.datetime) -> None:
    """Let the trail tell of the checkpoint, once: a checkpoint that is taken away is missed by the trail."""
    told = {"number": written.number, "seq": written.seq, "hash": written.hash, "sha256": written.sha256}
    if newest_told() == told:
        return
    with transaction.atomic():
        audit.serialise()
        if newest_told() == told:
            return
        sealed = AuditEvent.objects.filter(seq=written.seq).first()
        if sealed is not None:  # else the trail was cut, and verify_audit says so
            by = audit.system_actor("checkpoints", on=timezone.localdate(now))
            audit.record(sealed, by=by, action=WRITTEN, before=None, after=told)


def newest_told() -> Facts | None:
    """Return what the trail tells of the last checkpoint."""
    told = AuditEvent.objects.filter(object_type=AuditEvent._meta.label_lower, action=WRITTEN)
    return told.order_by("-seq").values_list("after", flat=True).first()


# --- reading ---


def folder() -> Path:
    return Path(settings.CHECKPOINT_DIR)


def _path(number: int) -> Path:
    return folder() / f"checkpoint-{number:06d}.json"


def _numbers() -> list[int]:
    """Return the numbers of the checkpoints in the folder, in order; none where there is no folder yet."""
    if not folder().is_dir():
        return []
    return sorted(int(found[1]) for entry in os.scandir(folder()) if (found := NAME.match(entry.name)))


def read(path: Path) -> Checkpoint:
    """Return the checkpoint in a file, or raise Unreadable; its seal and its links are not checked."""
    raw = path.read_bytes()
    try:
        content = json.loads(raw)
        found = Checkpoint(path, content, _sha256(raw))
        fits = content["schema"] == SCHEMA and _path(found.number).name == path.name
        whole = bool(found.seq and found.hash and found.written_at and content["day"])
    except (ValueError, KeyError, TypeError) as error:
        raise Unreadable(f"it is no checkpoint ({error!r})") from error
    if not fits or not whole:
        raise Unreadable("it is no checkpoint, or stands under another's name")
    return found


def _read_if_whole(path: Path) -> Checkpoint | None:
    try:
        return read(path)
    except Unreadable:
        return None


def newest() -> Checkpoint | None:
    """Return the newest checkpoint; None where there is none, or it cannot be read."""
    numbers = _numbers()
    return _read_if_whole(_path(numbers[-1])) if numbers else None


def on_disk() -> Iterator[tuple[int, Checkpoint | None, str]]:
    """Yield number, checkpoint and what is wrong with it, for every number up to the last, and no more in memory than one."""
    numbers = _numbers()
    there = set(numbers)
    before: Checkpoint | None = None
    for number in range(1, max(numbers, default=0) + 1):
        found, wrong = None, ""
        if number not in there:
            wrong = "it is missing"
        else:
            try:
                found = read(_path(number))
                wrong = _wrong(found, before)
            except Unreadable as error:
                wrong = str(error)
        yield number, found, wrong
        before = found


def _wrong(found: Checkpoint, before: Checkpoint | None) -> str:
    wrong = checkpoint_seal.fault(found.content)
    if wrong:
        return wrong
    if before is not None and found.content["previous"] != {
        "name": before.path.name,
        "sha256": before.sha256,
    }:
        return "it does not continue the checkpoint before it"
    return ""


def _text(content: Facts) -> bytes:
    return (audit.canonical(content) + "\n").encode()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# --- for whoever watches ---


def chain_head_state(*, now: dt.datetime) -> Facts:
    """Return whether the end of the trail and the newest checkpoint fit, and how old that is; four short reads.

    `fits` is False when the last event does not continue the one before it, when its content was changed, or when
    the event that the newest checkpoint names is gone or another one. What lies further back, verify_audit tells.
    """
    last = list(AuditEvent.objects.order_by("-seq")[:2])
    seq, prev_hash = (last[0].seq, last[0].prev_hash) if last else (0, audit.GENESIS)
    before = (last[1].seq, last[1].hash) if len(last) > 1 else (0, audit.GENESIS)
    fits = not last or (before == (seq - 1, prev_hash) and last[0].computed_hash() == last[0].hash)
    found = newest()
    if found is not None:
        fits = fits and AuditEvent.objects.filter(seq=found.seq, hash=found.hash).exists()
    return {
        "seq": seq,
        "fits": fits,
        "checkpoint": found.number if found else None,
        "checkpoint_hours": int((now - found.written_at) / dt.timedelta(hours=1)) if found else None,
    }
