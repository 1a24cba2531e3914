"""The forms by which a clearance is recorded and changed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.choices import ClearanceType, Visibility
from projects.file_fields import EvidenceField
from projects.forms import ActorForm, Day, Reasoned, lines
from projects.models.sourced import SOURCE_URL_LENGTH

FACTS = (
    "is_applicable",
    "applicability_reason",
    "authority",
    "application_number",
    "applied_on",
    "statutory_days",
    "granted_on",
    "refused_on",
    "valid_to",
    "conditions",
    "source_url",
)
WORDS = {"": None, "true": True, "false": False}


class ClearanceForm(ActorForm):
    is_applicable = forms.TypedChoiceField(
        label=_("Does it apply?"),
        required=False,
        choices=[("", _("not decided")), ("true", _("yes")), ("false", _("no"))],
        coerce=lambda text: WORDS[text],
        empty_value=None,
    )
    applicability_reason = forms.CharField(
        label=_("Reason why it applies or not"),
        required=False,
        max_length=5000,
        widget=lines(2),
        help_text=_("Needed where it does not apply."),
    )
    authority = forms.CharField(label=_("Authority"), required=False, max_length=200)
    application_number = forms.CharField(label=_("Application number"), required=False, max_length=120)
    applied_on = Day(label=_("Applied on"), required=False)
    statutory_days = forms.IntegerField(
        label=_("Statutory days"),
        required=False,
        min_value=0,
        max_value=32767,
        help_text=_("Within which the authority must decide; leave empty where none is set or known."),
    )
    granted_on = Day(label=_("Granted on"), required=False)
    refused_on = Day(label=_("Refused on"), required=False)
    valid_to = Day(label=_("Valid to"), required=False, help_text=_("The last day of a granted clearance."))
    conditions = forms.CharField(label=_("Conditions"), required=False, max_length=5000, widget=lines(3))
    source_url = forms.URLField(
        label=_("Source"), required=False, max_length=SOURCE_URL_LENGTH, assume_scheme="https"
    )
    evidence = EvidenceField(label=_("Evidence"))
    visibility = forms.ChoiceField(
        label=_("Who may read the evidence"), choices=Visibility.choices, initial=Visibility.PARTNER
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        applies = self.initial.get("is_applicable")
        if isinstance(applies, bool):
            self.initial["is_applicable"] = "true" if applies else "false"


class RecordClearanceForm(ClearanceForm):
    type = forms.ChoiceField(label=_("Type"), choices=[("", _("choose a type")), *ClearanceType.choices])
    field_order = ("type",)


class ChangeClearanceForm(ClearanceForm, Reasoned):
    """What became of a clearance."""
