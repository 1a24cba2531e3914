"""Every page there is, from the matrix of rights: its address on the scene, and who of the cast may open it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from projects.choices import AgreementMove
from projects.permissions import CLAIMS
from tests.api.rights import RIGHTS
from tests.api.rights_shapes import PEOPLE, Row
from tests.api.routes import walk
from tests.api.scene import OWN, Scene

# What a GET answers that is no page of ours: words for programs, and files.
NOT_PAGES = {
    *("healthz", "readyz", "report-progress"),
    *(
        "verify-program",
        "verify-bundle-program",
        "calendar-feed",
        "evidence-download",
        "evidence-preview",
        "report-pdf",
    ),
}
# Pages that the matrix itself is not shown: one for strangers, one about a notice that the site makes for its reader.
ELSEWHERE = ("sign-in", "notice-snooze")
READERS = ("officer", "our_lead", "auditor", "administrator", "manager")
# Addresses that show more than the bare route does.
ASKED = {"gate-decide": "?gate=G3"}
SISTERS = (*(f"{claim}-" for claim in CLAIMS), *(f"agreement-{move.value}" for move in AgreementMove))


@dataclass(frozen=True)
class PageOfSite:
    """One page: who of `READERS` may open it, none where only somebody who has not signed in is shown it."""

    name: str
    path: str
    readers: tuple[str, ...]

    @property
    def has_sisters(self) -> bool:
        """Whether the same template serves other kinds of claims, or other moves of an agreement, too."""
        return self.name.startswith(SISTERS)


def pages(scene: Scene) -> list[PageOfSite]:
    """Return every route of the matrix that answers a GET with a page; a route that is added is among them by itself."""
    parameters = {route.name: route.parameters for route in walk()}
    found = []
    for name, rows in RIGHTS.items():
        row = rows.get("GET")
        if row is None or not row.is_page or name in NOT_PAGES or (row.ok != 200 and name not in ELSEWHERE):
            continue
        key = scene.key(row.thing, OWN) if row.thing else None
        path = reverse(name, kwargs=dict.fromkeys(parameters[name], key)) + ASKED.get(name, "")
        found.append(PageOfSite(name, path, _readers(name, row)))
    return found


def _readers(name: str, row: Row) -> tuple[str, ...]:
    if name == "sign-in":
        return ()
    if name == "notice-snooze":
        return ("manager",)  # whose notice the site's stage makes
    if row.is_open:
        return READERS
    return tuple(who for who in READERS if PEOPLE[who][0] in row.may)
