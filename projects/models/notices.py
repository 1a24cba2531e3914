"""Notices: what a person is told once, in the inbox and in the digest of a day; and how they want to be told."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects.choices import DigestState, NoticeKind
from projects.models import audit
from projects.models.people import User
from projects.permissions import Actor

LONGEST_SNOOZE = dt.timedelta(days=90)
HOURS = range(24)


class NoticePreferences(models.Model):
    """How a person wants to be told; who has none is told by the defaults. Hours are those of Asia/Kolkata."""

    person = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="notice_preferences"
    )
    digest = models.BooleanField(gettext_lazy("digest by e-mail"), default=True)
    hour = models.PositiveSmallIntegerField(gettext_lazy("from this hour"), default=9)
    quiet_from = models.PositiveSmallIntegerField(gettext_lazy("quiet from"), default=20)
    quiet_to = models.PositiveSmallIntegerField(gettext_lazy("quiet until"), default=7)

    class Meta:
        verbose_name = gettext_lazy("preferences of notices")
        verbose_name_plural = gettext_lazy("preferences of notices")
        constraints = [
            models.CheckConstraint(
                name="hours_of_notices_are_hours_of_a_day",
                condition=Q(hour__lte=23, quiet_from__lte=23, quiet_to__lte=23),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.hour}"

    @classmethod
    def of(cls, person: User) -> NoticePreferences:
        """Return the person's preferences, or the defaults, unsaved."""
        return cls.objects.filter(person=person).first() or cls(person=person)

    @classmethod
    def keep(cls, person: User, **chosen: Any) -> NoticePreferences:
        """Keep what the person has chosen and return it; ValidationError where it does not fit together."""
        row = cls.of(person)
        for name, value in chosen.items():
            setattr(row, name, value)
        row.full_clean(exclude={"person"})
        row.save()
        return row

    def clean(self) -> None:
        """Refuse what is no hour, and a digest that would come in the quiet hours."""
        if not all(hour in HOURS for hour in (self.hour, self.quiet_from, self.quiet_to)):
            raise ValidationError(_("An hour is a number from 0 to 23."))
        if self.is_quiet(self.hour):
            raise ValidationError(
                {"hour": _("This hour lies in the quiet hours: choose one outside of them.")}
            )

    def is_quiet(self, hour: int) -> bool:
        """Whether nothing is sent in this hour of the day; from and until the same hour is never."""
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= hour < self.quiet_to
        return hour >= self.quiet_from or hour < self.quiet_to

    def is_time(self, local: dt.datetime) -> bool:
        """Whether a digest may leave at this local time."""
        return self.digest and local.hour >= self.hour and not self.is_quiet(local.hour)


