"""When what works in the background last did: one row a name, so that its silence can be told."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _


class Pulse(models.Model):
    """The last time that something which comes again and again has come."""

    TICK = "tick"

    name = models.CharField(_("name"), max_length=40, primary_key=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("sign of life")
        verbose_name_plural = _("signs of life")

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M:%S}"

    @classmethod
    def beat(cls, name: str, *, now: dt.datetime) -> None:
        """Write down that it came at `now`. Safe for any number at once."""
        if not cls.objects.filter(pk=name).update(at=now):
            Pulse.objects.bulk_create([Pulse(name=name, at=now)], ignore_conflicts=True)

    @classmethod
    def last(cls, name: str) -> dt.datetime | None:
        """Return when it last came, None before the first time."""
        return cls.objects.filter(pk=name).values_list("at", flat=True).first()
