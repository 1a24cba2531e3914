"""Who may see and do what. The one table; docs/rights.md explains it and tests/api/test_matrix.py proves it.

A person's roles are the memberships that are valid on a day, so every question is asked of an
`Actor`: a person together with the rights that hold on that day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Iterable, Set
from dataclasses import dataclass, field, replace
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.translation import gettext as _

from projects.choices import Role, Scope, Sector, Visibility

SYSTEM = "system"  # the acting role of scheduled work and imports; nobody can hold it by membership

MINISTRY = frozenset({Role.OFFICER, Role.MANAGER})
PARTNER = frozenset({Role.LEAD, Role.VIEWER})
STEWARDS = frozenset({Role.MANAGER, Role.ADMINISTRATOR})

# Facts that one person records and a second one verifies (projects/models/claims.py).
CLAIMS = (
    *("measurement", "fundline", "dutydone", "feed"),
    *("readiness", "transferstep", "training", "replicationrun"),
)
# Those of a ladder: a manager who verifies may waive the rungs that are left out (projects/models/ladders.py).
LADDERS = ("readiness", "transferstep")

# What a role may do at all. Leads act on what their organisation leads or takes part in; a verifier
# must be a second person (see `_second_person`). Seeing is a separate matter: `visible`.
MAY: dict[str, frozenset[str]] = {
    "milestone.log": MINISTRY,
    "milestone.claim": MINISTRY | {Role.LEAD},
    "milestone.verify": MINISTRY,
    "milestone.return": MINISTRY,
    "milestone.revise": MINISTRY,
    "milestone.cancel": frozenset({Role.MANAGER}),
    **{f"{claim}.claim": MINISTRY | {Role.LEAD} for claim in CLAIMS},
    **{f"{claim}.{step}": MINISTRY for claim in CLAIMS for step in ("verify", "return")},
    **{f"{claim}.waive": frozenset({Role.MANAGER}) for claim in LADDERS},
    "clearance.record": MINISTRY | {Role.LEAD},
    "agreement.sign": MINISTRY,
    "agreement.take_effect": MINISTRY,
    **{f"agreement.{move}": frozenset({Role.MANAGER}) for move in ("suspend", "resume", "terminate")},
    "amendment.record": MINISTRY,
    "duty.record": MINISTRY,
    "gate.plan": MINISTRY,
    "gate.decide": frozenset({Role.MANAGER}),
    "target.set": MINISTRY,
    "target.revise": frozenset({Role.MANAGER}),
    "transfer.record": MINISTRY | {Role.LEAD},
    "knowhowitem.accept": MINISTRY | {Role.LEAD},
    "meeting.record": MINISTRY,
    "actionpoint.record": MINISTRY,
    "actionpoint.done": MINISTRY | {Role.LEAD},
    "actionpoint.close": frozenset({Role.MANAGER}),
    "actionpoint.return": frozenset({Role.MANAGER}),
    "finding.raise": frozenset({Role.AUDITOR}),
    "finding.answer": MINISTRY | {Role.LEAD},
    **{f"finding.{step}": frozenset({Role.AUDITOR}) for step in ("settle", "return", "withdraw")},
    "bundle.download": STEWARDS | {Role.AUDITOR, SYSTEM},
    "evidence.add": MINISTRY | {Role.LEAD},
    "history.read": MINISTRY | {Role.AUDITOR, Role.ADMINISTRATOR},
    "styleguide.read": MINISTRY | {Role.ADMINISTRATOR},
    "report.issue": MINISTRY | {Role.ADMINISTRATOR},
    "report.retry": STEWARDS,
    "schedule.create": STEWARDS,
    "schedule.change": STEWARDS,
    "webhook.keep": STEWARDS | {Role.LEAD},
    "reference.change": frozenset({Role.ADMINISTRATOR}),
    **{f"{kind}.manage": frozenset({Role.ADMINISTRATOR}) for kind in ("user", "membership", "organisation")},
    "programme.upload": frozenset({Role.ADMINISTRATOR}),
    "programme.import": frozenset({SYSTEM}),
}
SECOND_PERSON = frozenset(
    f"{claim}.{step}" for claim in ("milestone", *CLAIMS) for step in ("verify", "return")
) | {"actionpoint.close", "actionpoint.return", "finding.settle", "finding.return"}
# What only the person who made the record may do (`author_id`).
AUTHOR_ONLY = frozenset({"finding.withdraw"})

DECISIONS = SECOND_PERSON | {*(f"{claim}.waive" for claim in LADDERS), "knowhowitem.accept", "gate.decide"}


def scope_of(action: str) -> Scope:
    """Return the scope that an access token needs for the action; what is seen needs none."""
    if action in DECISIONS:
        return Scope.VERIFY
    if action.startswith(("report.", "schedule.")):
        return Scope.REPORT
    return Scope.READ if action.endswith((".read", ".download")) else Scope.LOG


# What these sectors need, and how far Indian products meet it, is shown to those only who see the whole programme.
INTERNAL_SECTORS = (Sector.DEFENCE,)
INTERNAL_INDICATORS = "INT-DEF"

EVERYTHING = Q()
NOTHING = Q(pk__in=[])


@dataclass(frozen=True)
class Actor:
    """A person (or the system) with the rights that hold on one day."""

    user: Any
    on: dt.date
    roles: frozenset[str] = frozenset()
    partner_of: frozenset[int] = frozenset()
    leads: frozenset[int] = frozenset()
    audits: frozenset[int] = frozenset()
    audits_everything: bool = False
    organisations: frozenset[int] = field(default=frozenset())
    request_id: str = ""
    scopes: frozenset[str] | None = None  # of the access token; None where the person acts in a session

    @property
    def sees_programme(self) -> bool:
        """Whether nothing of the programme is hidden from the actor."""
        return self.audits_everything or not self.roles.isdisjoint(MINISTRY | {Role.ADMINISTRATOR, SYSTEM})

    def role_for(self, action: str) -> str:
        """Return the role by which the actor may do `action`, as the audit event records it, or ''."""
        return min(self.roles & MAY[action], default="") if self.reaches(action) else ""

    def reaches(self, action: str) -> bool:
        """Whether the access token, where there is one, has the scope of the action."""
        return self.scopes is None or scope_of(action) in self.scopes


def actor(
    user: Any, *, on: dt.date, request_id: str = "", held: Iterable[tuple[str, int | None]] | None = None
) -> Actor:
    """Return `user` with the memberships valid on `on`; costs one query, none for anonymous or disabled users.

    Nor does it where they are handed over: `held` are the role and the organisation of each membership of that day.
    """
    if user is None or isinstance(user, AnonymousUser) or not user.is_active:
        return Actor(user=user, on=on, request_id=request_id)
    if held is None:
        held = user.memberships.valid(on).values_list("role", "organisation_id")
    held = [(role, organisation) for role, organisation in held]

    def organisations(*roles: str) -> frozenset[int]:
        return frozenset(org for role, org in held if role in roles and org is not None)

    return Actor(
        user=user,
        on=on,
        roles=frozenset(role for role, _ in held),
        partner_of=organisations(*PARTNER),
        leads=organisations(Role.LEAD),
        audits=organisations(Role.AUDITOR),
        audits_everything=(Role.AUDITOR, None) in held,
        organisations=frozenset(org for _, org in held if org is not None),
        request_id=request_id,
    )


def member(organisation_id: int, *, on: dt.date) -> Actor:
    """Return somebody who works for the partner and has no other right: each of its members sees what they see."""
    return Actor(user=None, on=on, roles=frozenset({Role.VIEWER}), partner_of=frozenset({organisation_id}))


def as_auditor(by: Actor) -> Actor:
    """Return the actor with the auditor's rights alone: who audits one partner may work for another."""
    return replace(by, roles=by.roles & {Role.AUDITOR}, partner_of=frozenset(), leads=frozenset())


