"""Lists: filters, search, sorting, pages, and what an empty one says."""

import datetime as dt

import pytest
from django.core.paginator import EmptyPage

from projects import paging
from projects.models import Milestone, SavedFilter
from tests.cast import milestone


def shown(answer):
    return [row.milestone.reference for row in answer.context["rows"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["MST-901", "MST-902"]),
        ("q=901", ["MST-901"]),
        ("q=milestone+mst-902", ["MST-902"]),
        ("project=PRJ-902", ["MST-902"]),
        ("state=open", ["MST-901", "MST-902"]),
        ("state=achieved", []),
        ("overdue=true", ["MST-901", "MST-902"]),
        ("overdue=false", []),
        ("overdue=true&as_of=2026-05-31", []),
        ("type=production", []),
        ("due_from=2026-06-01", []),
        ("due_from=2026-05-31&due_to=2026-05-31", ["MST-901", "MST-902"]),
        ("sort=-reference", ["MST-902", "MST-901"]),
        ("due_from=sometime", []),
        ("type=nonsense", []),
        ("project=PRJ-999", []),
    ],
)
def test_a_filter_finds_what_it_says(cast, as_user, query, found):
    assert shown(as_user(cast.officer).get(f"/milestones/?{query}")) == found


def test_a_filter_offers_a_partner_its_own_projects_only(cast, as_user):
    page = as_user(cast.our_lead).get("/milestones/").content.decode()
    assert '<option value="PRJ-901">' in page
    assert "PRJ-902" not in page


def test_a_filter_that_finds_nothing_says_so_and_can_be_cleared(cast, as_user):
    page = as_user(cast.officer).get("/milestones/?q=nothing-like-it").content.decode()
    assert "No milestone matches this filter" in page
    assert '<a href="/milestones/">Show all</a>' in page


def test_an_unknown_due_date_comes_last_in_either_direction(cast, as_user):
    milestone("MST-903", cast.our_project, baseline_on=None, baseline_precision="")
    browser = as_user(cast.officer)
    assert shown(browser.get("/milestones/?sort=due_on"))[-1] == "MST-903"
    assert shown(browser.get("/milestones/?sort=-due_on"))[-1] == "MST-903"


def test_pages_hold_every_row_once(cast, as_user):
    for number in range(903, 933):
        milestone(f"MST-{number}", cast.our_project)
    browser = as_user(cast.officer)
    first, second = shown(browser.get("/milestones/")), shown(browser.get("/milestones/?page=2"))
    assert (len(first), len(second)) == (25, 7)
    assert len({*first, *second}) == Milestone.objects.count()
    assert browser.get("/milestones/?page=9").status_code == 404


def test_the_next_page_keeps_the_filter(cast, as_user):
    for number in range(903, 933):
        milestone(f"MST-{number}", cast.our_project)
    page = as_user(cast.officer).get("/milestones/?project=PRJ-901").content.decode()
    assert "?project=PRJ-901&amp;page=2" in page


@pytest.mark.parametrize("path", ["/projects/", "/agreements/"])
def test_other_lists_search_and_refuse_nonsense_alike(cast, as_user, path):
    browser = as_user(cast.officer)
    assert len(browser.get(path).context["object_list"]) == 2
    assert len(browser.get(f"{path}?q=901").context["object_list"]) == 1
    assert len(browser.get(f"{path}?mineral=nonsense").context["object_list"]) == 0


def test_agreements_are_found_by_what_came_of_them(cast, as_user):
    browser = as_user(cast.officer)
    assert len(browser.get("/agreements/?has_pilot=true").context["object_list"]) == 2
    assert len(browser.get("/agreements/?paper_only=true").context["object_list"]) == 0


@pytest.mark.parametrize("path", ["/programme/", "/projects/", "/agreements/", "/milestones/"])
def test_a_person_without_a_role_sees_an_empty_page_that_says_why(cast, as_user, path):
    page = as_user(cast.nobody).get(path).content.decode()
    assert 'class="empty"' in page
    assert "901" not in page


