"""The forms by which a gate is planned and decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from projects.choices import GateDecision, Precision, Visibility
from projects.file_fields import EvidenceField
from projects.forms import OWN_PRECISIONS, PRECISION_HELP, ActorForm, Day, StepForm, lines
from projects.models.sourced import SOURCE_URL_LENGTH
from projects.stages import GateRule

ANSWERS = [("", _("choose an answer")), ("yes", _("yes")), ("no", _("no")), ("waived", _("waived"))]


class PlanGateForm(ActorForm):
    gate = forms.ChoiceField(label=_("Gate"))
    planned_on = Day(label=_("To be passed by"))
    precision = forms.ChoiceField(
        label=_("How exactly it is known"),
        choices=OWN_PRECISIONS,
        initial=Precision.DAY,
        help_text=PRECISION_HELP,
    )
    decided_by_post = forms.CharField(label=_("Decided by (post)"), max_length=120)
    decided_on = Day(label=_("Decided on"), help_text=_("Not in the future."))
    reason = forms.CharField(
        label=_("Reason for the move"),
        widget=lines(3),
        required=False,
        max_length=5000,
        help_text=_("Needed from the second plan of a gate on: the first one is the baseline and stays."),
    )
    source_url = forms.URLField(
        label=_("Source"), required=False, max_length=SOURCE_URL_LENGTH, assume_scheme="https"
    )

    def __init__(self, *args: Any, road: Sequence[GateRule], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        gates: Any = self.fields["gate"]
        gates.choices = [("", _("choose a gate")), *((rule.gate.value, rule.gate.label) for rule in road)]


class DecideForm(StepForm):
    """A decision at one gate: an answer and a note for each of its criteria, under their codes."""

    gate = forms.CharField(widget=forms.HiddenInput, max_length=2)
    decision = forms.ChoiceField(
        label=_("Decision"), choices=[("", _("choose a decision")), *GateDecision.choices]
    )
    decided_on = Day(label=_("Decided on"), help_text=_("Not in the future."))
    decided_by_post = forms.CharField(label=_("Decided by (post)"), max_length=120)
    conditions = forms.CharField(
        label=_("Conditions"),
        widget=lines(3),
        required=False,
        max_length=5000,
        help_text=_("Of a conditional decision."),
    )
    conditions_due_on = Day(label=_("Conditions to be met by"), required=False)
    reason = forms.CharField(
        label=_("Reason"),
        widget=lines(3),
        required=False,
        max_length=5000,
        help_text=_("Needed where the project is held or stopped."),
    )
    back_to = forms.ChoiceField(
        label=_("Back to stage"),
        required=False,
        help_text=_("Only where a hold or a stop sends the project back; it has to pass the gates again."),
    )
    source_url = forms.URLField(
        label=_("Source"), required=False, max_length=SOURCE_URL_LENGTH, assume_scheme="https"
    )
    evidence = EvidenceField(label=_("Evidence"))
    visibility = forms.ChoiceField(
        label=_("Who may read the evidence"), choices=Visibility.choices, initial=Visibility.PARTNER
    )

    def __init__(self, *args: Any, rule: GateRule, earlier: Sequence[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rule = rule
        back: Any = self.fields["back_to"]
        back.choices = [("", _("no, the stage stays")), *earlier]
        for criterion in rule.criteria:
            self.fields[f"met_{criterion.code}"] = forms.ChoiceField(
                label=criterion.text, choices=ANSWERS, required=False
            )
            self.fields[f"note_{criterion.code}"] = forms.CharField(
                label=_("What shows it, or why it is waived"),
                required=False,
                max_length=1000,
                widget=lines(1),
            )

    def criteria(self) -> dict[str, dict[str, str]]:
        """Return the answers as the act takes them."""
        return {
            it.code: {
                "met": self.cleaned_data[f"met_{it.code}"],
                "note": self.cleaned_data[f"note_{it.code}"],
            }
            for it in self.rule.criteria
        }

    def facts(self) -> dict[str, Any]:
        """Return the rest of what was entered."""
        asked = {f"{part}_{it.code}" for it in self.rule.criteria for part in ("met", "note")}
        return {name: value for name, value in self.cleaned_data.items() if name not in asked}

    def asked(self) -> Iterator[tuple[Any, Any]]:
        """Yield answer and note of each criterion, as fields."""
        for criterion in self.rule.criteria:
            yield self[f"met_{criterion.code}"], self[f"note_{criterion.code}"]

    def others(self) -> list[Any]:
        """Return the visible fields that belong to no criterion."""
        asked = {field.name for pair in self.asked() for field in pair}
        return [field for field in self.visible_fields() if field.name not in asked]

    def refuse(self, error: ValidationError) -> None:
        """Show the errors of criteria at their answers, all others as ever."""
        if not hasattr(error, "error_dict"):
            super().refuse(error)
            return
        for name, messages in error.error_dict.items():
            field = name.replace("criteria.", "met_")
            self.add_error(field if field in self.fields else None, messages)
