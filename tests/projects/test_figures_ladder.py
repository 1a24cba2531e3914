"""The execution ladder of docs/rules/ladder.md: each rung with its witness, and nothing that is only supposed."""

import datetime as dt

import pytest
from django.db import transaction

from projects import agreeing, progress
from projects.choices import AgreementStatus, Binding, Instrument, MilestoneType, Phase, Precision
from projects.models import Agreement, audit
from projects.progress import AgreementProgress, LadderStep, Standing
from tests import folders
from tests.cast import Cast, acting, agreement, milestone, project, system
from tests.projects.test_figures_rights import target

pytestmark = pytest.mark.django_db
AS_OF = dt.date(2026, 5, 31)
MARCH = dt.date(2026, 3, 31)


@pytest.fixture(scope="module")
def recorded(django_db_setup, django_db_blocker) -> dict[str, AgreementProgress]:
    """The agreements of the public records on 31 March 2026; taken back before the first test sees them."""
    with django_db_blocker.unblock(), transaction.atomic():
        folders.shipped()
        everybody = audit.system_actor("test", on=MARCH)
        found = {
            row.reference: progress.agreement_progress(row, MARCH, everybody)
            for row in Agreement.objects.all()
        }
        transaction.set_rollback(True)
    return found


def told(steps: tuple[LadderStep, ...]) -> dict[str, tuple[str, str | None, str | None]]:
    """Return standing, day and witness by rung."""
    return {
        step.rung.value: (
            step.standing.value,
            step.on.isoformat() if step.on else None,
            step.witness.reference if step.witness else None,
        )
        for step in steps
    }


NONE = ("no_evidence", None, None)


def test_the_first_case_is_signed_and_nothing_followed(recorded):
    found = told(recorded["AGR-001"].ladder)
    assert found.pop("signed") == ("reached", "2026-02-23", "AGR-001")
    assert set(found.values()) == {NONE}
    assert recorded["AGR-001"].agreement.days_since_signing == 36


def test_an_exploration_agreement_in_force_names_its_project_and_permits(recorded):
    assert told(recorded["AGR-002"].ladder) == {
        "signed": ("reached", "2024-01-15", "AGR-002"),
        "effective": ("reached", None, "AGR-002"),
        "binding": ("reached", "2024-01-15", "AGR-002"),
        "project": ("reached", None, "PRJ-010"),
        "funded": NONE,
        "pilot": NONE,
        "target": ("reached", None, "TGT-041"),
        "milestone": ("reached", "2024-12-31", "MST-043"),
        "output": NONE,
    }


def test_without_a_date_of_signing_nothing_is_known_to_be_later(recorded):
    found = told(recorded["AGR-034"].ladder)
    assert found["signed"] == ("reached", None, "AGR-034")
    assert found["milestone"] == (Standing.UNKNOWN.value, None, None)
    assert found["pilot"] == ("reached", "2023-08-18", "PRJ-019")


def test_a_halt_reported_as_a_review_is_no_work_after_signing(recorded):
    """AGR-025: what is recorded after the signature is that exports were to stop."""
    assert told(recorded["AGR-025"].ladder)["milestone"] == NONE


def test_a_sanction_of_funds_commits_them(recorded):
    assert told(recorded["AGR-033"].ladder)["funded"] == ("reached", "2024-12-31", "MST-068")


def ladder(
    row: Agreement, cast: Cast, as_of: dt.date = AS_OF
) -> dict[str, tuple[str, str | None, str | None]]:
    return told(progress.agreement_progress(row, as_of, acting(cast.officer)).ladder)


def test_what_is_signed_after_the_as_of_date_is_not_signed_yet(cast: Cast):
    row = agreement("AGR-910", cast.texmin, signed_on=dt.date(2026, 6, 1), instrument=Instrument.LICENCE)
    found = ladder(row, cast)
    assert (found["signed"], found["binding"]) == (NONE, NONE)
    assert ladder(row, cast, dt.date(2026, 6, 1))["signed"] == ("reached", "2026-06-01", "AGR-910")


def test_an_effective_date_to_come_outweighs_the_status(cast: Cast):
    row = agreement(
        "AGR-910", cast.texmin, status=AgreementStatus.IN_FORCE, effective_on=dt.date(2026, 6, 10)
    )
    assert ladder(row, cast)["effective"] == NONE
    assert ladder(row, cast, dt.date(2026, 6, 10))["effective"] == ("reached", "2026-06-10", "AGR-910")


