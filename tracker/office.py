"""Whose tracker it is: MINISTRY_NAME, MINISTRY_NAME_HI, EMBLEM_FILE, OFFICE_CONTACT and FEEDBACK_MAIL, as settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email
from lxml import etree

LONGEST = 120  # characters of a name in the head of the page
LARGEST = 100_000  # bytes of an emblem: it is loaded with the first page
DRAWING = "{http://www.w3.org/2000/svg}"
# Of what a drawing may hold, this runs something or asks another address for something.
REFUSED = ("script", "foreignObject", "iframe", "audio", "video", "animate", "set", "handler")


@dataclass(frozen=True)
class Office:
    """Whoever runs the tracker; "" and b"" for what is not named."""

    name: str
    name_hi: str
    emblem: bytes
    contact: str
    feedback_mail: str


def of(env: Any) -> Office:
    """Return the office, or stop with the name of the variable that cannot be used and what to do."""
    name = _line("MINISTRY_NAME", env.str("MINISTRY_NAME", default=""), LONGEST)
    name_hi = _line("MINISTRY_NAME_HI", env.str("MINISTRY_NAME_HI", default=""), LONGEST)
    if name_hi and not name:
        raise ImproperlyConfigured("MINISTRY_NAME_HI is set without MINISTRY_NAME: set both, or neither.")
    return Office(
        name,
        name_hi,
        emblem=_emblem(env.str("EMBLEM_FILE", default="")),
        contact=_line("OFFICE_CONTACT", env.str("OFFICE_CONTACT", default=""), 300),
        feedback_mail=_address(env.str("FEEDBACK_MAIL", default="")),
    )


def _line(variable: str, text: str, longest: int) -> str:
    text = text.strip()
    if not text.isprintable():
        raise ImproperlyConfigured(f"{variable} must be one line of text.")
    if len(text) > longest:
        raise ImproperlyConfigured(f"{variable} is longer than {longest} characters.")
    return text


def _address(text: str) -> str:
    try:
        if text:
            validate_email(text)
    except ValidationError:
        raise ImproperlyConfigured("FEEDBACK_MAIL must be one e-mail address, or not be set.") from None
    return text


def _emblem(name: str) -> bytes:
    """Return the drawing in the file; b"" where none is named."""
    if not name:
        return b""
    path = Path(name)
    try:
        drawing = path.read_bytes()
    except OSError as error:
        raise ImproperlyConfigured(f"EMBLEM_FILE cannot be read: {path}: {error.strerror}.") from None
    if len(drawing) > LARGEST:
        raise ImproperlyConfigured(
            f"EMBLEM_FILE is larger than {LARGEST // 1000} kB, and every first page loads it: simplify the drawing."
        )
    try:
        root = etree.fromstring(drawing, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise ImproperlyConfigured(f"EMBLEM_FILE is no SVG drawing: {error}.") from None
    if root.tag != f"{DRAWING}svg" or root.getroottree().docinfo.internalDTD is not None:
        raise ImproperlyConfigured(
            "EMBLEM_FILE is no SVG drawing: its first tag must be <svg>, without a DOCTYPE."
        )
    if "viewBox" not in root.attrib:
        raise ImproperlyConfigured(
            "EMBLEM_FILE has no viewBox, so it cannot be shown at another size: add one."
        )
    for part in root.iter(etree.Element):
        wrong = _wrong_with(part)
        if wrong:
            raise ImproperlyConfigured(f"EMBLEM_FILE holds {wrong}: a drawing needs shapes alone. Remove it.")
    return drawing


def _wrong_with(part: Any) -> str:
    """Return what of the element runs something or leads elsewhere; "" where nothing does."""
    name = etree.QName(part).localname
    if name.startswith(REFUSED):
        return f"<{name}>"
    for attribute, value in part.attrib.items():
        plain = etree.QName(attribute).localname
        if plain.startswith("on"):
            return f"the attribute {plain}"
        if plain == "href" and not value.startswith(("#", "data:image/")):
            return f"a link to {value[:60]}"
    return ""
