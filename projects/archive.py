"""The content-addressed store of evidence and reports: a file's name is the SHA-256 of its bytes.

Files are kept outside any transaction, durably, before the row that names them, and are never changed or replaced.
A file that no row names is harmless. Where they lie is the machine's choice (docs/settings.md): in a folder, or in a bucket that
several machines share (`projects/buckets.py`). Everybody else asks the functions of this module.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from django.conf import settings
from django.core.files.storage import storages

DRAFT = ".draft-"
DRAFTS_LIVE = 3600  # seconds; longer than anybody writes one file
PIECE = 1024 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


class Altered(Exception):
    """The stored bytes are missing or no longer have the digest that names them."""


class Missing(Altered):
    """The stored bytes are gone."""


class Unreachable(OSError):
    """The archive does not answer, or not as it must; nothing is known of the file. Try again later."""


@dataclass(frozen=True)
class StoredFile:
    """A file that is safely in the archive: digest, size in bytes, the name and type it came with."""

    sha256: str
    size: int
    name: str = ""
    content_type: str = "application/octet-stream"


class Store(Protocol):
    """A place for the archive, and beside it for files that wait for their form; those have names and may go."""

    def keep(self, chunks: Iterable[bytes]) -> tuple[str, int]: ...
    def pieces(self, sha256: str) -> Iterator[bytes]: ...
    def exists(self, sha256: str) -> bool: ...
    def place_of(self, sha256: str) -> str: ...
    def answers(self) -> bool: ...
    def set_aside(self, name: str, chunks: Iterable[bytes]) -> int: ...
    def aside(self, name: str) -> Iterator[bytes]: ...
    def is_aside(self, name: str) -> bool: ...
    def drop_aside(self, name: str) -> None: ...


def store(
    chunks: Iterable[bytes], *, name: str = "", content_type: str = "application/octet-stream"
) -> StoredFile:
    """Keep the bytes durably and return their digest and size; storing the same bytes again changes nothing."""
    sha256, size = in_use().keep(chunks)
    return StoredFile(sha256=sha256, size=size, name=name, content_type=content_type)


def read(sha256: str) -> bytes:
    """Return the bytes, checked against their digest; `Altered` when they are gone or changed."""
    return b"".join(pieces(sha256))


def pieces(sha256: str) -> Iterator[bytes]:
    """Yield the bytes in pieces of a megabyte at most; `Missing` before the first, `Altered` after the last."""
    digest = hashlib.sha256()
    for piece in in_use().pieces(_checked(sha256)):
        digest.update(piece)
        yield piece
    if digest.hexdigest() != sha256:
        raise Altered(f"The file {sha256[:12]} was altered on disk.")


def exists(sha256: str) -> bool:
    """Is there a file under this digest? Whether it still has it only `read` and `pieces` tell."""
    return in_use().exists(_checked(sha256))


def place_of(sha256: str) -> str:
    """Return where the file lies, for people: a path, or an address in a bucket."""
    return in_use().place_of(_checked(sha256))


def path_of(sha256: str) -> Path:
    """Return where the file with this digest lies in the folder; ValueError for anything but 64 hexadecimal digits."""
    return Path(settings.FILES_DIR) / key_of(sha256)


def key_of(sha256: str) -> str:
    """Return what the file is called in every store: its digest, in a folder of its first two digits."""
    return f"{_checked(sha256)[:2]}/{sha256}"


def in_use() -> Store:
    """Return the store of this machine."""
    return cast(Store, storages["archive"])


def _checked(sha256: str) -> str:
    if not _SHA256.match(sha256):
        raise ValueError("not a SHA-256 in hexadecimal")
    return sha256


class Folder:
    """The archive in FILES_DIR, written durably: temporary file, fsync, rename, fsync of the folder.

    What a killed process left half written is removed by the next one that writes.
    """

    def keep(self, chunks: Iterable[bytes]) -> tuple[str, int]:
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
            sync_folder(final.parent)
            sync_folder(root)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
        return digest.hexdigest(), size

    def pieces(self, sha256: str) -> Iterator[bytes]:
        try:
            file = path_of(sha256).open("rb")
        except FileNotFoundError as error:
            raise Missing(f"The file {sha256[:12]} is missing from the archive.") from error
        with file:
            while piece := file.read(PIECE):
                yield piece

    def exists(self, sha256: str) -> bool:
        return path_of(sha256).exists()

    def place_of(self, sha256: str) -> str:
        return str(path_of(sha256))

    def answers(self) -> bool:
        """Can files be written there? FILES_DIR itself comes with the first file."""
        root = Path(settings.FILES_DIR)
        return os.access(root if root.exists() else settings.DATA_DIR, os.W_OK)

    def set_aside(self, name: str, chunks: Iterable[bytes]) -> int:
        path = self._aside(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with path.open("xb") as file:
                for chunk in chunks:
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
                return file.tell()
        except BaseException:
            path.unlink(missing_ok=True)
            raise

    def aside(self, name: str) -> Iterator[bytes]:
        with self._aside(name).open("rb") as file:
            while piece := file.read(PIECE):
                yield piece

    def is_aside(self, name: str) -> bool:
        return self._aside(name).exists()

    def drop_aside(self, name: str) -> None:
        self._aside(name).unlink(missing_ok=True)

    def _aside(self, name: str) -> Path:
        return Path(settings.FILES_DIR) / name


def _remove_drafts(root: Path, before: float) -> None:
    for draft in root.glob(f"{DRAFT}*"):
        with suppress(FileNotFoundError):  # its writer or another one was quicker
            if draft.stat().st_mtime < before:
                draft.unlink()


def sync_folder(folder: Path) -> None:
    """Return once the names of the files in the folder are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
