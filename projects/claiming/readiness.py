"""Readiness levels as a kind of claims: their form and what their page shows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects import formats
from projects.choices import Ladder
from projects.claiming.forms import FactForm
from projects.forms import Day
from projects.models import Readiness


class Correctable(forms.ModelChoiceField):
    """The assessments that nothing has replaced yet, each with what it is."""

    def label_from_instance(self, row: Any) -> str:
        return f"{row.told(row.value)}, {formats.day(row.assessed_on)}, {row.assessor}"


class ReadinessForm(FactForm):
    NONE_EARLIER = _("no earlier assessment")

    ladder = forms.ChoiceField(label=_("Ladder"), choices=[("", _("choose a ladder")), *Ladder.choices])
    value = forms.IntegerField(label=_("Level"), min_value=1, max_value=10)
    assessed_on = Day(label=_("Assessed on"), help_text=_("Not in the future."))
    assessor = forms.CharField(
        label=_("Assessed by (body)"),
        max_length=200,
        help_text=_("The body, not a person: an NTRAF panel, a laboratory, the institute itself."),
    )
    supersedes = Correctable(
        Readiness.objects.none(),
        label=_("Corrects"),
        required=False,
        help_text=_("A later assessment is a new one; a correction replaces one that was wrong."),
    )

    def clean_assessed_on(self) -> Any:
        return self.past("assessed_on")


def described(row: Readiness) -> list[tuple[Any, Any]]:
    """Return label and value of what an assessment claims."""
    return [
        (_("Ladder"), row.get_ladder_display()),
        (_("Level"), row.value),
        (_("Assessed on"), formats.day(row.assessed_on)),
        (_("Assessed by (body)"), row.assessor),
        *([(_("Waiver"), row.waiver)] if row.waiver else []),
    ]
