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
    ENGLISH = "en", _("English")
    HINDI = "hi", _("Hindi")
