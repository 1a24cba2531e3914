"""The public page: everybody may see it, every number leads to its rows, and nothing internal stands in it."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from django.urls import resolve

from projects.choices import Phase, Sector
from projects.models import Measurement
from tests import folders
from tests.api.scene import indicator, target
from tests.cast import acting, agreement, milestone, project
from tests.pages.test_dashboard import Numbers
from tests.reports.canaries import WORD, records

pytestmark = [pytest.mark.engine("postgres"), pytest.mark.django_db]

SOURCE = "https://example.org/published"
PAGES = (
    "/public/",
    *(f"/public/rows/{kind}/" for kind in ("milestones", "targets", "projects", "agreements")),
)


def rows_of(address: str) -> list:
    """Return the rows behind the address, without writing out the page."""
    found = resolve(address.partition("?")[0])
    view = found.func.view_class()
    request = RequestFactory().get(address)
    request.user = AnonymousUser()
    view.setup(request, *found.args, **found.kwargs)
    return view.chosen()


def shown() -> str:
    """Return all that everybody may read, on one page."""
    client = Client()
    answers = [client.get(path) for path in PAGES]
    assert [answer.status_code for answer in answers] == [200] * len(PAGES)
    return "".join(answer.content.decode() for answer in answers)


def test_every_public_number_leads_to_as_many_rows_and_agrees_with_the_open_data():
    folders.shipped()
    client = Client()
    answer = client.get("/public/?as_of=2026-06-15")
    assert answer["Cache-Control"] == "public, max-age=300"
    numbers = sorted(set(Numbers(answer.content.decode()).found))
    assert len(numbers) > 40
    wrong = [
        (number, address)
        for number, address in numbers
        if not address.startswith("#") and len(rows_of(address)) != number
    ]
    assert not wrong
    for kind in ("projects", "milestones", "targets"):
        rows = client.get(f"/public/rows/{kind}/?as_of=2026-06-15").context["rows"]
        opened = client.get(f"/api/v1/open-{kind}/?page_size=200").json()["results"]
        names = {(row.reference) for row in (getattr(it, kind.removesuffix("s")) for it in rows)}
        assert names == {row["reference"] for row in opened}
    page = answer.content.decode()
    assert "GODL-India" in page
    assert "15 Jun 2026" in page


def test_nothing_of_a_partner_and_nothing_internal_is_shown(cast):
    records(980, cast.texmin, cast.officer)  # no published source
    hidden = project("PRJ-970", cast.texmin, name=f"{WORD} defence", sector=Sector.DEFENCE, source_url=SOURCE)
    milestone("MST-970", hidden, title=f"{WORD} of defence", source_url=SOURCE)
    published = project(
        "PRJ-971",
        cast.texmin,
        name="Published plant",
        phase=Phase.PILOT,
        notes=WORD,
        source_url=SOURCE,
        agreement=agreement("AGR-971", cast.texmin, title=f"{WORD} agreement"),
    )
    milestone("MST-972", cast.our_project, title="Of an unpublished project", source_url=SOURCE)
    moved = milestone("MST-971", published, title="Published step", owner_post=WORD, source_url=SOURCE)
    moved.revise(
        by=acting(cast.officer), new_on=dt.date(2026, 7, 31), reason_code="funds", narrative=f"{WORD} story"
    )
    moved.claim(by=acting(cast.our_lead), actual_on=dt.date(2026, 6, 3), note=WORD)
    aim = target("TGT-971", indicator("PRD-971"), project=published, source_url=SOURCE)
    Measurement.claim(
        aim, by=acting(cast.our_lead), value="77.77", period_end=dt.date(2026, 5, 31), source_url=SOURCE
    )
    page = shown()
    assert "Published plant" in page
    assert "Published step" in page
    for secret in (
        WORD,
        "PRJ-901",
        cast.our_project.name,
        "77.77",
        "3 Jun 2026",
        "AGR-971",
        cast.our_lead.post,
    ):
        assert secret not in page, secret
    assert Client().get("/public/").context["found"].milestones.states.achieved == 0
    moved.verify(by=acting(cast.officer))
    assert "3 Jun 2026" in shown()


def test_rows_that_nobody_can_ask_for_are_not_there():
    assert Client().get("/public/rows/milestones/?owner=x").status_code == 404
    assert Client().get("/public/rows/users/").status_code == 404
    assert Client().get("/public/?as_of=x").status_code == 400
