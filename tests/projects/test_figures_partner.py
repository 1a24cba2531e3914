"""One organisation's view: what its members see, and what waits for them."""

import datetime as dt
from decimal import Decimal

import pytest

from projects import progress
from projects.models import Measurement, Organisation
from projects.progress import PartnerProgress
from tests.cast import Cast, acting, agreement, milestone, project
from tests.projects.test_figures_rights import target

pytestmark = pytest.mark.django_db
AS_OF = dt.date(2026, 6, 15)


def view(subject: Organisation, cast: Cast, as_of: dt.date = AS_OF) -> PartnerProgress:
    return progress.partner_progress(subject, as_of, acting(cast.officer))


def asked(found: PartnerProgress) -> dict[str, list[str]]:
    rows = {"due": found.asked.due, "overdue": found.asked.overdue, "returned": found.asked.returned}
    return {name: [row.milestone.reference for row in members] for name, members in rows.items()}


def test_the_view_is_that_of_its_members(cast: Cast):
    project("PRJ-910", cast.irel, cast.texmin, agreement=cast.their_agreement)
    found = view(cast.texmin, cast).seen
    by_member = progress.programme(AS_OF, acting(cast.our_viewer))
    assert [row.project.reference for row in found.projects.rows] == ["PRJ-901", "PRJ-910"]
    for name in ("projects", "milestones", "targets", "agreements", "provenance"):
        assert getattr(found, name) == getattr(by_member, name), name


def test_a_person_of_two_partners_does_not_mix_their_reports(cast: Cast):
    """The view is the organisation's, whatever else the person who issues the report may see."""
    assert [row.project.reference for row in view(cast.irel, cast).seen.projects.rows] == ["PRJ-902"]


def test_a_counterpart_may_be_named_but_its_view_is_its_own(cast: Cast):
    agreement("AGR-910", cast.texmin, cast.irel)
    assert Organisation.objects.visible_to(acting(cast.our_lead)).filter(pk=cast.irel.pk).exists()
    with pytest.raises(Organisation.DoesNotExist):
        progress.partner_progress(cast.irel, AS_OF, acting(cast.our_lead))
    own = progress.partner_progress(cast.irel, AS_OF, acting(cast.their_viewer))
    assert own.organisation == cast.irel


def test_the_lead_answers_for_the_milestones_and_a_partner_sees_them(cast: Cast):
    shared = project("PRJ-910", cast.irel, cast.texmin)
    milestone("MST-910", shared)
    found = view(cast.texmin, cast)
    assert asked(found)["overdue"] == ["MST-901"]
    assert [row.milestone.reference for row in found.seen.milestones.overdue.rows] == ["MST-901", "MST-910"]
    assert asked(view(cast.irel, cast))["overdue"] == ["MST-902", "MST-910"]


def test_where_nobody_leads_all_who_take_part_answer(cast: Cast):
    milestone("MST-910", project("PRJ-910", None, cast.texmin, cast.irel))
    milestone("MST-911", None, agreement=agreement("AGR-910", cast.texmin, cast.irel))
    for partner, own in ((cast.texmin, "MST-901"), (cast.irel, "MST-902")):
        assert asked(view(partner, cast))["overdue"] == [own, "MST-910", "MST-911"]


def test_due_is_what_falls_due_in_the_next_92_days_both_ends_included(cast: Cast):
    for number, day in enumerate((14, 15, 16), 910):
        milestone(f"MST-{number}", cast.our_project, baseline_on=dt.date(2026, 6, day))
    last = AS_OF + dt.timedelta(days=92)
    milestone("MST-913", cast.our_project, baseline_on=last)
    milestone("MST-914", cast.our_project, baseline_on=last + dt.timedelta(days=1))
    found = view(cast.texmin, cast)
    assert found.asked.until == last
    assert asked(found)["due"] == ["MST-911", "MST-912", "MST-913"]
    assert asked(found)["overdue"] == ["MST-901", "MST-910"]


def test_a_returned_claim_is_asked_for_until_it_is_made_again(cast: Cast):
    cast.our_milestone.claim(by=acting(cast.our_lead), actual_on=dt.date(2026, 6, 1))
    cast.our_milestone.return_(by=acting(cast.officer), reason="The certificate is missing.")
    (row,) = view(cast.texmin, cast).asked.returned
    assert row.milestone.returned_reason == "The certificate is missing."
    cast.our_milestone.claim(by=acting(cast.our_lead), actual_on=dt.date(2026, 6, 1))
    assert view(cast.texmin, cast).asked.returned == ()


def test_a_returned_value_is_asked_for_until_another_is_claimed(cast: Cast):
    aim = target("TGT-910", cast.our_project)

    def claim() -> Measurement:
        return Measurement.claim(
            aim, by=acting(cast.our_lead), value=Decimal(5), period_end=dt.date(2026, 6, 1)
        )

    claim().return_(by=acting(cast.officer), reason="Which lot?")
    (value,) = view(cast.texmin, cast).asked.returned_values
    assert value.returned_reason == "Which lot?"
    assert view(cast.irel, cast).asked.returned_values == ()
    claim()
    assert view(cast.texmin, cast).asked.returned_values == ()


def test_a_cost_inside_a_project_of_others_is_not_counted_twice(cast: Cast):
    above = project("PRJ-910", cast.irel, cost_crore=Decimal("1600.00"))
    project("PRJ-911", cast.texmin, parent=above, cost_crore=Decimal("100.00"))
    project("PRJ-912", cast.texmin, cost_crore=Decimal("7.50"))
    money = view(cast.texmin, cast).seen.projects.money
    assert (money.plain_sum, money.left_out_sum, money.total) == (
        Decimal("107.50"),
        Decimal("100.00"),
        Decimal("7.50"),
    )
    (inside,) = money.left_out
    assert inside.inside is None
