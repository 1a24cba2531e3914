"""A snapshot on paper: every figure it holds is there, and nothing is computed, asked or fetched on the way.

None of these tests may touch the database: pytest-django refuses it without a mark.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest

from reports import document
from tests.breadth import some
from tests.reports import examples
from tests.reports.printing import EXAMPLES, holds, pages, printed, reader, render, text

# What a snapshot holds for downloads and later reports and the paper leaves out. Anything else must be printed.
OF_A_MILESTONE = (
    r"milestones(\.\w+)?\.rows\.\*\.(project_name|agreement|state|status|revisions|as_of|band|reason|type)"
)
OF_A_TARGET = r"targets\.rows\.\*\.(project_name|indicator|kind|basis|measure|direction|as_of|\w+_capped)"
NOT_PRINTED = {
    "programme": (
        r"schema|meta\.due_at|changes\.milestones\.since",
        r"reliance\.(rows|bases\.rows)\.\*\.(mineral\.(reference|symbol)|as_of|note|code|unit)",
        # The paper names the figures by product and period; the data file names the records.
        r"reliance\.bases\.(concentrated|rows\.\*\.(inputs\.\w+\.points|published_shares)\.\*)|reliance\.shares\.\*\.code",
        # No need is on public record: test_kind_programme_sections.py prints some.
        r"sectors\.(total|claimed|verified)",
        # A project without a decision, a plan or a time box is counted, not listed.
        r"stages\.rows\.\*\.(reference|name|held|stopped|next_gate|commercial\.passed)",
        r"projects\.rows\.\*\.(kind|country|site|product|parent|agreement|trl\.claimed)",
        r"projects\.rows\.\*\.(lead\.(reference|name)|milestones\.(verified|open))",
        r"projects\.rows\.\*\.(governing|next_due)\.(reference|title|state)",
        r"projects\.rows\.\*\.governing\.late_(baseline|latest)_days",  # printed in months
        # All milestones and all moves are for the data file; the paper has the lists that ask for something.
        r"milestones\.rows\.\*\..*|revisions\.\*\..*",
        OF_A_MILESTONE,
        r"milestones\.\w+\.rows\.\*\.(baseline|latest|\w+_days)",  # where the list is about another date
        r"milestones\.(slips|delays)\.median|milestones\.upcoming\.count",
        OF_A_TARGET + r"|targets\.with_target",
        r"targets\.rows\.\*\.(baseline\.on|target\.version|claimed\.level|verified\.(on|by|source_url)|achievement\.\w+_capped)",
    ),
    "project": (
        r"schema|meta\.(due_at|scope\.kind)|changes\.milestones\.since",
        r"project\.(lead|partners\.\*)\.(reference|short_name)|project\.minerals\.\*\.(reference|symbol)|project\.cost\.counted",
        OF_A_MILESTONE + r"|milestones\.rows\.\*\.project",
        # A project is small: its one table of milestones stands for the lists by subject.
        r"milestones\.(open|overdue|overdue_baseline|bands|slips|delays|achieved_in_period|upcoming)\..*",
        OF_A_TARGET + r"|targets\.(with_target|with_due|verified\.count|by_basis\..*)",
        r"targets\.rows\.\*\.(baseline\.on|target\.version|claimed\.level|verified\.(on|by|source_url)|achievement\.\w+_capped)",
        r"evidence\.\*\.type|revisions\.\*\.number",
        # How many there are of each is for the data file: the paper shows the rows.
        r"clearances\.(total|states\.\w+)|handovers\.(total|(claimed|verified)\.\w+)|roadmap\.passed",
        r"feed\.(excesses\.\w+|unassured)|feed\.capacities\.\*\.since",
    ),
}


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and set(value) != {"on", "precision"}:
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, f"{path}.{index}")
    elif value is not None:
        yield path, value


def places(snapshot: examples.Snapshot) -> dict[str, str]:
    """Return every kind of place in the snapshot ("targets.rows.*.claimed.value") with one path to it."""
    found: dict[str, str] = {}
    for path, _value in leaves(snapshot):
        found.setdefault(re.sub(r"\.\d+", ".*", path), path)
    return found


def with_another_value(snapshot: examples.Snapshot, path: str) -> examples.Snapshot:
    """Return the snapshot with the one value at `path` made another of its kind."""
    result = deepcopy(snapshot)
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    holder: Any = result
    for step in way:
        holder = holder[step]
    holder[last] = another(holder[last])
    return result


def another(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 7919
    if isinstance(value, dict):
        return {"on": "2019-05-11", "precision": "day"}
    if re.match(r"\d{4}-\d\d-\d\d", value):
        return "2019-05-11" + value[10:]
    return "7919.37" if re.fullmatch(r"-?\d+(\.\d+)?", value) else f"{value}-7919"


def is_silent(snapshot: examples.Snapshot, path: str, original: str) -> bool:
    """Return whether another value at `path` leaves the paper as it is. A refusal is not silence."""
    try:
        return document.html(with_another_value(snapshot, path), "en")[0] == original
    except (KeyError, ValueError):
        return False


@pytest.mark.parametrize("kind", EXAMPLES)
def test_everything_in_a_snapshot_is_printed_but_what_is_named_here(kind):
    snapshot = examples.with_verification(EXAMPLES[kind]())
    original = document.html(snapshot, "en")[0]
    silent = {place for place, path in places(snapshot).items() if is_silent(snapshot, path, original)}
    assert {
        place for place in silent if not any(re.fullmatch(known, place) for known in NOT_PRINTED[kind])
    } == set()
    assert [
        known for known in NOT_PRINTED[kind] if not any(re.fullmatch(known, place) for place in silent)
    ] == []


# Of rows that came and went the paper names which; of texts, which changed. Their contents stand in the data file.
OF_CHANGES = r"changes\.((came|went)\.\*\.row(\..*)?|texts\.\*\.(old|new)|milestones\.since)"


@pytest.mark.parametrize("kind", some(["project", "programme"], 1))
def test_every_change_since_the_last_report_is_printed(kind):
    snapshot = examples.compared(EXAMPLES[kind]())
    original = document.html(snapshot, "en")[0]
    found = {place: path for place, path in places(snapshot).items() if place.startswith("changes.")}
    silent = {place for place, path in found.items() if is_silent(snapshot, path, original)}
    assert {"changes.moved.*.old", "changes.moved.*.new", "changes.counts.moved"} <= found.keys() - silent
    assert {place for place in silent if not re.fullmatch(OF_CHANGES, place)} == set()


class Words(HTMLParser):
    """The texts between the tags of a document, drawings left out."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag in {"title", "svg"}:
            self._inside.append(tag)

    def handle_endtag(self, tag):
        if self._inside and tag == self._inside[-1]:
            self._inside.pop()

    def handle_data(self, data):
        if data.strip() and not self._inside:
            self.found.append(re.sub(r"\s", "", data))


