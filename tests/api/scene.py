"""The cast with something of everything: each thing twice, once ours (Texmin's) and once theirs (Irel's)."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.utils import timezone

from projects import gating
from projects.choices import MeasureBasis, RelianceMetric, TargetBasis
from projects.models import (
    ActionPoint,
    Amendment,
    CalendarLink,
    Clearance,
    Delivery,
    Duty,
    DutyDone,
    Feed,
    Finding,
    FundLine,
    Indicator,
    KnowHowItem,
    Measurement,
    Mineral,
    MineralListing,
    Notice,
    Project,
    Readiness,
    ReliancePoint,
    ReplicationRun,
    ReviewMeeting,
    SavedFilter,
    SectorNeed,
    SignIn,
    Target,
    TargetVersion,
    TokenGrant,
    Training,
    Transfer,
    TransferStep,
    User,
    Webhook,
    audit,
)
from projects.sessions import SessionStore
from reports.choices import MailState, ReportKind
from reports.models import Mail
from tests.cast import Cast, acting, agreement, assemble, document, milestone, system
from tests.memory import remembered
from tests.reports.issued import failed, issued
from tests.reports.orders import schedule

OWN, OTHER, MISSING = "own", "other", "missing"
MISSING_KEYS = {int: 987654, str: "XXX-999", uuid.UUID: uuid.UUID(int=0)}


@dataclass
class Scene:
    """What stands on the stage: for each kind of thing the key by which an address names ours and theirs."""

    cast: Cast
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)

    def key(self, kind: str, which: str) -> Any:
        """Return the key of our own, the other's, or of a thing that does not exist."""
        if which == MISSING:
            return MISSING_KEYS[type(self.keys[kind][OWN])]
        return self.keys[kind][which]


def target(reference: str, indicator: Indicator, **fields: Any) -> Target:
    """Return a target of 100 by 31 March 2027 from a baseline of 0."""
    row = audit.create(
        Target(
            reference=reference,
            indicator=indicator,
            title=f"Target {reference}",
            unit="tonnes",
            measure_basis=MeasureBasis.CUMULATIVE,
            target_basis=TargetBasis.OFFICIAL_STATEMENT,
            baseline_value=Decimal(0),
            **fields,
        ),
        by=system(),
        action="test.setup",
    )
    audit.create(
        TargetVersion(target=row, number=1, value=Decimal(100), due_on=dt.date(2027, 3, 31)),
        by=system(),
        action="test.setup",
    )
    return row


def indicator(code: str = "PRD-901") -> Indicator:
    return audit.create(
        Indicator(code=code, name="Oxide produced", unit="tonnes", measure_basis=MeasureBasis.CUMULATIVE),
        by=system(),
        action="test.setup",
    )


def assemble_scene() -> Scene:
    """Create the cast and, for each half, one of every kind: planned and claimed, with evidence."""
    return remembered(_assemble_scene)


