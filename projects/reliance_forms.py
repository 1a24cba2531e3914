"""The forms by which administrators record and correct published figures on reliance and on needs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from projects.choices import AsOfBasis, Material, RelianceForm, RelianceMetric, Sector
from projects.forms import ActorForm, Day, Reasoned, lines
from projects.models import Mineral
from projects.models.sourced import SOURCE_URL_LENGTH
from projects.reference_words import said

SOURCE = ("source_url", "as_of", "as_of_basis", "notes")
POINT_FACTS = (
    "mineral",
    "product",
    "form",
    "hs_codes",
    "metric",
    "period",
    "value",
    "unit",
    "top_supplier",
    "supplier",
    *SOURCE,
)
NEED_FACTS = ("sector", "material", "period", "tonnes", *SOURCE)


class FigureForm(ActorForm):
    """What every published figure carries; a subclass declares its own fields, which come first."""

    source_url = forms.URLField(
        label=_("Source"),
        max_length=SOURCE_URL_LENGTH,
        assume_scheme="https",
        help_text=_("The page or table in which the figure stands."),
    )
    as_of = Day(
        label=_("As of"), required=False, help_text=_("The day for which the source gives the figure.")
    )
    as_of_basis = forms.ChoiceField(
        label=_("Basis of the as-of date"),
        required=False,
        choices=[("", _("not stated")), *AsOfBasis.choices],
    )
    notes = forms.CharField(label=_("Notes"), required=False, max_length=5000, widget=lines(2))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        last = [*FigureForm.base_fields, "reason"]
        own = (name for name in self.fields if name not in last)
        self.order_fields(["reference", *own, *last])


class Named(forms.Form):
    reference = forms.CharField(
        label=_("Reference"),
        max_length=20,
        validators=[
            RegexValidator(
                r"^[A-Za-z0-9][A-Za-z0-9._-]*$", _("Write letters, digits, points and hyphens only.")
            )
        ],
        help_text=_("It names the figure for good, for example IMP-040."),
    )


class MineralField(forms.ModelChoiceField):
    """Offers minerals in the language of the reader."""

    def label_from_instance(self, row: Any) -> str:
        return said(str(row))


class PointForm(FigureForm):
    mineral = MineralField(
        Mineral.objects.none(), label=_("Mineral"), to_field_name="reference", required=False
    )
    product = forms.CharField(
        label=_("Product"),
        max_length=120,
        help_text=_("As the source words it, for example permanent magnets."),
    )
    form = forms.ChoiceField(
        label=_("Form"),
        required=False,
        choices=[("", _("not stated")), *RelianceForm.choices],
        help_text=_("A figure on ore is compared with no figure on metal."),
    )
    hs_codes = forms.CharField(
        label=_("HS codes"),
        max_length=200,
        required=False,
        help_text=_("The tariff codes that the figure covers, as in 850511; separated by commas."),
    )
    metric = forms.ChoiceField(
        label=_("Figure"), choices=[("", _("choose a figure")), *RelianceMetric.choices]
    )
    period = forms.CharField(
        label=_("Period"),
        max_length=60,
        help_text=_("A financial year as in 2024-25, else as the source says."),
    )
    value = forms.DecimalField(label=_("Value"), max_digits=18, decimal_places=4)
    unit = forms.CharField(label=_("Unit"), max_length=40, help_text=_("For example t, per cent, crore INR."))
    top_supplier = forms.CharField(label=_("Top supplier"), max_length=60, required=False)
    supplier = forms.CharField(
        label=_("Supplier (country)"),
        max_length=60,
        required=False,
        help_text=_("Needed for the quantity imported from one supplier."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mineral: Any = self.fields["mineral"]
        mineral.queryset, mineral.empty_label = Mineral.objects.visible_to(self.actor), _("none")


class NeedForm(FigureForm):
    sector = forms.ChoiceField(
        label=_("Sector served"), choices=[("", _("choose a sector")), *Sector.choices]
    )
    material = forms.ChoiceField(label=_("Material"), choices=Material.choices, initial=Material.NDFEB_MAGNET)
    period = forms.CharField(label=_("Financial year"), max_length=7, help_text=_("As in 2029-30."))
    tonnes = forms.DecimalField(
        label=_("Amount, t"), max_digits=18, decimal_places=4, min_value=Decimal("0.0001")
    )


class RecordPointForm(Named, PointForm):
    pass


class ChangePointForm(PointForm, Reasoned):
    pass


class RecordNeedForm(Named, NeedForm):
    pass


class ChangeNeedForm(NeedForm, Reasoned):
    pass
