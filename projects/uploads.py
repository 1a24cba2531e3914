"""What may be uploaded as evidence: the kinds of file, told by their content and not by what the sender says."""

from __future__ import annotations

from pathlib import PurePath

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.utils.translation import gettext as _

from projects import archive, formats
from projects.archive import StoredFile

_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."

# Ending -> (type, the bytes such a file begins with). Nothing here is run or rendered by a browser as a page.
KINDS: dict[str, tuple[str, bytes]] = {
    ".pdf": ("application/pdf", b"%PDF-"),
    ".png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    ".jpg": ("image/jpeg", b"\xff\xd8\xff"),
    ".jpeg": ("image/jpeg", b"\xff\xd8\xff"),
    ".docx": (_OFFICE + "wordprocessingml.document", b"PK\x03\x04"),
    ".xlsx": (_OFFICE + "spreadsheetml.sheet", b"PK\x03\x04"),
    ".odt": (_OPEN + "text", b"PK\x03\x04"),
    ".ods": (_OPEN + "spreadsheet", b"PK\x03\x04"),
    ".csv": ("text/csv", b""),
    ".txt": ("text/plain", b""),
}
ACCEPT = ",".join(KINDS)

# What may be looked at beside the page, and how: a picture, or a document in a frame.
PREVIEWS = {"image/png": "image", "image/jpeg": "image", "application/pdf": "frame"}


def preview_of(content_type: str) -> str:
    """Return how a file of the type is looked at, "image" or "frame"; "" where it is only sent."""
    return PREVIEWS.get(content_type, "")


def check(file: File) -> str:
    """Return the type of an uploaded file; ValidationError when it cannot be evidence, with the reason."""
    name = PurePath(file.name or "").name
    if not file.size:
        raise ValidationError(_("“%(name)s” is empty.") % {"name": name}, code="empty")
    if file.size > settings.EVIDENCE_MAX_BYTES:
        raise ValidationError(
            _("“%(name)s” is larger than %(limit)s.")
            % {"name": name, "limit": formats.size(settings.EVIDENCE_MAX_BYTES)},
            code="too_large",
        )
    kind = KINDS.get(PurePath(name).suffix.lower())
    if kind is None:
        raise ValidationError(
            _("“%(name)s” is of a kind that is not accepted. Accepted: %(kinds)s.")
            % {"name": name, "kinds": ", ".join(ending[1:] for ending in KINDS)},
            code="kind",
        )
    content_type, beginning = kind
    file.seek(0)
    found = file.read(1024)
    file.seek(0)
    if not found.startswith(beginning) or (not beginning and b"\0" in found):
        raise ValidationError(
            _("“%(name)s” does not contain what its ending says.") % {"name": name}, code="content"
        )
    return content_type


def keep(file: File) -> StoredFile:
    """Check the file, store it in the archive and return it; call this outside any transaction."""
    content_type = check(file)
    return archive.store(file.chunks(), name=PurePath(file.name or "").name, content_type=content_type)
