"""What moved since the last report: every figure, nothing else, and the two reports reconcile exactly."""

import copy
import hashlib
import json
import random
from typing import Any

import pytest

from projects.models import audit
from reports import checks, document, figures
from reports.checks.changes import flat
from reports.figures import changes
from reports.printed import words
from tests.cast import acting
from tests.reports import examples, mutations, stage

# What is worked out from a snapshot does not hang on the engine; test_records.py asks both.
pytestmark = pytest.mark.engine("sqlite")

Snapshot = dict[str, Any]


def earlier(kind: str = "programme") -> Snapshot:
    return examples.programme() if kind == "programme" else examples.project()


def following(previous: Snapshot) -> Snapshot:
    """Return the next report, with the figures of the one before."""
    found = copy.deepcopy(previous)
    found["meta"] |= {
        "serial": "NCMM/2026-27/Q/0009",
        "as_of": "2026-06-30",
        "previous": {
            "serial": previous["meta"]["serial"],
            "as_of": previous["meta"]["as_of"],
            "snapshot_sha256": hashlib.sha256(audit.canonical(previous).encode()).hexdigest(),
        },
    }
    return found


def compared(previous: Snapshot, current: Snapshot) -> Snapshot:
    current["changes"] = json.loads(json.dumps(changes.changes(previous, current)))
    return current["changes"]


def contradictions(current: Snapshot, previous: Snapshot) -> list[str]:
    """Return what the checks say of the changes alone."""
    return [
        str(it) for it in checks.failures(current, previous) if it.figure.startswith(("changes", "meta.prev"))
    ]


def row_of(rows: list[Snapshot], reference: str) -> Snapshot:
    return next(row for row in rows if row["reference"] == reference)


def test_two_reports_with_the_same_figures_differ_in_nothing():
    before = earlier()
    found = compared(before, following(before))
    assert found["counts"] == {"moved": 0, "came": 0, "went": 0, "texts": 0}
    assert {row["difference"] for row in found["headline"]} <= {0, "0.00", None}


def test_a_figure_that_moved_is_named_by_its_row_with_old_and_new():
    before = earlier()
    now = following(before)
    row_of(now["projects"]["rows"], "PRJ-003")["cost"]["crore"] = "7400.00"
    now["milestones"]["overdue"]["sum"] = 1800
    found = compared(before, now)
    assert found["moved"] == [
        {"path": "milestones.overdue.sum", "old": 1747, "new": 1800},
        {"path": "projects.rows[PRJ-003].cost.crore", "old": "7280.00", "new": "7400.00"},
    ]


def test_the_order_of_rows_is_no_figure():
    before = earlier()
    now = following(before)
    now["projects"]["rows"].reverse()
    assert compared(before, now)["counts"]["moved"] == 0


def test_what_was_unknown_and_is_known_moved_from_nothing():
    before = earlier()
    now = following(before)
    row_of(now["projects"]["rows"], "PRJ-004")["cost"] = {"crore": "12.00", "counted": True}
    moved = compared(before, now)["moved"]
    assert {"path": "projects.rows[PRJ-004].cost.crore", "old": None, "new": "12.00"} in moved


def test_rows_that_came_and_went_are_told_whole():
    before = earlier()
    now = following(before)
    gone = now["projects"]["rows"].pop(0)
    new = copy.deepcopy(gone) | {"reference": "PRJ-099", "name": "New plant"}
    now["projects"]["rows"].append(new)
    found = compared(before, now)
    assert [entry["path"] for entry in found["came"]] == ["projects.rows[PRJ-099]"]
    assert [entry["path"] for entry in found["went"]] == ["projects.rows[PRJ-001]"]
    assert found["came"][0]["row"]["name"] == "New plant"
    assert found["projects"] == {"added": ["PRJ-099"], "left": ["PRJ-001"]}


def test_texts_stand_apart_from_figures():
    before = earlier()
    now = following(before)
    row_of(now["projects"]["rows"], "PRJ-003")["name"] = "Magnet scheme"
    found = compared(before, now)
    assert found["moved"] == []
    assert [entry["path"] for entry in found["texts"]] == ["projects.rows[PRJ-003].name"]
    assert contradictions(now, before) == []


@pytest.mark.parametrize("kind", ["programme", "project"])
@pytest.mark.parametrize("seed", range(12))
def test_whatever_moved_the_changes_lead_from_one_report_to_the_other(kind, seed):
    """Figures changed, rows taken away and doubled, blocks emptied: at random, and applied again figure by figure."""
    chance, before = random.Random(f"{kind} {seed}"), earlier(kind)
    now = shaken(following(before), chance)
    found = compared(before, now)
    assert sum(found["counts"].values()) > 0
    assert [it for it in contradictions(now, before) if "changes.milestones." not in it] == []


def shaken(snapshot: Snapshot, chance: random.Random) -> Snapshot:
    for _time in range(15):
        snapshot = mutations.changed(snapshot, chance.choice(mutations.figures(snapshot)), chance)
    for rows in (
        snapshot["milestones"]["overdue"]["rows"],
        snapshot["targets"]["rows"],
        snapshot["revisions"],
    ):
        if rows and chance.random() < 0.7:
            rows.pop(chance.randrange(len(rows)))
        if rows and chance.random() < 0.4:
            rows.append(copy.deepcopy(chance.choice(rows)))
        chance.shuffle(rows)
    block = chance.choice(snapshot["targets"]["rows"])
    block["baseline"] = None if block["baseline"] else {"value": "3", "on": None}
    return snapshot


