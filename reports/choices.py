"""The closed vocabularies of reports (docs/glossary.md gives each word's meaning)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ReportKind(TextChoices):
    PROGRAMME = "programme", _("Programme report")
    AGREEMENT = "agreement", _("Agreement report")
    PROJECT = "project", _("Project report")
    TRANSFER = "transfer", _("Technology transfer report")
    EXCEPTIONS = "exceptions", _("Exceptions report")
    PARTNER = "partner", _("Partner report")


# The field that names what a kind reports on; the other kinds report on the whole programme.
SCOPES = {
    ReportKind.PROJECT: "project",
    ReportKind.AGREEMENT: "agreement",
    ReportKind.PARTNER: "organisation",
}
SCOPE_FIELDS = tuple(SCOPES.values())


class Cadence(TextChoices):
    """How often a schedule reports, in periods of the April-March year."""

    MONTHLY = "monthly", _("monthly")
    QUARTERLY = "quarterly", _("quarterly")
    HALF_YEARLY = "half_yearly", _("half-yearly")
    YEARLY = "yearly", _("yearly")


class ReportState(TextChoices):
    """queued -> running -> issued or failed; an issued report may be superseded by a revision, and stays."""

    QUEUED = "queued", _("queued")
    RUNNING = "running", _("being made")
    ISSUED = "issued", _("issued")
    FAILED = "failed", _("failed")
    SUPERSEDED = "superseded", _("superseded")


class Language(TextChoices):
    """The editions of every report, in the order in which they are made."""

    ENGLISH = "en", _("English")
    HINDI = "hi", _("Hindi")


class MailAbout(TextChoices):
    ISSUED = "issued", _("issued")
    FAILED = "failed", _("failed")


class MailState(TextChoices):
    """queued -> sending -> sent; a mail whose sending was cut off stays "sending" and is never sent again by itself."""

    QUEUED = "queued", _("queued")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("not sent")
    DROPPED = "dropped", _("dropped")


class Outcome(TextChoices):
    """What a file is, held against the register."""

    GENUINE = "genuine", _("genuine")
    SUPERSEDED = "superseded", _("superseded")
    ALTERED = "altered", _("altered")
    UNKNOWN = "unknown", _("unknown")
