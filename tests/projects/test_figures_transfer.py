"""Which agreements name a technology, how they stand, and what shows that it moved across (docs/rules/transfer.md)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from projects import agreeing
from projects.choices import AgreementStatus, Binding, Instrument, MilestoneType
from projects.models import (
    Agreement,
    Amendment,
    Measurement,
    Project,
    ReplicationRun,
    Training,
    Transfer,
    TransferStep,
)
from projects.progress.agreement_life import agreement_life
from projects.progress.readiness import claimed_level, gap, verified_level
from projects.progress.transfer import (
    Proof,
    TechnologyRow,
    TransferFigures,
    is_definitive,
    named_by,
    standing,
    transfer_figures,
)
from tests import folders
from tests.api.scene import indicator, target
from tests.cast import TODAY, Cast, acting, agreement, document, milestone, project, system

pytestmark = pytest.mark.django_db
MARCH = dt.date(2026, 3, 31)
DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def march(django_db_setup, django_db_blocker) -> TransferFigures:
    with django_db_blocker.unblock(), transaction.atomic():
        folders.shipped()
        figures = transfer_figures(MARCH, system(MARCH))
        transaction.set_rollback(True)
    return figures


def row_of(figures: TransferFigures, reference: str) -> TechnologyRow:
    return next(row for row in figures.rows if row.row.agreement.reference == reference)


def references(rows: tuple[TechnologyRow, ...]) -> list[str]:
    return [row.row.agreement.reference for row in rows]


# --- the public records at 31 March 2026 ---


def test_nine_agreements_name_a_technology_and_three_of_them_bind(march):
    assert march.agreements_total == 38
    assert references(march.rows) == [
        *("AGR-018", "AGR-033", "AGR-034"),
        *("AGR-001", "AGR-012", "AGR-014", "AGR-027", "AGR-037", "AGR-038"),
    ]
    assert [row.is_definitive for row in march.rows] == [True] * 3 + [False] * 6


def test_the_first_case_names_a_technology_by_its_words_alone(march):
    first = row_of(march, "AGR-001")
    assert (first.named_by, first.standing, first.proof) == (("words",), "signed", "none")


def test_none_of_the_nine_shows_that_anything_moved_across(march):
    assert {row.proof for row in march.rows} == {Proof.NONE}


def test_what_is_approved_is_not_signed(march):
    assert row_of(march, "AGR-038").standing == "not_signed"
    assert row_of(march, "AGR-034").standing == "in_force"


def test_capacity_and_production_stand_apart_by_what_they_belong_to(march):
    under = [row.target.reference for row in march.results_under_agreements]
    assert under == ["TGT-030", "TGT-031", "TGT-032", "TGT-033", "TGT-034"]
    assert len(march.results) == 16


def test_families(march):
    found = {prefix: len(march.of_family(prefix)) for prefix in ("TT-", "TEC-", "SKL-", "INT-")}
    assert found == {"TT-": 1, "TEC-": 0, "SKL-": 2, "INT-": 3}
    assert len(march.targets.rows) == 6 + 16


def test_three_projects_claim_a_readiness_level(march):
    assert [it.reference for it in march.readiness] == ["PRJ-004", "PRJ-005", "PRJ-018"]
    assert march.projects_total == 28


def test_the_records_counted_by_provenance_are_those_shown(march):
    assert march.provenance.total == 9 + 3 + len(march.milestones.rows) + 22


# --- what names a technology ---


@pytest.mark.parametrize(
    ("facts", "reasons"),
    [
        ({"instrument": Instrument.LICENCE}, ("instrument",)),
        ({"instrument": Instrument.TECHNOLOGY_TRANSFER}, ("instrument",)),
        ({"value_chain_stages": ["mining", "technology_development"]}, ("stage",)),
        ({"scope": "Furnace TECHNOLOGY and design"}, ("words",)),
        ({"title": "Know-how of the oxide line"}, ("words",)),
        ({"title": "प्रौद्योगिकी हस्तांतरण करार"}, ("words",)),
        ({"scope": "Exploration of lithium"}, ()),
    ],
)
def test_what_names_a_technology(facts, reasons):
    assert named_by(Agreement(**{"title": "Agreement", **facts})) == reasons


@pytest.mark.parametrize(
    ("facts", "binds"),
    [
        ({"instrument": Instrument.JV}, True),
        ({"instrument": Instrument.SUPPLY_AGREEMENT}, True),
        ({"instrument": Instrument.MOU}, False),
        ({"instrument": Instrument.MOU, "binding": Binding.BINDING}, True),
        ({"instrument": Instrument.JCA, "binding": Binding.NON_BINDING}, False),
    ],
)
def test_what_binds(facts, binds):
    assert is_definitive(Agreement(**facts)) is binds


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"status": AgreementStatus.IN_FORCE}, "in_force"),
        ({"status": AgreementStatus.IN_FORCE, "expires_on": TODAY}, "in_force"),
        ({"status": AgreementStatus.IN_FORCE, "expires_on": TODAY - DAY}, "ended"),
        ({"status": AgreementStatus.IN_FORCE, "effective_on": TODAY}, "in_force"),
        ({"status": AgreementStatus.IN_FORCE, "effective_on": TODAY + DAY}, "signed"),
        ({"status": AgreementStatus.IN_FORCE, "signed_on": TODAY + DAY}, "not_signed"),
        ({"status": AgreementStatus.SIGNED}, "signed"),
        ({"status": AgreementStatus.SUSPENDED}, "ended"),
        ({"status": AgreementStatus.TERMINATED}, "ended"),
        ({"status": AgreementStatus.ANNOUNCED}, "not_signed"),
        ({"status": AgreementStatus.DRAFT}, "not_signed"),
    ],
)
def test_where_an_agreement_stands_on_a_day(facts, expected):
    row = Agreement(**facts)
    status = agreement_life(row, (), (), (), (), TODAY).status
    assert standing(row, status, TODAY) == expected


def test_where_an_agreement_stood_is_told_from_its_steps_and_amendments(cast: Cast):
    """Ended on a later day it was signed before; renewed, it goes on past the day that it first stated."""
    stated = TODAY - 30 * DAY
    row = agreement("AGR-911", cast.texmin, instrument=Instrument.LICENCE, expires_on=stated)

    def found(on: dt.date) -> str:
        return row_of(transfer_figures(on, system(on)), "AGR-911").standing.value

    assert (found(stated), found(stated + DAY)) == ("signed", "ended")
    by = acting(cast.manager)
    renewed = {"agreed_on": stated, "summary": "Prolonged.", "expires_on": TODAY + 365 * DAY}
    Amendment.record(row, by=by, evidence=[document()], **renewed)
    agreeing.take(
        row, "terminate", by=by, taken_on=TODAY - DAY, decided_by_post="Joint Secretary", reason="Over."
    )
    assert [found(on) for on in (stated - DAY, TODAY - 2 * DAY, TODAY - DAY)] == ["signed", "signed", "ended"]


def test_a_last_day_that_follows_from_the_term_ends_an_agreement(cast: Cast):
    agreement("AGR-911", cast.texmin, instrument=Instrument.LICENCE, term_years=Decimal(1))
    last = dt.date(2027, 1, 9)
    found = [row_of(transfer_figures(on, system(on)), "AGR-911").standing for on in (last, last + DAY)]
    assert found == ["signed", "ended"]


# --- what shows that it moved across ---


def licensed(cast: Cast) -> Project:
    """Return a project under a licence between the two partners."""
    licence = agreement("AGR-911", cast.irel, cast.texmin, instrument=Instrument.LICENCE)
    return project("PRJ-911", cast.texmin, agreement=licence)


def proof(on: dt.date = TODAY) -> str:
    return row_of(transfer_figures(on, system(on)), "AGR-911").proof


@pytest.mark.parametrize("kind", [MilestoneType.TRANSFER, MilestoneType.TRAINING, MilestoneType.VALIDATION])
def test_an_achieved_milestone_of_transfer_is_evidence_from_its_day(kind, cast: Cast):
    row = milestone("MST-911", licensed(cast), type=kind)
    assert proof() == Proof.NONE
    row.claim(by=acting(cast.officer), actual_on=TODAY - DAY)
    assert (proof(TODAY - 2 * DAY), proof()) == (Proof.NONE, Proof.CLAIMED)
    row.verify(by=acting(cast.manager))
    assert (proof(TODAY - DAY), proof()) == (Proof.CLAIMED, Proof.VERIFIED)


def test_a_signature_or_an_opening_is_no_evidence_of_transfer(cast: Cast):
    owner = licensed(cast)
    for number, kind in ((1, MilestoneType.AGREEMENT_SIGNED), (2, MilestoneType.COMMISSIONING)):
        milestone(f"MST-91{number}", owner, type=kind).claim(by=acting(cast.officer), actual_on=TODAY)
    assert proof() == Proof.NONE


@pytest.mark.parametrize("family", ["TT", "TEC", "SKL"])
def test_a_value_is_evidence_and_verified_only_at_the_minimum_level(family, cast: Cast):
    goal = target("TGT-911", indicator(f"{family}-901"), project=licensed(cast))
    assert proof() == Proof.NONE
    value = Measurement.claim(goal, by=acting(cast.our_lead), value=Decimal(3), period_end=TODAY)
    assert proof() == Proof.CLAIMED
    value.verify(by=acting(cast.manager), level=1)
    assert proof() == Proof.VERIFIED


@pytest.mark.parametrize("family", ["PRD", "CAP", "INT", "OUT"])
def test_what_was_made_or_sold_is_no_evidence_of_transfer_by_itself(family, cast: Cast):
    goal = target("TGT-911", indicator(f"{family}-901"), project=licensed(cast))
    Measurement.claim(goal, by=acting(cast.our_lead), value=Decimal(3), period_end=TODAY)
    assert proof() == Proof.NONE


def test_a_target_of_the_agreement_itself_counts_for_it(cast: Cast):
    licensed(cast)
    goal = target("TGT-911", indicator("TT-901"), agreement=Agreement.objects.get(reference="AGR-911"))
    Measurement.claim(goal, by=acting(cast.officer), value=Decimal(3), period_end=TODAY)
    assert proof() == Proof.CLAIMED


def test_what_other_projects_show_counts_for_others(cast: Cast):
    licensed(cast)
    row = milestone("MST-911", cast.our_project, type=MilestoneType.TRANSFER)
    row.claim(by=acting(cast.officer), actual_on=TODAY)
    assert proof() == Proof.NONE


def test_a_recorded_transfer_is_evidence_when_people_are_certified_and_not_when_it_is_licensed(cast: Cast):
    owner = licensed(cast)
    by = acting(cast.officer)
    row = Transfer.record(owner, by=by, asset="Process", donor=cast.irel, recipient=cast.texmin)
    for stage in ("offered", "licensed"):
        TransferStep.claim(row, by=by, stage=stage, reached_on=TODAY - DAY)
    assert proof() == Proof.NONE
    trained = Training.claim(row, by=by, certified_on=TODAY, persons=4, assessed_by="National institute")
    assert (proof(TODAY - DAY), proof()) == (Proof.NONE, Proof.CLAIMED)
    trained.verify(by=acting(cast.manager), level=1)
    assert proof() == Proof.VERIFIED


def test_a_run_counts_when_the_recipient_made_it_alone_and_as_verified_from_v2(cast: Cast):
    owner, by = licensed(cast), acting(cast.officer)
    row = Transfer.record(owner, by=by, asset="Process", donor=cast.irel, recipient=cast.texmin)
    facts = {"by": by, "run_on": TODAY, "guarantee_met": True}
    ReplicationRun.claim(row, licensor_on_site=True, **facts)
    assert proof() == Proof.NONE
    for level, expected in ((1, Proof.CLAIMED), (2, Proof.VERIFIED)):
        ReplicationRun.claim(row, licensor_on_site=False, **facts).verify(
            by=acting(cast.manager), level=level
        )
        assert proof() == expected


def test_a_stage_is_evidence_from_absorbed_on(cast: Cast):
    owner, by = licensed(cast), acting(cast.officer)
    row = Transfer.record(owner, by=by, asset="Process", donor=cast.irel, recipient=cast.texmin)
    TransferStep.claim(row, by=by, stage="absorbed", reached_on=TODAY)
    assert (proof(TODAY - DAY), proof()) == (Proof.NONE, Proof.CLAIMED)


# --- readiness ---


@pytest.mark.parametrize(
    ("facts", "levels"),
    [
        ({"trl_stated": "7/8", "trl_verified": 5, "trl_verified_on": TODAY}, (8, 5, 3)),
        ({"trl_stated": "7/8", "trl_verified": 5, "trl_verified_on": TODAY + DAY}, (8, None, None)),
        ({"trl_claimed": 6}, (6, None, None)),
        ({"trl_stated": "TRL-9 demonstration", "trl_claimed": 9}, (9, None, None)),
        ({"trl_verified": 4, "trl_verified_on": TODAY}, (None, 4, None)),
        ({"trl_stated": "", "trl_claimed": 4, "trl_verified": 6, "trl_verified_on": TODAY}, (4, 6, -2)),
        ({}, (None, None, None)),
    ],
)
def test_levels_and_the_gap_between_them(facts, levels):
    row = Project(**facts)
    assert (claimed_level(row), verified_level(row, TODAY), gap(row, TODAY)) == levels


# --- who sees it, and its price ---


def test_a_partner_finds_only_what_it_may_see(cast: Cast):
    licensed(cast)
    agreement("AGR-912", cast.irel, instrument=Instrument.LICENCE)
    assert references(transfer_figures(TODAY, acting(cast.our_lead)).rows) == ["AGR-911"]
    assert references(transfer_figures(TODAY, acting(cast.nobody)).rows) == []


def test_twelve_agreements_cost_as_many_queries_as_two(cast: Cast):
    def queries() -> int:
        with CaptureQueriesContext(connection) as log:
            transfer_figures(TODAY, system())
        return len(log)

    def add(number: int) -> None:
        licence = agreement(f"AGR-9{number}", cast.texmin, instrument=Instrument.LICENCE)
        owner = project(f"PRJ-9{number}", cast.texmin, agreement=licence, trl_claimed=5)
        row = milestone(f"MST-9{number}", owner, type=MilestoneType.TRANSFER)
        row.claim(by=acting(cast.officer), actual_on=TODAY)
        goal = target(f"TGT-9{number}", indicator(f"TT-9{number}"), project=owner)
        Measurement.claim(goal, by=acting(cast.officer), value=Decimal(3), period_end=TODAY)

    system()  # the account is made once
    for number in (10, 11):
        add(number)
    two = queries()
    for number in range(12, 22):
        add(number)
    assert queries() == two
