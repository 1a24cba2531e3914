"""The printed editions of an issued report: one file a language, from the same figures under the same serial."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from projects.models.scoped import Scoped, ScopedQuerySet
from reports.choices import Language
from reports.models.scopes import ORGANISATION_PATHS

SHA256 = r"^[0-9a-f]{64}$"


class NeverDeleted(RuntimeError):
    """Raised when a report or an edition would be deleted: a failed one keeps its serial, a wrong one is superseded."""


class EditionQuerySet(ScopedQuerySet):
    def update(self, **kwargs: Any) -> NoReturn:
        raise NeverDeleted("Editions are never changed.")

    def delete(self) -> NoReturn:
        raise NeverDeleted("Editions are never deleted.")


class Edition(Scoped):
    """A PDF as it was issued. Inserted in the transaction of the issue; triggers keep it as it is.

    `rendered_*` tell of the bytes before a seal was added: these can be rendered again from the snapshot. Without
    a seal they are those of the file.
    """

    ORGANISATION_PATHS = tuple(f"report__{path}" for path in ORGANISATION_PATHS)

    report = models.ForeignKey(
        "reports.Report", on_delete=models.PROTECT, related_name="editions", verbose_name=_("report")
    )
    language = models.CharField(_("language"), max_length=2, choices=Language)
    sha256 = models.CharField("SHA-256", max_length=64, db_index=True)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    pages = models.PositiveIntegerField(_("pages"))
    rendered_sha256 = models.CharField(_("SHA-256 before the seal"), max_length=64)
    rendered_size = models.PositiveBigIntegerField(_("size before the seal, in bytes"))

    objects = EditionQuerySet.as_manager()

    class Meta:
        ordering = ("report", "language")
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        constraints = [
            models.UniqueConstraint(fields=["report", "language"], name="report_has_one_edition_a_language"),
            models.CheckConstraint(
                name="edition_has_its_file",
                condition=Q(
                    sha256__regex=SHA256,
                    rendered_sha256__regex=SHA256,
                    size__gt=0,
                    rendered_size__gt=0,
                    pages__gt=0,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.language}"

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise NeverDeleted("An edition is never deleted.")

    @property
    def is_sealed(self) -> bool:
        return self.sha256 != self.rendered_sha256
