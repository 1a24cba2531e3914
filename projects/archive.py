"""The content-addressed store of evidence and reports: a file's name is the SHA-256 of its bytes.

Files are written outside any transaction, durably (temporary file, fsync, rename, fsync of the
folder), and are never changed or replaced. A file that no row names is harmless; what a killed process left
half written is removed by the next one that writes.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

DRAFT = ".draft-"
DRAFTS_LIVE = 3600  # seconds; longer than anybody writes one file
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


class Altered(Exception):
    """The stored bytes are missing or no longer have the digest that names them."""


@dataclass(frozen=True)
class StoredFile:
    """A file that is safely in the archive: digest, size in bytes, the name and type it came with."""

    sha256: str
    size: int
    name: str = ""
    content_type: str = "application/octet-stream"


def path_of(sha256: str) -> Path:
    """Return where the file with this digest lies; ValueError for anything but 64 hexadecimal digits."""
    if not _SHA256.match(sha256):
        raise ValueError("not a SHA-256 in hexadecimal")
    return Path(settings.FILES_DIR) / sha256[:2] / sha256


def store(
    chunks: Iterable[bytes], *, name: str = "", content_type: str = "application/octet-stream"
) -> StoredFile:
    """Keep the bytes durably and return their digest and size; storing the same bytes again changes nothing."""
    root = Path(settings.FILES_DIR)
    root.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    handle, draft = tempfile.mkstemp(prefix=DRAFT, dir=root)
    try:
        # Told by the clock of the disk, by which the others' drafts are dated, too.
        _remove_drafts(root, before=os.fstat(handle).st_mtime - DRAFTS_LIVE)
        with os.fdopen(handle, "wb") as file:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        final = path_of(digest.hexdigest())
        final.parent.mkdir(exist_ok=True)
        Path(draft).chmod(0o440)
        Path(draft).rename(final)
        _sync(final.parent)
        _sync(root)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return StoredFile(sha256=digest.hexdigest(), size=size, name=name, content_type=content_type)


def read(sha256: str) -> bytes:
    """Return the bytes, checked against their digest; `Altered` when they are gone or changed."""
    try:
        data = path_of(sha256).read_bytes()
    except FileNotFoundError as error:
        raise Altered(f"The file {sha256[:12]} is missing from the archive.") from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise Altered(f"The file {sha256[:12]} was altered on disk.")
    return data


def _remove_drafts(root: Path, before: float) -> None:
    for draft in root.glob(f"{DRAFT}*"):
        with suppress(FileNotFoundError):  # its writer or another one was quicker
            if draft.stat().st_mtime < before:
                draft.unlink()


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
