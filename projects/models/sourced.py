"""Where a fact comes from."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.choices import AsOfBasis

SOURCE_URL_LENGTH = 2000
NOTE_LENGTH = 5000  # of a text that a person may type


class Sourced(models.Model):
    """A row that keeps its published source and the day on which the fact held."""

    source_url = models.URLField(_("source"), max_length=SOURCE_URL_LENGTH, blank=True)
    further_source_url = models.URLField(_("further source"), max_length=SOURCE_URL_LENGTH, blank=True)
    as_of = models.DateField(_("as of"), null=True, blank=True)
    as_of_basis = models.CharField(_("basis of the as-of date"), max_length=10, choices=AsOfBasis, blank=True)
    notes = models.TextField(_("notes"), blank=True)

    class Meta:
        abstract = True
