"""The main navigation: which lists there are, in groups. The header and the site map are both made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Entry:
    """One list or page that the header names."""

    route: str
    label: Any
    section: str = ""  # the `section` of the pages that belong to it
    keeps_day: bool = False  # its figures hold as of a day that the reader may choose
    needs: str = ""  # what of `views.page.navigation` the reader must have
    key: str = ""  # the key that, after g, leads there


@dataclass(frozen=True)
class Group:
    """Entries of one subject under a word; without a word they stand in the row themselves."""

    label: Any
    entries: tuple[Entry, ...]


GROUPS = (
    Group("", (Entry("home", _("Home"), "home", key="h"),)),
    Group("", (Entry("overview", _("Overview"), "overview", keeps_day=True, key="o"),)),
    Group(
        _("Results"),
        (
            Entry("target-list", _("Targets"), "targets", keeps_day=True, key="t"),
            Entry("reliance-list", _("Reliance"), "reliance", keeps_day=True),
            Entry("transfer-list", _("Technology transfer"), "transfers", keeps_day=True),
            Entry("money", _("Money"), "money", keeps_day=True),
        ),
    ),
    Group(
        _("Work"),
        (
            Entry("project-list", _("Projects"), "projects", keeps_day=True, key="p"),
            Entry("milestone-list", _("Milestones"), "milestones", keeps_day=True, key="m"),
            Entry("roadmap", _("Roadmap"), "roadmap", keeps_day=True),
            Entry("warnings", _("Early warning"), "warnings", keeps_day=True, key="w"),
            Entry("meeting-list", _("Reviews"), "meetings"),
            Entry("action-point-list", _("Action points"), "action-points"),
        ),
    ),
    Group(
        _("Reports"),
        (
            Entry("report-list", _("Register of reports"), "reports", key="r"),
            Entry("schedule-list", _("Schedules"), "schedules"),
            Entry("verify", _("Verify a report"), "verify"),
            Entry("finding-list", _("Findings"), "findings", key="f"),
        ),
    ),
    Group(
        _("Register"),
        (
            Entry("agreement-list", _("Agreements"), "agreements", keeps_day=True, key="a"),
            Entry("organisation-list", _("Organisations"), "organisations"),
            Entry("indicator-list", _("Indicators"), "indicators"),
        ),
    ),
    Group("", (Entry("administration", _("Administration"), "administration", needs="administers"),)),
)


@dataclass(frozen=True)
class Link:
    """An entry as one reader is shown it."""

    label: Any
    address: str
    is_current: bool


@dataclass(frozen=True)
class Menu:
    """A group as one reader is shown it."""

    label: Any
    links: tuple[Link, ...]

    @property
    def is_current(self) -> bool:
        return any(link.is_current for link in self.links)


def menus(rights: Mapping[str, Any], *, section: str = "", route: str = "", day: str = "") -> list[Menu]:
    """Return the groups with what the reader may open; the page of `route`, else the list of `section`, is the current one.

    `day` is the query that keeps a chosen day.
    """
    entries = [entry for group in GROUPS for entry in group.entries]
    current = next((entry for entry in entries if entry.route == route), None) or next(
        (entry for entry in entries if section and entry.section == section), None
    )
    found = []
    for group in GROUPS:
        links = [
            Link(entry.label, address + (day if entry.keeps_day else ""), entry is current)
            for entry, address in _open_to(group, rights)
        ]
        if links:
            found.append(Menu(group.label, tuple(links)))
    return found


def _open_to(group: Group, rights: Mapping[str, Any]) -> list[tuple[Entry, str]]:
    """Return the entries of the group that the reader may open, each with its address."""
    mine = (entry for entry in group.entries if not entry.needs or rights.get(entry.needs))
    return [(entry, address) for entry in mine if (address := address_of(entry.route))]


def address_of(route: str) -> str:
    """Return where the route leads; "" where the pages of that application are not served."""
    try:
        return reverse(route)
    except NoReverseMatch:
        return ""


def shortcuts(rights: Mapping[str, Any]) -> list[tuple[str, Any, str]]:
    """Return keys, words and address of each shortcut that leads somewhere, for one reader."""
    found = [
        (f"g {entry.key}", entry.label, address)
        for group in GROUPS
        for entry, address in _open_to(group, rights)
        if entry.key
    ]
    if rights.get("may_log"):
        found.append(("n", _("Log a milestone"), reverse("milestone-log")))
    return found
