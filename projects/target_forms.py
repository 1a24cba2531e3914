"""The forms by which a target is set and revised."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.choices import TargetBasis
from projects.forms import ActorForm, Day, StepForm, lines
from projects.models import Agreement, Indicator, Project
from projects.models.sourced import SOURCE_URL_LENGTH
from projects.models.targets import VALUE
from projects.reference_words import said, said_unit


class VersionForm(ActorForm):
    """What a decision fixes of a target."""

    value = forms.DecimalField(label=_("Value to reach"), **VALUE)
    due_on = Day(label=_("Due on"), required=False)
    authority = forms.CharField(
        label=_("Authority"), max_length=200, required=False, help_text=_("Who decided, by post or body.")
    )
    order_reference = forms.CharField(label=_("Order or file number"), max_length=120, required=False)
    decided_on = Day(label=_("Decided on"), required=False, help_text=_("Not in the future."))


class Chosen(forms.ModelChoiceField):
    """Indicators, each with its name and unit."""

    def label_from_instance(self, row: Any) -> str:
        return f"{row.code}: {said(row.name)} ({said_unit(row.unit)})"


class SetTargetForm(VersionForm):
    title = forms.CharField(
        label=_("What is to be reached"),
        max_length=200,
        help_text=_("In words, for example “Sintered magnets made in a year”."),
    )
    project = forms.ModelChoiceField(
        Project.objects.none(), label=_("Project"), to_field_name="reference", required=False
    )
    agreement = forms.ModelChoiceField(
        Agreement.objects.none(),
        label=_("Agreement"),
        to_field_name="reference",
        required=False,
        help_text=_("Instead of a project, where there is none yet."),
    )
    indicator = Chosen(Indicator.objects.none(), label=_("Indicator"), to_field_name="code")
    unit = forms.CharField(
        label=_("Unit"),
        max_length=40,
        required=False,
        help_text=_("The indicator's where left empty, or another one of the same kind."),
    )
    baseline_value = forms.DecimalField(
        label=_("Baseline"),
        required=False,
        help_text=_("Where it stood before. Empty is not known."),
        **VALUE,
    )
    baseline_as_of = Day(label=_("Baseline as of"), required=False)
    target_basis = forms.ChoiceField(
        label=_("Set by"), choices=[("", _("choose who set it")), *TargetBasis.choices]
    )
    source_url = forms.URLField(
        label=_("Source"), required=False, max_length=SOURCE_URL_LENGTH, assume_scheme="https"
    )
    field_order = (
        "title",
        "project",
        "agreement",
        "indicator",
        "unit",
        "baseline_value",
        "baseline_as_of",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, model, words in (
            ("project", Project, _("choose a project")),
            ("agreement", Agreement, _("none")),
            ("indicator", Indicator, _("choose an indicator")),
        ):
            field: Any = self.fields[name]
            field.queryset, field.empty_label = model.objects.visible_to(self.actor), words

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("project") and data.get("agreement"):
            self.add_error(
                "agreement", _("A target belongs to one project or to one agreement, not to both.")
            )
        return data


class ReviseTargetForm(VersionForm, StepForm):
    reason = forms.CharField(
        label=_("Why the target is revised"),
        widget=lines(3),
        max_length=5000,
        help_text=_("It stands beside the new version. The earlier ones stay, and earlier days keep them."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("authority", "decided_on"):
            self.fields[name].required = True
