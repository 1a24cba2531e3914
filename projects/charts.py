"""Geometry of the charts: pure arithmetic from figures to positions, the same for page and paper.

Across, everything is in per cent of the drawing's width, so that one drawing fits a telephone, a screen and a sheet of
A4 without being distorted; down, it is in pixels. The drawings (`templates/charts/*.svg`) hold shapes and digits only:
words stand in the HTML around them (`templates/charts/*.html`), because SVG text is not shaped on paper and
Devanagari would fall apart. Positions of text are computed here from the width of digits; `text-anchor` is not used.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from projects.fiscal import FinancialYear

PITCH = 20  # pixels from one row to the next; the labels' line height in charts.css is the same
AXIS = 20  # pixels above the first row of a timeline
TEXT = 10  # pixels, size of digits in a drawing
DIGIT, NARROW = 0.572, 0.268  # advance of a digit, and of comma, point and space, in em of Noto Sans
LONGEST_PANEL = 24  # rows of a timeline that surely fit on one page
TICKS = 9  # year marks that fit side by side

# What a colour means. Pages may restyle the classes `c-<role>`; these are the colours on paper.
COLOURS = {
    "verified": "#12406f",
    "claimed": "#9dbcd9",
    "achieved": "#5b8db8",
    "open": "#d3dde6",
    "overdue": "#b3402a",
    "latest": "#b3402a",
    "baseline": "#8a6d1f",
    "late": "#d8a24a",
    "undated": "#8c98a4",
    "recorded_after": "#b9c2ca",
    "cancelled": "#6b7680",
    "counted": "#12406f",
    "contained": "#c5d3e0",
    "share": "#12406f",
    "worked_out": "#12406f",
    "track": "#eef2f5",
    "line": "#c3ccd4",
}


class Value(NamedTuple):
    role: str
    amount: Decimal | int | str | None


class Row(NamedTuple):
    """One line of a bar chart: its name, the figure as printed beside it, and what is drawn."""

    label: str
    text: str
    values: Sequence[Value]


@dataclass(frozen=True)
class Box:
    """A rectangle: `x` and `width` in per cent, `y` and `height` in pixels."""

    role: str
    x: str
    width: str
    y: float
    height: float

    @property
    def fill(self) -> str:
        return COLOURS[self.role]


@dataclass(frozen=True)
class Number:
    """Digits at `x` per cent plus `dx` pixels, on the baseline `y`."""

    text: str
    x: str
    dx: float
    y: float
    light: bool = False


@dataclass(frozen=True)
class Bars:
    title: str
    rows: Sequence[Row]
    boxes: Sequence[Box]
    overflows: Sequence[Number]
    height: int
    tall: bool
    roles: Sequence[str]

    @property
    def alt(self) -> str:
        """The chart in words, for whoever cannot see it."""
        return f"{self.title}: " + "; ".join(f"{row.label} {row.text}" for row in self.rows)


def bars(
    title: str, rows: Sequence[Row], *, maximum: Decimal | int | None = None, grouped: bool = False
) -> Bars:
    """Return horizontal bars. `grouped` draws a row's values below each other, otherwise they lie on each other.

    Without `maximum` the longest bar fills the width. What goes beyond `maximum` is cut and marked with an arrowhead,
    so one over-fulfilled count does not flatten the rest. An unknown value has no bar; a known zero has none either,
    and differs by its printed figure.
    """
    amounts = [Decimal(value.amount) for row in rows for value in row.values if value.amount is not None]
    full = Decimal(maximum) if maximum else max(amounts, default=Decimal(0))
    lanes = max((len(row.values) for row in rows), default=1) if grouped else 1
    pitch = PITCH * 2 if lanes > 2 else PITCH
    thickness = (pitch - 8) / lanes
    boxes: list[Box] = []
    overflows: list[Number] = []
    for index, row in enumerate(rows):
        boxes.append(Box("track", "0%", "100%", index * pitch + 4, pitch - 8))
        for lane, value in enumerate(row.values):
            if value.amount is None or not full or Decimal(value.amount) <= 0:
                continue
            share = min(Decimal(value.amount) / full, Decimal(1)) * 100
            inset = 0 if grouped or lane == 0 else thickness / 4
            y = index * pitch + 4 + (lane * thickness if grouped else inset)
            boxes.append(Box(value.role, "0%", _per_cent(share), y, thickness - 2 * inset))
            if Decimal(value.amount) > full:
                overflows.append(Number("", "100%", -7, y + thickness / 2 - inset))
    roles = list(
        dict.fromkeys(value.role for row in rows for value in row.values if value.amount is not None)
    )
    return Bars(title, rows, boxes, overflows, len(rows) * pitch, pitch > PITCH, roles)


class Part(NamedTuple):
    role: str
    label: str
    number: int
    address: str = ""
    """Where its rows are listed, on pages."""


@dataclass(frozen=True)
class Stack:
    title: str
    parts: Sequence[Part]
    boxes: Sequence[Box]
    numbers: Sequence[Number]
    height: int

    @property
    def alt(self) -> str:
        return f"{self.title}: " + "; ".join(f"{part.label} {part.number}" for part in self.parts)


DARK = {"verified", "achieved", "overdue", "cancelled", "counted", "undated"}


def stack(title: str, parts: Sequence[Part]) -> Stack:
    """Return one bar that parts a whole. A count stands on its part when the part is wide enough."""
    total = sum(part.number for part in parts)
    height = 26
    boxes: list[Box] = []
    numbers: list[Number] = []
    before = 0
    for part in parts:
        if not part.number:
            continue
        share = Decimal(part.number) * 100 / total
        start = Decimal(before) * 100 / total
        boxes.append(Box(part.role, _per_cent(start), _per_cent(share), 0, height))
        if share >= 4:
            middle = _per_cent(start + share / 2)
            text = str(part.number)
            numbers.append(Number(text, middle, -width(text) / 2, height / 2 + 4, part.role in DARK))
        before += part.number
    return Stack(title, parts, boxes, numbers, height)


class Event(NamedTuple):
    """One line of a timeline: a milestone's name and its three dates."""

    label: str
    baseline: dt.date | None
    latest: dt.date | None
    actual: dt.date | None
    overdue: bool = False


