"""One agreement as all its parties may see it: what one of them cannot see is in nobody's report."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects import archive, progress
from projects.models import Agreement, Evidence
from projects.progress import AgreementProgress
from tests.cast import TODAY, Cast, acting, agreement, milestone, organisation, project
from tests.projects.test_figures_rights import target

pytestmark = pytest.mark.django_db


def figures(row: Agreement, cast: Cast) -> AgreementProgress:
    return progress.agreement_progress(row, TODAY, acting(cast.officer))


def names(found: AgreementProgress) -> dict[str, list[str]]:
    return {
        "projects": [row.project.reference for row in found.projects.rows],
        "milestones": [row.milestone.reference for row in found.milestones.rows],
        "targets": [row.target.reference for row in found.targets.rows],
        "evidence": [row.name for row in found.evidence],
    }


def everything_of(project, number: int, cast: Cast) -> None:
    row = milestone(f"MST-{number}", project)
    target(f"TGT-{number}", project)
    Evidence.add(archive.store([b"proof"], name=f"{number}.pdf"), by=acting(cast.officer), milestone=row)


def test_only_what_every_party_takes_part_in_is_shown(cast: Cast):
    shared = agreement("AGR-910", cast.ministry, cast.texmin, cast.irel)
    both = project("PRJ-910", cast.texmin, cast.irel, agreement=shared)
    ours = project("PRJ-911", cast.texmin, agreement=shared)
    everything_of(both, 910, cast)
    everything_of(ours, 911, cast)
    milestone("MST-912", None, agreement=shared)
    found = figures(shared, cast)
    assert names(found) == {
        "projects": ["PRJ-910"],
        "milestones": ["MST-910", "MST-912"],
        "targets": ["TGT-910"],
        "evidence": ["910.pdf"],
    }
    assert (found.projects_total, found.projects_withheld) == (2, 1)


def test_the_rows_are_those_that_each_party_sees_by_itself(cast: Cast):
    shared = agreement("AGR-910", cast.texmin, cast.irel)
    project("PRJ-910", cast.texmin, cast.irel, agreement=shared)
    project("PRJ-911", cast.irel, agreement=shared)
    found = names(figures(shared, cast))
    for person in (cast.our_viewer, cast.their_viewer):
        seen = names(progress.agreement_progress(shared, TODAY, acting(person)))
        assert seen == found


def test_a_ministry_among_the_parties_hides_nothing(cast: Cast):
    """Its people see the whole programme."""
    assert names(figures(cast.our_agreement, cast))["projects"] == ["PRJ-901"]


def test_agreements_above_and_below_are_named_only_where_all_are_parties(cast: Cast):
    above = agreement("AGR-910", cast.texmin)
    row = agreement("AGR-911", cast.texmin, cast.irel, parent=above)
    agreement("AGR-912", cast.texmin, parent=row)
    agreement("AGR-913", cast.irel, cast.texmin, organisation("INS-919", "Third"), parent=row)
    found = figures(row, cast)
    assert found.parent is None
    assert [child.agreement.reference for child in found.children] == ["AGR-913"]
    assert figures(agreement("AGR-914", cast.texmin, parent=above), cast).parent is not None


def test_a_milestone_of_the_project_may_name_another_agreement_that_stays_hidden(cast: Cast):
    closed = agreement("AGR-910", cast.texmin, cast.irel)
    third = organisation("INS-919", "Third")
    shared = agreement("AGR-911", cast.texmin, third)
    inside = project("PRJ-911", cast.texmin, third, agreement=shared)
    milestone("MST-911", inside, agreement=closed)
    milestone("MST-912", inside, agreement=shared)
    found = figures(shared, cast)
    assert names(found)["milestones"] == ["MST-911", "MST-912"]
    assert found.named == {shared.pk}


def test_who_may_not_see_the_agreement_gets_nothing(cast: Cast):
    with pytest.raises(Agreement.DoesNotExist):
        progress.agreement_progress(cast.our_agreement, TODAY, acting(cast.their_lead))


def test_its_price_does_not_grow_with_what_is_under_it(cast: Cast):
    shared = agreement("AGR-910", cast.texmin, cast.irel)

    def price() -> int:
        with CaptureQueriesContext(connection) as queries:
            found = figures(shared, cast)
            assert list(found.evidence) is not None
        return len(queries)

    everything_of(project("PRJ-910", cast.texmin, cast.irel, agreement=shared), 910, cast)
    one = price()
    for number in range(911, 916):
        everything_of(project(f"PRJ-{number}", cast.texmin, cast.irel, agreement=shared), number, cast)
    assert price() == one
    assert figures(shared, cast).as_of == dt.date(2026, 6, 15)
