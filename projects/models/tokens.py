"""What an access token is called, how far it reaches, and when it was last used; its digest and its end are knox's."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from knox.models import AuthToken
from knox.settings import knox_settings

from projects.choices import Scope
from projects.models.people import User

LONGEST = dt.timedelta(days=366)


class TokenGrant(models.Model):
    """One access token of one person. One without a name comes from signing in: it ends soon and reaches everywhere."""

    token = models.OneToOneField(AuthToken, on_delete=models.CASCADE, primary_key=True, related_name="grant")
    reference = models.UUIDField(gettext_lazy("reference"), default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(gettext_lazy("name"), max_length=80, blank=True)
    scopes = models.JSONField(gettext_lazy("scopes"), default=list)
    is_strong = models.BooleanField(gettext_lazy("made with a second factor"), default=False)
    last_used_on = models.DateField(gettext_lazy("last used on"), null=True, blank=True)

    class Meta:
        verbose_name = gettext_lazy("access token")
        verbose_name_plural = gettext_lazy("access tokens")

    def __str__(self) -> str:
        return self.name or str(self.reference)

    @classmethod
    @transaction.atomic
    def issue(
        cls,
        user: User,
        *,
        now: dt.datetime,
        name: str = "",
        scopes: Iterable[str] = Scope.values,
        expiry: dt.datetime | None = None,
        is_strong: bool = False,
    ) -> tuple[TokenGrant, str]:
        """Return a new token's grant, and the token itself, which is kept nowhere.

        Without an `expiry` it ends after the time of a sign-in; `is_strong` where whoever makes it has shown a second factor. Raises ValidationError for a token that would have ended,
        would last longer than a year, or is one too many; whoever signs in once too often loses the oldest sign-in.
        """
        lasting = knox_settings.TOKEN_TTL if expiry is None else expiry - now
        if not dt.timedelta() < lasting <= LONGEST:
            raise ValidationError({"expires_on": _("Give a day from today to a year from today.")})
        AuthToken.objects.filter(user=user, expiry__lte=now).delete()
        _make_room(user, name)
        kept, token = AuthToken.objects.create(user=user, expiry=lasting)
        grant = cls.objects.create(
            token=kept, name=name, scopes=sorted({Scope.READ.value, *scopes}), is_strong=is_strong
        )
        return grant, token

    def used(self, on: dt.date) -> None:
        """Remember that the token was used on the day; one write a day."""
        if self.last_used_on != on:
            type(self).objects.filter(pk=self.pk).update(last_used_on=on)
            self.last_used_on = on


def _make_room(user: User, name: str) -> None:
    living = AuthToken.objects.filter(user=user).order_by("created")
    beyond = living.count() - knox_settings.TOKEN_LIMIT_PER_USER + 1
    if beyond <= 0:
        return
    oldest = living.filter(grant__name="").values_list("pk", flat=True)[:beyond]
    if name or len(oldest) < beyond:
        text = _("You hold %(limit)d access tokens: end one that you no longer need.")
        raise ValidationError(text % {"limit": knox_settings.TOKEN_LIMIT_PER_USER})
    AuthToken.objects.filter(pk__in=list(oldest)).delete()
