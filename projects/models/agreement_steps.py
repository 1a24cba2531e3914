"""The steps of an agreement's life, each with its day, its reason and its document: the status of any day can be read again."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from projects.choices import AgreementMove, AgreementStatus
from projects.models.agreements import Agreement
from projects.models.audit import Audited, AuditedQuerySet
from projects.models.people import User
from projects.models.sourced import Sourced

Status = AgreementStatus
# step: (statuses before it, the status after it)
MOVES: dict[str, tuple[frozenset[str], str]] = {
    AgreementMove.SIGN: (frozenset({Status.DRAFT, Status.ANNOUNCED}), Status.SIGNED),
    AgreementMove.TAKE_EFFECT: (frozenset({Status.SIGNED}), Status.IN_FORCE),
    AgreementMove.SUSPEND: (frozenset({Status.SIGNED, Status.IN_FORCE}), Status.SUSPENDED),
    AgreementMove.RESUME: (frozenset({Status.SUSPENDED}), Status.IN_FORCE),
    AgreementMove.TERMINATE: (
        frozenset({Status.SIGNED, Status.IN_FORCE, Status.SUSPENDED, Status.EXPIRED}),
        Status.TERMINATED,
    ),
}
WITH_REASON = (AgreementMove.SUSPEND, AgreementMove.TERMINATE)


class AgreementStep(Sourced, Audited):
    """One step: what was done on which day, by which post, and why."""

    ORGANISATION_PATHS = ("agreement__parties",)

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="steps")
    move = models.CharField(_("step"), max_length=12, choices=AgreementMove)
    from_status = models.CharField(_("status before"), max_length=12, choices=AgreementStatus)
    to_status = models.CharField(_("status after"), max_length=12, choices=AgreementStatus)
    taken_on = models.DateField(_("taken on"))
    decided_by_post = models.CharField(_("decided by (post)"), max_length=120)
    reason = models.TextField(_("reason"), blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = AuditedQuerySet.as_manager()

    class Meta:
        ordering = ("agreement", "taken_on", "pk")
        verbose_name = _("step of an agreement")
        verbose_name_plural = _("steps of agreements")
        constraints = [
            models.CheckConstraint(
                name="suspended_or_ended_agreement_says_why",
                condition=~Q(move__in=["suspend", "terminate"]) | ~Q(reason=""),
                violation_error_message=_("Say why the agreement is suspended or terminated."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.move} ({self.taken_on})"

    def acting_organisations(self) -> set[int]:
        return set(self.agreement.parties.values_list("pk", flat=True))
