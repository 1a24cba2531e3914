"""The forms of an agreement's life: its steps, its amendments, the duties of its parties."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.choices import Precision, Visibility
from projects.file_fields import EvidenceField
from projects.forms import (
    OWN_PRECISIONS,
    PRECISION_HELP,
    ActorForm,
    Day,
    Reasoned,
    StepForm,
    lines,
)
from projects.models import Agreement, Organisation
from projects.models.sourced import SOURCE_URL_LENGTH


class WithDocument(ActorForm):
    """A form whose record carries its source and its documents."""

    source_url = forms.URLField(
        label=_("Source"), required=False, max_length=SOURCE_URL_LENGTH, assume_scheme="https"
    )
    evidence = EvidenceField(label=_("Document"))
    visibility = forms.ChoiceField(
        label=_("Who may read the document"), choices=Visibility.choices, initial=Visibility.PARTNER
    )


class TakeStepForm(WithDocument, StepForm):
    taken_on = Day(label=_("Taken on"), help_text=_("Not in the future."))
    decided_by_post = forms.CharField(label=_("Decided by (post)"), max_length=120)
    reason = forms.CharField(
        label=_("Reason"),
        widget=lines(3),
        required=False,
        max_length=5000,
        help_text=_("Needed where an agreement is suspended or terminated."),
    )
    field_order = ("taken_on", "decided_by_post", "reason")


class AmendmentForm(WithDocument):
    agreed_on = Day(label=_("Agreed on"), help_text=_("Not in the future."))
    summary = forms.CharField(label=_("What was changed"), widget=lines(3), max_length=5000)
    expires_on = Day(
        label=_("New day of expiry"),
        required=False,
        help_text=_("Where the amendment renews or shortens the agreement: its new last day."),
    )
    evidence = EvidenceField(
        label=_("Document"), required=True, help_text=_("The signed text of the amendment.")
    )
    field_order = ("agreed_on", "summary", "expires_on")


class DutyFields(ActorForm):
    party = forms.ModelChoiceField(Organisation.objects.none(), label=_("Party"), to_field_name="reference")
    text = forms.CharField(label=_("Duty"), widget=lines(3), max_length=5000)
    agreed_on = Day(
        label=_("Agreed on"),
        required=False,
        help_text=_("The day from which the duty binds; empty: with the agreement itself."),
    )
    due_on = Day(label=_("Due on"), required=False)
    due_precision = forms.ChoiceField(
        label=_("How exactly it is known"),
        choices=OWN_PRECISIONS,
        initial=Precision.DAY,
        required=False,
        help_text=PRECISION_HELP,
    )
    source_url = forms.URLField(
        label=_("Source"), required=False, max_length=SOURCE_URL_LENGTH, assume_scheme="https"
    )

    def __init__(self, *args: Any, agreement: Agreement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        party: Any = self.fields["party"]
        party.queryset, party.empty_label = agreement.parties.all(), _("choose a party")


class RecordDutyForm(DutyFields):
    """A new duty."""


class ChangeDutyForm(DutyFields, Reasoned):
    """What is corrected of a duty."""