class NoticeDigest(models.Model):
    """The one mail that a person may get on a day. The row is the job.

    Whoever sends it takes the row to "sending" and the notices with it, before a byte leaves: what was cut off in between
    stays there. A digest is sent once or not at all; the notices stand in the inbox either way.
    """

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="digests")
    day = models.DateField(gettext_lazy("day"))
    state = models.CharField(
        gettext_lazy("state"), max_length=8, choices=DigestState, default=DigestState.QUEUED
    )
    attempt = models.PositiveSmallIntegerField(gettext_lazy("attempt"), default=0)
    queued_at = models.DateTimeField(gettext_lazy("queued at"))
    not_before = models.DateTimeField(gettext_lazy("not before"), null=True, blank=True)
    sent_at = models.DateTimeField(gettext_lazy("sent at"), null=True, blank=True)
    failure = models.TextField(gettext_lazy("reason of the failure"), blank=True)

    class Meta:
        ordering = ("pk",)
        verbose_name = gettext_lazy("digest")
        verbose_name_plural = gettext_lazy("digests")
        indexes = [models.Index(fields=["state", "not_before"], name="digest_due")]
        constraints = [
            models.UniqueConstraint(fields=["person", "day"], name="one_digest_a_person_and_day"),
            models.CheckConstraint(
                name="sent_digest_has_its_moment",
                condition=~Q(state=DigestState.SENT) | Q(sent_at__isnull=False),
            ),
            models.CheckConstraint(
                name="unsent_digest_has_its_reason",
                condition=~Q(state__in=[DigestState.FAILED, DigestState.DROPPED]) | ~Q(failure=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} on {self.day}"


class NoticeQuerySet(models.QuerySet["Notice"]):
    def pending(self, on: dt.date) -> Self:
        """Keep what is neither settled, nor acknowledged, nor put off beyond the day."""
        return self.filter(_is_pending(on))

    def snoozed(self, on: dt.date) -> Self:
        """Keep what is put off beyond the day."""
        return self.filter(settled_at=None, acknowledged_at=None, snoozed_until__gt=on)

    def untold(self, on: dt.date) -> Self:
        """Keep the pending ones that no digest has told."""
        return self.pending(on).filter(in_digest=True, digest=None)


class Notice(models.Model):
    """One thing that one person is told once: of a kind, on a subject, for an occasion.

    The occasion is the due date, or the entry of the audit trail, that gives the reason; the same one never gives a second
    notice. What it says is read from the subject when it is shown, with the rights that its reader has then.
    """

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(gettext_lazy("kind"), max_length=15, choices=NoticeKind)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=60)
    occasion = models.CharField(max_length=40)
    day = models.DateField(gettext_lazy("day"))
    made_at = models.DateTimeField(gettext_lazy("made at"))
    in_digest = models.BooleanField(default=True)
    digest = models.ForeignKey(
        NoticeDigest, null=True, blank=True, on_delete=models.SET_NULL, related_name="notices"
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(gettext_lazy("acknowledged at"), null=True, blank=True)
    snoozed_until = models.DateField(gettext_lazy("put off until"), null=True, blank=True)
    snooze_reason = models.CharField(gettext_lazy("reason for putting it off"), max_length=300, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        verbose_name = gettext_lazy("notice")
        verbose_name_plural = gettext_lazy("notices")
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="notice_subject")]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "subject_type", "subject_id", "occasion"],
                name="a_person_is_told_once_of_an_occasion",
            ),
            models.CheckConstraint(
                name="snoozed_notice_has_its_reason", condition=Q(snoozed_until=None) | ~Q(snooze_reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_type} {self.subject_id}"

    def snooze(self, *, by: Actor, until: dt.date, reason: str) -> None:
        """Put the notice off until a day, with a reason that the audit trail keeps; on that day it is told anew."""
        if until <= by.on:
            raise ValidationError({"until": _("Choose a day after today.")})
        if until > by.on + LONGEST_SNOOZE:
            text = _("At most %(days)d days: choose an earlier day.")
            raise ValidationError({"until": text % {"days": LONGEST_SNOOZE.days}})
        reason = reason.strip()
        if not reason:
            raise ValidationError({"reason": _("Say why it can wait.")})
        with transaction.atomic():
            before = {"snoozed_until": audit.plain(self.snoozed_until)}
            Notice.objects.filter(pk=self.pk).update(
                snoozed_until=until, snooze_reason=reason, digest=None, acknowledged_at=None
            )
            after = {"snoozed_until": until, "kind": self.kind, "subject": self.subject_id}
            audit.record(self, by=by, action="notice.snooze", before=before, after=after, reason=reason)
        self.refresh_from_db()

    def acknowledge(self, *, now: dt.datetime) -> bool:
        """Mark the notice as seen and return whether this call did; what its subject needs is done at the subject."""
        mine = Notice.objects.filter(pk=self.pk, acknowledged_at=None)
        return bool(mine.update(acknowledged_at=now, snoozed_until=None, snooze_reason=""))


class NoticeProgress(models.Model):
    """How far a source of notices has read the audit trail, and when."""

    name = models.CharField(max_length=20, primary_key=True)
    seq = models.BigIntegerField()
    at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name}: {self.seq}"


def _is_pending(on: dt.date) -> Q:
    return Q(settled_at=None, acknowledged_at=None) & (Q(snoozed_until=None) | Q(snoozed_until__lte=on))
