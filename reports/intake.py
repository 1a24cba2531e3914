"""The public door for files: each passes by in pieces and is kept nowhere; how large one may be."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

from reports.verification import Reading

FORM = 64 * 1024  # beside the file: the texts and borders of the form


class PassedBy(UploadedFile):
    """A file that is gone; what is left is its reading."""

    def __init__(self, reading: Reading, **facts: Any) -> None:
        super().__init__(file=None, **facts)
        self.reading = reading


class PassingBy(FileUploadHandler):
    """Reads an uploaded file while it comes in; nothing of it reaches a disk, and never more than a piece the memory."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.reading = Reading()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.reading.feed(raw_data)

    def file_complete(self, file_size: int) -> PassedBy:
        return PassedBy(self.reading, name=self.file_name, size=file_size)


def let_pass(request: HttpRequest) -> bool:
    """Have the files of the request pass by, and return whether its body is small enough; call it before anything reads it."""
    request.upload_handlers = [PassingBy(request)]
    length = request.META.get("CONTENT_LENGTH") or "0"
    return length.isdecimal() and int(length) <= settings.VERIFY_MAX_BYTES + FORM