@dataclass(frozen=True)
class Mark:
    role: str
    x: str
    y: float


@dataclass(frozen=True)
class Span:
    role: str
    x1: str
    x2: str
    y: float

    @property
    def stroke(self) -> str:
        return COLOURS[self.role]


@dataclass(frozen=True)
class Timeline:
    title: str
    events: Sequence[Event]
    marks: Sequence[Mark]
    spans: Sequence[Span]
    years: Sequence[Number]
    as_of: str
    height: int

    @property
    def alt(self) -> str:
        return f"{self.title}: " + "; ".join(event.label for event in self.events)


def timeline(title: str, events: Sequence[Event], as_of: dt.date) -> list[Timeline]:
    """Return the dates of `events` on one scale of financial years, in panels short enough for a page.

    A line runs from the original to the latest date (slip), and from the latest date to `as_of` for what is overdue.
    An event without any date keeps its row, empty: it is there and nobody knows when.
    """
    dates = [date for event in events for date in event[1:4] if date] + [as_of]
    first, last = FinancialYear.of(min(dates)), FinancialYear.of(max(dates))
    begin, end = first.first_day, last.last_day
    length = Decimal((end - begin).days + 1) * Decimal("1.02")  # room for a mark on the last day

    def across(day: dt.date) -> str:
        return _per_cent(Decimal((day - begin).days) * 100 / length)

    step = -(-(last.starts_in - first.starts_in + 1) // TICKS)
    years = [
        Number(str(year), across(year.first_day), 3, AXIS - 7)
        for year in (FinancialYear(number) for number in range(first.starts_in, last.starts_in + 1, step))
    ]
    panels = []
    for start in range(0, len(events), LONGEST_PANEL):
        rows = events[start : start + LONGEST_PANEL]
        marks: list[Mark] = []
        spans: list[Span] = []
        for index, event in enumerate(rows):
            y = AXIS + index * PITCH + PITCH / 2
            if event.baseline and event.latest and event.baseline != event.latest:
                spans.append(Span("baseline", across(event.baseline), across(event.latest), y))
            if event.overdue and event.latest:
                spans.append(Span("overdue", across(event.latest), across(as_of), y))
            for role in ("baseline", "latest", "actual"):
                date = getattr(event, role)
                if date and not (role == "latest" and date == event.baseline):
                    marks.append(Mark(role, across(date), y))
        panels.append(Timeline(title, rows, marks, spans, years, across(as_of), AXIS + len(rows) * PITCH))
    return panels


@dataclass(frozen=True)
class Ladder:
    """The nine steps of a readiness scale."""

    title: str
    alt: str
    boxes: Sequence[Box]
    numbers: Sequence[Number]
    height: int


def ladder(title: str, alt: str, claimed: Iterable[int], verified: int | None) -> Ladder:
    """Return nine boxes: up to the verified level solid, the claimed ones lighter. `alt` says it in words."""
    top = max(claimed, default=0)
    boxes, numbers = [], []
    for level in range(1, 10):
        role = "verified" if verified and level <= verified else "claimed" if level <= top else "track"
        x = Decimal(level - 1) * 100 / 9
        boxes.append(Box(role, _per_cent(x), "10.6%", 0, 22))
        text = str(level)
        numbers.append(Number(text, _per_cent(x + Decimal("5.3")), -width(text) / 2, 15, role == "verified"))
    return Ladder(title, alt, boxes, numbers, 22)


def width(text: str, size: float = TEXT) -> float:
    """Return the pixels that digits and their separators take in Noto Sans."""
    return sum(NARROW if character in ",. " else DIGIT for character in text) * size


def _per_cent(share: Decimal) -> str:
    return f"{share:.2f}%"
