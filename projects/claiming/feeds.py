"""Feed as a kind of claims: its form, what its page shows, and what a mass balance says of it and of measurements."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects import formats
from projects.choices import Material
from projects.claiming.forms import FactForm
from projects.forms import Day
from projects.models import Feed, Measurement, Organisation
from projects.models.feeds import suppliers
from projects.permissions import Actor
from projects.progress.feeds import claimed_feeds, overlaps
from projects.progress.mass_balance import excess_texts, mass_balances
from projects.progress.production import MADE

KINDS = [
    ("", gettext_lazy("choose")),
    ("false", gettext_lazy("received")),
    ("true", gettext_lazy("assured by contract")),
]


class Correctable(forms.ModelChoiceField):
    """The feeds of a project that nothing has replaced yet, each with what it is."""

    def label_from_instance(self, row: Any) -> str:
        return _("%(material)s, %(tonnes)s t, %(period)s") % {
            "material": row.get_material_display(),
            "tonnes": formats.indian(row.tonnes),
            "period": period(row),
        }


class FeedForm(FactForm):
    NONE_EARLIER = gettext_lazy("no earlier entry")

    material = forms.ChoiceField(
        label=gettext_lazy("Material"), choices=[("", gettext_lazy("choose a material")), *Material.choices]
    )
    is_contracted = forms.TypedChoiceField(
        label=gettext_lazy("Received or assured"),
        choices=KINDS,
        coerce=lambda text: text == "true",
        help_text=gettext_lazy("What has arrived, or what a contract promises; the two are never added."),
    )
    tonnes = forms.DecimalField(
        label=gettext_lazy("Amount, t"), max_digits=18, decimal_places=4, min_value=Decimal("0.0001")
    )
    period_start = Day(label=gettext_lazy("Period from"))
    period_end = Day(
        label=gettext_lazy("Period to"),
        help_text=gettext_lazy(
            "What was received lies in the past and in one financial year; a contract may run over several."
        ),
    )
    supplier = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=gettext_lazy("Supplier"),
        to_field_name="reference",
        required=False,
    )
    supersedes = Correctable(
        Feed.objects.none(),
        label=gettext_lazy("Corrects"),
        required=False,
        help_text=gettext_lazy("The new entry replaces the one that it corrects."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        supplier: Any = self.fields["supplier"]
        supplier.queryset, supplier.empty_label = suppliers(self.actor), _("not stated")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        start, end = data.get("period_start"), data.get("period_end")
        if start and end and end < start:
            self.add_error("period_end", _("The period cannot end before it begins."))
        return data


def period(row: Feed) -> str:
    return _("%(start)s to %(end)s") % {
        "start": formats.day(row.period_start),
        "end": formats.day(row.period_end),
    }


def supplied(row: Feed) -> str:
    """Return who supplies, where it is stated and the reader may see it."""
    if row.supplier is not None:
        return row.supplier.name
    return str(_("another organisation") if row.supplier_id else _("not stated"))


def described(row: Feed) -> list[tuple[Any, Any]]:
    """Return label and value of what a feed claims."""
    return [
        (_("Material"), row.get_material_display()),
        (_("Received or assured"), _("assured by contract") if row.is_contracted else _("received")),
        (_("Amount, t"), formats.indian(row.tonnes)),
        (_("Period from"), formats.day(row.period_start)),
        (_("Period to"), formats.day(row.period_end)),
        (_("Supplier"), supplied(row)),
    ]


def told_twice(row: Feed, by: Actor, on: dt.date) -> list[str]:
    """Return a sentence for each feed of the same kind, material and supplier whose period overlaps this one's."""
    same = Feed.objects.visible_to(by).filter(
        project=row.project_id,
        material=row.material,
        is_contracted=row.is_contracted,
        supplier=row.supplier_id,
    )
    pairs = overlaps(claimed_feeds(list(same), on))
    others = [
        pair.later if pair.earlier.pk == row.pk else pair.earlier
        for pair in pairs
        if row.pk in (pair.earlier.pk, pair.later.pk)
    ]
    sentence = _(
        "Another entry of the same material and supplier overlaps: %(tonnes)s t, %(period)s. Is one delivery told twice?"
    )
    return [sentence % {"tonnes": formats.indian(it.tonnes), "period": period(it)} for it in others]


def beyond_feed(row: Measurement, by: Actor, on: dt.date) -> list[str]:
    """Return a sentence where the year of this measurement has more output than its project's feed allows."""
    project = row.target.project
    if project is None or row.target.indicator.code not in MADE:
        return []
    (balance,) = mass_balances([project], on, by)
    return [
        text
        for year in balance.excesses
        if row.pk in (*year.claimed.rows, *year.verified.rows)
        for text in excess_texts(year)
    ]
