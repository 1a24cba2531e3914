"""Where people are signed in: the sessions, each with its person, so that they can be listed and ended; and second factors."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from projects.models.people import User


class SignIn(AbstractBaseSession):
    """One session of one browser. Without a person it is the session of somebody who has not signed in (yet)."""

    user = models.ForeignKey(
        User, null=True, on_delete=models.CASCADE, related_name="sign_ins", verbose_name=_("user")
    )
    since = models.DateTimeField(_("signed in at"), null=True)
    seen_at = models.DateTimeField(_("last seen at"), db_index=True)
    browser = models.CharField(_("browser"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        constraints = [
            models.CheckConstraint(
                name="signed_in_since",
                condition=models.Q(user=None, since=None) | models.Q(user__isnull=False, since__isnull=False),
            ),
        ]

    @property
    def reference(self) -> str:
        """What names the session on pages: whoever reads it does not have the key."""
        return hashlib.sha256(self.session_key.encode()).hexdigest()[:32]

    @classmethod
    def living(cls, *, now: dt.datetime, idle: dt.timedelta) -> models.QuerySet[SignIn]:
        """Return the sessions that have neither reached their end nor been unused for as long as `idle`."""
        return cls._default_manager.filter(expire_date__gt=now, seen_at__gt=now - idle)

    @classmethod
    def forget(cls, *, now: dt.datetime, idle: dt.timedelta) -> int:
        """Delete the sessions that are over, and return how many there were."""
        ended = models.Q(expire_date__lte=now) | models.Q(seen_at__lte=now - idle)
        return cls._default_manager.filter(ended).delete()[0]


class SecondFactor(models.Model):
    """The secret that a person's telephone shares with the tracker (RFC 6238), sealed; nobody reads it, administrators remove it."""

    user = models.OneToOneField(
        User,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="second_factor",
        verbose_name=_("user"),
    )
    secret = models.TextField(_("sealed secret"))
    last_step = models.PositiveBigIntegerField(_("time step of the last code"))
    since = models.DateTimeField(_("set up at"))

    class Meta:
        verbose_name = _("second factor")
        verbose_name_plural = _("second factors")

    def __str__(self) -> str:
        return str(self.user)

    def spend(self, step: int, *, secret: str) -> bool:
        """Whether the code of this time step is good: it is once, and none before it any more. One statement decides.

        `secret` is the same secret sealed anew, so that a SECRET_KEY of former times can be given up.
        """
        mine = type(self)._default_manager.filter(pk=self.pk, last_step__lt=step)
        return bool(mine.update(last_step=step, secret=secret))


class RecoveryCode(models.Model):
    """One of the codes for a day without the telephone; good once. Kept as a digest: 118 bits need no slow one."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="recovery_codes", verbose_name=_("user")
    )
    digest = models.CharField(_("digest"), max_length=64, unique=True)
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")

    def __str__(self) -> str:
        return self.digest[:8]


class Identity(models.Model):
    """By what a person is known at the provider of OpenID Connect, as an administrator has said it.

    `subject` is the provider's stable name. Where only an e-mail was said, the first sign-in with it fills the subject in,
    and the e-mail counts no more.
    """

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="identity", verbose_name=_("user")
    )
    issuer = models.CharField(_("issuer"), max_length=300)
    subject = models.CharField(_("subject"), max_length=255, blank=True)
    email = models.EmailField(_("e-mail at the provider"), blank=True)

    class Meta:
        verbose_name = _("identity at the provider")
        verbose_name_plural = _("identities at the provider")
        constraints = [
            models.UniqueConstraint(
                "issuer", "subject", name="one_account_a_subject", condition=~models.Q(subject="")
            ),
            models.UniqueConstraint(
                "issuer", Lower("email"), name="one_account_an_email", condition=~models.Q(email="")
            ),
            models.CheckConstraint(name="identity_is_named", condition=~models.Q(subject="", email="")),
        ]

    def __str__(self) -> str:
        return self.subject or self.email
