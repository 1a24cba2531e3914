"""The mass balance of projects, and the warnings that come of it: the rules of docs/rules/mass_balance.md.

Pure functions over rows that are loaded. Claimed and verified stand side by side; a promise that a target only states
stands beside both. Unknown feed allows nothing to be said: it is not feed of 0 t.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from projects import formats
from projects.models import Feed, Measurement, Project, Target
from projects.permissions import Actor
from projects.progress.capacity import CapacityCover, FeedDoubt, Promise, covers
from projects.progress.feeds import (
    FeedAmount,
    Overlap,
    claimed_feeds,
    feed_amounts,
    overlaps,
    verified_feeds,
)
from projects.progress.outputs import YearBalance, balances
from projects.progress.production import ASSURED, CAPACITY, MADE

WithValues = Any  # a Target loaded `with_values()`: the type checker does not know annotations
CODES = (*MADE, *CAPACITY, *ASSURED)


@dataclass(frozen=True)
class MassBalance:
    """The feed of a project on a day, and what it says of production and capacity."""

    as_of: dt.date
    project: Project
    amounts: tuple[FeedAmount, ...]
    years: tuple[YearBalance, ...]
    covers: tuple[CapacityCover, ...]
    overlaps: tuple[Overlap, ...]
    claimed: frozenset[int]
    """Keys of the feeds that count as claimed."""
    verified: frozenset[int]

    @property
    def excesses(self) -> tuple[YearBalance, ...]:
        return tuple(
            it for it in self.years if it.claimed.excess is not None or it.verified.excess is not None
        )

    @property
    def has_anything(self) -> bool:
        return bool(self.amounts or self.years or self.covers)


@dataclass(frozen=True)
class MassBalanceFlag:
    """Something that does not add up, for a list of warnings; nothing is refused because of it."""

    subject: Project
    doubt: FeedDoubt
    since: dt.date | None
    days: int | None
    text: str


def mass_balance(
    project: Project,
    feeds: Sequence[Feed],
    targets: Sequence[WithValues],
    measurements: Sequence[Measurement],
    as_of: dt.date,
) -> MassBalance:
    """Return the mass balance of one project; the rows are all of its feeds, targets `with_values()` and measurements."""
    claimed, verified = claimed_feeds(feeds, as_of), verified_feeds(feeds, as_of)
    capacities = covers(project, targets, (claimed, verified), as_of)
    built_for = [it.product for it in capacities]
    return MassBalance(
        as_of=as_of,
        project=project,
        amounts=feed_amounts(claimed, verified),
        years=balances((claimed, verified), targets, measurements, as_of, project.product, built_for),
        covers=capacities,
        overlaps=overlaps(claimed),
        claimed=frozenset(row.pk for row in claimed),
        verified=frozenset(row.pk for row in verified),
    )


def mass_balances(projects: Sequence[Project], as_of: dt.date, actor: Actor) -> tuple[MassBalance, ...]:
    """Return the mass balance of each project, in their order; three queries, whatever their number."""
    keys = [project.pk for project in projects]
    targets = list(
        Target.objects.visible_to(actor)
        .filter(indicator__code__in=CODES, project__in=keys)
        .with_values(as_of)
        .select_related("indicator")
    )
    owner = {target.pk: target.project_id for target in targets}
    measured = Measurement.objects.filter(target__project__in=keys, target__indicator__code__in=tuple(MADE))
    rows = [row for row in measured if row.target_id in owner]
    feeds = list(Feed.objects.visible_to(actor).filter(project__in=keys))
    return tuple(
        mass_balance(
            project,
            [row for row in feeds if row.project_id == project.pk],
            [row for row in targets if row.project_id == project.pk],
            [row for row in rows if owner[row.target_id] == project.pk],
            as_of,
        )
        for project in projects
    )


def mass_balance_of(project: Project, targets: Iterable[Target], as_of: dt.date, actor: Actor) -> MassBalance:
    """Return the mass balance of a project whose targets are all loaded, with their values and measurements; one query."""
    asked = [target for target in targets if target.indicator.code in CODES]
    rows = [row for it in asked if it.indicator.code in MADE for row in it.measurements.all()]
    feeds = Feed.objects.visible_to(actor).filter(project=project)
    return mass_balance(project, list(feeds), asked, rows, as_of)


def mass_balance_flags(found: Iterable[MassBalance], as_of: dt.date) -> tuple[MassBalanceFlag, ...]:
    """Return what does not add up: output beyond the feed, capacity without assured feed, deliveries told twice."""
    return tuple(flag for balance in found for flag in _flags(balance, as_of))


def _flags(balance: MassBalance, as_of: dt.date) -> Iterator[MassBalanceFlag]:
    def flag(doubt: FeedDoubt, text: str, since: dt.date | None) -> MassBalanceFlag:
        days = max(0, (as_of - since).days) if since else None
        return MassBalanceFlag(subject=balance.project, doubt=doubt, since=since, days=days, text=text)

    for year in balance.excesses:
        for text in excess_texts(year):
            yield flag(FeedDoubt.EXCESS, text, year.ends_on)
    for it in balance.covers:
        if not it.is_assured:
            yield flag(FeedDoubt.UNASSURED, cover_text(it), it.since)
    for pair in balance.overlaps:
        text = _(
            "%(material)s: two entries of the same supplier overlap (%(first)s to %(last)s). Is one delivery told twice?"
        )
        yield flag(
            FeedDoubt.OVERLAP,
            text
            % {
                "material": pair.later.get_material_display(),
                "first": formats.day(pair.later.period_start),
                "last": formats.day(min(pair.earlier.period_end, pair.later.period_end)),
            },
            timezone.localdate(pair.later.claimed_at),
        )


def excess_texts(year: YearBalance) -> Iterator[str]:
    """Yield a sentence for each kind of figures by which more was made than the feed allows."""
    sentences = (
        (
            year.claimed,
            _(
                "FY %(year)s: %(made)s t of %(product)s are claimed from %(fed)s t of feed, which allow at most %(most)s t."
            ),
        ),
        (
            year.verified,
            _(
                "FY %(year)s: %(made)s t of %(product)s are verified from %(fed)s t of verified feed, which allow at most %(most)s t."
            ),
        ),
    )
    for side, sentence in sentences:
        if side.excess is not None:
            yield sentence % {
                "year": year.year,
                "made": formats.indian(side.produced),
                "product": year.product.label,
                "fed": formats.indian(side.fed),
                "most": formats.indian(side.at_most),
            }


def cover_text(it: CapacityCover) -> str:
    """Return a capacity without assured feed in one sentence, which tells on what kind of promise it counts."""
    sentences = {
        Promise.NONE: _(
            "Capacity without assured feed: for %(capacity)s t of %(product)s a year no contract for feed is recorded."
        ),
        Promise.STATED: _(
            "Capacity without assured feed: %(assured)s t of %(feed)s a year are stated as assured, enough for "
            "%(makes)s t or %(share)s of %(capacity)s t; %(gap)s t of %(feed)s a year must still be found for "
            "%(missing)s t of %(product)s."
        ),
        Promise.CLAIMED: _(
            "Capacity without assured feed: contracts claimed assure %(assured)s t of %(feed)s a year, enough for "
            "%(makes)s t or %(share)s of %(capacity)s t; %(gap)s t of %(feed)s a year must still be found for "
            "%(missing)s t of %(product)s."
        ),
        Promise.VERIFIED: _(
            "Capacity without assured feed: verified contracts assure %(assured)s t of %(feed)s a year, enough for "
            "%(makes)s t or %(share)s of %(capacity)s t; %(gap)s t of %(feed)s a year must still be found for "
            "%(missing)s t of %(product)s."
        ),
    }
    best = it.best
    return sentences[it.promise] % {
        "assured": formats.indian(best.oxide),
        "feed": it.feed.label,
        "makes": formats.indian(best.product),
        "share": formats.per_cent(best.per_cent),
        "capacity": formats.indian(it.capacity),
        "gap": formats.indian(best.gap_feed),
        "missing": formats.indian(best.gap_product),
        "product": it.product.label,
    }
