"""Who gets which page: 200 seen, 302 to the sign-in, 403 seen but not yours to do, 404 not there for you."""

import pytest
from django.urls import reverse

from projects.urls import urlpatterns

# Who may do what, and what a page says, does not hang on the engine: asked of one of them.
pytestmark = pytest.mark.engine("postgres")

PEOPLE = ("anonymous", "officer", "manager", "auditor", "our_lead", "our_viewer", "their_lead", "nobody")

# fmt: off
PAGES = {  # page                      anonymous officer manager auditor our_lead our_viewer their_lead nobody
    ("overview", None):                 (302,    200,    200,    200,    200,     200,       200,       200),
    ("agreement-list", None):           (302,    200,    200,    200,    200,     200,       200,       200),
    ("project-list", None):             (302,    200,    200,    200,    200,     200,       200,       200),
    ("milestone-list", None):           (302,    200,    200,    200,    200,     200,       200,       200),
    ("agreement-detail", "AGR-901"):    (302,    200,    200,    200,    200,     200,       404,       404),
    ("project-detail", "PRJ-901"):      (302,    200,    200,    200,    200,     200,       404,       404),
    ("money", None):                     (302,    200,    200,    200,    200,    200,       200,       200),
    ("roadmap", None):                   (302,    200,    200,    200,    200,    200,       200,       200),
    ("warnings", None):                  (302,    200,    200,    200,    200,    200,       200,       200),
    ("project-roadmap", "PRJ-901"):      (302,    200,    200,    200,    200,    200,       404,       404),
    ("gate-plan", "PRJ-901"):            (302,    200,    200,    403,    403,    403,       404,       404),
    ("gate-decide", "PRJ-901"):          (302,    403,    200,    403,    403,    403,       404,       404),
    ("agreement-life", "AGR-901"):       (302,    200,    200,    200,    200,    200,       404,       404),
    ("agreement-sign", "AGR-901"):       (302,    409,    409,    403,    403,    403,       404,       404),
    ("agreement-take_effect", "AGR-901"):(302,    200,    200,    403,    403,    403,       404,       404),
    ("agreement-suspend", "AGR-901"):    (302,    403,    200,    403,    403,    403,       404,       404),
    ("agreement-resume", "AGR-901"):     (302,    403,    409,    403,    403,    403,       404,       404),
    ("agreement-terminate", "AGR-901"):  (302,    403,    200,    403,    403,    403,       404,       404),
    ("amendment-new", "AGR-901"):        (302,    200,    200,    403,    403,    403,       404,       404),
    ("duty-new", "AGR-901"):             (302,    200,    200,    403,    403,    403,       404,       404),
    ("duty-change", 4711):               (302,    404,    404,    404,    404,    404,       404,       404),
    ("project-money", "PRJ-901"):       (302,    200,    200,    200,    200,     200,       404,       404),
    ("project-clearances", "PRJ-901"):  (302,    200,    200,    200,    200,     200,       404,       404),
    ("clearance-new", "PRJ-901"):       (302,    200,    200,    403,    200,     403,       404,       404),
    ("clearance-change", 4711):         (302,    404,    404,    404,    404,     404,       404,       404),
    ("project-feed", "PRJ-901"):        (302,    200,    200,    200,    200,     200,       404,       404),
    ("project-readiness", "PRJ-901"):   (302,    200,    200,    200,    200,     200,       404,       404),
    ("project-transfers", "PRJ-901"):   (302,    200,    200,    200,    200,     200,       404,       404),
    ("transfer-list", None):            (302,    200,    200,    200,    200,     200,       200,       200),
    ("transfer-new", "PRJ-901"):        (302,    200,    200,    403,    200,     403,       404,       404),
    ("transfer-detail", "TRF-999"):     (302,    404,    404,    404,    404,     404,       404,       404),
    ("transfer-change", "TRF-999"):     (302,    404,    404,    404,    404,     404,       404,       404),
    ("know-how-new", "TRF-999"):        (302,    404,    404,    404,    404,     404,       404,       404),
    ("know-how-change", 4711):          (302,    404,    404,    404,    404,     404,       404,       404),
    ("reliance-list", None):            (302,    200,    200,    200,    200,     200,       200,       200),
    ("reliance-detail", "MIN-999"):     (302,    404,    404,    404,    404,     404,       404,       404),
    ("reliance-new", None):             (302,    403,    403,    403,    403,     403,       403,       403),
    ("reliance-change", "REL-999"):     (302,    404,    404,    404,    404,     404,       404,       404),
    ("sectorneed-new", None):           (302,    403,    403,    403,    403,     403,       403,       403),
    ("sectorneed-change", "NEED-999"):  (302,    404,    404,    404,    404,     404,       404,       404),
    ("milestone-detail", "MST-901"):    (302,    200,    200,    200,    200,     200,       404,       404),
    ("milestone-log", None):            (302,    200,    200,    403,    403,     403,       403,       403),
    ("milestone-claim", "MST-901"):     (302,    200,    200,    403,    200,     403,       404,       404),
    ("milestone-verify", "MST-901"):    (302,    409,    409,    403,    403,     403,       404,       404),
    ("milestone-return", "MST-901"):    (302,    409,    409,    403,    403,     403,       404,       404),
    ("milestone-revise", "MST-901"):    (302,    200,    200,    403,    403,     403,       404,       404),
    ("milestone-cancel", "MST-901"):    (302,    403,    200,    403,    403,     403,       404,       404),
    ("target-list", None):              (302,    200,    200,    200,    200,     200,       200,       200),
    ("target-new", None):               (302,    200,    200,    403,    403,     403,       403,       403),
    ("target-detail", "TGT-901"):       (302,    404,    404,    404,    404,     404,       404,       404),
    ("target-revise", "TGT-901"):       (302,    404,    404,    404,    404,     404,       404,       404),
    ("indicator-list", None):           (302,    200,    200,    200,    200,     200,       200,       200),
    ("indicator-new", None):            (302,    403,    403,    403,    403,     403,       403,       403),
    ("indicator-detail", "PRD-901"):    (302,    404,    404,    404,    404,     404,       404,       404),
    ("indicator-change", "PRD-901"):    (302,    404,    404,    404,    404,     404,       404,       404),
    ("evidence-download", 4711):        (302,    404,    404,    404,    404,     404,       404,       404),
    ("sign-in", None):                  (200,    302,    302,    302,    302,     302,       302,       302),
    ("sign-out", None):                 (405,    405,    405,    405,    405,     405,       405,       405),
}
# fmt: on


