"""Forms of the pages: shapes in, words for people. The rules stand on the models; their errors come back to the fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from projects.choices import MilestoneType, Precision, RevisionReason, Visibility
from projects.file_fields import EvidenceField, claimed_evidence_help
from projects.fiscal import last_day_of
from projects.models import Agreement, Milestone, Project
from projects.models.sourced import SOURCE_URL_LENGTH
from projects.permissions import MINISTRY, Actor

# What a person can choose; "reported" and "derived" describe dates found in sources.
OWN_PRECISIONS = [
    (Precision.DAY, _("to the day")),
    (Precision.MONTH, _("to the month")),
    (Precision.QUARTER, _("to the quarter")),
    (Precision.FINANCIAL_YEAR, _("to the financial year")),
    (Precision.YEAR, _("to the calendar year")),
]
PRECISION_HELP = _(
    "A date that is not known to the day is kept as the last day of its period and shown with ≈."
)


class Day(forms.DateField):
    """A day, entered with the browser's calendar or as 2026-11-23 or 23-11-2026."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        kwargs.setdefault("input_formats", ["%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y"])
        super().__init__(**kwargs)


def lines(rows: int = 4) -> forms.Textarea:
    """Return the box of a text of several lines."""
    return forms.Textarea(attrs={"rows": rows})


class ActorForm(forms.Form):
    """A form that knows who fills it in and takes the model's errors back to its fields."""

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        for field in self.fields.values():
            if isinstance(field, EvidenceField):
                field.user = actor.user
        if "visibility" in self.fields and actor.roles.isdisjoint(MINISTRY):
            # A partner must not hide a file from itself: "internal" is readable for the ministry only.
            visibility: Any = self.fields["visibility"]
            visibility.choices = [choice for choice in Visibility.choices if choice[0] != Visibility.INTERNAL]

    def refuse(self, error: ValidationError) -> None:
        """Show an error that the model raised, at its field where the form has that field."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for name, messages in error.error_dict.items():
            self.add_error(name if name in self.fields else None, messages)


class StepForm(ActorForm):
    """A step on a row. `version` is the version its page was made from: nobody overwrites what they have not seen."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def entered(self) -> Iterable[tuple[Any, str]]:
        """Return label and text of what was typed, so that a refused step loses no work."""
        for field in self.visible_fields():
            if isinstance(field.field.widget, forms.Textarea) and field.value():
                yield field.label, field.value()


class Reasoned(StepForm):
    """A change of a record, with its reason where there is one to tell."""

    reason = forms.CharField(
        label=_("Reason for the change"),
        required=False,
        max_length=5000,
        widget=lines(2),
        help_text=_("It stands in the history."),
    )


