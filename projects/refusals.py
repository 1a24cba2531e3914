"""Why a file is not taken, in words: what is wrong with it, and what its sender can do."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from projects import formats

# What says nothing about the file: it may be sent again as it is.
AGAIN = ("unscanned", "busy")


def _words() -> dict[str, str]:
    """Return the sentence of each code, in the language of the request."""
    return {
        "empty": _("“%(name)s” is empty."),
        "too_large": _("“%(name)s” is larger than %(limit)s."),
        "kind": _("“%(name)s” is of a kind that is not accepted. Accepted: %(kinds)s."),
        "content": _("“%(name)s” does not contain what its ending says."),
        "infected": _(
            "“%(name)s” holds malicious software (%(found)s): it was not kept. Do not open it, and tell whoever looks after your computer."
        ),
        "unscanned": _(
            "“%(name)s” could not be scanned for malicious software just now: it was not kept. Send it again in a few minutes."
        ),
        "busy": _(
            "“%(name)s” could not be looked at just now, as many files come in: it was not kept. Send it again in a minute."
        ),
        "damaged": _(
            "“%(name)s” is damaged, or not quite what its ending says: open it in its program, save it anew and send that."
        ),
        "cut_short": _(
            "“%(name)s” ends too early: it was not copied or downloaded to its end. Send the whole file."
        ),
        "trailing": _(
            "“%(name)s” goes on behind its end: save or export it anew, a photograph without its moving part, and send that."
        ),
        "too_costly": _(
            "“%(name)s” takes too much time or memory to be looked at: make it simpler or divide it, and send that."
        ),
        "pixels": _(
            "“%(name)s” is a picture of %(width)s × %(height)s pixels, more than %(most)s in all: send a smaller one."
        ),
        "several_pictures": _(
            "“%(name)s” holds more than one picture, or a moving one: send each picture as its own file."
        ),
        "pages": _("“%(name)s” has more than %(most)s pages: divide it."),
        "encrypted": _(
            "“%(name)s” is encrypted or protected by a password: save it without protection and send that."
        ),
        "script": _("“%(name)s” holds a script (JavaScript): print it to a new PDF and send that."),
        "launch": _("“%(name)s” starts a program: print it to a new PDF and send that."),
        "acts": _(
            "“%(name)s” holds forms, media or actions that act by themselves: print it to a new PDF and send that."
        ),
        "embedded": _(
            "“%(name)s” holds other files or programs: take them out, and send documents as files of their own."
        ),
        "macros": _("“%(name)s” holds macros: save it as a document without macros and send that."),
        "fetches": _(
            "“%(name)s” fetches something from elsewhere when it is opened (%(target)s): put it into the document or break the link, and send that."
        ),
        "fields": _(
            "“%(name)s” holds fields that fetch from other files or programs: turn them into plain text and send that."
        ),
        "entities": _(
            "“%(name)s” holds definitions (DOCTYPE) that no office document has: save it anew and send that."
        ),
        "not_office": _(
            "“%(name)s” is a ZIP archive, but not the document that its ending says: open it in its program, save it in that format and send that."
        ),
        "entries": _("“%(name)s” consists of more than %(most)s parts: divide the document."),
        "entry_name": _(
            "“%(name)s” has parts with names that no office program writes: save it anew and send that."
        ),
        "entry_twice": _("“%(name)s” has two parts with one name: save it anew and send that."),
        "overlapping": _("“%(name)s” has parts that lie over each other: save it anew and send that."),
        "unpacked": _("“%(name)s” is larger than %(most)s when it is unpacked: divide the document."),
        "ratio": _(
            "“%(name)s” has a part that unpacks to more than %(most)s times its size: take out what is empty or repeated, and send that."
        ),
        "utf_16": _("“%(name)s” is UTF-16: save it as “CSV UTF-8”, or as text in UTF-8."),
        "not_utf_8": _(
            "“%(name)s” is not UTF-8 in line %(line)s (byte %(byte)s): save it as “CSV UTF-8”, or as text in UTF-8."
        ),
        "nul": _(
            "“%(name)s” holds a NUL byte in line %(line)s, which no text does: save it as text in UTF-8."
        ),
        "long_line": _("“%(name)s” has more than %(most)s bytes in line %(line)s: divide the line."),
        "formula": _("“%(name)s” has a formula in line %(line)s: save the values instead, and send that."),
    }


# How facts are written that are not told as they are.
_SHOWN: dict[tuple[str, str], Callable[[int], str]] = {
    ("too_large", "limit"): formats.size,
    ("unpacked", "most"): formats.size,
    **{("pixels", fact): formats.indian for fact in ("width", "height", "most")},
    **{(code, "most"): formats.indian for code in ("pages", "entries", "long_line")},
}


def of(code: str, *, name: str, **facts: str | int) -> ValidationError:
    """Return the refusal of the file; its code is the one of docs/uploads.md."""
    shown = {fact: _told(code, fact, value) for fact, value in facts.items()}
    return ValidationError(_words()[code] % {"name": name, **shown}, code=code)


def _told(code: str, fact: str, value: str | int) -> str | int:
    how = _SHOWN.get((code, fact))
    return how(value) if how and isinstance(value, int) else value


def is_passing(error: ValidationError) -> bool:
    """Whether the file may be taken when it is sent again as it is."""
    return any(it.code in AGAIN for it in error.error_list)