def test_every_page_stands_in_the_table():
    """The pages of claims are the same for every kind; tests/api/test_matrix.py asks for each."""
    ours = {it.name for it in urlpatterns if not str(it.pattern).startswith("claims/")}
    assert {name for name, _argument in PAGES} == ours


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page[0])
@pytest.mark.parametrize("person", PEOPLE)
def test_a_page_answers_each_person_as_the_table_says(cast, as_user, client, person, page):
    name, argument = page
    browser = client if person == "anonymous" else as_user(cast.people[person])

    answer = browser.get(reverse(name, args=[argument] if argument else []))

    assert answer.status_code == PAGES[page][PEOPLE.index(person)]


def test_whoever_is_not_signed_in_comes_back_to_the_page_asked_for(client, db):
    answer = client.get("/milestones/?state=open")
    assert answer.url == "/sign-in/?next=/milestones/%3Fstate%3Dopen"


def test_a_partner_reads_nothing_of_another_partner(cast, as_user):
    browser = as_user(cast.our_lead)
    for path in ("/", "/agreements/", "/projects/", "/milestones/"):
        page = browser.get(path).content.decode()
        assert "901" in page
        assert "902" not in page


def test_an_auditor_of_one_organisation_reads_that_organisation_only(cast, as_user):
    browser = as_user(cast.scoped_auditor)
    assert browser.get("/projects/PRJ-901/").status_code == 200
    assert browser.get("/projects/PRJ-902/").status_code == 404


@pytest.mark.parametrize("person", ["officer", "manager", "auditor", "our_lead", "our_viewer"])
def test_a_button_is_shown_exactly_where_its_page_opens(cast, as_user, person):
    browser = as_user(cast.people[person])
    page = browser.get("/milestones/MST-901/").content.decode()
    for step in ("claim", "verify", "return", "revise", "cancel"):
        address = reverse(f"milestone-{step}", args=["MST-901"])
        assert (f'href="{address}"' in page) == (browser.get(address).status_code == 200)
    assert ("/milestones/log/" in browser.get("/milestones/").content.decode()) == (
        browser.get("/milestones/log/").status_code == 200
    )


@pytest.mark.parametrize("person", ["officer", "auditor", "administrator"])
def test_history_is_for_the_ministry_its_auditors_and_administrators(cast, as_user, person):
    assert '<h2 id="history">' in as_user(cast.people[person]).get("/milestones/MST-901/").content.decode()


def test_history_is_not_for_partners(cast, as_user):
    assert '<h2 id="history">' not in as_user(cast.our_lead).get("/milestones/MST-901/").content.decode()