class ClaimForm(StepForm):
    actual_on = Day(
        label=_("Actual date"),
        help_text=_("When it was achieved, not when it became known. Not in the future."),
    )
    precision = forms.ChoiceField(
        label=_("Known"), choices=OWN_PRECISIONS, initial=Precision.DAY, help_text=PRECISION_HELP
    )
    note = forms.CharField(
        label=_("Note"),
        widget=lines(),
        required=False,
        max_length=5000,
        help_text=_("What was achieved, and where the evidence shows it."),
    )
    evidence = EvidenceField(label=_("Evidence"))
    visibility = forms.ChoiceField(
        label=_("Who may read the evidence"), choices=Visibility.choices, initial=Visibility.PARTNER
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["evidence"].help_text = claimed_evidence_help()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("actual_on") and data.get("precision") and data["actual_on"] <= self.actor.on:
            # The end of the period that is still running would be a date in the future.
            data["actual_on"] = min(last_day_of(data["actual_on"], data["precision"]), self.actor.on)
        return data


class VerifyForm(StepForm):
    note = forms.CharField(
        label=_("Note"),
        widget=lines(3),
        required=False,
        max_length=5000,
        help_text=_("What you checked. It stands in the history."),
    )


class ReturnForm(StepForm):
    reason = forms.CharField(
        label=_("What is missing"),
        widget=lines(),
        max_length=5000,
        help_text=_("The claimant reads this and can claim again. Until then the milestone counts as open."),
    )


class CancelForm(StepForm):
    reason = forms.CharField(
        label=_("Why it is given up"),
        widget=lines(),
        max_length=5000,
        help_text=_(
            "The milestone stays visible, but counts neither as open nor as achieved. This cannot be undone."
        ),
    )


class ReviseForm(StepForm):
    new_on = Day(label=_("New date"))
    precision = forms.ChoiceField(
        label=_("Known"), choices=OWN_PRECISIONS, initial=Precision.DAY, help_text=PRECISION_HELP
    )
    reason_code = forms.ChoiceField(
        label=_("Reason"), choices=[("", _("choose a reason")), *RevisionReason.choices]
    )
    narrative = forms.CharField(
        label=_("What happened, and what is done about it"), widget=lines(), max_length=5000
    )
    authority = forms.CharField(
        label=_("Order or file number"),
        required=False,
        max_length=120,
        help_text=_("As on the approval, for example a computer file number."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("new_on") and data.get("precision"):
            data["new_on"] = last_day_of(data["new_on"], data["precision"])
        return data


class LogForm(ActorForm):
    """A new milestone: what, whose, by when, and how one will know."""

    title = forms.CharField(
        label=_("What is to be achieved"),
        max_length=300,
        help_text=_("One event that can be seen to have happened, for example “Pilot line commissioned”."),
    )
    project = forms.ModelChoiceField(
        Project.objects.none(), label=_("Project"), to_field_name="reference", required=False
    )
    agreement = forms.ModelChoiceField(
        Agreement.objects.none(),
        label=_("Agreement"),
        to_field_name="reference",
        required=False,
        help_text=_("Beside the project, or instead of one where there is none yet."),
    )
    type = forms.ChoiceField(label=_("Type"), choices=[("", _("choose a type")), *MilestoneType.choices])
    baseline_on = Day(
        label=_("First approved date"), help_text=_("It stays for good; later changes are revisions.")
    )
    baseline_precision = forms.ChoiceField(
        label=_("Known"), choices=OWN_PRECISIONS, initial=Precision.DAY, help_text=PRECISION_HELP
    )
    baseline_basis = forms.CharField(
        label=_("Basis of the date"),
        required=False,
        max_length=300,
        help_text=_("The document or statement that sets it."),
    )
    acceptance = forms.CharField(
        label=_("Acceptance criterion"),
        widget=lines(3),
        required=False,
        max_length=5000,
        help_text=_("How a second person will tell that it is achieved."),
    )
    owner_post = forms.CharField(
        label=_("Owner (post)"),
        required=False,
        max_length=120,
        help_text=_("A post, not a person's name: Project Director, Deputy Secretary (CMM)."),
    )
    weight = forms.DecimalField(
        label=_("Weight"), required=False, max_digits=6, decimal_places=2, min_value=0
    )
    source_url = forms.URLField(
        label=_("Source"), required=False, max_length=SOURCE_URL_LENGTH, assume_scheme="https"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        project: Any = self.fields["project"]
        project.queryset, project.empty_label = Project.objects.visible_to(self.actor), _("choose a project")
        agreement: Any = self.fields["agreement"]
        agreement.queryset, agreement.empty_label = Agreement.objects.visible_to(self.actor), _("none")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "project" in data and "agreement" in data and not (data["project"] or data["agreement"]):
            self.add_error(
                "project", _("Choose the project, or the agreement where there is no project yet.")
            )
        if data.get("baseline_on") and data.get("baseline_precision"):
            data["baseline_on"] = last_day_of(data["baseline_on"], data["baseline_precision"])
        if not self.errors:
            self._refuse_a_second_one(data)
        return data

    def _refuse_a_second_one(self, data: dict[str, Any]) -> None:
        """A form sent twice must not make two milestones."""
        same = (
            Milestone.objects.visible_to(self.actor)
            .filter(
                title=data["title"],
                project=data["project"],
                agreement=data["agreement"],
                baseline_on=data["baseline_on"],
            )
            .first()
        )
        if same:
            raise ValidationError(
                _("This milestone is already logged as %(reference)s."),
                params={"reference": same.reference},
                code="duplicate",
            )