def as_partner(by: Actor) -> Actor:
    """Return the actor with a partner's rights alone."""
    return replace(by, roles=by.roles & PARTNER, audits=frozenset(), audits_everything=False)


def visible(by: Actor, paths: Iterable[str]) -> Q:
    """Return the filter that keeps what `by` may see; `paths` lead from a row to its organisations."""
    if by.sees_programme:
        return EVERYTHING
    mine = by.partner_of | by.audits
    if not mine:
        return NOTHING  # an empty list of organisations must not become "organisation is null"
    allowed = NOTHING
    for path in paths:
        allowed |= Q(**{f"{path}__in": mine})
    return allowed


def reach(by: Actor) -> Hashable:
    """Return what decides which rows `by` sees: the same filters make the same question for two with the same reach."""
    return by.sees_programme, by.partner_of, by.audits, by.on


def readable_documents(by: Actor, path: str = "visibility") -> Q:
    """Return the filter that keeps the documents whose visibility class `by` may read."""
    if by.sees_programme or by.audits:
        return EVERYTHING
    if by.partner_of:
        return Q(**{f"{path}__in": [Visibility.PUBLIC, Visibility.PARTNER]})
    return Q(**{path: Visibility.PUBLIC})


def published(model: Any) -> Q:
    """Return the filter that keeps what the public may see of a model: facts that name their published source.

    What is claimed here is public only once it is verified (`PUBLISHED_IF`); nothing of what is internal is.
    """
    return Q(**model.PUBLISHED_IF) & ~Q(source_url="")


