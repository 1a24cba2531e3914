"""The table of rights, asked of the models' own door; tests/api/test_matrix.py asks the same over HTTP."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from projects import permissions
from projects.choices import Role, Visibility
from projects.models import (
    ActionPoint,
    Agreement,
    Clearance,
    Duty,
    DutyDone,
    Evidence,
    Feed,
    Finding,
    FundLine,
    KnowHowItem,
    Measurement,
    Membership,
    Milestone,
    Organisation,
    Project,
    Readiness,
    ReplicationRun,
    ReviewMeeting,
    Target,
    Training,
    Transfer,
    TransferStep,
    User,
    Webhook,
    audit,
)
from projects.permissions import SYSTEM, Actor
from tests.api.scene import OTHER, OWN, Scene, assemble_scene, document
from tests.cast import TODAY, Cast, acting, agreement, milestone, person, project, system

PEOPLE = (
    "officer", "manager", "our_lead", "our_viewer", "their_lead", "their_viewer", "auditor", "scoped_auditor",
    "administrator", "nobody",
)  # fmt: skip

# action: (what it is done to, who may on ours, who may on theirs). Nobody but the system imports.
MATRIX: dict[str, tuple[str, str, str]] = {
    "milestone.log": ("project", "officer manager", "officer manager"),
    "milestone.claim": ("planned", "officer manager our_lead", "officer manager their_lead"),
    "milestone.verify": ("claimed", "officer manager", "officer manager"),
    "milestone.return": ("claimed", "officer manager", "officer manager"),
    "milestone.revise": ("planned", "officer manager", "officer manager"),
    "milestone.cancel": ("planned", "manager", "manager"),
    "measurement.claim": ("target", "officer manager our_lead", "officer manager their_lead"),
    "measurement.verify": ("measurement", "officer manager", "officer manager"),
    "measurement.return": ("measurement", "officer manager", "officer manager"),
    "fundline.claim": ("project", "officer manager our_lead", "officer manager their_lead"),
    "fundline.verify": ("fundline", "officer manager", "officer manager"),
    "fundline.return": ("fundline", "officer manager", "officer manager"),
    "feed.claim": ("project", "officer manager our_lead", "officer manager their_lead"),
    "feed.verify": ("feed", "officer manager", "officer manager"),
    "feed.return": ("feed", "officer manager", "officer manager"),
    "target.set": ("project", "officer manager", "officer manager"),
    "target.revise": ("target", "manager", "manager"),
    "clearance.record": ("clearance", "officer manager our_lead", "officer manager their_lead"),
    "dutydone.claim": ("duty", "officer manager our_lead", "officer manager their_lead"),
    "dutydone.verify": ("dutydone", "officer manager", "officer manager"),
    "dutydone.return": ("dutydone", "officer manager", "officer manager"),
    "agreement.sign": ("agreement", "officer manager", "officer manager"),
    "agreement.take_effect": ("agreement", "officer manager", "officer manager"),
    "agreement.suspend": ("agreement", "manager", "manager"),
    "agreement.resume": ("agreement", "manager", "manager"),
    "agreement.terminate": ("agreement", "manager", "manager"),
    "amendment.record": ("agreement", "officer manager", "officer manager"),
    "duty.record": ("agreement", "officer manager", "officer manager"),
    "gate.plan": ("project", "officer manager", "officer manager"),
    "gate.decide": ("project", "manager", "manager"),
    "readiness.claim": ("project", "officer manager our_lead", "officer manager their_lead"),
    "readiness.verify": ("readiness", "officer manager", "officer manager"),
    "readiness.return": ("readiness", "officer manager", "officer manager"),
    "readiness.waive": ("readiness", "manager", "manager"),
    "transfer.record": ("transfer", "officer manager our_lead", "officer manager their_lead"),
    "knowhowitem.accept": ("acceptance", "officer manager our_lead", "officer manager their_lead"),
    "transferstep.claim": ("transfer", "officer manager our_lead", "officer manager their_lead"),
    "transferstep.verify": ("transferstep", "officer manager", "officer manager"),
    "transferstep.return": ("transferstep", "officer manager", "officer manager"),
    "transferstep.waive": ("transferstep", "manager", "manager"),
    "training.claim": ("transfer", "officer manager our_lead", "officer manager their_lead"),
    "training.verify": ("training", "officer manager", "officer manager"),
    "training.return": ("training", "officer manager", "officer manager"),
    "replicationrun.claim": ("transfer", "officer manager our_lead", "officer manager their_lead"),
    "replicationrun.verify": ("replicationrun", "officer manager", "officer manager"),
    "replicationrun.return": ("replicationrun", "officer manager", "officer manager"),
    "meeting.record": ("meeting", "officer manager", "officer manager"),
    "actionpoint.record": ("meeting", "officer manager", "officer manager"),
    "actionpoint.done": ("open_point", "officer manager our_lead", "officer manager their_lead"),
    # The scene's officer said that it is done; a manager is a second person.
    "actionpoint.close": ("done_point", "manager", "manager"),
    "actionpoint.return": ("done_point", "manager", "manager"),
    "finding.raise": ("project", "auditor scoped_auditor", "auditor"),
    "finding.answer": ("raised", "officer manager our_lead", "officer manager their_lead"),
    "finding.settle": ("answered", "auditor scoped_auditor", "auditor"),
    "finding.return": ("answered", "auditor scoped_auditor", "auditor"),
    # The scene's auditor raised them.
    "finding.withdraw": ("raised", "auditor", "auditor"),
    "bundle.download": (
        "project",
        "manager auditor scoped_auditor administrator",
        "manager auditor administrator",
    ),
    "evidence.add": ("planned", "officer manager our_lead", "officer manager their_lead"),
    "history.read": (
        "claimed",
        "officer manager auditor scoped_auditor administrator",
        "officer manager auditor administrator",
    ),
    "styleguide.read": ("", "officer manager administrator", ""),
    "report.issue": ("", "officer manager administrator", ""),
    "report.retry": ("", "manager administrator", ""),
    "schedule.create": ("", "manager administrator", ""),
    "schedule.change": ("", "manager administrator", ""),
    "reference.change": ("", "administrator", ""),
    "webhook.keep": ("webhook", "manager administrator our_lead", "manager administrator their_lead"),
    "user.manage": ("", "administrator", ""),
    "membership.manage": ("", "administrator", ""),
    "organisation.manage": ("", "administrator", ""),
    "programme.upload": ("", "administrator", ""),
    "programme.import": ("", "", ""),
}
MODELS = {
    "agreement": Agreement,
    "project": Project,
    "planned": Milestone,
    "claimed": Milestone,
    "target": Target,
}
NUMBERED = {
    "measurement": Measurement,
    "fundline": FundLine,
    "feed": Feed,
    "clearance": Clearance,
    "duty": Duty,
    "dutydone": DutyDone,
}
MODELS |= {"transfer": Transfer, "meeting": ReviewMeeting}
MODELS |= {"raised": Finding, "answered": Finding}
MODELS |= {"open_point": ActionPoint, "done_point": ActionPoint}
NUMBERED |= {"readiness": Readiness, "transferstep": TransferStep, "training": Training}
NUMBERED |= {"replicationrun": ReplicationRun, "webhook": Webhook}


@pytest.fixture
def scene(db: None) -> Scene:
    return assemble_scene()


def thing(scene: Scene, kind: str, which: str) -> Any:
    if not kind:
        return None
    if kind == "acceptance":
        return KnowHowItem.objects.get(pk=scene.keys["knowhowitem"][which]).acceptance
    if kind in NUMBERED:
        return NUMBERED[kind].objects.get(pk=scene.keys[kind][which])
    return MODELS[kind].objects.get(reference=scene.keys[kind][which])


def test_the_matrix_covers_every_action():
    assert set(MATRIX) == set(permissions.MAY)


@pytest.mark.parametrize("action", MATRIX)
def test_each_action_is_for_those_in_the_matrix(action: str, scene: Scene):
    kind, ours, theirs = MATRIX[action]
    for which, expected in ((OWN, ours), (OTHER, theirs)) if kind else ((OWN, ours),):
        obj = thing(scene, kind, which)
        allowed = {
            name for name in PEOPLE if permissions.allows(acting(scene.cast.people[name]), action, obj)
        }
        assert allowed == set(expected.split()), which


def test_the_system_may_import_and_nobody_else():
    assert permissions.MAY["programme.import"] == {SYSTEM}
    assert SYSTEM not in Role.values


def test_an_action_that_the_table_does_not_know_is_an_error(cast: Cast):
    with pytest.raises(KeyError):
        permissions.allows(acting(cast.manager), "milestone.burn", cast.our_milestone)


def test_anonymous_and_disabled_people_hold_no_role(cast: Cast):
    User.objects.filter(pk=cast.manager.pk).update(is_active=False)
    cast.manager.refresh_from_db()
    for actor in (permissions.actor(None, on=TODAY), acting(cast.manager)):
        assert actor.roles == frozenset()
        assert not Project.objects.visible_to(actor).exists()


# --- the second person ---


def claimed_by(user: User, cast: Cast, *files: Any) -> Milestone:
    cast.our_milestone.claim(by=acting(user), actual_on=dt.date(2026, 6, 1), evidence=files)
    return Milestone.objects.get(pk=cast.our_milestone.pk)


def test_who_claimed_cannot_verify(cast: Cast):
    claim = claimed_by(cast.officer, cast)
    assert not permissions.allows(acting(cast.officer), "milestone.verify", claim)
    assert permissions.allows(acting(cast.second_officer), "milestone.verify", claim)


def test_who_added_evidence_cannot_verify(cast: Cast):
    claim = claimed_by(cast.our_lead, cast)
    Evidence.add(document("certificate"), by=acting(cast.manager), milestone=claim)
    assert not permissions.allows(acting(cast.manager), "milestone.verify", claim)
    assert permissions.allows(acting(cast.officer), "milestone.verify", claim)


def test_who_added_evidence_to_an_earlier_claim_may_verify_the_new_one(cast: Cast):
    claim = claimed_by(cast.officer, cast, document("first"))
    claim.return_(by=acting(cast.manager), reason="Wrong certificate.")
    claim.claim(by=acting(cast.our_lead), actual_on=dt.date(2026, 6, 2))
    assert permissions.allows(acting(cast.officer), "milestone.verify", claim)


def test_who_belongs_to_the_claimants_organisation_cannot_verify(cast: Cast):
    both = person("both", Role.OFFICER, cast.ministry)
    audit.create(
        Membership(user=both, organisation=cast.texmin, role=Role.VIEWER), by=system(), action="test.setup"
    )
    claim = claimed_by(cast.our_lead, cast)
    assert not permissions.allows(acting(both), "milestone.verify", claim)


def test_an_officer_who_leads_the_partner_claims_for_the_partner(cast: Cast):
    first, second = (person(name, Role.OFFICER, cast.ministry) for name in ("first", "second"))
    for user in (first, second):
        audit.create(
            Membership(user=user, organisation=cast.texmin, role=Role.LEAD), by=system(), action="test.setup"
        )
    claim = claimed_by(first, cast)
    assert claim.claimant_organisation_id == cast.texmin.pk
    assert not permissions.allows(acting(second), "milestone.verify", claim)


def test_within_the_ministry_a_manager_verifies_what_an_officer_claimed(cast: Cast):
    claim = claimed_by(cast.officer, cast)
    assert claim.claimant_organisation_id is None
    assert permissions.allows(acting(cast.manager), "milestone.verify", claim)


def test_the_refusal_tells_why(cast: Cast):
    with pytest.raises(PermissionDenied, match="second person"):
        permissions.require(acting(cast.officer), "milestone.verify", claimed_by(cast.officer, cast))
    with pytest.raises(PermissionDenied, match=r"milestone\.verify"):
        permissions.require(acting(cast.our_viewer), "milestone.verify", cast.our_milestone)


# --- memberships end ---


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "holds"),
    [
        (None, None, True),
        (TODAY, TODAY, True),
        (TODAY + dt.timedelta(days=1), None, False),
        (None, TODAY - dt.timedelta(days=1), False),
    ],
)
def test_a_membership_gives_rights_from_its_first_to_its_last_day(valid_from, valid_to, holds, cast: Cast):
    newcomer = User.objects.create_user("newcomer", "secret")
    audit.create(
        Membership(
            user=newcomer,
            organisation=cast.ministry,
            role=Role.MANAGER,
            valid_from=valid_from,
            valid_to=valid_to,
        ),
        by=system(),
        action="test.setup",
    )
    assert permissions.allows(acting(newcomer), "milestone.cancel", cast.our_milestone) is holds
    assert Project.objects.visible_to(acting(newcomer)).exists() is holds


def test_the_roles_of_an_actor_cost_one_query(cast: Cast, django_assert_num_queries):
    with django_assert_num_queries(1):
        acting(cast.our_lead)


# --- what is visible ---

SCOPED = (
    Organisation,
    Agreement,
    Project,
    Milestone,
    Target,
    Measurement,
    Evidence,
    FundLine,
    Agreement,
    Clearance,
    Duty,
    DutyDone,
)


def seen(model: Any, user: User) -> set[int]:
    return set(model.objects.visible_to(acting(user)).values_list("pk", flat=True))


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model.__name__)
def test_the_halves_share_nothing_but_the_ministry(model: Any, scene: Scene):
    cast = scene.cast
    for ours in (cast.our_lead, cast.our_viewer, cast.scoped_auditor):
        mine, theirs = seen(model, ours), seen(model, cast.their_lead)
        assert mine
        assert theirs
        assert mine & theirs == ({cast.ministry.pk} if model is Organisation else set())
    everything = set(model.objects.values_list("pk", flat=True))
    for user in (cast.officer, cast.manager, cast.auditor, cast.administrator):
        assert seen(model, user) == everything
    assert seen(model, cast.nobody) == set()


def test_a_project_does_not_open_its_agreement_nor_an_agreement_its_projects(cast: Cast):
    partner = person("partner", Role.LEAD, cast.texmin)
    shared = agreement("AGR-910", cast.ministry, cast.texmin)
    others = project("PRJ-910", cast.irel, agreement=shared)
    joint = project("PRJ-911", cast.irel, cast.texmin, agreement=cast.their_agreement)
    assert others.pk not in seen(Project, partner)
    assert joint.pk in seen(Project, partner)
    assert cast.their_agreement.pk not in seen(Agreement, partner)


def test_a_milestone_of_a_project_is_not_seen_through_its_agreement(cast: Cast):
    joint = agreement("AGR-912", cast.texmin, cast.irel)
    hidden = milestone("MST-912", cast.their_project, agreement=joint)
    shown = milestone("MST-913", agreement=joint)
    assert hidden.pk not in seen(Milestone, cast.our_lead)
    assert shown.pk in seen(Milestone, cast.our_lead)


def test_a_row_with_two_of_the_actors_organisations_comes_once(cast: Cast):
    user = person("of_two", Role.LEAD, cast.texmin)
    audit.create(
        Membership(user=user, organisation=cast.irel, role=Role.LEAD), by=system(), action="test.setup"
    )
    both = agreement("AGR-914", cast.texmin, cast.irel)
    assert list(Agreement.objects.visible_to(acting(user)).filter(pk=both.pk)) == [both]


@pytest.mark.parametrize("visibility", Visibility.values)
def test_internal_documents_are_for_the_ministry_and_its_auditors(visibility: str, cast: Cast):
    claim = claimed_by(cast.officer, cast)
    file = Evidence.add(
        document(f"note {visibility}"), by=acting(cast.officer), milestone=claim, visibility=visibility
    )
    readers = {name for name in PEOPLE if file.pk in seen(Evidence, cast.people[name])}
    always = {"officer", "manager", "auditor", "scoped_auditor", "administrator"}
    assert readers == always | (set() if visibility == Visibility.INTERNAL else {"our_lead", "our_viewer"})


def test_who_audits_one_partner_and_works_for_another_is_an_auditor_for_the_first_only(cast: Cast):
    double = person("double", Role.AUDITOR, cast.irel)
    audit.create(
        Membership(user=double, organisation=cast.texmin, role=Role.LEAD), by=system(), action="test.setup"
    )
    files = {}
    for mine in (cast.our_milestone, cast.their_milestone):
        mine.claim(
            by=acting(cast.officer),
            actual_on=TODAY,
            evidence=[document(mine.reference)],
            visibility=Visibility.INTERNAL,
        )
        files[mine.reference] = mine.evidence.get().pk
    assert seen(Evidence, double) == {files["MST-902"]}
    actor: Actor = acting(double)
    assert permissions.allows(actor, "history.read", cast.their_milestone)
    assert not permissions.allows(actor, "history.read", cast.our_milestone)
