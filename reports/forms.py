"""Forms of schedules, orders and revisions: shapes in, words for people. The rules stand on the models."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from projects.forms import ActorForm, Day, StepForm
from projects.models import Agreement, Membership, Organisation, Project, User
from projects.permissions import MAY, Actor
from reports.choices import SCOPE_FIELDS, SCOPES, Cadence, ReportKind
from reports.models import ReportSchedule, Subject
from reports.models.schedules import LATEST_DAY, LATEST_HOUR
from reports.printed import PRINTED

SUBJECTS: dict[str, tuple[type[Subject], Any]] = {
    "project": (Project, _("Projects")),
    "agreement": (Agreement, _("Agreements")),
    "organisation": (Organisation, _("Organisations")),
}
CHOOSE = {
    "project": _("A report of this kind is on a project: choose one."),
    "agreement": _("A report of this kind is on an agreement: choose one."),
    "organisation": _("A report of this kind is on an organisation: choose one."),
}


def kinds() -> list[tuple[str, Any]]:
    """Return the kinds of report that can be made, as a form offers them."""
    return [(kind.value, kind.label) for kind in ReportKind if kind in PRINTED]


class SubjectField(forms.ChoiceField):
    """One project, agreement or organisation, or nothing for the whole programme; gives (field, row) or None."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{
                "label": _("What it is on"),
                "required": False,
                "help_text": _(
                    "Of a project, agreement or partner report. The other kinds are on the whole programme."
                ),
                **kwargs,
            }
        )
        self.found: dict[str, tuple[str, Any]]

    def offer(self, by: Actor) -> None:
        """Offer what the actor may see, by reference."""
        self.found = {}  # a copied field shares what it holds: never what somebody else may see
        groups: list[tuple[Any, Any]] = [("", _("the whole programme"))]
        for name, (model, label) in SUBJECTS.items():
            rows = list(model._default_manager.visible_to(by).order_by("reference"))
            self.found |= {f"{name}:{row.reference}": (name, row) for row in rows}
            groups.append((label, [(f"{name}:{row.reference}", _labelled(row)) for row in rows]))
        self.choices = groups

    def clean(self, value: Any) -> tuple[str, Any] | None:
        return self.found.get(super().clean(value))


def _labelled(row: Any) -> str:
    return f"{row.reference}  {getattr(row, 'name', '') or row.title}"


class OnSubjectForm(ActorForm):
    """A form that asks for a kind of report and what it is on, and takes both apart for the model."""

    kind = forms.ChoiceField(label=_("Kind of report"))
    subject = SubjectField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._fields("kind").choices = [("", _("choose a kind")), *kinds()]
        self._fields("subject").offer(self.actor)

    def _fields(self, name: str) -> Any:
        return self.fields[name]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        chosen = data.pop("subject", None)
        if "kind" not in data:
            return data
        wanted = SCOPES.get(ReportKind(data["kind"]))
        if wanted and (chosen is None or chosen[0] != wanted):
            self.add_error("subject", CHOOSE[wanted])
        elif chosen and not wanted:
            self.add_error(
                "subject",
                _("A report of this kind is on the whole programme: choose nothing else, or another kind."),
            )
        return data | dict.fromkeys(SCOPE_FIELDS) | ({chosen[0]: chosen[1]} if chosen else {})

    def refuse(self, error: ValidationError) -> None:
        """Show what the model says about its three fields at the one field of the form."""
        if hasattr(error, "error_dict"):
            found = {
                ("subject" if name in SCOPE_FIELDS else name): messages
                for name, messages in error.error_dict.items()
            }
            error = ValidationError(found)
        super().refuse(error)


class OrderForm(OnSubjectForm):
    """A report on demand: what on, as of which day, since when."""

    as_of = Day(
        label=_("Figures as of"), help_text=_("Today or earlier. The report says what was so on this day.")
    )
    period_start = Day(
        label=_("Period from"),
        required=False,
        help_text=_(
            "“Achieved in the period” and the like count from this day on. Left empty: from the first day of the quarter."
        ),
    )


