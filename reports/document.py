"""Turns a stored snapshot into the HTML and assets of its printed edition. No database, no clock, no request."""

from collections.abc import Set
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from reports import drawings
from reports.choices import Language, ReportKind
from reports.periods import Period
from reports.printed import PRINTED, action_points, changes
from reports.sources import Sources

ROOT = Path(__file__).resolve().parent.parent
FONTS = ROOT / "reports" / "fonts"
STYLES = {
    "print.css": ROOT / "templates" / "reports" / "print" / "print.css",
    "charts.css": ROOT / "projects" / "static" / "projects" / "charts.css",
}
# What older reports do not hold.
OPTIONAL = frozenset({changes.SLUG, action_points.SLUG})
Snapshot = dict[str, Any]


class Section(NamedTuple):
    number: int
    slug: str
    title: str


def html(snapshot: Snapshot, language: str) -> tuple[str, dict[str, bytes]]:
    """Return the document of `snapshot` in `language` and the assets it refers to, for `pdf.render`."""
    kind = snapshot["meta"]["kind"]
    with translation.override(language):
        context = {
            **snapshot,
            "language": language,
            "language_name": Language(language).label,
            "title": _title(snapshot),
            "kind_name": ReportKind(kind).label,
            "period_name": _period(snapshot).label,
            "page_words": _page_words(),
            "sections": _sections(kind, without=OPTIONAL - snapshot.keys()),
            "sources": Sources(),
            **changes.context(snapshot),
            **PRINTED[ReportKind(kind)].context(snapshot),
        }
        return render_to_string(f"reports/print/{kind}.html", context), _assets_of(snapshot)


def title(snapshot: Snapshot, language: str) -> str:
    """Return the title of the edition: what it reports, on which period, under which serial."""
    with translation.override(language):
        return _title(snapshot)


@cache
def assets() -> dict[str, bytes]:
    """Return everything a printed report may refer to: its styles and its fonts."""
    files = {path.name: path for path in sorted(FONTS.glob("*.ttf"))} | STYLES
    return {name: path.read_bytes() for name, path in files.items()}


def _assets_of(snapshot: Snapshot) -> dict[str, bytes]:
    """Return the common assets and, on a report that can be verified, the code with its address."""
    address = snapshot["meta"].get("verify")
    return assets() | {"verify.svg": drawings.square_code(address)} if address else assets()


def _title(snapshot: Snapshot) -> str:
    meta = snapshot["meta"]
    subject = meta["scope"]["name"] if meta["scope"] else _("National Critical Mineral Mission")
    parts = {"kind": ReportKind(meta["kind"]).label, "subject": subject, "period": _period(snapshot).label}
    return f"{_('%(kind)s: %(subject)s, %(period)s') % parts} ({meta['serial']})"


def _period(snapshot: Snapshot) -> Period:
    period = snapshot["meta"]["period"]
    return Period(date.fromisoformat(period["start"]), date.fromisoformat(period["end"]))


def _page_words() -> dict[str, str]:
    """Return the words around the two numbers of "Page 3 of 20"; a style sheet cannot translate."""
    before, rest = _("Page {number} of {total}").split("{number}")
    between, after = rest.split("{total}")
    return {"before": before, "between": between, "after": after}


def _sections(kind: str, *, without: Set[str] = frozenset()) -> dict[str, Section]:
    """Return the sections of a kind but those `without` which it was made; where it gives the changes no place of their own, they come before the sources."""
    names = PRINTED[ReportKind(kind)].sections()
    if changes.SLUG not in names:
        sources = names.pop("sources")
        names |= {changes.SLUG: changes.title(), "sources": sources}
    for slug in without:
        names.pop(slug, None)
    return {slug: Section(number, slug, name) for number, (slug, name) in enumerate(names.items(), 1)}
