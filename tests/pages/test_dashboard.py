"""The dashboard: every number leads to exactly the rows that it counts."""

import re
from html.parser import HTMLParser

import pytest
from django.test import Client, RequestFactory
from django.urls import resolve

from projects.choices import Role
from projects.states import Elsewhere, IndianState
from tests import folders
from tests.cast import person

pytestmark = pytest.mark.engine("postgres")


class Numbers(HTMLParser):
    """Collects the numbers of a page that are links, with their addresses."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []
        self.address = ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        if tag == "a" and named.get("class") == "count":
            self.address = named["href"]

    def handle_data(self, data):
        if self.address and data.strip():
            self.found.append((int(data.replace(",", "")), self.address))
            self.address = ""


def listed(client, address: str) -> int:
    """Return how many rows the list has with the filter of the address; without writing out the page."""
    found = resolve(address.partition("?")[0])
    request = RequestFactory().get(address)
    request.user = client.user
    view = found.func.view_class()
    view.setup(request, *found.args, **found.kwargs)
    assert view.filterset.is_valid(), address
    return view.get_queryset().count()


def rows_at(client, address: str, page: str, path: str) -> int:
    """Return how many rows stand where the address leads: in a list, or under a heading of a page."""
    target, _, fragment = address.partition("#")
    if not fragment:
        return listed(client, target)
    text = client.get(target).content.decode() if target and target != path else page
    part = text[text.index(f'id="{fragment}"') :]
    part = re.split(r"</section>|</ul>", part)[0]
    body = part[part.index("<tbody") :] if "<tbody" in part else part
    return len(re.findall(r"<tr|<li", body))


@pytest.fixture
def auditor(db, as_user) -> Client:
    folders.shipped()
    browser = as_user(user := person("auditor", Role.AUDITOR))
    browser.user = user
    return browser


DAY = "2026-06-30"
PATH = f"/programme/?as_of={DAY}"
PARTS = ("outputs", "reliance", "targets", "delay", "money", "map", "stages", "warning", "agreements")


def test_every_number_leads_to_as_many_rows_and_the_parts_stand_by_their_weight(auditor):
    page = auditor.get(PATH).content.decode()
    numbers = sorted(set(Numbers(page).found))
    assert len(numbers) > 50
    wrong = [
        f"{number} at {address}: {found}"
        for number, address in numbers
        if (found := rows_at(auditor, address, page, PATH)) != number
    ]
    assert not wrong, "\n".join(wrong)
    assert all(DAY in address for _number, address in numbers if not address.startswith("#"))
    places = [page.index(f'id="{part}"') for part in PARTS]
    assert places == sorted(places)


def test_the_map_counts_each_project_where_its_record_says_and_hides_none(auditor):
    india = auditor.get(PATH).context["india"]
    states = {state: number.value for state, number in india.states}
    assert states[IndianState.OD] == 5
    assert states[IndianState.JH] == 1
    assert {where: number.value for where, number in india.elsewhere} == {
        Elsewhere.UNKNOWN: 9,
        Elsewhere.ABROAD: 3,
    }
    assert india.several == 3
    assert sum(states.values()) == 28 - 9 - 3 + (4 - 1) + (2 - 1) + (4 - 1)