@pytest.mark.parametrize("kind", some(["programme", "project"], 1))
def test_the_pdf_holds_every_text_of_its_document(kind):
    html, _assets = document.html(EXAMPLES[kind](), "en")
    on_paper = re.sub(r"\s", "", text(printed(kind)))
    labels = set(
        re.findall(r'chart-labels">(.*?)</div>\n', html, re.S)
    )  # a label may end in an ellipsis: see the table
    cut = {
        re.sub(r"\s", "", unescape(label))
        for block in labels
        for label in re.findall(r"<div>(.*?)</div>", block)
    }
    assert [word for word in Words(html).found if word not in on_paper and word not in cut] == []


# Worked out by hand from the public records, not by this program.
BY_HAND = (
    "62",
    "29",
    "1,747",
    "291.17",
    "66.67",
    "₹ 67,109 crore",
    "₹ 2,103 crore",
    "₹ 23,580 crore",
    "90.73",
    "70.23",
    "93.91",
)


def test_the_figures_worked_out_by_hand_stand_on_paper():
    on_paper = text(printed("programme"))
    assert [figure for figure in BY_HAND if not holds(on_paper, figure)] == []


def test_contents_point_at_the_pages_where_sections_begin():
    found = pages(printed("programme"))
    contents = found[1]
    begun = {1: "At a glance", 2: "Outputs", 3: "Import reliance", 5: "Projects"}
    for number, title in begun.items():
        begins = next(
            index for index, page in enumerate(found, 1) if index > 2 and f"{number} {title}" in page[:120]
        )
        assert re.search(rf"{number}\s*{title}\s*{begins}\b", contents)


