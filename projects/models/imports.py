"""What was imported from where: the ledger that makes an import safe to repeat."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportedRow(models.Model):
    """One row of an imported file, by the digest of its cells. The same row again changes nothing."""

    table = models.CharField(_("table"), max_length=40)
    reference = models.CharField(_("reference"), max_length=20)
    sha256 = models.CharField("SHA-256", max_length=64)
    imported_at = models.DateTimeField(_("imported at"), auto_now_add=True)

    class Meta:
        verbose_name = _("imported row")
        constraints = [models.UniqueConstraint(fields=["table", "reference"], name="row_is_imported_once")]

    def __str__(self) -> str:
        return f"{self.table} {self.reference}"
