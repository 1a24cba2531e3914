"""The forms by which a technology transfer and its know-how schedule are recorded and changed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.choices import Exclusivity, KnowHowKind, LicenceType, Visibility
from projects.file_fields import EvidenceField
from projects.forms import ActorForm, Day, Reasoned, lines
from projects.models import Agreement, Organisation
from projects.models.sourced import SOURCE_URL_LENGTH

TERMS = (
    "asset",
    "description",
    "agreement",
    "licence_type",
    "exclusivity",
    "territory",
    "term_years",
    "fee_crore",
    "royalty_per_cent",
    "source_url",
)
ITEM = ("title", "kind", "listed_on", "due_on", "delivered_on", "accepted_on", "accepted_by_post")
NOT_STATED = [("", _("not stated"))]


class TransferForm(ActorForm):
    asset = forms.CharField(
        label=_("Technology"), max_length=200, help_text=_("For example “NdFeB sintering process”.")
    )
    description = forms.CharField(label=_("Description"), required=False, max_length=5000, widget=lines(3))
    agreement = forms.ModelChoiceField(
        Agreement.objects.none(), label=_("Agreement"), to_field_name="reference", required=False
    )
    licence_type = forms.ChoiceField(
        label=_("Licence"), required=False, choices=[*NOT_STATED, *LicenceType.choices]
    )
    exclusivity = forms.ChoiceField(
        label=_("Exclusivity"), required=False, choices=[*NOT_STATED, *Exclusivity.choices]
    )
    territory = forms.CharField(label=_("Territory"), required=False, max_length=200)
    term_years = forms.DecimalField(
        label=_("Term in years"), required=False, max_digits=5, decimal_places=2, min_value=Decimal(0)
    )
    fee_crore = forms.DecimalField(
        label=_("Fee (crore INR)"),
        required=False,
        max_digits=14,
        decimal_places=2,
        min_value=Decimal(0),
        help_text=_("0 where there is none; empty where it is not known."),
    )
    royalty_per_cent = forms.DecimalField(
        label=_("Royalty, per cent of sales"),
        required=False,
        max_digits=6,
        decimal_places=3,
        min_value=Decimal(0),
        max_value=Decimal(100),
    )
    source_url = forms.URLField(
        label=_("Source"), required=False, max_length=SOURCE_URL_LENGTH, assume_scheme="https"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agreement: Any = self.fields["agreement"]
        agreement.queryset, agreement.empty_label = Agreement.objects.visible_to(self.actor), _("none")


class RecordTransferForm(TransferForm):
    donor = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=_("Donor"),
        to_field_name="reference",
        help_text=_("Who gives the technology. Donor and recipient cannot change later."),
    )
    recipient = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Recipient"), to_field_name="reference"
    )
    field_order = ("asset", "donor", "recipient")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("donor", "recipient"):
            field: Any = self.fields[name]
            field.queryset = Organisation.objects.visible_to(self.actor)
            field.empty_label = _("choose an organisation")


class ChangeTransferForm(TransferForm, Reasoned):
    pass


class KnowHowForm(ActorForm):
    title = forms.CharField(
        label=_("Title"), max_length=200, help_text=_("As in the schedule of the agreement.")
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("choose a kind")), *KnowHowKind.choices])
    listed_on = Day(
        label=_("Listed on"),
        required=False,
        help_text=_("The day from which the item belongs to the schedule; empty: from the beginning."),
    )
    due_on = Day(label=_("Due on"), required=False)
    delivered_on = Day(label=_("Delivered on"), required=False)
    accepted_on = Day(
        label=_("Accepted on"), required=False, help_text=_("By the recipient, on or after the delivery.")
    )
    accepted_by_post = forms.CharField(
        label=_("Accepted by (post)"), required=False, max_length=120, help_text=_("A post, not a name.")
    )
    evidence = EvidenceField(label=_("Evidence"), help_text=_("Transmittal or acceptance note."))
    visibility = forms.ChoiceField(
        label=_("Who may read the evidence"), choices=Visibility.choices, initial=Visibility.PARTNER
    )

    def __init__(self, *args: Any, may_accept: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_accept:
            for name in ("accepted_on", "accepted_by_post"):
                del self.fields[name]


class ChangeKnowHowForm(KnowHowForm, Reasoned):
    pass
