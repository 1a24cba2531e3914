"""What reviews decided stands in the programme, project and partner reports until it is closed, and is told twice."""

import copy
import datetime as dt

import pytest

from projects.models import ActionPoint, ReviewMeeting
from projects.permissions import member
from reports import checks, document
from reports.checks import action_points as second
from reports.figures.action_points import action_points
from reports.printed import action_points as printed
from reports.printed import words
from tests.cast import TODAY, acting
from tests.reports import examples, mutations

pytestmark = [pytest.mark.django_db, pytest.mark.engine("sqlite")]
DAY = dt.timedelta(days=1)


@pytest.fixture
def points(cast):
    """Six action points: of each kind of subject, owner and state, on the day."""
    by = acting(cast.officer, TODAY - 20 * DAY)
    held = {"held_on": TODAY - 20 * DAY, "chaired_by": "Secretary"}
    meeting = ReviewMeeting.plan(by=by, title="May review", **held)

    def point(text, days, **fields):
        due = {"owner_post": "Director", "due_on": TODAY + days * DAY}
        return ActionPoint.record(meeting, by=by, text=text, **due, **fields)

    found = {
        "overdue": point("Name an officer.", -3, project=cast.our_project, owner=cast.texmin),
        "milestone": point("Send photographs.", 9, milestone=cast.our_milestone),
        "done": point("Answer the query.", 5, project=cast.our_project),
        "owned": point("Report on the feed.", 0, owner=cast.irel),
        "agreement": point("Draft the amendment.", 30, agreement=cast.our_agreement),
        "closed": point("Settle the seat.", -9, project=cast.our_project),
    }
    found["done"].done(by=acting(cast.officer, TODAY - DAY), note="Letter 12.")
    found["closed"].done(by=acting(cast.officer, TODAY - 2 * DAY), note="Letter 13.")
    found["closed"].close(by=acting(cast.manager, TODAY))
    return found


def of(found, points):
    names = {row.reference: name for name, row in points.items()}
    return [names[row["reference"]] for row in found["rows"]]


def scopes(cast):
    """The three kinds of report: what names their subject in a snapshot, and the records they hold."""
    everybody = acting(cast.manager)
    seen = ActionPoint.objects.visible_to(everybody)
    partner = ActionPoint.objects.visible_to(member(cast.texmin.pk, on=TODAY))
    return (
        ({}, seen),
        ({"project": {"reference": "PRJ-901"}}, seen.filter(project=cast.our_project)),
        ({"organisation": {"reference": "INS-901"}}, partner),
    )


def test_each_report_holds_what_is_not_closed_the_next_due_first(cast, points):
    programme, project, partner = (action_points(rows, TODAY) for _scope, rows in scopes(cast))
    assert of(programme, points) == ["overdue", "owned", "done", "milestone", "agreement"]
    assert of(project, points) == ["overdue", "done", "milestone"]
    assert of(partner, points) == ["overdue", "done", "milestone", "agreement"]
    counts = ("total", "open", "done", "overdue")
    assert [programme[name] for name in counts] == [5, 4, 1, 1]
    row = programme["rows"][0]
    assert (row["overdue_days"], row["about"], row["owner"]["reference"]) == (3, "PRJ-901", "INS-901")


def test_an_earlier_day_is_told_as_it_was(cast, points):
    before = action_points(ActionPoint.objects.all(), TODAY - DAY)
    states = {name: row["state"] for name, row in zip(of(before, points), before["rows"], strict=True)}
    assert states["closed"] == states["done"] == "done"
    assert action_points(ActionPoint.objects.all(), TODAY - 21 * DAY)["rows"] == []


def test_the_second_reading_tells_the_same_and_every_figure_has_a_witness(cast, points):
    for scope, rows in scopes(cast):
        found = action_points(rows, TODAY)
        told = second.told(scope, TODAY, by=acting(cast.manager))
        assert told == found
        assert [it for it in second.identities(found, TODAY) if it.found != it.expected] == []
        for path in mutations.below(found, ()):
            wrong = copy.deepcopy(found)
            *above, last = path
            place = wrong
            for key in above:
                place = place[key]
            place[last] = "2020-01-01" if isinstance(place[last], str) else place[last] + 1
            agrees = all(it.found == it.expected for it in second.identities(wrong, TODAY))
            assert wrong != told, path
            if path[0] != "rows" or last == "overdue_days":
                assert not agrees, path
        without = copy.deepcopy(found)
        without["rows"].pop()
        assert any(it.found != it.expected for it in second.identities(without, TODAY))


@pytest.mark.parametrize("kind", ["programme", "project", "partner"])
def test_the_paper_prints_them_and_a_report_made_before_has_no_such_section(cast, points, kind):
    old = getattr(examples, kind)()
    old.pop("action_points", None)
    for language in ("en", "hi"):
        assert "ACT-001" not in document.html(old, language)[0]
    assert f'id="{printed.SLUG}"' not in document.html(old, "en")[0]
    new = {**old, "action_points": action_points(ActionPoint.objects.all(), TODAY)}
    page = document.html(new, "en")[0]
    for text in (printed.title(), "Name an officer.", "said to be done on 14 Jun 2026: Letter 12."):
        assert text in page
    wrong = checks.failures({**new, "action_points": {**new["action_points"], "open": 9}})
    assert any(it.figure.startswith("action_points") for it in wrong)


def test_the_changes_name_what_moved_in_words():
    place = words.place("action_points.rows[ACT-001].done_on")
    assert (place.section, place.row, place.figure) == ("Action points of reviews", "ACT-001", "done on")
    assert words.value("done", "action_points.rows[ACT-001].state") == "done, not closed"
