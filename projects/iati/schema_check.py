"""Reading XML from outside: no entity, no DTD, no network, and held against the official schema."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from lxml import etree

SCHEMA = Path(__file__).parent / "schema" / "iati-activities-schema.xsd"
MOST_FAULTS = 100
# Whatever declares entities or fetches something stands in one of these; a document of activities needs neither.
DECLARATION = re.compile(r"<!\s*(DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE)

ENCODING = re.compile(r"""<\?xml[^>]*encoding\s*=\s*["'](?!utf-8["'])""", re.IGNORECASE)


@dataclass(frozen=True)
class Fault:
    """What is wrong with a document, and in which line (0: the whole)."""

    line: int
    reason: str


def _parser() -> Any:
    # The encoding is ours to say: another one, declared, could hide a declaration from the search above.
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
    )


@cache
def _schema() -> Any:
    """The schema includes its two other files from beside it; nothing is fetched."""
    return etree.XMLSchema(etree.parse(str(SCHEMA), _parser()))


def parsed(raw: bytes) -> tuple[Any, list[Fault]]:
    """Return the root of a document and no fault, or None and what is wrong with it."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None, [Fault(0, _("is not UTF-8: save it as UTF-8."))]
    if ENCODING.match(text):
        return None, [Fault(1, _("declares another encoding than UTF-8: save it as UTF-8."))]
    if DECLARATION.search(text):
        return None, [Fault(0, _("declares a document type or entities: remove the declaration."))]
    try:
        root = etree.fromstring(raw.removeprefix(b"\xef\xbb\xbf"), _parser())
    except etree.XMLSyntaxError as error:
        return None, [Fault(error.lineno or 0, _("is not XML (%(error)s).") % {"error": error.msg})]
    except ValueError as error:
        return None, [Fault(0, _("is not XML (%(error)s).") % {"error": error})]
    found = faults_of(root)
    return (None, found) if found else (root, [])


def faults_of(root: Any) -> list[Fault]:
    """Return in which the document differs from version 2.03 of the activity schema."""
    if root.tag != "iati-activities" or root.get("version") != "2.03":
        return [Fault(root.sourceline or 0, _("is no document of IATI activities, version 2.03."))]
    schema = _schema()
    if schema.validate(root):
        return []
    return [Fault(error.line, error.message) for error in schema.error_log][:MOST_FAULTS]
