"""What the database keeps true whatever the code does: each named constraint refuses the row that it is for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models import F

from projects.choices import GateDecision, Role
from projects.models import (
    ActionPoint,
    Agreement,
    Delivery,
    DisplayCopy,
    Evidence,
    Finding,
    Identity,
    Indicator,
    Measurement,
    Membership,
    Milestone,
    MilestoneRevision,
    MineralListing,
    Notice,
    NoticeDigest,
    NoticePreferences,
    Project,
    ReliancePoint,
    ReviewMeeting,
    SectorNeed,
    SignIn,
    StageGate,
    Target,
    User,
    audit,
)
from tests.api.scene import OWN, Scene, assemble_scene
from tests.cast import Cast, acting, system
from tests.projects import results

DAY = dt.date(2026, 6, 1)
NOW = dt.datetime(2026, 6, 15, tzinfo=dt.UTC)


@pytest.fixture
def scene(db: None) -> Scene:
    return assemble_scene()


def past_the_door(row: models.Model, **changes: Any) -> None:
    """Change a row by a plain QuerySet, which knows neither the audit trail nor any rule of ours."""
    with transaction.atomic():
        models.QuerySet(type(row)).filter(pk=row.pk).update(**changes)


def made(row: Any) -> Any:
    return audit.create(row, by=system(), action="test.setup")


def message(scene: Scene) -> Delivery:
    return Delivery.objects.get(pk=scene.keys["delivery"][OWN])


def planned(scene: Scene) -> Milestone:
    return scene.cast.our_milestone


def claimed(scene: Scene) -> Milestone:
    return Milestone.objects.get(reference=scene.keys["claimed"][OWN])


def measured(scene: Scene) -> Measurement:
    return Measurement.objects.get(pk=scene.keys["measurement"][OWN])


def review(scene: Scene) -> ReviewMeeting:
    return ReviewMeeting.objects.get(reference=scene.keys["meeting"][OWN])


def open_point(scene: Scene) -> ActionPoint:
    return ActionPoint.objects.get(reference=scene.keys["open_point"][OWN])


def done_point(scene: Scene) -> ActionPoint:
    return ActionPoint.objects.get(reference=scene.keys["done_point"][OWN])


def raised(scene: Scene) -> Finding:
    return Finding.objects.get(reference=scene.keys["raised"][OWN])


def answered(scene: Scene) -> Finding:
    return Finding.objects.get(reference=scene.keys["answered"][OWN])


def notice(scene: Scene) -> Notice:
    return Notice.objects.get(pk=scene.keys["notice"][OWN])


def hours(scene: Scene) -> NoticePreferences:
    return NoticePreferences.keep(scene.cast.officer, digest=True, hour=9, quiet_from=20, quiet_to=7)


def digest(scene: Scene) -> NoticeDigest:
    return NoticeDigest.objects.create(person=scene.cast.officer, day=DAY, queued_at=NOW)


def evidence(scene: Scene) -> Evidence:
    return Evidence.objects.get(pk=scene.keys["evidence"][OWN])


def display_copy(scene: Scene) -> DisplayCopy:
    return DisplayCopy.objects.create(original="a" * 64, sha256="b" * 64, size=1, holds_location=False)


def session(scene: Scene) -> SignIn:
    user = scene.cast.officer
    return SignIn.objects.create(
        session_key="k", session_data="", expire_date=NOW, user=user, since=NOW, seen_at=NOW
    )


def identity(scene: Scene) -> Identity:
    return Identity.objects.create(user=scene.cast.officer, issuer="https://id.example", subject="s")


def revision(scene: Scene) -> MilestoneRevision:
    row = planned(scene)
    row.revise(
        by=acting(scene.cast.manager), new_on=dt.date(2026, 12, 31), reason_code="funds", narrative="Late."
    )
    return row.revisions.get()


def gate(scene: Scene) -> StageGate:
    return made(
        StageGate(
            project=scene.cast.our_project,
            gate="G3",
            to_stage="S3",
            decision=GateDecision.PASS,
            decided_on=DAY + dt.timedelta(1),
            decided_by_post="Joint Secretary",
            recorded_by=scene.cast.manager,
        )
    )


def listing(scene: Scene) -> MineralListing:
    (mineral,) = apps.get_model("projects", "Mineral").objects.all()
    return made(MineralListing(mineral=mineral, official_list="mmdr_part_d", listed_from=DAY))


def measure(scene: Scene) -> Indicator:
    return Indicator.objects.get()


def of(build: Callable[[Cast], Any]) -> Callable[[Scene], Any]:
    return lambda scene: build(scene.cast)


# The claims, by the name of their model; measurements have rows of their own.
CLAIMS = {
    "readiness": results.readiness,
    "transferstep": results.step,
    "training": results.training,
    "replicationrun": results.run,
    "fundline": results.fund_line,
    "dutydone": results.duty_done,
    "feed": results.feed,
}


def reliance(scene: Scene) -> ReliancePoint:
    return ReliancePoint.objects.get(reference="REL-901")


def need(scene: Scene) -> SectorNeed:
    return SectorNeed.objects.get(reference="NEED-901")


def goal(scene: Scene) -> Target:
    return Target.objects.get(reference=scene.keys["target"][OWN])


def lead(scene: Scene) -> Membership:
    return scene.cast.our_lead.memberships.get()


def robot(scene: Scene) -> User:
    return User.objects.get(username="system:test")


def ours(name: str) -> Callable[[Scene], Any]:
    return lambda scene: getattr(scene.cast, name)


agreement: Callable[[Scene], Agreement] = ours("our_agreement")
project: Callable[[Scene], Project] = ours("our_project")

CONSTRAINTS: dict[str, tuple[Callable[[Scene], Any], dict[str, Any]]] = {
    # people
    "system_account_has_no_password": (robot, {"password": "md5$salt$hash"}),
    "membership_has_its_organisation": (lead, {"organisation": None}),
    "membership_ends_after_it_begins": (lead, {"valid_from": DAY, "valid_to": DAY - dt.timedelta(1)}),
    # agreements and projects
    "agreement_date_has_its_precision": (agreement, {"signed_precision": ""}),
    "agreement_expires_after_signing": (agreement, {"expires_on": dt.date(2020, 1, 1)}),
    "agreement_is_not_its_own_parent": (agreement, {"parent": F("id")}),
    "project_cost_is_not_negative": (project, {"cost_crore": Decimal(-1)}),
    "project_is_not_its_own_parent": (project, {"parent": F("id")}),
    "project_capacity_has_its_unit": (project, {"capacity_value": Decimal(5)}),
    "project_trl_claimed_is_1_to_9": (project, {"trl_claimed": 10}),
    "project_trl_verified_is_1_to_9": (project, {"trl_verified": 0, "trl_verified_on": DAY}),
    "project_trl_verified_has_its_date": (project, {"trl_verified": 5}),
    "gate_that_stays_or_goes_back_says_why": (gate, {"decision": GateDecision.HOLD}),
    "conditional_gate_names_its_conditions": (gate, {"decision": GateDecision.CONDITIONAL}),
    "suspended_or_ended_agreement_says_why": (of(results.agreement_step), {"reason": ""}),
    # reference data
    "listing_ends_after_it_begins": (listing, {"listed_to": DAY - dt.timedelta(1)}),
    "reliance_is_not_negative": (reliance, {"value": Decimal(-1)}),
    "reliance_per_cent_is_at_most_100": (reliance, {"value": Decimal(101)}),
    "sector_need_is_more_than_zero": (need, {"tonnes": 0}),
    # milestones
    "milestone_belongs_to_project_or_agreement": (planned, {"project": None}),
    "milestone_verifier_is_not_claimant": (claimed, {"verified_by": F("claimed_by")}),
    "claimed_milestone_has_date_and_claimant": (claimed, {"actual_on": None}),
    "verified_milestone_has_verifier_and_day": (claimed, {"status": "verified"}),
    "returned_milestone_has_its_reason": (claimed, {"status": "returned"}),
    "cancelled_milestone_has_its_day": (planned, {"status": "cancelled"}),
    "milestone_baseline_has_its_precision": (planned, {"baseline_precision": ""}),
    "milestone_revision_needs_a_baseline": (
        planned,
        {"baseline_on": None, "baseline_precision": "", "revised_on": DAY},
    ),
    "revision_moves_the_date": (revision, {"new_on": F("old_on")}),
    "revision_has_approver_or_source": (revision, {"approved_by": None}),
    # targets, measurements, evidence
    "target_has_one_parent": (goal, {"project": None}),
    "measurement_verifier_is_not_claimant": (measured, {"verified_by": F("claimed_by")}),
    "verified_measurement_has_verifier_day_and_level": (measured, {"status": "verified"}),
    "returned_measurement_has_its_reason": (measured, {"status": "returned"}),
    "measurement_entered_value_has_its_unit": (measured, {"entered_unit": "kg"}),
    "measurement_period_ends_after_it_begins": (measured, {"period_start": dt.date(2026, 12, 31)}),
    "evidence_supports_one_claim": (evidence, {"milestone": None}),
    "evidence_digest_is_sha256": (evidence, {"sha256": "A" * 64}),
    "evidence_is_not_empty": (evidence, {"size": 0}),
    "signed_in_since": (session, {"since": None}),
    "identity_is_named": (identity, {"subject": ""}),
    "display_copy_digests_are_sha256": (display_copy, {"original": "A" * 64}),
    "display_copy_is_not_empty": (display_copy, {"size": 0}),
    "indicator_bounds_are_in_order": (measure, {"plausible_from": 2, "plausible_to": 1}),
    # results
    "readiness_is_a_level_of_its_ladder": (of(results.readiness), {"value": 10}),
    "transfer_is_between_two": (of(results.transfer), {"donor": F("recipient")}),
    "transfer_fee_is_not_negative": (of(results.transfer), {"fee_crore": -1}),
    "know_how_is_accepted_after_delivery": (of(results.know_how), {"accepted_on": DAY}),
    "fund_amount_is_more_than_zero": (of(results.fund_line), {"amount_crore": 0}),
    "clearance_that_does_not_apply_says_why": (of(results.clearance), {"is_applicable": False}),
    "clearance_is_decided_after_application": (of(results.clearance), {"granted_on": dt.date(2026, 5, 31)}),
    "clearance_is_granted_or_refused": (of(results.clearance), {"granted_on": DAY, "refused_on": DAY}),
    "clearance_is_valid_after_its_grant": (of(results.clearance), {"valid_to": DAY}),
    "duty_date_has_its_precision": (of(results.duty), {"due_on": None}),
    "duty_is_due_after_it_was_agreed": (of(results.duty), {"agreed_on": dt.date(2026, 6, 2)}),
    "feed_is_more_than_zero": (of(results.feed), {"tonnes": 0}),
    "feed_period_ends_after_it_begins": (of(results.feed), {"period_end": dt.date(2026, 3, 31)}),
    "undelivered_says_why": (message, {"failure": ""}),
    "what_has_ended_has_its_moment": (message, {"ended_at": None}),
    "moved_gate_says_why": (of(results.gate_plan), {"number": 2}),
    # reviews and notices; keys of other rows are checked later than these
    "review_is_of_one_thing": (review, {"organisation": F("pk"), "agreement": F("pk")}),
    "action_point_has_one_subject": (open_point, {"project": F("pk"), "agreement": F("pk")}),
    "done_action_point_has_day_note_and_person": (open_point, {"status": "done"}),
    "closed_action_point_has_day_and_second_person": (
        done_point,
        {"status": "closed", "closed_on": DAY, "closed_by": F("done_by")},
    ),
    "finding_is_on_one_thing": (raised, {"agreement": F("pk")}),
    "finding_is_on_something": (raised, {"project": None}),
    "finding_is_never_public": (raised, {"visibility": "public"}),
    "reply_to_a_finding_is_due_after_it": (raised, {"due_on": dt.date(2026, 6, 1)}),
    "finding_has_its_text": (raised, {"text": ""}),
    "answered_finding_has_answer_day_and_person": (raised, {"status": "answered"}),
    "finding_raised_again_says_why": (answered, {"status": "raised"}),
    "settled_finding_has_day_and_second_person": (
        answered,
        {"status": "settled", "settled_on": DAY, "settled_by": F("answered_by")},
    ),
    "withdrawn_finding_says_when_and_why": (raised, {"status": "withdrawn"}),
    "snoozed_notice_has_its_reason": (notice, {"snoozed_until": DAY}),
    "hours_of_notices_are_hours_of_a_day": (hours, {"quiet_to": 24}),
    "sent_digest_has_its_moment": (digest, {"state": "sent"}),
    "unsent_digest_has_its_reason": (digest, {"state": "failed"}),
    **{
        name: row
        for model, build in CLAIMS.items()
        for name, row in {
            f"{model}_verifier_is_not_claimant": (of(build), {"verified_by": F("claimed_by")}),
            f"verified_{model}_has_verifier_day_and_level": (of(build), {"status": "verified"}),
            f"returned_{model}_has_its_reason": (of(build), {"status": "returned"}),
        }.items()
    },
}


def test_every_check_of_the_programme_is_proven_here():
    known = {
        constraint.name
        for model in apps.get_app_config("projects").get_models()
        for constraint in model._meta.constraints
        if isinstance(constraint, models.CheckConstraint)
    }
    assert known == set(CONSTRAINTS)


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_the_database_refuses_what_the_constraint_is_for(name: str, scene: Scene):
    row_of, changes = CONSTRAINTS[name]
    row = row_of(scene)
    with pytest.raises(IntegrityError, match=name):
        past_the_door(row, **changes)


def test_two_people_pass_the_constraint_on_verifiers(scene: Scene):
    row = claimed(scene)
    past_the_door(row, verified_by=scene.cast.manager, verified_on=DAY, status="verified")
    row.refresh_from_db()
    assert row.verified_by == scene.cast.manager


def test_a_membership_without_organisation_is_listed_once(scene: Scene):
    with pytest.raises(IntegrityError), transaction.atomic():
        models.QuerySet(Membership).bulk_create(
            [Membership(user=scene.cast.auditor, role=Role.AUDITOR, created_at=NOW, updated_at=NOW)]
        )
