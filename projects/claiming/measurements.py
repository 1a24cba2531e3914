"""Measurements as a kind of claims: their form and what their page shows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects import formats
from projects.choices import MeasureBasis
from projects.claiming.forms import FactForm
from projects.forms import Day, lines
from projects.models import Measurement, Target
from projects.models.reference import known_unit
from projects.reference_words import said_unit
from projects.units import UNITS

PERIOD_HELP = {
    MeasureBasis.CUMULATIVE: _(
        "The value is what has accumulated up to the last day, not what was added in the period."
    ),
    MeasureBasis.ANNUAL: _(
        "The value is what was made in the period; the periods of a financial year are added up. "
        "Without a first day it is what was made in the financial year so far."
    ),
    MeasureBasis.STOCK: _("The value is what stood on the last day."),
    MeasureBasis.RATE: _("The value is the mean rate from the first to the last day."),
}


class Correctable(forms.ModelChoiceField):
    """The measurements of a target that nothing has replaced yet, each with what it is."""

    def label_from_instance(self, row: Any) -> str:
        return f"{formats.indian(row.value)} {said_unit(self.unit)}, {formats.day(row.period_end)}"

    unit = ""


class MeasurementForm(FactForm):
    NONE_EARLIER = _("no earlier value")

    value = forms.DecimalField(label=_("Value"), max_digits=18, decimal_places=4)
    unit = forms.ChoiceField(
        label=_("Unit"),
        required=False,
        help_text=_("Another unit of the same kind is converted; both are kept."),
    )
    period_start = Day(label=_("Period from"), required=False)
    period_end = Day(label=_("Period to"), help_text=_("The last day of the period. Not in the future."))
    bounds_reason = forms.CharField(
        label=_("Reason for an unusual value"),
        widget=lines(2),
        required=False,
        max_length=5000,
        help_text=_("Needed where the value lies outside what its indicator is expected to show."),
    )
    supersedes = Correctable(
        Measurement.objects.none(),
        label=_("Corrects"),
        required=False,
        help_text=_("The new value replaces the one that it corrects."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"].help_text = _("In %(unit)s, or choose another unit.") % {
            "unit": said_unit(self.subject.unit)
        }
        self.fields["period_start"].help_text = PERIOD_HELP[self.subject.measure_basis]
        unit: Any = self.fields["unit"]
        unit.choices = [(code, said_unit(code)) for code in enterable(self.subject)]
        corrected: Any = self.fields["supersedes"]
        corrected.unit = self.subject.unit


def enterable(target: Target) -> list[str]:
    """Return the units in which a value of the target can be given, its own first."""
    own = known_unit(target.unit)
    if own is None:
        return [target.unit]
    kinds = {own.dimension}
    if target.measure_basis == MeasureBasis.ANNUAL and own.dimension == "mass per time":
        kinds.add("mass")  # what was made in the period
    return [target.unit, *(code for code, it in UNITS.items() if it.dimension in kinds and it != own)]


def described(row: Measurement) -> list[tuple[Any, Any]]:
    """Return label and value of what a measurement claims."""
    facts = [
        (_("Target"), row.target),
        (_("Value"), f"{formats.indian(row.value)} {said_unit(row.target.unit)}"),
        (_("Period from"), formats.day(row.period_start)),
        (_("Period to"), formats.day(row.period_end)),
    ]
    if row.entered_value is not None:
        facts.insert(
            2, (_("Entered as"), f"{formats.indian(row.entered_value)} {said_unit(row.entered_unit)}")
        )
    if row.is_implausible:
        facts.append((_("Unusual value"), _("It lies outside what its indicator is expected to show.")))
    if row.bounds_reason:
        facts.append((_("Reason for an unusual value"), row.bounds_reason))
    return facts
