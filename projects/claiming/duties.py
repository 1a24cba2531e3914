"""Duties met as a kind of claims: their form and what their page shows."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from projects import formats
from projects.claiming.forms import FactForm
from projects.claiming.funds import Correctable
from projects.forms import Day
from projects.models import DutyDone


class CorrectableDone(Correctable):
    """The claims on a duty that nothing has replaced yet, each by its day."""

    def label_from_instance(self, row: Any) -> str:
        return formats.day(row.done_on)


class DutyDoneForm(FactForm):
    done_on = Day(label=_("Met on"), help_text=_("Not in the future."))
    supersedes = CorrectableDone(
        DutyDone.objects.none(),
        label=_("Corrects"),
        required=False,
        help_text=_("The new claim replaces the one that it corrects."),
    )

    def clean_done_on(self) -> Any:
        return self.past("done_on")


def described(row: DutyDone) -> list[tuple[Any, Any]]:
    """Return label and value of what is claimed of a duty."""
    return [
        (_("Party"), row.duty.party.name),
        (_("Duty"), row.duty.text),
        (_("Due on"), formats.approximate(row.duty.due_on, row.duty.due_precision)),
        (_("Met on"), formats.day(row.done_on)),
    ]
