"""Pages show the figures of a chosen day, today in India by default."""

import datetime as dt
import re

import pytest
import time_machine

from tests.cast import acting, milestone

# Who may do what, and what a page says, does not hang on the engine: asked of one of them.
pytestmark = pytest.mark.engine("postgres")

FIGURES = (
    "/programme/",
    "/projects/",
    "/projects/PRJ-901/",
    "/projects/PRJ-901/feed/",
    "/reliance/",
    "/milestones/",
    "/milestones/MST-901/",
    "/agreements/AGR-901/",
)


@pytest.mark.parametrize("path", FIGURES)
@pytest.mark.parametrize("day", ["tomorrow", "2026-02-30", "31-03-2026", "0001-01-01", "9999-12-31", "<b>"])
def test_what_is_not_a_day_is_refused_with_a_clear_word(cast, as_user, path, day):
    answer = as_user(cast.officer).get(path, {"as_of": day})
    assert answer.status_code == 400
    assert "is not a day" in answer.content.decode()
    assert "<b>”" not in answer.content.decode()


def test_a_milestone_is_overdue_after_its_day_and_not_on_it(cast, as_user):
    browser = as_user(cast.officer)
    assert "overdue" not in _states(browser.get("/projects/PRJ-901/?as_of=2026-05-31"))
    assert "overdue 1 day" in _states(browser.get("/projects/PRJ-901/?as_of=2026-06-01"))


def _states(answer) -> str:
    page = answer.content.decode()
    return " ".join(part.split("<")[0] for part in page.split('class="state state-')[1:]).replace(
        'overdue">', ""
    )


def test_links_keep_a_chosen_day_and_today_stays_unnamed(cast, as_user):
    browser = as_user(cast.officer)
    assert (
        "/projects/PRJ-901/?as_of=2026-03-31" in browser.get("/projects/?as_of=2026-03-31").content.decode()
    )
    assert "as_of=" not in browser.get("/projects/").content.decode()


def test_the_day_is_that_of_india(cast, as_user):
    half_past_six_in_utc = dt.datetime(2026, 6, 15, 18, 45, tzinfo=dt.UTC)
    with time_machine.travel(half_past_six_in_utc):
        assert "Figures as of 16 Jun 2026" in as_user(cast.officer).get("/programme/").content.decode()


def test_a_day_ahead_is_shown_with_a_warning(cast, as_user):
    assert "This day lies ahead" in as_user(cast.officer).get("/programme/?as_of=2027-03-31").content.decode()


def test_claimed_is_never_counted_as_verified(cast, as_user):
    cast.our_milestone.claim(by=acting(cast.our_lead), actual_on=dt.date(2026, 6, 10))
    milestone("MST-903", cast.our_project)
    page = as_user(cast.officer).get("/projects/PRJ-901/").content.decode()
    assert (
        "<strong>1 of 2</strong> milestones claimed as achieved, <strong>0</strong> of them verified" in page
    )


def test_overdue_is_worded_as_missing_evidence(cast, as_user):
    page = as_user(cast.officer).get("/programme/").content.decode()
    assert "there is no public evidence by the due date" in page
    assert "failed" not in page


@pytest.mark.parametrize(
    ("who", "path"),
    [("officer", "/programme/"), ("our_lead", "/programme/"), ("officer", "/agreements/AGR-901/")],
)
def test_every_figure_that_leads_to_a_list_leads_to_that_of_the_chosen_day(cast, as_user, who, path):
    page = as_user(cast.people[who]).get(f"{path}?as_of=2026-06-10").content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    lists = re.findall(r'href="(/(?:milestones|agreements|projects)/\?[^"]*)"', main)
    assert lists
    assert [address for address in lists if "as_of=2026-06-10" not in address] == []
    for address in lists:
        assert as_user(cast.people[who]).get(address.replace("&amp;", "&")).status_code == 200


def test_the_counts_of_a_project_lead_to_its_milestones(cast, as_user):
    page = as_user(cast.our_lead).get("/programme/").content.decode()
    assert 'href="/milestones/?project=PRJ-901&amp;state=achieved"' in page
    assert 'href="/milestones/?project=PRJ-901&amp;overdue=true"' in page
