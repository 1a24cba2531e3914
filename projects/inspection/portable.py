"""PDF: read by qpdf as readers do it, and refused with what acts, plays, fetches or carries other files.

The work of a child process: `python -m projects.inspection.portable`.
"""

from __future__ import annotations

import re
from typing import Any, BinaryIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from projects.inspection.child import serve
from projects.inspection.findings import Bounds, Found, Unfit

END = b"%%EOF"
SCRIPTS = {"/JavaScript"}
STARTS = {"/Launch"}
ACTS = {"/SubmitForm", "/ImportData", "/GoToE", "/Rendition", "/Movie", "/Sound", "/RichMediaExecute"}
PLAYS = {"/RichMedia", "/3D", "/Movie", "/Sound", "/Screen"}
# What a document may do by itself: turn to one of its own pages.
QUIET = {"/GoTo", "/Named", "/Hide", "/ResetForm"}
DEEPEST = 100
# What an object says that deserves a closer look. Most objects say nothing of the kind, and a name here may be a text there.
SUSPECT = re.compile(
    rb"/(?:JS|JavaScript|Launch|SubmitForm|ImportData|GoToE|Rendition|Movie|Sound|RichMedia\w*|3D|Screen|XFA|EF|EmbeddedFiles"
    rb"|FileAttachment|AA|Ref|F)(?![\w.#+-])"
)


def check(file: BinaryIO, bounds: Bounds, content_type: str) -> Found:
    """Return normally for a document of at least one page that does nothing but be read."""
    _check_end(file)
    try:
        with pikepdf.open(file, suppress_warnings=True, inherit_page_attributes=False) as document:
            if document.is_encrypted:
                raise Unfit("encrypted")
            _check_pages(document, bounds.pages)
            _check_catalogue(document.Root)
            left = bounds.objects
            for found in document.objects:
                left -= 1
                if left < 0:
                    raise Unfit("too_costly")
                told = found.stream_dict if isinstance(found, Stream) else found
                if SUSPECT.search(told.unparse(resolved=True)):
                    left = _walk(found, left)
    except pikepdf.PasswordError as error:
        raise Unfit("encrypted") from error
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError, KeyError, RuntimeError) as error:
        raise Unfit("damaged") from error
    return Found()


def _check_end(file: BinaryIO) -> None:
    """The trailer ends the file: what stands behind it is of another document, or of another kind."""
    data = file.read()
    file.seek(0)
    place = data.rfind(END)
    if place < 0:
        raise Unfit("cut_short")
    if data[place + len(END) :].strip(b"\0 \t\r\n\f"):
        raise Unfit("trailing")
    directory = data.rfind(b"PK\x05\x06", max(0, len(data) - 66_000))
    if directory >= 0 and len(data) - directory >= 22:
        comment = int.from_bytes(data[directory + 20 : directory + 22], "little")
        if directory + 22 + comment >= len(data) - 2:  # a ZIP archive whose comment is the end of a PDF
            raise Unfit("trailing")


def _check_pages(document: pikepdf.Pdf, most: int) -> None:
    count = len(document.pages)
    if count == 0:
        raise Unfit("damaged")
    if count > most:
        raise Unfit("pages", most=most)


def _check_catalogue(root: Any) -> None:
    opens = root.get("/OpenAction")
    if isinstance(opens, Dictionary):
        _check_quiet(opens)


def _check_quiet(action: Any) -> None:
    """Refuse an action that nobody asked for, unless it stays within the document."""
    for _ in range(DEEPEST):
        if not isinstance(action, Dictionary):
            return
        _check_dictionary(action)
        if str(action.get("/S", "/GoTo")) not in QUIET:
            raise Unfit("acts")
        action = action.get("/Next")
        if isinstance(action, Array):
            for one in action:
                _check_quiet(one)
            return
    raise Unfit("damaged")


def _walk(found: Any, left: int) -> int:
    """Look at an object and at all that stands directly in it; others are looked at in their turn."""
    waiting = [(found, 0)]
    while waiting:
        it, depth = waiting.pop()
        left -= 1
        if left < 0 or depth > DEEPEST:
            raise Unfit("too_costly")
        if isinstance(it, Stream):
            inner: Any = it.stream_dict
            if "/F" in inner:
                raise Unfit("fetches", target=str(inner["/F"])[:100])
        else:
            inner = it
        if isinstance(inner, Dictionary):
            _check_dictionary(inner)
            waiting += [(value, depth + 1) for _, value in inner.items() if _is_inside(value)]
        elif isinstance(inner, Array):
            waiting += [(value, depth + 1) for value in inner if _is_inside(value)]
    return left


def _is_inside(value: Any) -> bool:
    return isinstance(value, (Dictionary, Array)) and not value.is_indirect


def _check_dictionary(it: Any) -> None:
    keys = set(it.keys())
    action = it.get("/S") if "/S" in keys else None
    told = str(action) if isinstance(action, Name) else ""
    if "/JS" in keys or "/JavaScript" in keys or told in SCRIPTS:
        raise Unfit("script")
    if told in STARTS:
        raise Unfit("launch")
    if told in ACTS or "/XFA" in keys or "/RichMediaContent" in keys:
        raise Unfit("acts")
    if "/EF" in keys or "/EmbeddedFiles" in keys or it.get("/Subtype") == Name.FileAttachment:
        raise Unfit("embedded")
    if "/Rect" in keys and str(it.get("/Subtype")) in PLAYS:
        raise Unfit("acts")
    if "/Ref" in keys and "/BBox" in keys:
        raise Unfit("fetches", target="/Ref")
    if "/AA" in keys and isinstance(it["/AA"], Dictionary):
        for name in it["/AA"].keys():  # noqa: SIM118 - no dict
            _check_quiet(it["/AA"][name])


if __name__ == "__main__":
    serve(check)
