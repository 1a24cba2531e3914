"""The forms of claims: what is claimed, how it is verified, why it goes back."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.choices import VerificationLevel, Visibility
from projects.file_fields import EvidenceField, claimed_evidence_help
from projects.forms import ActorForm, StepForm, lines
from projects.models.claims import VERIFYING, Claim
from projects.models.sourced import SOURCE_URL_LENGTH

LEVELS = [(level.value, level.label) for level in VerificationLevel if level in VERIFYING]


class FactForm(ActorForm):
    """What every claim carries; a subclass declares the facts of its model by the names of the model's fields.

    The subclass's fields come first. `subject` is what the claim is about. `supersedes` is the claim that is corrected, one that
    nothing has replaced yet.
    """

    NONE_EARLIER: ClassVar[Any] = _("no earlier claim")

    note = forms.CharField(
        label=_("Note"),
        widget=lines(3),
        required=False,
        max_length=5000,
        help_text=_("Where the evidence shows it."),
    )
    source_url = forms.URLField(
        label=_("Source"), required=False, max_length=SOURCE_URL_LENGTH, assume_scheme="https"
    )
    evidence = EvidenceField(label=_("Evidence"))
    visibility = forms.ChoiceField(
        label=_("Who may read the evidence"), choices=Visibility.choices, initial=Visibility.PARTNER
    )

    def __init__(self, *args: Any, subject: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subject = subject
        common = list(FactForm.base_fields)
        self.order_fields([*(name for name in self.fields if name not in common), *common])
        self.fields["evidence"].help_text = claimed_evidence_help()
        corrected: Any = self.fields["supersedes"]
        model: type[Claim] = corrected.queryset.model
        rows: Any = model._default_manager
        corrected.queryset = rows.visible_to(self.actor).filter(
            **{model.SUBJECT: subject}, superseded_by=None
        )
        corrected.empty_label = self.NONE_EARLIER

    def past(self, name: str) -> dt.date | None:
        """Return the day entered in the field `name`, with an error there when it lies in the future."""
        day: dt.date | None = self.cleaned_data.get(name)
        if day and day > self.actor.on:
            self.add_error(name, _("This day lies in the future: claim what has happened."))
        return day


class VerifyClaimForm(StepForm):
    level = forms.TypedChoiceField(
        label=_("Level of verification"),
        coerce=int,
        choices=LEVELS,
        help_text=_(
            "The level decides whether the value counts as verified: each indicator has its minimum."
        ),
    )
    note = forms.CharField(
        label=_("Note"),
        widget=lines(3),
        required=False,
        max_length=5000,
        help_text=_("What you checked. It stands in the history."),
    )


class VerifyLadderForm(VerifyClaimForm):
    """For a rung of a ladder: who may waive what is skipped gives the reason here."""

    waiver = forms.CharField(
        label=_("Waiver"),
        widget=lines(3),
        required=False,
        max_length=5000,
        help_text=_("Only where a level is skipped: why it may be, and by which order."),
    )

    def __init__(self, *args: Any, may_waive: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"].help_text = _(
            "A readiness level counts as verified from V2, a stage of a transfer from V1."
        )
        if not may_waive:
            del self.fields["waiver"]


class ReturnClaimForm(StepForm):
    reason = forms.CharField(
        label=_("What is missing"),
        widget=lines(4),
        max_length=5000,
        help_text=_("The claimant reads this and can claim again. Until then the claim does not count."),
    )
