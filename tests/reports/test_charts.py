"""The geometry of charts, and the rules their drawings keep."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from projects import charts, tiles
from projects.charts import COLOURS, Event, Part, Row, Value
from projects.states import IndianState

ROOT = Path(__file__).resolve().parents[2]
DRAWINGS = sorted((ROOT / "templates" / "charts").glob("*.svg"))
AS_OF = date(2026, 3, 31)


def per_cent(text: str) -> Decimal:
    return Decimal(text.removesuffix("%"))


def bar(role: str, chart: charts.Bars) -> Decimal:
    return next(per_cent(box.width) for box in chart.boxes if box.role == role)


def test_the_longest_bar_fills_the_width_and_the_others_keep_their_proportion():
    chart = charts.bars("t", [Row("a", "50", [Value("share", 50)]), Row("b", "200", [Value("counted", 200)])])
    assert bar("counted", chart) == 100
    assert bar("share", chart) == 25


def test_what_goes_beyond_the_maximum_is_cut_and_marked():
    chart = charts.bars("t", [Row("a", "300.00 %", [Value("claimed", "300.00")])], maximum=100)
    assert bar("claimed", chart) == 100
    assert len(chart.overflows) == 1


def test_neither_an_unknown_value_nor_zero_has_a_bar():
    chart = charts.bars(
        "t", [Row("a", "not known", [Value("claimed", None)]), Row("b", "0", [Value("claimed", 0)])]
    )
    assert {box.role for box in chart.boxes} == {"track"}
    assert charts.bars("t", []).boxes == []


def test_verified_lies_inside_claimed():
    chart = charts.bars("t", [Row("a", "40", [Value("claimed", 60), Value("verified", 40)])], maximum=100)
    claimed, verified = (
        next(box for box in chart.boxes if box.role == role) for role in ("claimed", "verified")
    )
    assert claimed.y < verified.y
    assert verified.y + verified.height < claimed.y + claimed.height


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=7).filter(any))
def test_the_parts_of_a_stack_fill_it_without_gap(numbers):
    chart = charts.stack("t", [Part("open", "x", number) for number in numbers])
    edge = Decimal(0)
    for box in chart.boxes:
        assert abs(per_cent(box.x) - edge) <= Decimal("0.02")
        edge = per_cent(box.x) + per_cent(box.width)
    assert abs(edge - 100) <= Decimal("0.05")


def test_a_timeline_draws_slip_and_overdue_and_keeps_the_order_of_dates():
    event = Event("a", date(2025, 8, 17), date(2025, 12, 31), None, overdue=True)
    (chart,) = charts.timeline("t", [event], AS_OF)
    assert [mark.role for mark in chart.marks] == ["baseline", "latest"]
    assert [span.role for span in chart.spans] == ["baseline", "overdue"]
    assert per_cent(chart.marks[0].x) < per_cent(chart.marks[1].x) < per_cent(chart.as_of) < 100


def test_an_event_without_any_date_keeps_its_row():
    (chart,) = charts.timeline("t", [Event("undated", None, None, None)], AS_OF)
    assert chart.events[0].label == "undated"
    assert chart.marks == []


days = st.none() | st.dates(date(1950, 1, 1), date(2080, 1, 1))
events = st.builds(Event, st.just("x"), days, days, days, st.booleans())


@given(st.lists(events, min_size=1, max_size=60), st.dates(date(2000, 1, 1), date(2040, 1, 1)))
def test_any_timeline_stays_inside_its_drawing_and_its_year_marks_fit(rows, as_of):
    panels = charts.timeline("t", rows, as_of)
    assert sum(len(panel.events) for panel in panels) == len(rows)
    for panel in panels:
        assert all(0 <= per_cent(mark.x) <= 100 and mark.y < panel.height for mark in panel.marks)
        assert len(panel.years) <= charts.TICKS


def test_a_readiness_ladder_shows_verified_below_claimed():
    chart = charts.ladder("t", "alt", [7, 8], 5)
    assert [box.role for box in chart.boxes] == ["verified"] * 5 + ["claimed"] * 3 + ["track"]


def test_every_state_has_one_tile_of_its_own_and_what_is_counted_is_told_in_words():
    chart = tiles.tiles("t", {IndianState.OD: 5, IndianState.JH: 1})
    assert {tile.state for tile in chart.tiles} == set(IndianState)
    assert len({(tile.x, tile.y) for tile in chart.tiles}) == len(IndianState) == 36
    assert all(per_cent(tile.x) + per_cent(chart.tile_width) <= 100 for tile in chart.tiles)
    assert chart.alt == "t: Jharkhand 1; Odisha 5"
    assert {tile.state: tile.role for tile in chart.tiles if tile.number} == {
        "IN-OD": "verified",
        "IN-JH": "claimed",
    }


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: path.name)
def test_a_drawing_keeps_the_rules(path):
    source = path.read_text()
    for forbidden in (
        "text-anchor",
        "style=",
        "<style",
        "|safe",
        "<image",
        "href",
        "opacity",
        "{% autoescape",
    ):
        assert forbidden not in source


EXAMPLES = {
    "bars": charts.bars("T & <b>", [Row("<i>", "1", [Value("claimed", 3), Value("verified", 1)])], maximum=2),
    "stack": charts.stack("T", [Part("achieved", "<a>", 5), Part("open", "b", 2)]),
    "timeline": charts.timeline(
        "T", [Event("<e>", date(2025, 1, 1), date(2025, 5, 1), date(2025, 6, 1))], AS_OF
    )[0],
    "ladder": charts.ladder("T", "level <3>", [4], 2),
    "tiles": tiles.tiles("T <i>", {IndianState.OD: 5, IndianState.JH: 1}),
}
# Two capital letters of Latin are drawn alike on page and paper: nothing of them is shaped.
DRAWN = re.compile(r"[\d-]+|[A-Z]{2}")


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_drawing_is_well_formed_says_itself_in_words_and_holds_digits_only(name):
    drawing = ElementTree.fromstring(render_to_string(f"charts/{name}.svg", {"chart": EXAMPLES[name]}))  # noqa: S314
    space = "{http://www.w3.org/2000/svg}"
    assert drawing.findtext(f"{space}title") == EXAMPLES[name].alt
    assert drawing.findtext(f"{space}desc")
    assert all(DRAWN.fullmatch(text.text) for text in drawing.iter(f"{space}text"))
    assert [child.tag for child in drawing][:1] == [f"{space}title"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_words_around_a_drawing_are_escaped(name):
    shown = render_to_string(f"charts/{name}.html", {"chart": EXAMPLES[name]})
    assert not re.search(r"<(b|i|a|e|3)>", shown)


def test_page_and_paper_use_the_same_colours():
    css = (ROOT / "projects" / "static" / "projects" / "charts.css").read_text()
    for roles, colour in re.findall(
        r"((?:\.key-[a-z_-]+::before,? ?)+)\{ background: (#[0-9a-f]{6}); \}", css
    ):
        for role in re.findall(r"\.key-([a-z_]+)::before", roles):
            assert COLOURS[role] == colour


def test_the_row_height_of_the_labels_is_the_one_of_the_drawing():
    css = (ROOT / "projects" / "static" / "projects" / "charts.css").read_text()
    assert f"height: {charts.PITCH}px; line-height: {charts.PITCH}px" in css
    assert f"height: {charts.PITCH * 2}px; line-height: {charts.PITCH * 2}px" in css
    assert f"padding-top: {charts.AXIS}px" in css
