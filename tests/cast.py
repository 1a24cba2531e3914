"""The fixed cast: one ministry, two partners, and the people who work there.

Texmin leads project PRJ-901 under agreement AGR-901; Irel leads PRJ-902 under AGR-902. Nothing is
shared between them, so whatever one sees of the other is a leak.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from projects import archive, permissions
from projects.choices import (
    AgreementStatus,
    Instrument,
    MilestoneType,
    OrganisationKind,
    Phase,
    Precision,
    ProjectKind,
    Role,
)
from projects.models import (
    Agreement,
    AgreementParty,
    Membership,
    Milestone,
    Organisation,
    Project,
    User,
    audit,
)
from projects.permissions import Actor
from tests.memory import remembered

TODAY = dt.date(2026, 6, 15)
PASSWORD = "correct horse battery staple"


def system(on: dt.date = TODAY) -> Actor:
    return audit.system_actor("test", on=on)


def acting(user: User, on: dt.date = TODAY) -> Actor:
    """Return the user as an actor on a day; today in the tests is 15 June 2026 unless they say otherwise."""
    return permissions.actor(user, on=on)


def organisation(
    reference: str, name: str, kind: str = OrganisationKind.COMPANY, country: str = "India"
) -> Organisation:
    return audit.create(
        Organisation(
            reference=reference, short_name=name, name=f"{name} Limited", kind=kind, country=country
        ),
        by=system(),
        action="test.setup",
    )


def person(username: str, role: str, organisation: Organisation | None = None) -> User:
    user = User.objects.create_user(
        username, PASSWORD, full_name=username.replace("_", " ").title(), post=f"Post {username}"
    )
    audit.create(
        Membership(user=user, organisation=organisation, role=role), by=system(), action="test.setup"
    )
    return user


def agreement(reference: str, *parties: Organisation, **fields: object) -> Agreement:
    facts = {
        "title": f"Agreement {reference}",
        "instrument": Instrument.MOU,
        "status": AgreementStatus.SIGNED,
        "signed_on": dt.date(2026, 1, 10),
        "signed_precision": Precision.DAY,
        **fields,
    }
    row = audit.create(Agreement(reference=reference, **facts), by=system(), action="test.setup")
    for position, party in enumerate(parties, start=1):
        audit.create(
            AgreementParty(agreement=row, organisation=party, position=position),
            by=system(),
            action="test.setup",
        )
    return row


def project(reference: str, lead: Organisation, *partners: Organisation, **fields: object) -> Project:
    facts = {"name": f"Project {reference}", "kind": ProjectKind.PLANT, "phase": Phase.PILOT, **fields}
    return audit.create(
        Project(reference=reference, lead=lead, **facts),
        by=system(),
        action="test.setup",
        related={"partners": partners},
    )


def milestone(reference: str, project: Project | None = None, **fields: object) -> Milestone:
    """Return a planned milestone due on 31 May 2026, so overdue in the tests' today."""
    facts = {
        "title": f"Milestone {reference}",
        "type": MilestoneType.COMMISSIONING,
        "baseline_on": dt.date(2026, 5, 31),
        "baseline_precision": Precision.DAY,
        **fields,
    }
    return audit.create(
        Milestone(reference=reference, project=project, **facts), by=system(), action="test.setup"
    )


def document(text: str = "letter") -> archive.StoredFile:
    """Return a file kept in the archive."""
    return archive.store([f"%PDF-1.7 {text}".encode()], name=f"{text}.pdf", content_type="application/pdf")


@dataclass
class Cast:
    """Everybody and everything; the two halves `ours` (Texmin) and `theirs` (Irel) mirror each other."""

    ministry: Organisation
    texmin: Organisation
    irel: Organisation
    officer: User
    manager: User
    second_officer: User
    administrator: User
    auditor: User
    scoped_auditor: User
    our_lead: User
    our_viewer: User
    their_lead: User
    their_viewer: User
    nobody: User
    our_agreement: Agreement
    their_agreement: Agreement
    our_project: Project
    their_project: Project
    our_milestone: Milestone
    their_milestone: Milestone
    people: dict[str, User] = field(default_factory=dict)


def assemble() -> Cast:
    """Create the cast in the database and return it."""
    return remembered(_assemble)


def _assemble() -> Cast:
    ministry = organisation("INS-900", "Mines", OrganisationKind.MINISTRY)
    texmin = organisation("INS-901", "Texmin", OrganisationKind.RESEARCH_PARK)
    irel = organisation("INS-902", "Irel", OrganisationKind.CPSE)
    people = {
        "officer": person("officer", Role.OFFICER, ministry),
        "manager": person("manager", Role.MANAGER, ministry),
        "second_officer": person("second_officer", Role.OFFICER, ministry),
        "administrator": person("administrator", Role.ADMINISTRATOR),
        "auditor": person("auditor", Role.AUDITOR),
        "scoped_auditor": person("scoped_auditor", Role.AUDITOR, texmin),
        "our_lead": person("our_lead", Role.LEAD, texmin),
        "our_viewer": person("our_viewer", Role.VIEWER, texmin),
        "their_lead": person("their_lead", Role.LEAD, irel),
        "their_viewer": person("their_viewer", Role.VIEWER, irel),
        "nobody": User.objects.create_user("nobody", PASSWORD),
    }
    our_agreement = agreement("AGR-901", ministry, texmin)
    their_agreement = agreement("AGR-902", ministry, irel)
    our_project = project("PRJ-901", texmin, agreement=our_agreement)
    their_project = project("PRJ-902", irel, agreement=their_agreement)
    return Cast(
        ministry=ministry,
        texmin=texmin,
        irel=irel,
        our_agreement=our_agreement,
        their_agreement=their_agreement,
        our_project=our_project,
        their_project=their_project,
        our_milestone=milestone("MST-901", our_project),
        their_milestone=milestone("MST-902", their_project),
        people=people,
        **people,
    )
