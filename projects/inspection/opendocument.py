"""ODT and ODS (ISO/IEC 26300): the parts a document must have, and none that acts or fetches.

The work of a child process: `python -m projects.inspection.opendocument`.
"""

from __future__ import annotations

import re
from typing import BinaryIO

from projects.inspection.child import serve
from projects.inspection.findings import Bounds, Found, Unfit
from projects.inspection.packages import Package

KIND = "mimetype"
MANIFEST = "META-INF/manifest.xml"
MACROS = re.compile(r"^(?:Basic|Scripts|Dialogs|Configurations2/accelerator/.+)/.", re.IGNORECASE)
OBJECTS = re.compile(r"\.(?:bin|exe|dll|js|jar|class|vbs|hta|html?|svgz?)$", re.IGNORECASE)
ACTS = (" event-listener", " event-listeners", " script", " applet", " plugin")
DDE = (" dde-source", " dde-connection-decl", " dde-connection", " dde-link")
LINK = (" a", " object-index-source", " user-index-source")
ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|[/\\]{2}|\.\./|/")


def check(file: BinaryIO, bounds: Bounds, content_type: str) -> Found:
    """Return normally for a document that holds no macro, no embedded program and nothing that loads by itself."""
    package = Package(file, bounds)
    if KIND not in package.names or package.read(KIND, 200).strip() != content_type.encode():
        raise Unfit("not_office")
    if not {MANIFEST, "content.xml"} <= package.names:
        raise Unfit("not_office")
    if any(MACROS.search(name) for name in package.names):
        raise Unfit("macros")
    if any(OBJECTS.search(name) for name in package.names):
        raise Unfit("embedded")
    for name in sorted(package.names):
        if name == MANIFEST:
            package.parse(name, begins=_check_manifest)
        elif name.lower().endswith((".xml", ".rdf")):
            package.parse(name, begins=_check_element)
        else:
            package.drain(name)
    return Found()


def _check_manifest(name: str, given: dict[str, str]) -> None:
    if name.endswith(" encryption-data"):
        raise Unfit("encrypted")


def _check_element(name: str, given: dict[str, str]) -> None:
    if name.endswith(ACTS):
        raise Unfit("macros")
    if name.endswith(DDE):
        raise Unfit("fields")
    if name.endswith(LINK):  # followed by who clicks on it, and not before
        return
    for key, value in given.items():
        if key.endswith("xlink href") and ELSEWHERE.match(value) and not value.startswith("#"):
            raise Unfit("fetches", target=value[:100])


if __name__ == "__main__":
    serve(check)