class ReviseForm(ActorForm):
    """Why an issued report is made again."""

    reason = forms.CharField(
        label=_("What was wrong"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("It is printed on the cover of the revision and stays in the register."),
    )


def _owners(on: dt.date) -> Any:
    """Return the people in whose name reports can be issued on the day."""
    held = Membership.objects.valid(on).filter(role__in=MAY["report.issue"])
    return User.objects.filter(is_active=True, is_system=False, pk__in=held.values("user"))


def _readers(on: dt.date) -> Any:
    """Return the people who could get a mail on the day: with a role and an address."""
    held = Membership.objects.valid(on)
    return User.objects.filter(is_active=True, is_system=False, pk__in=held.values("user")).exclude(email="")


class Person(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return _person(obj)


class People(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return _person(obj)


def _person(user: User) -> str:
    return f"{user.by_post} ({user.username})"


class Changeable(forms.Form):
    """What may change of a schedule."""

    title = forms.CharField(
        label=_("Title"),
        max_length=200,
        help_text=_("By which people find it, for example “Quarterly report on the magnet plant”."),
    )
    due_day = forms.IntegerField(
        label=_("Due, days after the period"),
        min_value=1,
        max_value=LATEST_DAY,
        initial=5,
        help_text=_("1 is the day after the period ends."),
    )
    due_hour = forms.TypedChoiceField(
        label=_("Due, hour in India"),
        coerce=int,
        initial=6,
        choices=[(hour, f"{hour:02d}:00") for hour in range(LATEST_HOUR + 1)],
        help_text=_("On that day, not before this hour."),
    )
    ends_on = Day(
        label=_("Ends on"),
        required=False,
        help_text=_(
            "The period in which this day falls is the last one, reported whole. Empty: without end."
        ),
    )
    owner = Person(
        User.objects.none(),
        label=_("Owner"),
        to_field_name="username",
        empty_label=None,
        help_text=_("Reports are issued in this person's name, as long as they may issue them."),
    )
    recipients = People(
        User.objects.none(),
        label=_("Recipients"),
        to_field_name="username",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("They get a mail with the link when a report is issued, if they may see it."),
    )
    actor: Actor

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: dict[str, Any] = self.fields
        people["owner"].queryset = _owners(self.actor.on)
        people["recipients"].queryset = _readers(self.actor.on)


class NewScheduleForm(Changeable, OnSubjectForm):
    """A new schedule. `confirmed` is the number of reports that the person has agreed to register at once."""

    cadence = forms.ChoiceField(
        label=_("How often"),
        choices=Cadence.choices,
        initial=Cadence.QUARTERLY,
        help_text=_("In the year from April."),
    )
    starts_on = Day(
        label=_("Starts on"),
        help_text=_("The period in which this day falls is the first one, reported whole."),
    )
    confirmed = forms.IntegerField(required=False)
    field_order = (
        *("title", "kind", "subject", "cadence", "due_day", "due_hour", "starts_on", "ends_on"),
        *("owner", "recipients", "confirmed"),
    )

    def schedule(self) -> ReportSchedule:
        """Return what was entered as a schedule, checked and not saved; ValidationError with what the model refuses."""
        return ReportSchedule.sketch(by=self.actor, **self.fields_of_schedule())

    def fields_of_schedule(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "confirmed"}

    def twin(self) -> ReportSchedule | None:
        """Return a schedule that is the same already: a form sent twice must not make two."""
        same = {
            name: self.cleaned_data[name] for name in ("title", "kind", "cadence", "starts_on", *SCOPE_FIELDS)
        }
        return ReportSchedule.objects.visible_to(self.actor).filter(**same, active=True).first()


class ChangeScheduleForm(Changeable, StepForm):
    """A schedule that goes on otherwise; kind, subject, cadence and start make it another one."""

    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def entered(self) -> Iterable[tuple[Any, str]]:
        """Return label and text of what was typed, so that a refused change loses no work."""
        for name in ("title", "reason"):
            if self[name].value():
                yield self[name].label, self[name].value()


class PauseForm(StepForm):
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class EndForm(StepForm):
    ends_on = Day(
        label=_("Last day"),
        help_text=_("The period in which this day falls is still reported, whole. What is registered stays."),
    )
    reason = forms.CharField(
        label=_("Why it ends"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class BundleForm(ActorForm):
    """The period of an evidence bundle."""

    start = Day(label=_("First day of the period"))
    end = Day(label=_("Last day of the period"), help_text=_("Both days belong to the period."))
