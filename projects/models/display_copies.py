"""Copies of pictures for display: made once, when the picture is taken in."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from projects.archive import StoredFile


class DisplayCopy(models.Model):
    """The re-encoded picture by which evidence is looked at; found by the digest of the original, which stays the evidence.

    It is worked out from the original and says nothing of its own, so it is not audited.
    """

    CONTENT_TYPE: ClassVar[str] = "image/jpeg"

    original = models.CharField(_("SHA-256 of the original"), max_length=64, unique=True)
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    holds_location = models.BooleanField(_("the original tells where it was taken"))

    class Meta:
        ordering = ("pk",)
        verbose_name = _("copy for display")
        verbose_name_plural = _("copies for display")
        constraints = [
            models.CheckConstraint(
                name="display_copy_digests_are_sha256",
                condition=Q(original__regex=r"^[0-9a-f]{64}$", sha256__regex=r"^[0-9a-f]{64}$"),
            ),
            models.CheckConstraint(name="display_copy_is_not_empty", condition=Q(size__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.original[:12]} as {self.sha256[:12]}"

    @classmethod
    def note(cls, original: str, copy: StoredFile, *, holds_location: bool) -> None:
        """Note the archived copy of an original; one that is noted already stays. Safe to run twice at once."""
        row = DisplayCopy(
            original=original, sha256=copy.sha256, size=copy.size, holds_location=holds_location
        )
        DisplayCopy.objects.bulk_create([row], ignore_conflicts=True)

    @classmethod
    def of(cls, original: str) -> Self | None:
        """Return the copy of the picture with this digest, if one was made."""
        return cls.objects.filter(original=original).first()
