"""Forms of the inbox: how one wants to be told, and until when something can wait."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.forms import ActorForm, Day, lines
from projects.models.notices import HOURS, LONGEST_SNOOZE

HOUR_CHOICES = [(hour, f"{hour:02d}:00") for hour in HOURS]


def _hour(label: Any, help_text: Any = "") -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, choices=HOUR_CHOICES, coerce=int, help_text=help_text)


class PreferencesForm(ActorForm):
    digest = forms.TypedChoiceField(
        label=_("Digest by e-mail"),
        choices=[(True, _("at most once a day")), (False, _("never"))],
        coerce=lambda chosen: chosen == str(True),
        help_text=_("It comes when there is something new. The inbox holds the same without it."),
    )
    hour = _hour(_("From this hour"), _("In Indian Standard Time."))
    quiet_from = _hour(_("Quiet hours from"), _("In the quiet hours nothing is sent."))
    quiet_to = _hour(_("Quiet hours until"), _("The same hour as above: no quiet hours."))


class SnoozeForm(ActorForm):
    until = Day(
        label=_("Put off until"),
        help_text=_("On this day the notice comes back. At most %(days)d days ahead.")
        % {"days": LONGEST_SNOOZE.days},
    )
    reason = forms.CharField(
        label=_("Why it can wait"),
        max_length=300,
        widget=lines(2),
        help_text=_("It stays in the audit trail."),
    )
