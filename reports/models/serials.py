"""Serial numbers: unbroken per financial year and kind of report."""

from __future__ import annotations

import datetime as dt

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from projects.fiscal import FinancialYear
from reports.choices import ReportKind

PREFIX = "NCMM"
# The letter is part of every issued serial: never change one.
LETTERS = {
    ReportKind.PROGRAMME: "M",
    ReportKind.AGREEMENT: "A",
    ReportKind.PROJECT: "P",
    ReportKind.TRANSFER: "T",
    ReportKind.EXCEPTIONS: "E",
    ReportKind.PARTNER: "B",
}


class SerialCounter(models.Model):
    """The last number given in a financial year to reports of a kind. Only ever counts up, one by one."""

    year = models.CharField(_("financial year"), max_length=7)
    letter = models.CharField(_("letter of the kind"), max_length=1)
    last = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = _("serial counter")
        constraints = [
            models.UniqueConstraint(fields=["year", "letter"], name="serial_has_one_counter_a_year_and_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.year}/{self.letter}: {self.last}"

    @classmethod
    def locked(cls, kind: str, on: dt.date) -> SerialCounter:
        """Return the counter of the kind for the year of `on`, locked until the end of the transaction."""
        if not connection.in_atomic_block:
            raise RuntimeError("A serial is given in the transaction that inserts its report.")
        year, letter = str(FinancialYear.of(on)), LETTERS[ReportKind(kind)]
        counter, _created = cls.objects.select_for_update().get_or_create(year=year, letter=letter)
        return counter

    def next(self) -> str:
        """Return the next serial, as in "NCMM/2026-27/M/0007"; the row must be locked."""
        self.last += 1
        self.save(update_fields=["last"])
        return f"{PREFIX}/{self.year}/{self.letter}/{self.last:04d}"


def slug_of(serial: str) -> str:
    """Return the serial as it stands in addresses and file names."""
    return serial.replace("/", "-")
