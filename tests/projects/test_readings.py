"""What is read without models is told as what is read with them: whoever asks, in either language, for any day and any fields."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.test import RequestFactory
from django.utils import timezone, translation

from projects import agreeing, gating
from projects.api import MilestoneViewSet, ProjectViewSet
from projects.models import Milestone, Organisation, Project, TokenGrant, User, audit
from tests import folders
from tests.cast import TODAY, Cast, acting, agreement, assemble, document, milestone, person, project, system
from tests.memory import remembered

# What is made once for all tests here is made by one worker.
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("readings")]
Ask = Callable[..., list[Any]]

ADDRESSES = (
    *("", "page_size=3", "page=2&page_size=7", "page=99", "page=last&page_size=5", "as_of=2027-06-30"),
    *("as_of=2024-01-01", "overdue=true&sort=-overdue", "overdue=false", "q=rare earth", "q=nothing like it"),
    *("sector=ev", "kind=wrong", "sort=-cost,name", "fields=reference,progress,agreement", "fields=nothing"),
    *("mineral=MIN-001", "lead=INS-901", "lead=INS-999", "agreement=AGR-905", "parent=PRJ-001", "as_of=2026"),
)
OF_MILESTONES = (
    *("", "page_size=4", "sort=-recorded&page_size=5", "state=open", "overdue=true&as_of=2027-06-30"),
    *(
        "as_of=2026-06-01",
        "project=PRJ-901",
        "project=PRJ-999",
        "due_from=2026-01-01",
        "q=pilot",
        "type=wrong",
    ),
    *("cursor=cD01", "cursor=cD0xMA%3D%3D&page_size=4", "cursor=cj0xJnA9MjA%3D&page_size=4", "cursor=x"),
    *("cursor=cD05OTk5OTk5OTk5OTk5OTk5OTk5OQ%3D%3D", "fields=reference,standing,claim", "as_of=2026"),
)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(dt.datetime.combine(TODAY, dt.time(12), tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def people(db: None) -> list[User]:
    """Return people who see all, much, little and nothing of a programme with one of everything."""
    return remembered(furnish)


def furnish() -> list[User]:
    folders.shipped()
    cast = assemble()
    lively(cast)
    (partner, *_) = [
        it for it in Organisation.objects.filter(led_projects__isnull=False) if not it.is_ministry
    ]
    member = person("member", "viewer", partner)
    auditor = person("partial", "auditor", Organisation.objects.get(reference="INS-001"))
    return [cast.officer, cast.our_lead, cast.their_viewer, member, auditor, cast.nobody]


def lively(cast: Cast) -> None:
    manager, officer, lead = acting(cast.manager), acting(cast.officer), acting(cast.our_lead)
    hidden = agreement(
        "AGR-905",
        cast.ministry,
        cast.irel,
        status="in_force",
        term_years="2.5",
        signed_on=dt.date(2024, 1, 1),
    )
    for row, move in ((hidden, "suspend"), (cast.our_agreement, "suspend"), (cast.our_agreement, "resume")):
        agreeing.take(
            row,
            move,
            by=manager,
            taken_on=dt.date(2026, 6, 1),
            decided_by_post="Secretary",
            reason="As agreed.",
        )
    ours = cast.our_project
    changes = {
        "agreement": hidden,
        "capacity_value": "35.4200",
        "capacity_unit": "t",
        "cost_crore": "12.50",
        "sector": "ev",
    }
    ours = audit.change(
        ours, by=system(), action="test.setup", changes=changes, related={"partners": [cast.irel]}
    )
    project("PRJ-905", cast.texmin, parent=ours, agreement=cast.our_agreement, kind="centre")
    project("PRJ-906", cast.irel, cast.texmin, cast.ministry, kind="centre", parent=ours)
    decision = {"decided_on": dt.date(2026, 6, 1), "decided_by_post": "Secretary"}
    gating.decide(ours, by=manager, gate="G3", decision="hold", reason="No feed.", **decision)
    later = {**decision, "decided_on": dt.date(2026, 6, 2)}
    gating.decide(ours, by=manager, gate="G3", decision="hold", reason="\"Quoted\" <and> 'हिन्दी'", **later)
    rows = [milestone(f"MST-91{n}", ours, agreement=hidden) for n in range(6)]
    milestone("MST-920", None, agreement=cast.our_agreement)
    moved = {"reason_code": "funds", "narrative": "Late."}
    rows[0].revise(by=manager, new_on=dt.date(2026, 9, 1), **moved)
    for row in rows[1:5]:
        row.claim(by=lead, actual_on=dt.date(2026, 6, 1), note="हो गया", evidence=[document("proof")])
    rows[1].verify(by=officer)
    rows[2].return_(by=officer, reason="No certificate.")
    rows[2].revise(by=manager, new_on=dt.date(2027, 1, 1), **moved)
    rows[5].cancel(by=manager, reason="Given up.")


@pytest.fixture
def told(people: list[User]) -> Callable[[Any, str, str, dict[str, str]], None]:
    """Return what holds the answer of a view against that of the same view without its readings."""
    tokens = {user: TokenGrant.issue(user, now=timezone.now())[1] for user in people}

    def same(view: Any, address: str, language: str = "en", **named: str) -> int:
        handlers = {"get": "retrieve" if named else "list"}
        statuses = set()
        for user in people:
            headers = {"Authorization": f"Token {tokens[user]}", "Accept-Language": language}
            answers = []
            for initkwargs in ({}, {"reading": None, "detail_reading": None}):
                request = RequestFactory().get(f"/api/v1/rows/?{address}", headers=headers)
                with translation.override(language):
                    response = view.as_view(handlers, **initkwargs)(request, **named).render()
                answers.append((response.status_code, json.loads(response.content)))
            assert answers[0] == answers[1], (user, address)
            statuses.add(answers[0][0])
        return max(statuses)

    return same


def test_projects_are_told_alike(told: Any):
    for address in ADDRESSES:
        told(ProjectViewSet, address)
    told(ProjectViewSet, "page_size=100", "hi")
    for reference in [
        *Project.objects.values_list("reference", flat=True)[:6],
        "PRJ-901",
        "PRJ-906",
        "PRJ-777",
    ]:
        told(ProjectViewSet, "as_of=2026-07-01", "hi", reference=reference)
    told(ProjectViewSet, "fields=gates,children", reference="PRJ-901")
    told(ProjectViewSet, "", reference="PRJ-906")


def test_milestones_are_told_alike(told: Any):
    for address in OF_MILESTONES:
        told(MilestoneViewSet, address)
    told(MilestoneViewSet, "page_size=100", "hi")
    assert {it.status for it in Milestone.objects.all()} == {
        "planned",
        "claimed",
        "verified",
        "returned",
        "cancelled",
    }
