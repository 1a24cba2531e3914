"""Forms of findings: what is raised, its answer, and what the auditor makes of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects import permissions
from projects.choices import FindingKind, Visibility
from projects.file_fields import EvidenceField
from projects.forms import ActorForm, Day, StepForm, lines
from projects.models import Agreement, Finding, Milestone, Project
from projects.models.findings import LONGEST_TEXT, SUBJECTS, VISIBILITIES


def _one_of(model: Any, label: Any, help_text: Any = "") -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        model.objects.none(), label=label, to_field_name="reference", required=False, help_text=help_text
    )


class RaiseFacts(ActorForm):
    """What a finding says, whatever it is on."""

    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("choose")), *FindingKind.choices])
    text = forms.CharField(
        label=_("What was found"),
        max_length=LONGEST_TEXT,
        widget=lines(5),
        help_text=_("The fact, the record or rule that it is held against, and what is asked."),
    )
    paragraph = forms.CharField(
        label=_("Audit report and paragraph"),
        max_length=120,
        required=False,
        help_text=_("Where it belongs to a report of an audit: its number, year and paragraph."),
    )
    amount_crore = forms.DecimalField(
        label=_("Money value in crore rupees"), required=False, max_digits=14, decimal_places=2, min_value=0
    )
    due_on = Day(label=_("Reply due on"))
    visibility = forms.ChoiceField(
        label=_("Who may read it"),
        choices=VISIBILITIES,
        initial=Visibility.PARTNER,
        help_text=_(
            "Partner: its lead reads and may answer it. Internal: the ministry and its auditors alone."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        visibility: Any = self.fields["visibility"]
        visibility.choices = VISIBILITIES  # not those of files


class RaiseForm(RaiseFacts):
    project = _one_of(Project, _("Project"))
    agreement = _one_of(Agreement, _("Agreement"), _("Instead of a project."))
    milestone = _one_of(
        Milestone, _("Milestone"), _("Instead of both: it brings its project, or its agreement.")
    )

    field_order = SUBJECTS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        auditor = permissions.as_auditor(self.actor)
        for name in SUBJECTS:
            field: Any = self.fields[name]
            field.queryset = field.queryset.model.objects.visible_to(auditor)
            field.empty_label = _("none")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        chosen = [data[name] for name in SUBJECTS if data.get(name)]
        if len(chosen) != 1 and not any(name in self.errors for name in SUBJECTS):
            self.add_error("project", _("Choose one: the project, the agreement or the milestone."))
        if not self.errors:
            self._refuse_a_second_one(data, chosen[0])
        return data

    def _refuse_a_second_one(self, data: dict[str, Any], about: Any) -> None:
        """A form sent twice must not raise two findings."""
        mine = Finding.objects.filter(
            raised_by=self.actor.user, raised_on=self.actor.on, text=data["text"].strip()
        )
        same = mine.filter(**{about._meta.model_name: about}).first()
        if same:
            text = _("This finding is already raised as %(reference)s.") % {"reference": same.reference}
            self.add_error("text", text)


class AnswerForm(StepForm):
    answer = forms.CharField(
        label=_("Answer"),
        max_length=LONGEST_TEXT,
        widget=lines(5),
        help_text=_("What is so, what was done about it, and which record or file shows it."),
    )
    evidence = EvidenceField(label=_("Evidence"))
    visibility = forms.ChoiceField(
        label=_("Who may read the evidence"), choices=Visibility.choices, initial=Visibility.PARTNER
    )


class SettleForm(StepForm):
    note = forms.CharField(
        label=_("Note"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=lines(2),
        help_text=_("What you looked at. It stands in the history."),
    )


class RaiseAgainForm(StepForm):
    reason = forms.CharField(label=_("What the answer leaves open"), max_length=LONGEST_TEXT, widget=lines(4))
    due_on = Day(label=_("Reply due on"), required=False, help_text=_("Empty: the day stays as it is."))


class WithdrawForm(StepForm):
    reason = forms.CharField(
        label=_("Why it is withdrawn"),
        max_length=LONGEST_TEXT,
        widget=lines(3),
        help_text=_("It stays in the list, and nobody has to answer it any more."),
    )
