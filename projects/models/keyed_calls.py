"""Requests that were sent with an `Idempotency-Key`: what was asked, and what was answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Self

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

KEPT = dt.timedelta(days=7)


class KeyedCall(models.Model):
    """One request of one user under a key. It exists from the moment that its effect exists, and not before."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(_("key"), max_length=255)
    asked = models.CharField(_("digest of the request"), max_length=64)
    status = models.PositiveSmallIntegerField(_("status"), default=0)
    headers = models.JSONField(_("headers"), default=dict)
    answered = models.TextField(_("answer"), blank=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "key"], name="keyedcall_once"),)
        indexes = (models.Index(fields=["user", "created_at"], name="keyedcall_age"),)
        verbose_name = _("request with a key")
        verbose_name_plural = _("requests with a key")

    def __str__(self) -> str:
        return f"{self.user_id} {self.key}"

    @classmethod
    def begin(cls, *, user_id: int, key: str, asked: str, now: dt.datetime) -> tuple[Self, bool]:
        """Return the call of this key and whether it is new; call it in the transaction of the effect.

        While another request with the same key is under way, PostgreSQL waits here until that one is committed or
        undone; on SQLite there is only one writer. Keys older than a week are forgotten.
        """
        cls.objects.filter(user_id=user_id, created_at__lt=now - KEPT).delete()
        try:
            with transaction.atomic():
                return cls.objects.create(user_id=user_id, key=key, asked=asked, created_at=now), True
        except IntegrityError:
            return cls.objects.get(user_id=user_id, key=key), False

    def keep(self, *, status: int, headers: Mapping[str, str], answered: str) -> None:
        """Write down what was answered, so that the same request is answered alike."""
        self.status, self.headers, self.answered = status, dict(headers), answered
        self.save(update_fields=["status", "headers", "answered"])