def is_published(row: Any) -> bool:
    """Whether the public may see the row: the same as `published`, and that it is not internal."""
    subject = getattr(row, "target", row)
    code = getattr(getattr(subject, "indicator", None), "code", "")
    if getattr(row, "sector", "") in INTERNAL_SECTORS or code.startswith(INTERNAL_INDICATORS):
        return False
    fits = all(getattr(row, name) == value for name, value in getattr(row, "PUBLISHED_IF", {}).items())
    return fits and bool(getattr(row, "source_url", ""))


def allows(by: Actor, action: str, obj: Any = None, *, claimants: Set[int] | None = None) -> bool:
    """Whether `by` may do `action` on `obj`; KeyError for an action that the table does not know.

    `obj` answers `acting_organisations()` (whose lead may act on it) and, for the second-person
    actions, `claimants()` (user ids that made or added to the claim) and `claimant_organisation_id`.
    Whoever asks of many has read their `claimants` already.
    """
    roles = by.roles & MAY[action]
    if not roles or not by.reaches(action):
        return False
    if roles <= {Role.LEAD}:
        return obj is not None and not by.leads.isdisjoint(obj.acting_organisations())
    if action in AUTHOR_ONLY and obj is not None and obj.author_id != by.user.pk:
        return False
    if roles <= {Role.AUDITOR} and obj is not None and not _audits(by, obj):
        return False
    if action in SECOND_PERSON and obj is not None:
        own = (
            by.partner_of if roles <= {Role.AUDITOR} else by.organisations
        )  # who audits a partner is none of it
        return _second_person(by, obj, obj.claimants() if claimants is None else claimants, own)
    return True


def _audits(by: Actor, obj: Any) -> bool:
    """Whether `by` sees the record as an auditor: who audits one partner may see another as its member."""
    if by.audits_everything:
        return True
    return bool(type(obj)._default_manager.visible_to(as_auditor(by)).filter(pk=obj.pk).exists())


def _second_person(by: Actor, obj: Any, claimants: Set[int], own: Set[int]) -> bool:
    """Whether `by` neither made nor added to the claim, nor belongs to the partner that made it."""
    return by.user.pk not in claimants and obj.claimant_organisation_id not in own


def decidable(by: Actor) -> Q:
    """Return the condition that `_second_person` asks of a claim's own columns; who added evidence stands in other rows."""
    return ~Q(claimed_by=by.user.pk) & ~Q(claimant_organisation__in=by.organisations)


def claiming_partner(by: Actor, obj: Any) -> int | None:
    """Return the key of the partner for which a lead claims on `obj`; None when the ministry claims.

    Who is of the ministry and leads a partner as well claims for the partner there: its other members must not verify.
    """
    return min(by.leads & obj.acting_organisations(), default=None) if by.leads else None


def require(by: Actor, action: str, obj: Any = None) -> None:
    """Raise PermissionDenied, with a reason a person understands, unless `by` may do `action` on `obj`."""
    if allows(by, action, obj):
        return
    if by.roles & MAY[action] and not by.reaches(action):
        raise PermissionDenied(
            _("Your access token has no scope for this step (%(scope)s): make one that has it, or sign in.")
            % {"scope": scope_of(action)}
        )
    if action in AUTHOR_ONLY and by.roles & MAY[action]:
        raise PermissionDenied(_("Only the person who raised it may withdraw it."))
    if action.startswith("finding.") and action in SECOND_PERSON and by.roles & MAY[action]:
        raise PermissionDenied(
            _("Another auditor must decide: you answered it, or work for the organisation that did.")
        )
    if action in SECOND_PERSON and by.roles & MAY[action]:
        raise PermissionDenied(
            _(
                "A second person must decide: you made or added to this claim, or belong to the organisation that made it."
            )
        )
    raise PermissionDenied(_("Your role does not allow this step (%(action)s).") % {"action": action})
