"""The form for a link to one's due dates."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from projects.forms import ActorForm


class CalendarLinkForm(ActorForm):
    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("Where you will use it, for example: office calendar.")
    )
    language = forms.ChoiceField(label=_("Language of the entries"), choices=settings.LANGUAGES)
