"""The forms by which webhooks are made and changed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django import forms
from django.apps import apps
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from projects import outgoing, permissions
from projects.forms import ActorForm, StepForm
from projects.models import Organisation
from projects.webhook_events import EVENTS


class WebhookForm(ActorForm):
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("Which system it is."))
    url = forms.CharField(
        label=_("Address"),
        max_length=outgoing.LONGEST,
        help_text=_("A public https address. Put no secret into it."),
        widget=forms.URLInput,
    )
    events = forms.MultipleChoiceField(
        label=_("Events"),
        choices=[(name, name) for name in EVENTS],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one event.")},
    )

    def groups(self) -> Iterator[tuple[str, list[Any]]]:
        """Yield the kinds of records in words, each with the boxes of its events."""
        boxes = zip(EVENTS.values(), self["events"].subwidgets, strict=True)
        for model, group in groupby(boxes, key=lambda pair: pair[0].model):
            yield capfirst(str(apps.get_model(model)._meta.verbose_name)), [box for _kind, box in group]


class NewWebhookForm(WebhookForm):
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=_("Organisation"),
        to_field_name="reference",
        required=False,
        empty_label=_("the whole programme, as you see it"),
        help_text=_("A webhook of a partner is told what the partner may see."),
    )
    field_order = ("name", "url", "organisation")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["organisation"]
        field.queryset = Organisation.objects.visible_to(self.actor).order_by("short_name")
        if not self.actor.roles & permissions.STEWARDS:
            field.queryset = field.queryset.filter(pk__in=self.actor.leads)
            field.required, field.empty_label = True, None


class ChangeWebhookForm(WebhookForm, StepForm):
    """The same for one that exists; whose it is stays."""