def test_what_came_in_force_took_effect_though_it_was_suspended_since(cast: Cast):
    row = agreement(
        "AGR-910",
        cast.texmin,
        status=AgreementStatus.IN_FORCE,
        signed_on=dt.date(2025, 1, 1),
        expires_on=None,
    )
    step = {"decided_by_post": "Joint Secretary", "reason": "Sanctions."}
    agreeing.take(row, "suspend", by=acting(cast.manager), taken_on=dt.date(2026, 5, 1), **step)
    for on in (dt.date(2026, 4, 1), AS_OF):
        assert ladder(row, cast, on)["effective"] == ("reached", None, "AGR-910")


@pytest.mark.parametrize(
    ("instrument", "binding", "standing"),
    [
        (Instrument.LICENCE, "", "reached"),
        (Instrument.LICENCE, Binding.NON_BINDING, "no_evidence"),
        (Instrument.MOU, "", "no_evidence"),
        (Instrument.MOU, Binding.BINDING, "reached"),
    ],
)
def test_what_is_stated_outweighs_the_nature_of_the_instrument(cast: Cast, instrument, binding, standing):
    row = agreement("AGR-910", cast.texmin, instrument=instrument, binding=binding)
    assert ladder(row, cast)["binding"][0] == standing


def test_a_binding_agreement_under_it_is_the_instrument_that_follows(cast: Cast):
    above = agreement("AGR-910", cast.texmin, cast.irel)
    licence = {"parent": above, "instrument": Instrument.LICENCE}
    agreement("AGR-912", cast.texmin, cast.irel, signed_on=dt.date(2026, 4, 2), **licence)
    agreement("AGR-911", cast.texmin, cast.irel, signed_on=dt.date(2026, 5, 2), **licence)
    assert ladder(above, cast)["binding"] == ("reached", "2026-04-02", "AGR-912")


def test_the_signature_of_another_paper_and_what_came_before_are_no_work_after_signing(cast: Cast):
    by = system()
    for number, (kind, on) in enumerate(
        [
            (MilestoneType.AGREEMENT_SIGNED, dt.date(2026, 2, 1)),
            (MilestoneType.CONSTRUCTION, dt.date(2026, 1, 10)),  # the day of the signature itself
            (MilestoneType.CONSTRUCTION, dt.date(2026, 6, 1)),  # after the as-of date
        ]
    ):
        milestone(
            f"MST-91{number}",
            cast.our_project,
            type=kind,
            status="claimed",
            actual_on=on,
            claimed_by=by.user,
        )
    assert ladder(cast.our_agreement, cast)["milestone"] == NONE
    milestone(
        "MST-919",
        cast.our_project,
        type=MilestoneType.CONSTRUCTION,
        status="claimed",
        actual_on=dt.date(2026, 1, 11),
        claimed_by=by.user,
    )
    assert ladder(cast.our_agreement, cast)["milestone"] == ("reached", "2026-01-11", "MST-919")


def test_a_target_set_after_the_as_of_date_is_none_yet(cast: Cast):
    row = target("TGT-910", cast.our_project)
    assert ladder(cast.our_agreement, cast)["target"] == ("reached", None, "TGT-910")
    version = row.versions.get()
    audit.change(version, by=system(), action="test.setup", changes={"decided_on": dt.date(2026, 6, 2)})
    assert ladder(cast.our_agreement, cast)["target"] == NONE


def test_what_not_every_party_may_see_is_reached_without_a_name(cast: Cast):
    """The agreement's page says that a project follows; which one is for those who take part in it."""
    shared = agreement("AGR-910", cast.texmin, cast.irel)
    project("PRJ-910", cast.texmin, agreement=shared, phase=Phase.PILOT)
    found = ladder(shared, cast)
    assert (found["project"], found["pilot"]) == (("reached", None, None), ("reached", None, None))


def test_a_date_keeps_how_exactly_it_is_known(cast: Cast):
    row = agreement(
        "AGR-910", cast.texmin, signed_on=dt.date(2026, 3, 31), signed_precision=Precision.QUARTER
    )
    (signed, *_others) = progress.agreement_progress(row, AS_OF, acting(cast.officer)).ladder
    assert (signed.on, signed.precision) == (dt.date(2026, 3, 31), Precision.QUARTER)
