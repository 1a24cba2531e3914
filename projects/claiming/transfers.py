"""Stages, trainings and runs of technology transfers as kinds of claims: their forms and what their pages show."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects import formats
from projects.choices import TransferStage
from projects.claiming.forms import FactForm
from projects.forms import Day
from projects.models import ReplicationRun, Training, TransferStep

WORDS = {"true": True, "false": False}


class Correctable(forms.ModelChoiceField):
    """The claims on a transfer that nothing has replaced yet, each with what it is."""

    def label_from_instance(self, row: Any) -> str:
        return ", ".join(str(value) for _label, value in SHOWN[type(row)](row)[:2])


def corrected(model: Any) -> Correctable:
    return Correctable(
        model.objects.none(),
        label=_("Corrects"),
        required=False,
        help_text=_("The new claim replaces the one that it corrects."),
    )


def yes_or_no(label: Any, help_text: Any = "") -> forms.TypedChoiceField:
    """A question without a default: who does not know does not claim."""
    return forms.TypedChoiceField(
        label=label,
        choices=[("", _("choose")), ("true", _("yes")), ("false", _("no"))],
        coerce=lambda text: WORDS[text],
        help_text=help_text,
    )


class OnTransferForm(FactForm):
    """A claim on a transfer, by the day `DAY`."""

    DAY = ""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.past(self.DAY)
        return data


class TransferStepForm(OnTransferForm):
    DAY = "reached_on"

    stage = forms.ChoiceField(
        label=_("Stage"),
        choices=[("", _("choose a stage")), *TransferStage.choices],
        help_text=_("A stage can be claimed any time; it is verified when all that it needs is there."),
    )
    reached_on = Day(label=_("Reached on"), help_text=_("Not in the future."))
    supersedes = corrected(TransferStep)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].help_text = _(
            "Where the evidence shows it. For a stage below the one before it: why the transfer fell back."
        )


class TrainingForm(OnTransferForm):
    DAY = "certified_on"

    certified_on = Day(label=_("Certified on"), help_text=_("Not in the future."))
    persons = forms.IntegerField(
        label=_("Persons certified"),
        min_value=0,
        max_value=1_000_000,
        help_text=_("By assessment, not by attendance. A number, never names."),
    )
    person_days = forms.IntegerField(
        label=_("Person-days"), min_value=0, max_value=10_000_000, required=False
    )
    assessed_by = forms.CharField(label=_("Assessed by (body)"), max_length=200)
    supersedes = corrected(Training)


class ReplicationRunForm(OnTransferForm):
    DAY = "run_on"

    run_on = Day(label=_("Run on"), help_text=_("Not in the future."))
    hours = forms.DecimalField(
        label=_("Hours of continuous run"),
        required=False,
        max_digits=8,
        decimal_places=2,
        min_value=Decimal(0),
    )
    guarantee_met = yes_or_no(_("Guarantee values met"))
    licensor_on_site = yes_or_no(
        _("Licensor on site"), _("A run is independent when the licensor was not on site.")
    )
    supersedes = corrected(ReplicationRun)


def word(value: bool) -> Any:  # noqa: FBT001 - a fact of the row, not a switch
    return _("yes") if value else _("no")


def step_shown(row: TransferStep) -> list[tuple[Any, Any]]:
    """Return label and value of what a step claims."""
    return [
        (_("Stage"), row.get_stage_display()),
        (_("Reached on"), formats.day(row.reached_on)),
        *([(_("Waiver"), row.waiver)] if row.waiver else []),
    ]


def training_shown(row: Training) -> list[tuple[Any, Any]]:
    """Return label and value of what a training claims."""
    return [
        (_("Persons certified"), formats.indian(row.persons)),
        (_("Certified on"), formats.day(row.certified_on)),
        (
            _("Person-days"),
            formats.unknown() if row.person_days is None else formats.indian(row.person_days),
        ),
        (_("Assessed by (body)"), row.assessed_by),
    ]


def run_shown(row: ReplicationRun) -> list[tuple[Any, Any]]:
    """Return label and value of what a run claims."""
    return [
        (_("Run on"), formats.day(row.run_on)),
        (_("Guarantee values met"), word(row.guarantee_met)),
        (_("Licensor on site"), word(row.licensor_on_site)),
        (
            _("Hours of continuous run"),
            formats.unknown() if row.hours is None else formats.indian(row.hours),
        ),
    ]


SHOWN: dict[Any, Any] = {TransferStep: step_shown, Training: training_shown, ReplicationRun: run_shown}
