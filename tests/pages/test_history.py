"""The history of any audited row: in words, page by page, at the same cost however long it is."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects import trail
from projects.models import Milestone, audit
from tests.cast import acting, milestone

pytestmark = pytest.mark.engine("postgres")


def _asked(as_user, path):
    with CaptureQueriesContext(connection) as queries:
        response = as_user.get(path)
    return response, len(queries)


def test_the_history_of_a_row_is_told_in_words_on_pages_of_a_fixed_cost(cast, as_user):
    row = milestone("MST-960", cast.our_project, type="institution")
    client, path = as_user(cast.officer), f"/history/milestone/{row.pk}/"
    audit.change(
        row,
        by=acting(cast.manager),
        action="milestone.cancel",
        changes={"project": cast.their_project, "actual_on": dt.date(2026, 6, 1), "title": "<b>New</b>"},
        reason="Order 7",
    )
    response, cost = _asked(client, path)
    page = response.content.decode()
    assert response.status_code == 200
    for said in (
        "PRJ-901",
        "PRJ-902",
        "1 Jun 2026",
        "nothing",
        "Order 7",
        "Post manager",
        "&lt;b&gt;New&lt;/b&gt;",
    ):
        assert said in page, said
    assert str(Milestone._meta.get_field("type").verbose_name).capitalize() in page
    assert "institution set up</td>" in page  # the label instead of the code
    for number in range(30):
        audit.change(row, by=acting(cast.manager), action="test", changes={"title": f"Title {number}"})
    response, later = _asked(client, path)
    assert later <= cost  # no query for kinds of rows to which no event on the page refers
    assert response.content.decode().count("<blockquote>") == 0  # the older ones are on the second page
    assert "Order 7" in _asked(client, f"{path}?page=2")[0].content.decode()
    assert f'href="{path}"' in client.get("/milestones/MST-960/").content.decode()


def test_every_audited_model_has_its_page_and_what_is_hidden_is_not_there(cast, as_user):
    client = as_user(cast.officer)
    for model in trail.audited_models():
        row = model._base_manager.first()
        if row is not None:
            assert client.get(f"/history/{model._meta.model_name}/{row.pk}/").status_code == 200, model
    for key in (
        "milestone/987654",
        "user/1",
        "milestone/x",
        "milestone/²",
        "milestone/" + "9" * 40,
        "nothing",
        "milestone/1/2",
    ):
        assert client.get(f"/history/{key}/").status_code == 404, key
    assert as_user(cast.our_lead).get(f"/history/milestone/{cast.our_milestone.pk}/").status_code == 403
    assert (
        as_user(cast.scoped_auditor).get(f"/history/milestone/{cast.their_milestone.pk}/").status_code == 404
    )
