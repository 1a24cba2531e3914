"""Shapes of calendar links."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from projects.models import CalendarLink
from projects.serializers.common import Body, Facts


class CalendarLinkSerializer(Facts):
    """A private link to your due dates: what it is called, in which language, when it was last used."""

    class Meta:
        model = CalendarLink
        fields: ClassVar[tuple[str, ...]] = ("reference", "name", "language", "created_at", "last_used_on")


class NewCalendarLinkSerializer(CalendarLinkSerializer):
    """The same with the address itself, which is shown this once; only its digest is kept."""

    address = serializers.CharField(read_only=True)

    class Meta(CalendarLinkSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (*CalendarLinkSerializer.Meta.fields, "address")


class MakeCalendarLink(Body):
    """A new calendar link."""

    name = serializers.CharField(
        max_length=80, help_text=_("Where you will use it; you will recognise it by this.")
    )
    language = serializers.ChoiceField(choices=settings.LANGUAGES, help_text=_("Of the entries."))