def _assemble_scene() -> Scene:
    cast = assemble()
    measured = indicator()
    mineral = audit.create(
        Mineral(reference="MIN-901", name="Neodymium", symbol="Nd"), by=system(), action="test.setup"
    )
    listed = MineralListing.record(
        mineral,
        by=acting(cast.administrator),
        official_list="critical_30_2023",
        listed_from=dt.date(2023, 7, 1),
    )
    reliance = audit.create(
        ReliancePoint(
            reference="REL-901",
            mineral=mineral,
            product="NdFeB magnets",
            metric=RelianceMetric.IMPORT_DEPENDENCE,
            period="2025-26",
            value=Decimal(85),
            unit="per cent",
        ),
        by=system(),
        action="test.setup",
    )
    need = audit.create(
        SectorNeed(reference="NEED-901", sector="ev", period="2029-30", tonnes=Decimal(4000)),
        by=system(),
        action="test.setup",
    )
    scene = Scene(cast)
    scene.keys = {
        "organisation": {OWN: "INS-901", OTHER: "INS-902"},
        "agreement": {OWN: "AGR-901", OTHER: "AGR-902"},
        "project": {OWN: "PRJ-901", OTHER: "PRJ-902"},
        "planned": {OWN: "MST-901", OTHER: "MST-902"},
        "claimed": {OWN: "MST-903", OTHER: "MST-904"},
        "target": {OWN: "TGT-901", OTHER: "TGT-902"},
        # Reference data belong to nobody: "other" is the same row again.
        "mineral": dict.fromkeys((OWN, OTHER), mineral.reference),
        "indicator": dict.fromkeys((OWN, OTHER), measured.code),
        "reliance": dict.fromkeys((OWN, OTHER), reliance.reference),
        "sectorneed": dict.fromkeys((OWN, OTHER), need.reference),
        "measurement": {},
        "fundline": {},
        "feed": {},
        "clearance": {},
        "gate": {},
        "drafted": {OWN: "AGR-903", OTHER: "AGR-904"},
        "suspended": {OWN: "AGR-905", OTHER: "AGR-906"},
        "amendment": {},
        "duty": {},
        "dutydone": {},
        "gate_plan": {},
        "readiness": {},
        "transfer": {},
        "knowhowitem": {},
        "transferstep": {},
        "training": {},
        "replicationrun": {},
        "evidence": {},
        "report": {},
        "failed": {},
        "schedule": {},
        "mail": {},
        "token": {},
        "calendar_link": {},
        "calendar_secret": {},
        "public_kind": {OWN: "projects", OTHER: "targets"},
        "webhook": {},
        "delivery": {},
        "notice": {},
        "meeting": {},
        "open_point": {},
        "done_point": {},
        "raised": {},
        "answered": {},
        "saved_filter": {},
        "session": {},
        "user": {OWN: cast.our_viewer.pk, OTHER: cast.their_lead.pk},
        "membership": {
            OWN: cast.our_viewer.memberships.get().pk,
            OTHER: cast.their_lead.memberships.get().pk,
        },
        "listing": dict.fromkeys((OWN, OTHER), listed.pk),
        "history": {},
    }
    halves = ((OWN, cast.our_lead, cast.our_project), (OTHER, cast.their_lead, cast.their_project))
    for which, lead, project in halves:
        _live(scene, which, lead, project)
        claimed = milestone(scene.keys["claimed"][which], project)
        claimed.claim(by=acting(lead), actual_on=dt.date(2026, 6, 1), evidence=[document(f"{which} proof")])
        scene.keys["history"][which] = f"milestone/{claimed.pk}"
        goal = target(scene.keys["target"][which], measured, project=project)
        value = Measurement.claim(goal, by=acting(lead), value=Decimal(10), period_end=dt.date(2026, 5, 31))
        scene.keys["measurement"][which] = value.pk
        scene.keys["fundline"][which] = FundLine.claim(
            project,
            by=acting(lead),
            kind="released",
            source="budget",
            contributor=project.lead,
            amount_crore=Decimal("1.50"),
            dated_on=dt.date(2026, 6, 1),
        ).pk
        scene.keys["feed"][which] = Feed.claim(
            project,
            by=acting(lead),
            material="ndpr_oxide",
            tonnes=Decimal(20),
            period_start=dt.date(2026, 4, 1),
            period_end=dt.date(2026, 4, 30),
            is_contracted=False,
        ).pk
        scene.keys["readiness"][which] = Readiness.claim(
            project,
            by=acting(lead),
            ladder="TRL",
            value=4,
            assessed_on=dt.date(2026, 6, 1),
            assessor="NTRAF panel",
        ).pk
        _transfer(scene, which, lead, project)
        scene.keys["clearance"][which] = Clearance.record(
            project, by=acting(lead), type="ec", is_applicable=True, applied_on=dt.date(2026, 5, 1)
        ).pk
        scene.keys["gate_plan"][which] = gating.plan(
            project,
            by=acting(cast.officer),
            gate="G4",
            planned_on=dt.date(2027, 3, 31),
            decided_by_post="Joint Secretary",
        ).pk
        scene.keys["gate"][which] = gating.decide(
            project,
            by=acting(cast.manager),
            gate="G3",
            decision="hold",
            decided_on=dt.date(2026, 6, 1),
            decided_by_post="Secretary",
            reason="The feed is not assured.",
        ).pk
        grant, _token = TokenGrant.issue(cast.second_officer, now=timezone.now(), name=which)
        scene.keys["token"][which] = grant.reference
        link, secret = CalendarLink.issue(cast.second_officer, name=which, language="en", now=timezone.now())
        scene.keys["calendar_link"][which], scene.keys["calendar_secret"][which] = link.reference, secret
        session = SessionStore()
        session[SESSION_KEY] = str(cast.second_officer.pk)
        session.create()
        scene.keys["session"][which] = SignIn.objects.get(pk=session.session_key).reference
        scene.keys["saved_filter"][which] = SavedFilter.keep(
            cast.second_officer, of="milestone-list", name=which, query="overdue=true"
        ).pk
        hook, _secret = Webhook.make(
            by=acting(lead), name=which, url="https://hooks.example.org/in", events=["milestone.verified"]
        )
        scene.keys["webhook"][which] = hook.pk
        ended = {"state": "failed", "failure": "It answered 500.", "ended_at": timezone.now()}
        scene.keys["delivery"][which] = Delivery.objects.create(
            webhook=hook, type="ping", queued_at=timezone.now(), **ended
        ).pk
        _review(scene, which, project)
        _audit(scene, which, project)
        scene.keys["evidence"][which] = claimed.evidence.get().pk
        report = issued(cast, project=project)
        scene.keys["report"][which] = report.slug
        scene.keys["mail"][which] = Mail.objects.create(
            report=report,
            recipient=cast.manager,
            state=MailState.FAILED,
            failure="The mail server refused.",
            queued_at=report.issued_at,
        ).pk
        scene.keys["failed"][which] = failed(cast, project=project).slug
        scene.keys["schedule"][which] = schedule(cast, kind=ReportKind.PROJECT, project=project).pk
    return scene