def test_projects_with_overdue_milestones_are_found(cast, as_user):
    browser = as_user(cast.officer)
    assert len(browser.get("/projects/?overdue=true").context["object_list"]) == 2
    assert len(browser.get("/projects/?overdue=true&as_of=2026-05-31").context["object_list"]) == 0


def test_a_milestone_of_no_known_day_is_not_due(cast, as_user):
    row = milestone("MST-904", cast.our_project, baseline_on=dt.date(2026, 12, 31), baseline_precision="year")
    page = as_user(cast.officer).get(f"/milestones/{row.reference}/").content.decode()
    assert "≈\N{NO-BREAK SPACE}2026" in page


def test_each_agreement_shows_its_class_with_the_way_to_its_answers(cast, as_user):
    page = as_user(cast.officer).get("/agreements/?as_of=2026-06-14").content.decode()
    assert '<a href="/agreements/AGR-901/?as_of=2026-06-14#working">symbolic</a>' in page
    assert "2 of 10" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("standing=symbolic", 2),
        ("standing=defined", 0),
        ("standing=nonsense", 0),
        ("standing=symbolic&as_of=2020-01-01", 2),
    ],
)
def test_agreements_are_found_by_their_class(cast, as_user, query, found):
    assert len(as_user(cast.officer).get(f"/agreements/?{query}").context["object_list"]) == found


def test_a_head_of_a_column_sorts_and_turns_the_order_round(cast, as_user):
    browser = as_user(cast.officer)
    page = browser.get("/milestones/?q=milestone&page=1").content.decode()
    assert (
        '<th scope="col" aria-sort="ascending"><a class="sorts" href="?q=milestone&amp;sort=-due_on"' in page
    )
    assert 'aria-sort="none"><a class="sorts" href="?q=milestone&amp;sort=reference"' in page
    page = browser.get("/milestones/?sort=-reference").content.decode()
    assert 'aria-sort="descending"><a class="sorts" href="?sort=reference"' in page
    for path in ("agreements", "projects", "targets", "organisations", "reports"):
        assert "aria-sort" in browser.get(f"/{path}/").content.decode() or path in ("targets", "reports")


def test_a_saved_filter_is_a_link_of_its_person_alone(cast, as_user):
    browser = as_user(cast.officer)
    given = {"list": "milestone-list", "name": "Late", "query": "overdue=true&q=&page=2&type="}
    assert browser.post("/saved-filters/new/", given)["Location"] == "/milestones/?overdue=true"
    browser.post("/saved-filters/new/", {**given, "query": "overdue=false"})
    row = SavedFilter.objects.get()
    assert row.query == "overdue=false"
    assert '<a href="/milestones/?overdue=false">Late</a>' in browser.get("/milestones/").content.decode()
    assert "Late</a>" not in as_user(cast.manager).get("/milestones/").content.decode()
    delete = f"/saved-filters/{row.pk}/delete/"
    assert as_user(cast.manager).post(delete).status_code == 404
    assert browser.post("/saved-filters/new/", {**given, "list": "sign-out"}).status_code == 404
    browser.post("/saved-filters/new/", {**given, "query": "q="})
    assert SavedFilter.objects.get().query == "overdue=false"
    assert browser.post(delete).status_code == 302
    assert not SavedFilter.objects.exists()


def test_what_is_dear_to_count_is_not_counted_to_the_end(cast, monkeypatch):
    monkeypatch.setattr(paging, "MOST_COUNTED", 2)
    for number in range(903, 908):
        milestone(f"MST-{number}", cast.our_project)
    pages = paging.CappedPaginator(Milestone.objects.order_by("reference"), 3)
    assert (pages.count, pages.is_capped) == (3, True)
    found = [pages.page(number) for number in (1, 2, 3)]
    assert [row.reference for page in found for row in page] == [f"MST-{n}" for n in range(901, 908)]
    assert [(page.has_next(), page.end_index(), page.numbers) for page in found] == [
        (True, 3, [1]),
        (True, 6, [2]),
        (False, 7, [3]),
    ]
    with pytest.raises(EmptyPage):
        pages.page(4)
