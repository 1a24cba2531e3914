"""Two people, one milestone: the second one reads what happened and loses no text."""

import datetime as dt

from projects.models import Milestone, audit
from tests.cast import TODAY, acting, system
from tests.pages.test_steps import CLAIM, claim_form, pdf


def test_a_form_sent_twice_does_the_step_once_and_then_answers_409(cast, as_user):
    lead, form = as_user(cast.our_lead), claim_form(cast.our_milestone)

    first = lead.post(CLAIM, {**form, "evidence": pdf()})
    second = lead.post(CLAIM, {**form, "evidence": pdf()})

    assert (first.status_code, second.status_code) == (302, 409)
    milestone = Milestone.objects.get(reference="MST-901")
    assert milestone.claim_number == 1
    assert milestone.evidence.count() == 1


def test_the_409_page_says_who_did_what_and_keeps_what_was_written(cast, as_user):
    cast.our_milestone.claim(by=acting(cast.officer), actual_on=dt.date(2026, 6, 10))

    answer = as_user(cast.our_lead).post(CLAIM, claim_form(cast.our_milestone, note="My long <b>text</b>"))

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "claimed as achieved by Post officer, 15 Jun 2026" in page
    assert "My long &lt;b&gt;text&lt;/b&gt;" in page
    assert 'href="/milestones/MST-901/"' in page


def test_a_form_made_before_somebody_else_changed_the_milestone_is_refused(cast, as_user):
    stale = claim_form(cast.our_milestone)
    cast.our_milestone.revise(
        by=acting(cast.officer), new_on=dt.date(2026, 9, 1), reason_code="land", narrative="Site moved."
    )
    answer = as_user(cast.our_lead).post(CLAIM, stale)
    assert answer.status_code == 409
    assert "changed by someone else" in answer.content.decode()
    assert "date revised by Post officer" in answer.content.decode()


def test_a_form_without_its_version_is_refused(cast, as_user):
    form = claim_form(cast.our_milestone)
    del form["version"]
    answer = as_user(cast.our_lead).post(CLAIM, form)
    assert answer.status_code == 200
    assert "sent incomplete" in answer.content.decode()
    assert Milestone.objects.get(reference="MST-901").status == "planned"


def test_a_right_that_ended_while_the_form_was_open_ends_with_it(cast, as_user):
    browser = as_user(cast.our_lead)
    assert browser.get(CLAIM).status_code == 200
    membership = cast.our_lead.memberships.get()
    yesterday = TODAY - dt.timedelta(days=1)
    audit.change(membership, by=system(), action="test.setup", changes={"valid_to": yesterday})

    assert browser.post(CLAIM, claim_form(cast.our_milestone)).status_code == 404