def _live(scene: Scene, which: str, lead: User, project: Project) -> None:
    """Give the half's agreement a life, and the half a drafted and a suspended agreement beside it."""
    cast, partner = scene.cast, project.lead
    assert partner is not None
    agreement(scene.keys["drafted"][which], cast.ministry, partner, status="draft")
    agreement(scene.keys["suspended"][which], cast.ministry, partner, status="suspended")
    signed = project.agreement
    assert signed is not None
    scene.keys["amendment"][which] = Amendment.record(
        signed,
        by=acting(cast.officer),
        agreed_on=dt.date(2026, 5, 1),
        summary="Scope widened.",
        evidence=[document(f"{which} amendment")],
    ).pk
    record = {"party": partner, "due_on": dt.date(2026, 6, 30)}
    scene.keys["duty"][which] = Duty.record(
        signed, by=acting(cast.officer), text="Name an officer.", **record
    ).pk
    claimed = Duty.record(signed, by=acting(cast.officer), text="Send the drawings.", **record)
    scene.keys["dutydone"][which] = DutyDone.claim(claimed, by=acting(lead), done_on=dt.date(2026, 6, 1)).pk


def _review(scene: Scene, which: str, project: Project) -> None:
    """A review of the half's organisation with an open and a done action point, and a notice of somebody else."""
    cast, partner = scene.cast, project.lead
    by = acting(cast.officer)
    facts = {"title": f"Review {which}", "chaired_by": "Joint Secretary", "organisation": partner}
    meeting = ReviewMeeting.plan(by=by, held_on=dt.date(2026, 6, 10), **facts)
    scene.keys["meeting"][which] = meeting.reference
    decided = {"owner": partner, "project": project, "due_on": dt.date(2026, 12, 31)}
    for kind in ("open_point", "done_point"):
        point = ActionPoint.record(meeting, by=by, text=f"{kind} {which}", owner_post="Director", **decided)
        scene.keys[kind][which] = point.reference
        if kind == "done_point":
            point.done(by=by, note="Letter 12/2026.")
    scene.keys["notice"][which] = Notice.objects.create(
        person=cast.second_officer,
        kind="due_soon",
        subject_type="projects.actionpoint",
        subject_id=str(point.pk),
        occasion=which,
        day=dt.date(2026, 12, 31),
        made_at=timezone.now(),
    ).pk


def _audit(scene: Scene, which: str, project: Project) -> None:
    """A finding on the half's project that waits for an answer, and one on its agreement that has got it."""
    cast, due_on = scene.cast, dt.date(2026, 7, 15)
    facts = {"by": acting(cast.auditor), "kind": "query", "due_on": due_on}
    for kind, about in (("raised", project), ("answered", project.agreement)):
        row = Finding.raise_(about, text=f"{kind} {which}", **facts)
        scene.keys[kind][which] = row.reference
    row.answer_(by=acting(cast.officer), answer="It is so.")


def _transfer(scene: Scene, which: str, lead: User, project: Project) -> None:
    """A process on its way from the other organisation, with an item, a step, a training and a run."""
    donor = scene.cast.irel if which == OWN else scene.cast.texmin
    day, by = dt.date(2026, 6, 1), acting(lead)
    row = Transfer.record(
        project, by=acting(scene.cast.officer), asset="Metal making", donor=donor, recipient=project.lead
    )
    step = TransferStep.claim(
        row, by=by, stage="offered", reached_on=day, source_url="https://example.org/offer"
    )
    training = Training.claim(row, by=by, certified_on=day, persons=3, assessed_by="NFTDC")
    run = ReplicationRun.claim(row, by=by, run_on=day, guarantee_met=True, licensor_on_site=False)
    item = KnowHowItem.record(row, by=by, title="Drawings", kind="drawing")
    scene.keys["transfer"][which] = row.reference
    found = {"transferstep": step, "training": training, "replicationrun": run, "knowhowitem": item}
    for kind, made in found.items():
        scene.keys[kind][which] = made.pk
