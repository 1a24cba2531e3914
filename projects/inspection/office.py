"""DOCX and XLSX (ISO/IEC 29500): the parts a document must have, and none that acts or fetches.

The work of a child process: `python -m projects.inspection.office`.
"""

from __future__ import annotations

import re
from typing import BinaryIO

from projects.inspection.child import serve
from projects.inspection.findings import Bounds, Found, Unfit
from projects.inspection.packages import Package

TYPES = "[Content_Types].xml"
MAIN = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    ),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    ),
}
# By name and by type: a program need not believe either of them.
MACROS = re.compile(r"vba|macroenabled|activex|macrosheet|dialogsheet|intlmacro|customui", re.IGNORECASE)
OBJECTS = re.compile(
    r"oleobject|\.(?:bin|exe|dll|js|vbs|hta|lnk|scr|bat|cmd|ps1|docm|xlsm|pptm|dotm|xltm)$", re.IGNORECASE
)
FOREIGN = re.compile(r"\.(?:html?|mht|mhtml|xhtml|svgz?)$|text/html|message/rfc822|image/svg", re.IGNORECASE)
# Printers' settings and the like are binary, too, and nothing opens them.
HARMLESS = re.compile(r"/printersettings/", re.IGNORECASE)
LINK = re.compile(r"/hyperlink\Z")
TEMPLATE = re.compile(r"/attachedTemplate\Z")
ON_THIS_DISK = re.compile(r"(?:file:///)?[A-Za-z]:[\\/]|[^/\\:]+\Z")
FETCHES = re.compile(r"\b(?:DDE|DDEAUTO|INCLUDEPICTURE|INCLUDETEXT|IMPORT|INCLUDE)\b", re.IGNORECASE)
CONNECTIONS = "xl/connections.xml"
MOST_FIELDS = 1_000_000  # characters


def check(file: BinaryIO, bounds: Bounds, content_type: str) -> Found:
    """Return normally for a document that holds no macro, no embedded program and nothing that loads by itself."""
    package = Package(file, bounds)
    if TYPES not in package.names:
        raise Unfit("not_office")
    kinds = _kinds(package)
    if MAIN[content_type] not in kinds.values():
        raise Unfit("macros" if any(MACROS.search(kind) for kind in kinds.values()) else "not_office")
    main = {name for name, kind in kinds.items() if kind == MAIN[content_type]}
    if not any(name.lstrip("/") in package.names for name in main):
        raise Unfit("not_office")
    for told in [*package.names, *kinds, *kinds.values()]:
        if MACROS.search(told):
            raise Unfit("macros")
        if OBJECTS.search(told) and not HARMLESS.search(told):
            raise Unfit("embedded")
        if FOREIGN.search(told):
            raise Unfit("embedded")
    if any(name.lower() == CONNECTIONS for name in package.names):
        raise Unfit("fetches", target=CONNECTIONS)
    for name in sorted(package.names):
        lower = name.lower()
        if lower.endswith(".rels"):
            package.parse(name, begins=_check_relation)
        elif lower.startswith("word/") and lower.endswith(".xml"):
            _check_fields(package, name)
        elif lower.startswith("xl/externallinks/") and lower.endswith(".xml"):
            package.parse(name, begins=_check_external)
        elif lower.endswith((".xml", ".vml")):
            package.parse(name)
        else:
            package.drain(name)
    return Found()


def _kinds(package: Package) -> dict[str, str]:
    """Return the content types by part, or by ending where they are told so."""
    found: dict[str, str] = {}

    def begins(name: str, given: dict[str, str]) -> None:
        told = given.get("ContentType", "")
        if name.endswith(" Override"):
            found[given.get("PartName", "")] = told
        elif name.endswith(" Default"):
            found[f"*.{given.get('Extension', '')}"] = told

    package.parse(TYPES, begins=begins)
    return found


def _check_relation(name: str, given: dict[str, str]) -> None:
    if not name.endswith(" Relationship"):
        return
    kind, target = given.get("Type", ""), given.get("Target", "")
    if MACROS.search(kind):
        raise Unfit("macros")
    if kind.endswith(("/aFChunk", "/subDocument", "/frame")):
        raise Unfit("fetches", target=target[:100])
    if given.get("TargetMode", "").lower() != "external" and not re.match(
        r"[A-Za-z][A-Za-z0-9+.-]+:|[/\\]{2}", target
    ):
        return
    if LINK.search(kind):  # followed by who clicks on it, and not before
        return
    if TEMPLATE.search(kind) and ON_THIS_DISK.match(
        target
    ):  # of the writer's own computer; found nowhere else
        return
    raise Unfit("fetches", target=target[:100])


def _check_external(name: str, given: dict[str, str]) -> None:
    if name.endswith((" ddeLink", " oleLink")):
        raise Unfit("fields")


def _check_fields(package: Package, part: str) -> None:
    """Refuse fields that fetch when the document is opened; a field may be written in pieces."""
    told: list[str] = []
    is_field = False

    def begins(name: str, given: dict[str, str]) -> None:
        nonlocal is_field
        is_field = name.endswith(" instrText")
        if name.endswith(" fldSimple"):
            told.extend(value for key, value in given.items() if key.endswith(" instr"))
        elif name.endswith(" fldChar"):
            told.append(" ")

    def text(found: str) -> None:
        if is_field:
            told.append(found)

    package.parse(part, begins=begins, text=text)
    fields = "".join(told)
    if len(fields) > MOST_FIELDS:
        raise Unfit("too_costly")
    if FETCHES.search(fields):
        raise Unfit("fields")


if __name__ == "__main__":
    serve(check)