def test_every_page_but_the_cover_says_which_of_how_many_it_is():
    found = pages(printed("programme"))
    assert all(f"Page {number} of {len(found)}" in page for number, page in enumerate(found, 1) if number > 1)
    assert all("NCMM/2025-26/Q/0001" in page for page in found)


def test_charts_are_vector_drawings():
    for page in reader(printed("programme")).pages:
        assert len(page.images) == 0


def test_the_cover_names_serial_period_day_language_and_audit_head():
    cover = pages(printed("programme"))[0]
    for words in (
        "NCMM/2025-26/Q/0001",
        "Q4 2025-26",
        "as of 31 Mar 2026",
        "English",
        "entry 412",
        "first issue",
    ):
        assert words in cover
    assert examples.programme()["meta"]["audit"]["hash"] in cover
    assert "Late" not in cover


def test_a_late_revision_says_both_on_its_cover():
    cover = pages(render(examples.late_revision(examples.project())))[0]
    assert "Late: this report was due on 7 Apr 2026" in cover
    assert "Revision 1 of this report" in cover
    assert "entered under the wrong project" in cover


def test_an_approximate_date_is_marked_and_an_unknown_value_named():
    shown, _assets = document.html(examples.programme(), "en")
    assert "≈\N{NO-BREAK SPACE}10 Sep 2022" in shown
    assert "≈\N{NO-BREAK SPACE}2026" in shown
    assert "not known" in shown


def test_agreements_come_last_before_the_sources():
    sections = list(document._sections("programme"))
    assert sections[1] == "outputs"
    assert sections[-2:] == ["agreements", "sources"]


def test_claimed_and_verified_stand_apart():
    shown, _assets = document.html(examples.with_verification(examples.project()), "en")
    assert "Deputy Secretary, Ministry of Mines, 25 Mar 2026" in shown
    assert "claimed 7/8, verified 5" in shown


@pytest.mark.parametrize("kind", EXAMPLES)
def test_an_empty_programme_or_project_is_still_a_report(kind):
    empty = emptied(EXAMPLES[kind]())
    assert "None." in document.html(empty, "en")[0]
    assert render(empty).pages >= 5


def emptied(value: Any, path: str = "") -> Any:
    """Return the snapshot without any row and with every optional figure unknown."""
    if isinstance(value, list):
        return [] if not path.endswith("bands") else value
    if isinstance(value, dict) and not path.startswith("meta"):
        return {key: emptied(inner, f"{path}.{key}" if path else key) for key, inner in value.items()}
    if isinstance(value, int) and not path.startswith("meta"):
        return 0
    if re.search(r"\.(mean|median)(_capped)?$", path):
        return None
    return value


def test_a_template_takes_no_markup_from_a_snapshot():
    shown, _assets = document.html(examples.with_hostile_texts(examples.programme()), "en")
    assert "<script" not in shown
    assert re.findall("<img[^>]*", shown) == re.findall("<img src=.asset:verify.svg[^>]*", shown)
    assert "{{ 7|add:7 }}" in shown


def test_no_template_turns_escaping_off():
    folder = document.ROOT / "templates" / "reports" / "print"
    for path in folder.glob("*.html"):
        assert not re.search(r"\|\s*safe|autoescape|mark_safe", path.read_text()), path.name


def test_the_hindi_edition_has_the_same_figures_and_order():
    english, _ = document.html(examples.programme(), "en")
    hindi, _ = document.html(examples.programme(), "hi")
    assert 'lang="hi"' in hindi
    assert re.findall(r'class="n">([\d,.]+)<', english) == re.findall(r'class="n">([\d,.]+)<', hindi)
