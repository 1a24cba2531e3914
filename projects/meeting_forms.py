"""Forms of review meetings and of the action points that they decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.forms import ActorForm, Day, Reasoned, StepForm, lines
from projects.models import Agreement, Milestone, Organisation, Project
from projects.models.meetings import LONGEST_TEXT


def _one_of(model: Any, label: Any, help_text: Any = "") -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        model.objects.none(), label=label, to_field_name="reference", required=False, help_text=help_text
    )


class Choosing(ActorForm):
    """Offers the records that the actor may see."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField):
                offered: Any = field.queryset
                field.queryset = offered.model.objects.visible_to(self.actor)
                field.empty_label = _("none")


class MeetingFields(ActorForm):
    title = forms.CharField(label=_("Title"), max_length=200)
    held_on = Day(label=_("Day of the meeting"), help_text=_("The agenda tells what is open on this day."))
    chaired_by = forms.CharField(
        label=_("Chaired by (post)"), max_length=120, help_text=_("A post, not a person's name.")
    )


class NewMeetingForm(Choosing, MeetingFields):
    organisation = _one_of(
        Organisation, _("Only one organisation"), _("Its members read the meeting and its agenda.")
    )
    agreement = _one_of(Agreement, _("Only one agreement"), _("Its parties read the meeting and its agenda."))


class ChangeMeetingForm(MeetingFields, Reasoned):
    pass


class NewActionPointForm(Choosing):
    text = forms.CharField(
        label=_("What is to be done"),
        max_length=LONGEST_TEXT,
        widget=lines(3),
        help_text=_(
            "Whoever sees the subject below, or is its owner, reads this; so do readers of the reports."
        ),
    )
    owner_post = forms.CharField(
        label=_("Owner (post)"), max_length=120, help_text=_("A post, not a person's name.")
    )
    owner = _one_of(
        Organisation,
        _("Organisation of the owner"),
        _("Its lead may say that it is done. None: the ministry."),
    )
    due_on = Day(label=_("Due on"))
    project = _one_of(Project, _("Project"))
    agreement = _one_of(Agreement, _("Agreement"), _("Instead of a project."))
    milestone = _one_of(Milestone, _("Milestone"), _("It brings its project, or its agreement."))


class DoneForm(StepForm):
    note = forms.CharField(
        label=_("What shows that it is done"),
        max_length=LONGEST_TEXT,
        widget=lines(3),
        help_text=_("Name the order, the file number or the record, so that a second person can look."),
    )


class CloseForm(StepForm):
    note = forms.CharField(
        label=_("Note"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=lines(2),
        help_text=_("What you looked at. It stands in the history."),
    )


class OpenAgainForm(StepForm):
    reason = forms.CharField(label=_("What is missing"), max_length=LONGEST_TEXT, widget=lines(3))
