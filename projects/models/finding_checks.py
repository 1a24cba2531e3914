"""What the database itself refuses of a finding, past every rule of the model."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from projects.choices import FindingState, Visibility

CONSTRAINTS: list[models.BaseConstraint] = [
    models.CheckConstraint(
        name="finding_is_on_one_thing",
        condition=Q(project=None, agreement=None)
        | Q(project=None, organisation=None)
        | Q(agreement=None, organisation=None),
    ),
    models.CheckConstraint(
        name="finding_is_on_something",
        condition=Q(project__isnull=False)
        | Q(agreement__isnull=False)
        | Q(organisation__isnull=False)
        | ~Q(report_serial=""),
    ),
    models.CheckConstraint(
        name="finding_is_never_public",
        condition=Q(visibility__in=[Visibility.PARTNER, Visibility.INTERNAL]),
    ),
    models.CheckConstraint(
        name="reply_to_a_finding_is_due_after_it", condition=Q(due_on__gte=F("raised_on"))
    ),
    models.CheckConstraint(
        name="finding_has_its_text",
        condition=~Q(text=""),
    ),
    models.CheckConstraint(
        name="answered_finding_has_answer_day_and_person",
        condition=~Q(status__in=[FindingState.ANSWERED, FindingState.SETTLED])
        | (Q(answered_on__isnull=False, answered_by__isnull=False, claim_number__gte=1) & ~Q(answer="")),
    ),
    models.CheckConstraint(
        name="finding_raised_again_says_why",
        condition=~Q(status=FindingState.RAISED) | Q(claim_number=0) | ~Q(returned_reason=""),
    ),
    models.CheckConstraint(
        name="settled_finding_has_day_and_second_person",
        condition=(Q(settled_on=None, settled_by=None) & ~Q(status=FindingState.SETTLED))
        | (
            Q(status=FindingState.SETTLED, settled_on__isnull=False, settled_by__isnull=False)
            & ~Q(settled_by=F("answered_by"))
        ),
    ),
    models.CheckConstraint(
        name="withdrawn_finding_says_when_and_why",
        condition=Q(withdrawn_on=None, withdrawn_reason="") & ~Q(status=FindingState.WITHDRAWN)
        | (Q(status=FindingState.WITHDRAWN, withdrawn_on__isnull=False) & ~Q(withdrawn_reason="")),
    ),
]
