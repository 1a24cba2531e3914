"""The money of one project: what must agree in the report alone, and its figures told again from the fund lines.

Written apart from `projects.progress`, so that an error there does not repeat itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from projects.models import FundLine, Project
from projects.progress import half_up
from reports.checks.arithmetic import Failure, Snapshot, must, text
from reports.checks.money import standing

WHICH = ("claimed", "verified")
COLUMNS = ("sanctioned", "released", "spent", "certified")
GOVERNMENT = ("budget", "nmet", "anrf", "state")
INVESTED = ("psu", "private")


# --- in the report alone ---


def identities(found: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    """Yield what contradicts itself: shares that are not the whole, a ratio, an excess or a day that does not follow."""
    for which in WHICH:
        whole = found["funds"][which]["sanctioned"]
        for name in ("sources", "contributors"):
            amounts = [row[which]["crore"] for row in found[name]]
            yield Failure(f"money.{name}.{which}.crore: sum", _sum(amounts), whole)
            for row in found[name]:
                part = row[which]
                yield Failure(
                    f"money.{name}.{which}.per_cent", part["per_cent"], _per_cent(part["crore"], whole)
                )
        by_source = {row["source"]: row[which]["crore"] for row in found["sources"]}
        yield Failure(f"money.leverage.{which}", found["leverage"][which], _leverage(by_source))
        yield Failure(
            f"money.excesses.{which}.crore", found["excesses"][which], _excesses(found["funds"][which])
        )
    yield must(
        "money.sources: each once", len({it["source"] for it in found["sources"]}) == len(found["sources"])
    )
    for row in found["uncertified"]:
        since = dt.date.fromisoformat(row["since"])
        name = f"money.uncertified.{row['source']}"
        yield Failure(f"{name}.days, since", row["days"], (as_of - since).days)
        yield must(f"{name}.since: more than a year ago", _a_year_after(since) < _triple(as_of))
        yield must(f"{name}: needs a certificate", row["source"] in GOVERNMENT)
    left = _sum([row["crore"] for row in found["uncertified"]])
    if left is not None:
        released = found["funds"]["claimed"]["released"]
        yield must("money.uncertified.crore: was released", Decimal(left) <= Decimal(released))


def _sum(amounts: Iterable[str | None]) -> str | None:
    known = [Decimal(it) for it in amounts if it is not None]
    return text(sum(known, Decimal(0))) if known else None


def _per_cent(part: str | None, whole: str | None) -> str | None:
    if part is None or whole is None:
        return None
    return f"{half_up(Fraction(part) * 100 / Fraction(whole)):f}"


def _leverage(by_source: dict[str, str | None]) -> str | None:
    invested, government = (
        _sum(by_source.get(source) for source in group) for group in (INVESTED, GOVERNMENT)
    )
    if invested is None or government is None:
        return None
    return f"{half_up(Fraction(invested) / Fraction(government)):f}"


def _excesses(columns: Snapshot) -> list[Snapshot]:
    return [
        {"kind": kind, "than": than, "crore": text(Decimal(columns[kind]) - Decimal(columns[than]))}
        for than, kind in pairwise(COLUMNS)
        if columns[kind] is not None
        and columns[than] is not None
        and Decimal(columns[kind]) > Decimal(columns[than])
    ]


def _triple(day: dt.date) -> tuple[int, int, int]:
    return day.year, day.month, day.day


def _a_year_after(day: dt.date) -> tuple[int, int, int]:
    if (day.month, day.day) == (2, 29):
        return day.year + 1, 3, 1
    return day.year + 1, day.month, day.day


# --- told again from the records ---


def told(project: Project, as_of: dt.date) -> Snapshot:
    """Return what the fund lines say of a project, as they stand for all its readers."""
    lines = {line.pk: line for line in FundLine.objects.filter(project=project).select_related("contributor")}
    counting = {which: standing(lines, which, as_of) for which in WHICH}
    funds = {
        which: {kind: _crore(it for it in counting[which] if it.kind == kind) for kind in COLUMNS}
        for which in WHICH
    }
    given = {which: [it for it in counting[which] if it.kind == "sanctioned"] for which in WHICH}
    named = seen_by_all(project)
    sources = [{"source": key, **shares} for key, shares in _shares(given, funds, lambda it: it.source)]
    return {
        "funds": funds,
        "sources": sources,
        "contributors": [
            {"organisation": _organisation(lines.values(), key[1]), "kind": key[0], **shares}
            for key, shares in _shares(given, funds, lambda it: _contributor(it, named))
        ],
        "leverage": {
            which: _leverage({row["source"]: row[which]["crore"] for row in sources}) for which in WHICH
        },
        "uncertified": list(uncertified(counting["claimed"], as_of)),
        "excesses": {which: _excesses(funds[which]) for which in WHICH},
    }


def seen_by_all(project: Project) -> set[str]:
    """Return the references of those whom lead and partners all may see."""
    own = {it.reference for it in (*project.partners.all(), project.lead) if it}
    parties = {it.reference for it in project.agreement.parties.all()} if project.agreement else set()
    return own | parties if own <= parties else own


def _contributor(line: FundLine, named: set[str]) -> tuple[str, str]:
    if line.contributor is None:
        return "not_stated", ""
    reference = line.contributor.reference
    return ("named", reference) if reference in named else ("withheld", "")


def _organisation(lines: Iterable[FundLine], reference: str) -> Snapshot | None:
    row = next(
        (it.contributor for it in lines if it.contributor and it.contributor.reference == reference), None
    )
    if row is None:
        return None
    return {"reference": row.reference, "name": row.name, "short_name": row.short_name}


def _shares(
    given: dict[str, list[FundLine]], funds: Snapshot, key: Callable[[FundLine], Any]
) -> Iterator[tuple[Any, Snapshot]]:
    """Yield each key with what it gives, the largest claim first."""
    found: dict[Any, Snapshot] = {}
    for name in {key(line) for lines in given.values() for line in lines}:
        found[name] = {}
        for which in WHICH:
            crore = _crore(line for line in given[which] if key(line) == name)
            found[name][which] = {
                "crore": crore,
                "per_cent": _per_cent(crore, funds[which]["sanctioned"]),
            }
    yield from sorted(found.items(), key=lambda it: (-Decimal(it[1]["claimed"]["crore"] or 0), it[0]))


def _crore(lines: Iterable[FundLine]) -> str | None:
    return _sum(f"{line.amount_crore:f}" for line in lines)


def uncertified(lines: list[FundLine], as_of: dt.date) -> Iterator[Snapshot]:
    """Yield what is owed by source: certificates cover the oldest releases, so what they do not reach of the old ones is left."""
    for source in GOVERNMENT:
        own = sorted((it for it in lines if it.source == source), key=lambda it: (it.dated_on, it.pk))
        certified = sum((it.amount_crore for it in own if it.kind == "certified"), Decimal(0))
        reached, since = Decimal(0), None
        for line in own:
            if line.kind == "released" and _a_year_after(line.dated_on) < _triple(as_of):
                reached += line.amount_crore
                if since is None and reached > certified:
                    since = line.dated_on
        if since is not None:
            yield {
                "source": source,
                "crore": text(reached - certified),
                "since": since.isoformat(),
                "days": (as_of - since).days,
            }