def test_a_change_left_out_is_found_and_named():
    before = earlier()
    now = following(before)
    now["milestones"]["overdue"]["sum"] = 1800
    found = compared(before, now)
    found["moved"].pop()
    found["counts"]["moved"] = 0
    assert contradictions(now, before) == ["changes.milestones.overdue.sum is 1747, but must be 1800"]


def test_a_change_that_never_happened_is_found():
    before = earlier()
    now = following(before)
    found = compared(before, now)
    found["moved"].append({"path": "agreements.total", "old": 38, "new": 39})
    found["counts"]["moved"] = 1
    assert "changes.agreements.total is 39, but must be 38" in contradictions(now, before)


def test_changes_since_another_report_than_the_one_named_are_refused():
    before = earlier()
    now = following(before)
    compared(before, now)
    other = copy.deepcopy(before)
    other["meta"]["late"] = True
    assert any("meta.previous" in failure for failure in contradictions(now, other))
    assert any("meta.previous" in str(it) for it in checks.failures(now))


def test_a_row_that_stands_in_several_lists_moves_once():
    before = earlier()
    now = following(before)
    for name in ("rows", "overdue", "slips"):
        rows = now["milestones"][name] if name == "rows" else now["milestones"][name]["rows"]
        row_of(rows, "MST-072")["overdue_days"] = 181
    moved = compared(before, now)["moved"]
    assert [entry["path"] for entry in moved] == ["milestones.rows[MST-072].overdue_days"]


# --- added, achieved, slipped, slipped further ---


@pytest.fixture
def summer(db: None) -> tuple[Snapshot, Snapshot]:
    """The programme reports of June and September, from the records and what was done in between."""
    owner = stage.fill()
    june, september = (stage.issued("programme", owner, day) for day in (stage.EARLIER, stage.LATER))
    return json.loads(june.snapshot), json.loads(september.snapshot)


def test_the_second_report_tells_what_happened_since_the_first(summer):
    june, september = summer
    assert september["meta"]["previous"]["serial"] == june["meta"]["serial"]
    found = september["changes"]
    assert found["since"] == {"serial": june["meta"]["serial"], "as_of": "2026-06-30"}
    events = found["milestones"]
    assert events["since"] == "report"
    assert (events["added"], events["achieved"]) == ([], ["MST-037"])
    assert [(line["reference"], line["days"], line["reason"]) for line in events["slipped"]] == [
        ("MST-075", 292, "funds")
    ]
    assert [(line["reference"], line["days"], line["reason"]) for line in events["further_slipped"]] == [
        ("MST-036", 153, "clearance")
    ]


def test_the_first_report_tells_what_happened_in_its_period_and_not_what_was_added(summer):
    june, _september = summer
    found = june["changes"]
    assert (found["since"], found["counts"], found["moved"]) == (None, None, [])
    events = found["milestones"]
    assert (events["since"], events["added"]) == ("period", None)
    assert [line["reference"] for line in events["slipped"]] == ["MST-036"]
    assert sorted(events["achieved"]) == ["MST-028", "MST-035"]


def test_the_paper_says_what_it_is_compared_with_and_every_figure_that_moved(summer):
    june, september = summer
    shown, _assets = document.html(september, "en")
    assert f"Compared with report {june['meta']['serial']}" in shown
    assert "longest overdue, days 150 → 242" in shown
    assert "latest date 15 Jul 2026 → 15 Dec 2026" in shown
    first, _assets = document.html(june, "en")
    assert "This is the first report of its kind" in first


def test_outputs_come_first_and_agreements_last_among_what_moved(summer):
    _june, september = summer
    blocks = document.changes.context(september)["change"]["blocks"]
    assert [block["title"] for block in blocks] == [
        "Outputs",
        "What sectors need",
        "Action points of reviews",
        "Projects",
        "Stages and commercialisation",
        "Milestones",
        "Money",
        "Targets",
        "Agreements",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("kind", list(figures.SECTIONS))
def test_every_place_of_a_snapshot_has_words(kind):
    """No key is printed as it stands in the data, whatever figure may move one day."""
    owner = stage.fill()
    report = stage.report_of(kind, owner, stage.LATER)
    made = json.loads(json.dumps(figures.snapshot(report, by=acting(owner, stage.NOW.date()), now=stage.NOW)))
    bare = {path: found for path in flat(made) if "_" in "".join(found := words.place(path))}
    assert bare == {}


def test_a_report_made_before_changes_were_recorded_is_printed_without_them():
    old = examples.programme()
    del old["changes"]
    html, _assets = document.html(old, "en")
    assert 'id="changes"' not in html
    assert "and does not have them: Change since the last report." in html


def test_a_flat_report_holds_each_known_value_once():
    snapshot = examples.project()
    assert flat(snapshot)["milestones.rows[MST-034].delay_days"] == 48
    assert flat(snapshot)["milestones.delays.rows[MST-034]"] == "MST-034"
