"""The ten answers on many agreements at once are those on each one alone, for whoever asks, at a fixed number of queries."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from projects.models import Agreement, audit
from projects.progress.standings import workings
from projects.progress.working import working
from tests import folders
from tests.api.scene import indicator, target
from tests.cast import Cast, acting, agreement, milestone, project
from tests.projects import results

TODAY = dt.date(2026, 6, 15)


@pytest.fixture
def records(db: None) -> Iterator[None]:
    with transaction.atomic():
        folders.shipped()
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("on", [dt.date(2024, 6, 1), dt.date(2026, 3, 31), dt.date(2027, 1, 1)])
def test_all_shipped_agreements_answer_as_one_by_one(records: None, on: dt.date):
    by = audit.system_actor("test", on=on)
    assert workings(Agreement.objects.all(), on, by) == {
        row.pk: working(row, on, by) for row in Agreement.objects.all()
    }


def furnished(cast: Cast) -> None:
    """Rows that all parties, some parties or nobody but the ministry may see."""
    shared = agreement("AGR-910", cast.ministry, cast.texmin, cast.irel)
    agreement("AGR-911", cast.texmin, cast.irel, parent=shared, binding="binding")
    agreement("AGR-912", cast.texmin, parent=shared, binding="binding", signed_on=dt.date(2026, 1, 2))
    both = project("PRJ-910", cast.texmin, cast.irel, agreement=shared)
    ours = project("PRJ-911", cast.texmin, agreement=shared)
    for owner in (both, ours):
        row = milestone(f"MST-9{owner.pk}", owner)
        row.claim(by=acting(cast.our_lead), actual_on=dt.date(2026, 6, 1), evidence=[])
    milestone("MST-913", None, agreement=shared)
    elsewhere = agreement("AGR-913", cast.ministry, cast.texmin, cast.irel)
    project("PRJ-913", cast.texmin, agreement=elsewhere)
    milestone("MST-914", cast.their_project, agreement=elsewhere)
    target("TGT-910", indicator("PRD-910"), project=ours)
    target("TGT-911", indicator("INT-DEF"), project=both)
    results.know_how(cast)


@pytest.mark.parametrize(
    "who", ["officer", "auditor", "scoped_auditor", "our_lead", "our_viewer", "their_lead", "nobody"]
)
def test_whoever_asks_reads_what_all_parties_may_see(cast: Cast, who: str):
    furnished(cast)
    by = acting(cast.people.get(who) or cast.nobody)
    assert workings(Agreement.objects.all(), TODAY, by) == {
        row.pk: working(row, TODAY, by) for row in Agreement.objects.visible_to(by)
    }


def test_the_number_of_queries_does_not_follow_the_number_of_agreements(cast: Cast):
    furnished(cast)
    by = acting(cast.officer)

    def cost(rows: object) -> int:
        with CaptureQueriesContext(connection) as queries:
            workings(rows, TODAY, by)  # type: ignore[arg-type]
        return len(queries)

    assert cost(Agreement.objects.filter(reference="AGR-910")) == cost(Agreement.objects.all())
