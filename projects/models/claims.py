"""Claims: facts that one person records with evidence and a second person verifies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from projects import permissions
from projects.archive import StoredFile
from projects.choices import MeasurementStatus, VerificationLevel, Visibility
from projects.models import audit
from projects.models.documents import attach
from projects.models.lifecycle import LifecycleModel
from projects.models.people import Organisation, User
from projects.models.sourced import SOURCE_URL_LENGTH
from projects.permissions import Actor

VERIFYING = (VerificationLevel.V1, VerificationLevel.V2, VerificationLevel.V3)


class Claim(LifecycleModel):
    """A fact on a subject: claimed by one person, verified or returned by another; a correction is a new row.

    A subclass names in SUBJECT its foreign key to what the fact is about, whose lead may claim.
    """

    SUBJECT: ClassVar[str] = ""
    DAY: ClassVar[str] = ""
    """The field with the day of the fact, which must not lie in the future; "" where the model asks by itself."""
    PUBLISHED_IF: ClassVar[dict[str, str]] = {"status": MeasurementStatus.VERIFIED}
    STEPS: ClassVar[dict[str, tuple[frozenset[str], str | None]]] = {
        "verify": (frozenset({MeasurementStatus.CLAIMED}), MeasurementStatus.VERIFIED),
        "return": (frozenset({MeasurementStatus.CLAIMED}), MeasurementStatus.RETURNED),
    }

    status = models.CharField(
        _("status"),
        max_length=10,
        choices=MeasurementStatus,
        default=MeasurementStatus.CLAIMED,
        editable=False,
    )
    note = models.TextField(_("note"), blank=True)
    source_url = models.URLField(_("source"), max_length=SOURCE_URL_LENGTH, blank=True)
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    claimed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    claimant_organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    claimed_at = models.DateTimeField(_("claimed at"), editable=False)
    verified_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    verified_on = models.DateField(_("verified on"), null=True, blank=True, editable=False)
    level = models.PositiveSmallIntegerField(
        _("verification level"), choices=VerificationLevel, default=VerificationLevel.V0, editable=False
    )
    returned_reason = models.TextField(_("reason for the return"), blank=True, editable=False)

    class Meta:
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="%(class)s_verifier_is_not_claimant",
                condition=Q(verified_by=None) | ~Q(verified_by=F("claimed_by")),
            ),
            models.CheckConstraint(
                name="verified_%(class)s_has_verifier_day_and_level",
                condition=~Q(status="verified")
                | (Q(verified_by__isnull=False) & Q(verified_on__isnull=False) & Q(level__gte=1)),
            ),
            models.CheckConstraint(
                name="returned_%(class)s_has_its_reason",
                condition=~Q(status="returned") | ~Q(returned_reason=""),
            ),
        ]

    @property
    def subject(self) -> Any:
        return getattr(self, self.SUBJECT)

    @property
    def day(self) -> dt.date:
        """The day of the fact."""
        found: dt.date = getattr(self, self.DAY)
        return found

    def claimants(self) -> set[int]:
        """Return the keys of the users who made the claim or added evidence to it."""
        added: Any = self.evidence  # type: ignore[attr-defined]
        return {self.claimed_by_id, *added.values_list("uploaded_by", flat=True)}

    def acting_organisations(self) -> set[int]:
        found: set[int] = self.subject.acting_organisations()
        return found

    @classmethod
    def claim(
        cls,
        subject: Any,
        *,
        by: Actor,
        note: str = "",
        supersedes: Self | None = None,
        evidence: Iterable[StoredFile] = (),
        visibility: str = Visibility.PARTNER,
        **facts: Any,
    ) -> Self:
        """Record a fact on `subject` and return the new row; a correction names the row that it supersedes."""
        name = cls._meta.model_name
        permissions.require(by, f"{name}.claim", subject)
        if cls.DAY and facts[cls.DAY] > by.on:
            raise ValidationError({cls.DAY: _("This day lies in the future: claim what has happened.")})
        if supersedes is not None and supersedes.subject != subject:
            raise ValidationError({"supersedes": _("A correction belongs to the same subject.")})
        with transaction.atomic():
            claimant = permissions.claiming_partner(by, subject)
            row = audit.create(
                cls.of(subject, by=by, claimant=claimant, note=note, supersedes=supersedes, **facts),
                by=by,
                action=f"{name}.claim",
                reason=note,
            )
            attach(evidence, row, by=by, visibility=visibility)
        return row

    @classmethod
    def of(cls, subject: Any, *, by: Actor, claimant: int | None, **facts: Any) -> Self:
        """Return the row of a claim that `by` makes for the partner `claimant`; whoever asks writes it."""
        return cls(
            claimed_by=by.user,
            claimed_at=timezone.now(),
            claimant_organisation_id=claimant,
            **{cls.SUBJECT: subject, **facts},
        )

    def verify(self, *, by: Actor, level: int, note: str = "", version: int | None = None) -> None:
        """Confirm the fact as a second person, at a level from V1 (document seen) to V3 (site verification)."""
        self._verify(by=by, level=level, note=note, version=version)

    def _verify(self, *, by: Actor, level: int, note: str, version: int | None, **decided: Any) -> None:
        if level not in VERIFYING:
            raise ValidationError({"level": _("Choose the level of verification: V1, V2 or V3.")})
        self._take(
            "verify",
            by=by,
            version=version,
            reason=note,
            level=level,
            verified_by=by.user,
            verified_on=by.on,
            **decided,
        )

    def return_(self, *, by: Actor, reason: str, version: int | None = None) -> None:
        """Send the claim back with the reason; it counts no longer, a correction is a new row."""
        if not reason.strip():
            raise ValidationError({"reason": _("Say what is missing, so that the claim can be corrected.")})
        self._take("return", by=by, version=version, reason=reason.strip(), returned_reason=reason.strip())
