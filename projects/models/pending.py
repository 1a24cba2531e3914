"""Files on their way into a form: sent one by one by a browser with scripts, and kept until the form itself is sent."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import models, transaction
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects import archive
from projects.models.people import User

KEPT_FOR = dt.timedelta(hours=24)
MOST_PENDING = 40  # of one person at a time
FOLDER = "pending"
PARAMETER = "_pending"  # how parameters end that name such files


class PendingUpload(models.Model):
    """A checked file that one person has sent and no form names yet. It is that person's alone, for a day."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="pending_uploads")
    reference = models.UUIDField(gettext_lazy("reference"), default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(gettext_lazy("file name"), max_length=255)
    size = models.PositiveBigIntegerField(gettext_lazy("size in bytes"))
    sent_at = models.DateTimeField(gettext_lazy("sent at"), db_index=True)

    class Meta:
        ordering = ("pk",)
        verbose_name = gettext_lazy("pending upload")
        verbose_name_plural = gettext_lazy("pending uploads")

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """What its bytes are called: they lie beside the archive, never in it."""
        return f"{FOLDER}/{self.reference.hex}"

    @property
    def path(self) -> Path:
        """Where its bytes lie when the archive is a folder."""
        return Path(settings.FILES_DIR) / self.key

    @classmethod
    def keep(cls, user: User, chunks: Iterable[bytes], *, name: str, now: dt.datetime) -> Self:
        """Keep a file for the person and return it; ValidationError where they have sent too many."""
        row = cls(user=user, name=name[-255:], sent_at=now)
        row.size = archive.in_use().set_aside(row.key, chunks)
        try:
            with transaction.atomic():
                User.objects.select_for_update(no_key=True).get(
                    pk=user.pk
                )  # two at once are counted one by one
                if cls.objects.filter(user=user).count() >= MOST_PENDING:
                    text = _("%(limit)d files wait already: send the form, or choose fewer files.")
                    raise ValidationError(text % {"limit": MOST_PENDING}, code="too_many")
                row.save(force_insert=True)
        except BaseException:
            archive.in_use().drop_aside(row.key)
            raise
        return row

    def file(self) -> File:
        """Return the file as a form takes one; ValidationError where its bytes are gone."""
        if not archive.in_use().is_aside(self.key):
            raise gone(self.name)
        return WaitingFile(self)

    def drop(self) -> None:
        """Take it away, its bytes first: a row without bytes says so, bytes without a row would stay."""
        archive.in_use().drop_aside(self.key)
        self.delete()


class WaitingFile(File):
    """A pending upload as a form takes a file. It is open only while it is read: who refuses a form closes nothing."""

    def __init__(self, row: PendingUpload) -> None:
        super().__init__(None, name=row.name)
        self.key, self.size = row.key, row.size

    def seek(self, *_place: int) -> int:
        return 0

    def read(self, most: int = -1) -> bytes:
        """Return the first `most` bytes."""
        content = bytearray()
        for piece in self.chunks():
            content += piece
            if 0 <= most <= len(content):
                return bytes(content[:most])
        return bytes(content)

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        return archive.in_use().aside(self.key)


def used(user: User, parameters: QueryDict) -> None:
    """Drop the files that a form named, once it has been taken: they are in the archive now."""
    named = {value for name, values in parameters.lists() if name.endswith(PARAMETER) for value in values} & {
        str(it) for it in PendingUpload.objects.filter(user=user).values_list("reference", flat=True)
    }
    for row in PendingUpload.objects.filter(user=user, reference__in=named):
        row.drop()


def gone(name: str) -> ValidationError:
    """Return what is said of a file that is not kept any more."""
    text = _("“%(name)s” is not kept any more: choose the file once more.")
    return ValidationError(text % {"name": name or _("A file")}, code="gone")


def expire(*, now: dt.datetime) -> int:
    """Drop what no form has named within a day, and return how many; safe to run twice, or twice at once."""
    old = list(PendingUpload.objects.filter(sent_at__lt=now - KEPT_FOR))
    for row in old:
        row.drop()
    return len(old)
