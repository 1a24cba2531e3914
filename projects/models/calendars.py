"""Private links by which a calendar program fetches the due dates of one person."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects.models.people import User

MOST_LINKS = 10


class CalendarLink(models.Model):
    """A link to the due dates that its owner may see; who has it needs no other key. Only its digest is kept.

    It holds no rights of its own: those of its owner are asked whenever it is fetched. To end it, delete the row.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="calendar_links")
    reference = models.UUIDField(gettext_lazy("reference"), default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(gettext_lazy("name"), max_length=80)
    language = models.CharField(gettext_lazy("language"), max_length=5, choices=settings.LANGUAGES)
    digest = models.CharField(gettext_lazy("digest"), max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(gettext_lazy("created at"), editable=False)
    last_used_on = models.DateField(gettext_lazy("last used on"), null=True, blank=True, editable=False)

    class Meta:
        ordering = ("-created_at", "pk")
        verbose_name = gettext_lazy("calendar link")
        verbose_name_plural = gettext_lazy("calendar links")

    def __str__(self) -> str:
        return self.name

    @classmethod
    def issue(cls, user: User, *, name: str, language: str, now: dt.datetime) -> tuple[CalendarLink, str]:
        """Return a new link and its secret, which is kept nowhere; ValidationError where the person holds too many."""
        secret = secrets.token_urlsafe(32)
        with transaction.atomic():
            User.objects.select_for_update(no_key=True).get(pk=user.pk)  # two at once are counted one by one
            if user.calendar_links.count() >= MOST_LINKS:
                text = _("You hold %(limit)d calendar links: end one that you no longer need.")
                raise ValidationError(text % {"limit": MOST_LINKS})
            link = cls.objects.create(
                user=user, name=name, language=language, digest=digest(secret), created_at=now
            )
        return link, secret

    @classmethod
    def opened_by(cls, secret: str) -> CalendarLink | None:
        """Return the link whose secret this is, with its owner, or None; one query."""
        return cls.objects.select_related("user").filter(digest=digest(secret)).first()

    def used(self, on: dt.date) -> None:
        """Remember that the link was used on the day; one write a day."""
        if self.last_used_on != on:
            type(self).objects.filter(pk=self.pk).update(last_used_on=on)


def digest(secret: str) -> str:
    """Return what is kept of a secret. It has 256 random bits, so a plain hash cannot be guessed back."""
    return hashlib.sha256(secret.encode()).hexdigest()
