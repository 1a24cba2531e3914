"""What may be uploaded: the one door for every file that people send, on pages, over the API and into imports.

A file is scanned, then inspected, and kept only when both found nothing. What it is refused for is said in words
(`projects.refusals`). docs/uploads.md is for those who send.
"""

from __future__ import annotations

import logging
import re
import tempfile
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePath, PureWindowsPath
from typing import IO

from django.conf import settings
from django.core.files import File

from projects import archive, refusals, scanning
from projects.archive import StoredFile
from projects.inspection import running, texts
from projects.inspection.findings import Bounds, Found, Unfit
from projects.models import DisplayCopy

_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."


@dataclass(frozen=True)
class Kind:
    """A kind of file: its type, the bytes it begins with, and which inspection reads it ("" for text)."""

    content_type: str
    beginning: bytes = b""
    inspection: str = ""


_JPEG = Kind("image/jpeg", b"\xff\xd8\xff", "pictures")
# By ending. Nothing here is run or rendered by a browser as a page.
KINDS: dict[str, Kind] = {
    ".pdf": Kind("application/pdf", b"%PDF-", "portable"),
    ".png": Kind("image/png", b"\x89PNG\r\n\x1a\n", "pictures"),
    ".jpg": _JPEG,
    ".jpeg": _JPEG,
    ".docx": Kind(_OFFICE + "wordprocessingml.document", b"PK\x03\x04", "office"),
    ".xlsx": Kind(_OFFICE + "spreadsheetml.sheet", b"PK\x03\x04", "office"),
    ".odt": Kind(_OPEN + "text", b"PK\x03\x04", "opendocument"),
    ".ods": Kind(_OPEN + "spreadsheet", b"PK\x03\x04", "opendocument"),
    ".csv": Kind("text/csv"),
    ".txt": Kind("text/plain"),
}
ACCEPT = ",".join(KINDS)

# What may be looked at beside the page, and how: a picture by its copy, or a document in a frame.
PREVIEWS = {"image/png": "image", "image/jpeg": "image", "application/pdf": "frame"}

LONGEST_NAME = 120  # characters, with the ending
# What joins letters in the scripts of India is kept; what turns text around or does not show is not.
_JOINERS = "\u200c\u200d"
_DROPPED = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_RESERVED = re.compile(r'[<>:"/\\|?*]')
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|\Z)", re.IGNORECASE)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Checked:
    """What a file was found to be."""

    content_type: str
    found: Found = field(default_factory=Found)


def preview_of(content_type: str) -> str:
    """Return how a file of the type is looked at, "image" or "frame"; "" where it is only sent."""
    return PREVIEWS.get(content_type, "")


def name_of(file: File) -> str:
    """Return the name under which a file is kept: one part, without what does not show or means something to a system."""
    told = PureWindowsPath(PurePath(file.name or "").name).name
    shown = "".join(
        char
        for char in unicodedata.normalize("NFC", told)
        if char in _JOINERS or unicodedata.category(char) not in _DROPPED
    )
    name = " ".join(_RESERVED.sub("_", shown).split()).strip(". ")
    if _DEVICE.match(name):
        name = f"_{name}"
    ending = PurePath(name).suffix
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - len(ending)] + ending


def check(file: File) -> Checked:
    """Return what an uploaded file is; ValidationError when it cannot be evidence, with the reason.

    A file is looked at once: whoever asks again, to keep it, gets what was found.
    """
    known: Checked | None = vars(file).get("checked")
    if known is None:
        known = vars(file)["checked"] = _checked(file)
    return known


def keep(file: File) -> StoredFile:
    """Check the file, store it in the archive and return it; call this outside any transaction."""
    checked = check(file)
    kept = archive.store(file.chunks(), name=name_of(file), content_type=checked.content_type)
    _keep_display(kept.sha256, checked.found)
    return kept


def make_display_copy(original: StoredFile) -> None:
    """Make the copy of an archived picture that was taken in without one; ValidationError where it cannot be looked at."""
    kind = KINDS[".png" if original.content_type == "image/png" else ".jpg"]
    with tempfile.TemporaryFile() as copy:
        copy.write(archive.read(original.sha256))
        copy.flush()
        try:
            found = _inspected(kind, copy)
        except Unfit as unfit:
            raise refusals.of(unfit.code, name=original.name, **unfit.facts) from unfit
    _keep_display(original.sha256, found)


def _keep_display(original: str, found: Found) -> None:
    if found.display:
        copy = archive.store([found.display], content_type=DisplayCopy.CONTENT_TYPE)
        DisplayCopy.note(original, copy, holds_location=found.holds_location)


def scan(chunks: Iterable[bytes], *, name: str) -> None:
    """Ask the scanner, where there is one; ValidationError unless it calls the bytes clean."""
    asked = scanning.scanner(settings.CLAMAV_ADDRESS, settings.CLAMAV_SECONDS)
    if asked is None:
        return
    try:
        asked.require_clean(chunks)
    except scanning.Infected as found:
        log.warning("The scanner found %s in a file that was sent; it was not kept", found)
        raise refusals.of("infected", name=name, found=str(found)) from found
    except scanning.Silent as silent:
        log.error("The scanner at %s gave no answer: %s", settings.CLAMAV_ADDRESS, silent)
        raise refusals.of("unscanned", name=name) from silent


def bounds() -> Bounds:
    """Return how much a file may hold."""
    return Bounds(pixels=settings.EVIDENCE_MAX_PIXELS, unpacked_bytes=settings.EVIDENCE_MAX_UNPACKED_BYTES)


def limits() -> running.Limits:
    """Return how much one inspection may use."""
    return running.Limits(
        seconds=settings.INSPECTION_SECONDS,
        processor_seconds=settings.INSPECTION_SECONDS,
        megabytes=settings.INSPECTION_MEGABYTES,
    )


def _checked(file: File) -> Checked:
    name = name_of(file)
    if not file.size:
        raise refusals.of("empty", name=name)
    if file.size > settings.EVIDENCE_MAX_BYTES:
        raise refusals.of("too_large", name=name, limit=settings.EVIDENCE_MAX_BYTES)
    kind = KINDS.get(PurePath(name).suffix.lower())
    if kind is None:
        raise refusals.of("kind", name=name, kinds=", ".join(ending[1:] for ending in KINDS))
    file.seek(0)
    beginning = file.read(1024)
    file.seek(0)
    if not beginning.startswith(kind.beginning):
        raise refusals.of("content", name=name)
    # An own copy, without a name: what is scanned is what is inspected, whatever becomes of the sender's.
    with tempfile.TemporaryFile() as copy:
        for chunk in file.chunks():
            copy.write(chunk)
        copy.flush()
        scan(_chunks(copy), name=name)
        try:
            return Checked(kind.content_type, _inspected(kind, copy))
        except Unfit as unfit:
            raise refusals.of(unfit.code, name=name, **unfit.facts) from unfit


def _inspected(kind: Kind, copy: IO[bytes]) -> Found:
    if kind.inspection:
        return running.inspect(kind.inspection, copy, kind.content_type, bounds=bounds(), limits=limits())
    texts.check(_chunks(copy), is_table=kind.content_type == "text/csv")
    return Found()


def _chunks(copy: IO[bytes]) -> Iterable[bytes]:
    copy.seek(0)
    return iter(lambda: copy.read(File.DEFAULT_CHUNK_SIZE), b"")
