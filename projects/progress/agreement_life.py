"""The life of an agreement on a day: rules of docs/rules/agreement_life.md, over rows that are loaded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _

from projects.choices import AgreementStatus, OrganisationKind, Precision
from projects.models import Agreement, AgreementStep, Amendment, Duty, DutyDone, Organisation, standing
from projects.models.agreements import AgreementQuerySet
from projects.progress.bands import months_after

EXPIRY_NEAR = dt.timedelta(days=90)
CAN_EXPIRE = (AgreementStatus.SIGNED, AgreementStatus.IN_FORCE, AgreementStatus.SUSPENDED)
INDUSTRY = frozenset(
    {
        OrganisationKind.COMPANY,
        OrganisationKind.CPSE,
        OrganisationKind.JOINT_VENTURE_CPSE,
        OrganisationKind.JOINT_VENTURE,
        OrganisationKind.FOREIGN_COMPANY,
        OrganisationKind.FOREIGN_SOE,
    }
)
RESEARCH = frozenset(
    {
        OrganisationKind.ACADEMIC,
        OrganisationKind.RESEARCH,
        OrganisationKind.RESEARCH_PARK,
        OrganisationKind.FOREIGN_RESEARCH,
    }
)
# A hub keeps at least so many of each (guidelines of the Centres of Excellence, April 2025).
PARTNERS_NEEDED = 2


class ExpiryBasis(TextChoices):
    """Whence the day of expiry is known."""

    AMENDED = "amended", _("by an amendment")
    STATED = "stated", _("stated in the agreement")
    DERIVED = "derived", _("derived from its term")
    UNKNOWN = "unknown", _("not known")


class DutyState(TextChoices):
    """Where a duty stands; the four partition the duties."""

    VERIFIED = "verified", _("met, verified")
    CLAIMED = "claimed", _("met, as claimed")
    OVERDUE = "overdue", _("overdue")
    OPEN = "open", _("open")


@dataclass(frozen=True)
class Expiry:
    """The last day of the agreement as it was known on the day asked for."""

    on: dt.date | None
    basis: ExpiryBasis


@dataclass(frozen=True)
class DutyRow:
    """A duty on a day: what is claimed beside what is verified."""

    duty: Duty
    state: DutyState
    claimed: DutyDone | None
    """The latest claim that was not returned or replaced."""
    verified: DutyDone | None
    overdue_days: int | None


@dataclass(frozen=True)
class PartyDuties:
    """The duties of one party."""

    party: Organisation
    rows: tuple[DutyRow, ...]

    def count(self, state: DutyState) -> int:
        return sum(row.state == state for row in self.rows)


@dataclass(frozen=True)
class AgreementLife:
    agreement: Agreement
    as_of: dt.date
    status: AgreementStatus
    since: dt.date | None
    """The day of the step, or of the expiry, that led to the status; None where it came with the record."""
    expiry: Expiry
    steps: tuple[AgreementStep, ...]
    amendments: tuple[Amendment, ...]
    duties: tuple[PartyDuties, ...]

    @property
    def expires_in_days(self) -> int | None:
        """Days to the last day of the agreement; below 0 it is past. None where it is not known or the agreement has ended otherwise."""
        if self.expiry.on is None or self.status in (AgreementStatus.TERMINATED, AgreementStatus.DRAFT):
            return None
        return (self.expiry.on - self.as_of).days

    @property
    def expires_soon(self) -> bool:
        days = self.expires_in_days
        return days is not None and 0 <= days <= EXPIRY_NEAR.days

    @property
    def is_suspended(self) -> bool:
        return self.status == AgreementStatus.SUSPENDED

    @property
    def overdue(self) -> tuple[DutyRow, ...]:
        return tuple(row for party in self.duties for row in party.rows if row.state == DutyState.OVERDUE)


@dataclass(frozen=True)
class Consortium:
    """Whether a hub keeps its partners; None where no partner is recorded, so that nothing can be told."""

    industry: tuple[Organisation, ...]
    research: tuple[Organisation, ...]
    others: tuple[Organisation, ...]

    @property
    def is_kept(self) -> bool | None:
        if not (self.industry or self.research or self.others):
            return None
        return min(len(self.industry), len(self.research)) >= PARTNERS_NEEDED


def agreement_life(
    agreement: Agreement,
    steps: Iterable[AgreementStep],
    amendments: Iterable[Amendment],
    duties: Iterable[Duty],
    done: Sequence[DutyDone],
    as_of: dt.date,
) -> AgreementLife:
    """Return the life of the agreement on a day from all its steps, amendments, duties and what was claimed of them."""
    every = sorted(steps, key=lambda it: (it.taken_on, it.pk))
    taken = [row for row in every if row.taken_on <= as_of]
    known = sorted((row for row in amendments if row.agreed_on <= as_of), key=lambda it: it.number)
    expiry = expiry_on(agreement, known, as_of)
    status, since = _status(agreement, every, taken, known, expiry, as_of)
    by_party: dict[Organisation, list[DutyRow]] = {}
    binding = (row for row in duties if row.agreed_on is None or row.agreed_on <= as_of)
    for duty in sorted(binding, key=lambda it: it.number):
        by_party.setdefault(duty.party, []).append(_duty_row(duty, done, as_of))
    return AgreementLife(
        agreement=agreement,
        as_of=as_of,
        status=status,
        since=since,
        expiry=expiry,
        steps=tuple(taken),
        amendments=tuple(known),
        duties=tuple(PartyDuties(party, tuple(rows)) for party, rows in by_party.items()),
    )


def expiry_on(agreement: Agreement, amendments: Iterable[Amendment], as_of: dt.date) -> Expiry:
    """Return the last day of the agreement: of its last amendment by the day that names one, else its own, else by its term."""
    renewed = [row for row in amendments if row.agreed_on <= as_of and row.expires_on is not None]
    return _expiry(agreement, max(renewed, key=lambda it: it.number).expires_on if renewed else None)


def _expiry(agreement: Agreement, renewed_to: dt.date | None) -> Expiry:
    if renewed_to is not None:
        return Expiry(renewed_to, ExpiryBasis.AMENDED)
    if agreement.expires_on is not None:
        return Expiry(agreement.expires_on, ExpiryBasis.STATED)
    begins = agreement.effective_on or agreement.signed_on
    if agreement.term_years and begins:
        return Expiry(_after(begins, agreement), ExpiryBasis.DERIVED)
    return Expiry(None, ExpiryBasis.UNKNOWN)


def _after(begins: dt.date, agreement: Agreement) -> dt.date:
    """Return the last day of a term that begins on `begins`: the day before its anniversary."""
    months = int((agreement.term_years or 0) * 12)
    return months_after(begins, months) - dt.timedelta(days=1)


def _status(
    agreement: Agreement,
    every: Sequence[AgreementStep],
    taken: Sequence[AgreementStep],
    amendments: Sequence[Amendment],
    expiry: Expiry,
    as_of: dt.date,
) -> tuple[AgreementStatus, dt.date | None]:
    if taken:
        found, since = taken[-1].to_status, taken[-1].taken_on
    else:
        found, since = (every[0].from_status if every else agreement.status), None
    renewal = next((row for row in reversed(amendments) if row.expires_on is not None), None)
    if found == AgreementStatus.EXPIRED and renewal is not None:
        # A record may begin with an agreement that has expired: what renews it puts it in force again.
        found, since = AgreementStatus.IN_FORCE, renewal.agreed_on
    if _has_expired(found, expiry, as_of):
        return AgreementStatus.EXPIRED, expiry.on
    return AgreementStatus(found), since


def _has_expired(status: str, expiry: Expiry, as_of: dt.date) -> bool:
    return status in CAN_EXPIRE and expiry.on is not None and expiry.on < as_of


def _duty_row(duty: Duty, done: Sequence[DutyDone], as_of: dt.date) -> DutyRow:
    mine = [row for row in done if row.duty_id == duty.pk]
    said, seen = standing.claimed(mine, as_of), standing.verified(mine, as_of)
    latest, sure = said[-1] if said else None, seen[-1] if seen else None
    overdue = duty.due_on is not None and duty.due_on < as_of and latest is None
    if sure is not None:
        state = DutyState.VERIFIED
    elif latest is not None:
        state = DutyState.CLAIMED
    else:
        state = DutyState.OVERDUE if overdue else DutyState.OPEN
    return DutyRow(
        duty=duty,
        state=state,
        claimed=latest,
        verified=sure,
        overdue_days=(as_of - duty.due_on).days if overdue and duty.due_on else None,
    )


def with_life(agreements: AgreementQuerySet) -> AgreementQuerySet:
    """Return the agreements with what their lives are made of; five queries more, whatever their number."""
    found: AgreementQuerySet = agreements.prefetch_related(
        "steps__recorded_by", "amendments", "duties__party", "duties__done"
    )
    return found


def life(agreement: Agreement, as_of: dt.date) -> AgreementLife:
    """Return the life of an agreement that was loaded `with_life`."""
    duties = list(agreement.duties.all())
    done = [row for duty in duties for row in duty.done.all()]
    return agreement_life(agreement, agreement.steps.all(), agreement.amendments.all(), duties, done, as_of)


def suspended_on(agreements: AgreementQuerySet, as_of: dt.date) -> Mapping[int, AgreementStep | None]:
    """Return the keys of those that were suspended on the day, each with the step that did it; three queries."""
    moved = Q(status=AgreementStatus.SUSPENDED) | Q(steps__isnull=False)
    loaded = agreements.filter(moved).distinct().prefetch_related("steps", "amendments")
    found = {}
    for row in loaded:
        lived = agreement_life(row, row.steps.all(), row.amendments.all(), (), (), as_of)
        if lived.is_suspended:
            found[row.pk] = lived.steps[-1] if lived.steps else None
    return found


def suspension(agreement: Agreement | None, as_of: dt.date) -> tuple[Agreement, AgreementStep | None] | None:
    """Return the agreement, and the step by which it was suspended, where it was on the day; three queries."""
    if agreement is None:
        return None
    found = suspended_on(Agreement.objects.filter(pk=agreement.pk), as_of)
    return (agreement, found[agreement.pk]) if agreement.pk in found else None


class WithMoves(Protocol):
    """An agreement that was loaded `with_moves` of a day."""

    moved_to: str | None
    began_as: str | None
    renewed_to: dt.date | None


def is_suspended(agreement: Any, as_of: dt.date) -> bool:
    """Whether an agreement that was loaded `with_moves(as_of)` was suspended on the day; the same answer as its life gives."""
    moves: WithMoves = agreement
    status = moves.moved_to or moves.began_as or agreement.status
    expired = _has_expired(status, _expiry(agreement, moves.renewed_to), as_of)
    return status == AgreementStatus.SUSPENDED and not expired


def consortium(partners: Iterable[Organisation]) -> Consortium:
    """Return the partners of a hub by what they are; the hub itself is not among them."""
    rows = sorted(partners, key=lambda it: it.reference)
    return Consortium(
        industry=tuple(row for row in rows if row.kind in INDUSTRY),
        research=tuple(row for row in rows if row.kind in RESEARCH),
        others=tuple(row for row in rows if row.kind not in INDUSTRY | RESEARCH),
    )


def precision_of(expiry: Expiry) -> str:
    """Return how exactly the last day is known."""
    return Precision.DERIVED if expiry.basis == ExpiryBasis.DERIVED else Precision.DAY
