"""The forms by which an indicator of the library is added and changed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from projects.choices import Direction, MeasureBasis, VerificationLevel
from projects.forms import ActorForm, StepForm, lines
from projects.models.reference import CODE_OF_INDICATOR
from projects.models.targets import VALUE

FACTS = (
    "name",
    "unit",
    "measure_basis",
    "direction",
    "minimum_level",
    "measured_by",
    "evidence_needed",
    "plausible_from",
    "plausible_to",
)


class IndicatorForm(ActorForm):
    name = forms.CharField(label=_("Name"), max_length=200)
    unit = forms.CharField(
        label=_("Unit"),
        max_length=40,
        help_text=_("One of the list, for example t per year, per cent, persons."),
    )
    measure_basis = forms.ChoiceField(
        label=_("Basis"),
        choices=[("", _("choose a basis")), *MeasureBasis.choices],
        help_text=_("What accumulates, what is made in a year, what stands on a day, or a rate."),
    )
    direction = forms.ChoiceField(label=_("Direction"), choices=Direction.choices, initial=Direction.INCREASE)
    minimum_level = forms.TypedChoiceField(
        label=_("Minimum verification level"),
        coerce=int,
        choices=VerificationLevel.choices,
        initial=VerificationLevel.V1,
        help_text=_("A value verified below it does not count as verified."),
    )
    measured_by = forms.CharField(label=_("Measured by"), max_length=300, required=False)
    evidence_needed = forms.CharField(label=_("Evidence"), max_length=300, required=False)
    plausible_from = forms.DecimalField(
        label=_("Plausible from"),
        required=False,
        help_text=_("A claim outside the bounds gives its reason."),
        **VALUE,
    )
    plausible_to = forms.DecimalField(label=_("Plausible to"), required=False, **VALUE)
    reason = forms.CharField(
        label=_("Reason for the change"),
        required=False,
        max_length=5000,
        widget=lines(2),
        help_text=_("It stands in the history. Needed once a target uses the indicator."),
    )


class DefineIndicatorForm(IndicatorForm):
    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        validators=[
            RegexValidator(
                CODE_OF_INDICATOR, _("A code is a family and a word in capitals, as in TT-LIC or CAP-MAG.")
            )
        ],
        help_text=_("A family and a word in capitals, as in TT-LIC or CAP-MAG. It stays."),
    )
    field_order = ("code",)


class ChangeIndicatorForm(IndicatorForm, StepForm):
    """What gives measured values their meaning is shown and fixed once a target uses the indicator."""

    def __init__(self, *args: Any, fixed: frozenset[str] = frozenset(), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in fixed:
            self.fields[name].disabled = True
            self.fields[name].help_text = _("Targets use this indicator, so this stays.")
