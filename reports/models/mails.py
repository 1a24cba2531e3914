"""Who is told by mail that a report was issued or has failed: one row a report, recipient and event."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reports.choices import MailAbout, MailState


class Mail(models.Model):
    """A mail that is owed to a person. Inserted in the transaction of the event; `reports.mails` sends it.

    It is sent once by intent: whoever sends it first takes the row to "sending", so a machine that dies in
    between leaves a mail unsent rather than sent twice.
    """

    report = models.ForeignKey("reports.Report", on_delete=models.PROTECT, related_name="mails")
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("recipient")
    )
    about = models.CharField(_("about"), max_length=8, choices=MailAbout, default=MailAbout.ISSUED)
    state = models.CharField(_("state"), max_length=8, choices=MailState, default=MailState.QUEUED)
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=0)
    queued_at = models.DateTimeField(_("queued at"))
    not_before = models.DateTimeField(_("not before"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    failure = models.TextField(_("reason of the failure"), blank=True)

    class Meta:
        ordering = ("pk",)
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        indexes = [models.Index(fields=["state", "recipient"], name="mail_state_recipient")]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "recipient", "about"], name="mail_is_owed_once_a_report_recipient_and_event"
            ),
            models.CheckConstraint(
                name="sent_mail_has_its_moment", condition=~Q(state=MailState.SENT) | Q(sent_at__isnull=False)
            ),
            models.CheckConstraint(
                name="unsent_mail_has_its_reason",
                condition=~Q(state__in=[MailState.FAILED, MailState.DROPPED]) | ~Q(failure=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} to {self.recipient_id}: {self.about}"
