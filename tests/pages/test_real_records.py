"""The pages of the public records show the figures that were worked out from them by hand (tests/projects has all)."""

import re

import pytest
from django.core.management import call_command
from django.test import Client

from projects.choices import Role
from projects.management.commands.load_demonstration import records
from tests.breadth import THOROUGH
from tests.cast import person


@pytest.fixture
def auditor(db, as_user) -> Client:
    """A browser in which an auditor of the whole programme reads the public records."""
    call_command("import_programme", str(records()), verbosity=0)
    return as_user(person("auditor", Role.AUDITOR))


def text(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())).replace(
        "\N{NO-BREAK SPACE}", " "
    )


def test_the_overview_shows_the_expected_figures_of_each_day(auditor):
    page = text(auditor.get("/programme/?as_of=2026-03-31"))
    assert "For 6 milestones there is no public evidence by the due date." in page
    assert "India imports all it needs of 10 minerals." in page
    assert "₹ 67,109 crore" in page
    assert "₹ 23,580 crore" in page
    assert "with a target 5 13.2 % on paper only 26 68.4 % with a project 10 26.3 %" in page
    assert "with a pilot or later 3 7.9 % announced or signed 38" in page
    assert "For 12 milestones there is no" in text(auditor.get("/programme/?as_of=2026-06-30"))
    assert "For 14 milestones there is no" in text(auditor.get("/programme/?as_of=2026-09-30"))


def test_lists_find_as_many_as_the_overview_counts_and_every_record_opens(auditor):
    for query, expected in (
        ("/milestones/?overdue=true&as_of=2026-03-31", 6),
        ("/milestones/?state=achieved&as_of=2026-03-31", 62),
        ("/milestones/?state=undated", 1),
        ("/agreements/?paper_only=true", 26),
        ("/agreements/?has_pilot=true", 3),
        ("/projects/?phase=pilot", 3),
    ):
        assert auditor.get(query).context["paginator"].count == expected, query
    for number in range(1, 29, 1 if THOROUGH else 4):
        assert auditor.get(f"/projects/PRJ-{number:03d}/").status_code == 200
        assert auditor.get(f"/agreements/AGR-{number:03d}/").status_code == 200


def test_the_magnet_schemes_feed_gap_and_every_mineral_stand_on_their_pages(auditor):
    page = text(auditor.get("/projects/PRJ-003/feed/?as_of=2026-03-31"))
    for wanted in (
        "TGT-019",
        "TGT-023",
        "1,500 t or 25.00",
        "1,500 t of NdPr oxide a year must still be found",
    ):
        assert wanted in page
    summary = auditor.get("/reliance/").context["summary"]
    assert summary.total == 39
    assert sum(len(subject.published) for subject in summary.subjects) == 10
    for subject in summary.subjects:
        assert auditor.get(f"/reliance/{subject.key}/").status_code == 200
    assert "From 2023-24 to 2024-25: +87.11" in text(auditor.get("/reliance/MIN-18/"))
