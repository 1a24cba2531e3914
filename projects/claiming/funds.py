"""Fund lines as a kind of claims: their form and what their page shows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects import formats
from projects.choices import FundKind, FundSource
from projects.claiming.forms import FactForm
from projects.forms import Day
from projects.models import FundLine, Organisation
from projects.models.funds import contributors


class Correctable(forms.ModelChoiceField):
    """The lines of a project that nothing has replaced yet, each with what it is."""

    def label_from_instance(self, row: Any) -> str:
        return f"{row.get_kind_display()}, {formats.crore(row.amount_crore)}, {formats.day(row.dated_on)}"


class FundLineForm(FactForm):
    NONE_EARLIER = _("no earlier line")

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[("", _("choose a kind")), *FundKind.choices],
        help_text=_("Released is not yet spent, spent is not yet certified."),
    )
    source = forms.ChoiceField(
        label=_("Source of funds"), choices=[("", _("choose a source")), *FundSource.choices]
    )
    contributor = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Contributor"), to_field_name="reference", required=False
    )
    amount_crore = forms.DecimalField(
        label=_("Amount (crore INR)"), max_digits=14, decimal_places=2, min_value=Decimal("0.01")
    )
    dated_on = Day(label=_("Date"), help_text=_("Of the order, payment or certificate. Not in the future."))
    order_reference = forms.CharField(
        label=_("Sanction or certificate number"), required=False, max_length=120
    )
    pfms_reference = forms.CharField(label=_("PFMS reference"), required=False, max_length=60)

    supersedes = Correctable(
        FundLine.objects.none(),
        label=_("Corrects"),
        required=False,
        help_text=_("The new line replaces the one that it corrects."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        contributor: Any = self.fields["contributor"]
        contributor.queryset, contributor.empty_label = (
            contributors(self.subject, self.actor),
            _("not stated"),
        )

    def clean_dated_on(self) -> Any:
        return self.past("dated_on")


def contributed(row: FundLine) -> str:
    """Return who contributed, where it is stated and the reader may see it."""
    if row.contributor is not None:
        return row.contributor.name
    return str(_("another organisation") if row.contributor_id else _("not stated"))


def described(row: FundLine) -> list[tuple[Any, Any]]:
    """Return label and value of what a fund line claims."""
    return [
        (_("Kind"), row.get_kind_display()),
        (_("Source of funds"), row.get_source_display()),
        (_("Contributor"), contributed(row)),
        (_("Amount"), formats.crore(row.amount_crore)),
        (_("Date"), formats.day(row.dated_on)),
        (_("Sanction or certificate number"), row.order_reference or formats.unknown()),
        (_("PFMS reference"), row.pfms_reference or formats.unknown()),
    ]
