"""Fields of forms that take files: those of the form itself, and those that a browser has sent before it."""

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.utils.translation import gettext as _

from projects import formats, uploads
from projects.models import PendingUpload
from projects.models.pending import PARAMETER, gone


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class EvidenceFiles(SeveralFiles):
    """Files of the form itself and, by their references, those that were sent before it."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Any]:
        found = super().value_from_datadict(data, files, name) or []
        sent = data.getlist(pending_name(name)) if hasattr(data, "getlist") else []
        return [*(found if isinstance(found, list | tuple) else [found]), *sent]


def pending_name(name: str) -> str:
    """Return the parameter that names the files which were sent before the form."""
    return f"{name}{PARAMETER}"


class EvidenceField(forms.FileField):
    """Several files, each checked; an empty list when none was chosen and none is required.

    `user` is whose files may have been sent before the form; ActorForm sets it. `kept` are those of them that were found.
    """

    takes_files = True

    def __init__(self, *, most: int = 0, **kwargs: Any) -> None:
        shown: dict[str, Any] = (
            {"accept": uploads.ACCEPT} if most == 1 else {"multiple": True, "accept": uploads.ACCEPT}
        )
        kwargs.setdefault("widget", EvidenceFiles(attrs=shown))
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)
        self._most = most
        self.max_bytes = settings.EVIDENCE_MAX_BYTES
        self.user: Any = None
        self.kept: list[PendingUpload] = []

    @property
    def most(self) -> int:
        """How many files the form takes at a time."""
        return self._most or int(settings.EVIDENCE_MAX_FILES)

    def clean(self, data: Any, initial: Any = None) -> list[File]:
        """Return the checked files; every file that cannot be accepted is named with its reason."""
        given = [file for file in (data if isinstance(data, list | tuple) else [data]) if file]
        sent = [file for file in given if isinstance(file, str)]
        files: list[File] = [file for file in given if not isinstance(file, str)]
        errors: list[ValidationError] = []
        if sent:
            self.kept = self._kept(sent)
            if len(self.kept) < len(set(sent)):
                errors.append(gone(""))
            for row in self.kept:
                try:
                    files.append(row.file())
                except ValidationError as error:
                    errors.append(error)
        if self.required and not files and not errors:
            raise ValidationError(self.error_messages["required"], code="required")
        if len(files) > self.most:
            raise ValidationError(_("At most %(limit)s files at a time.") % {"limit": self.most})
        for file in files:
            try:
                uploads.check(file)
            except ValidationError as error:
                errors.append(error)
        if errors:
            raise ValidationError(errors)
        return files

    def _kept(self, sent: list[str]) -> list[PendingUpload]:
        """Return the person's own files among those that the form names."""
        references = []
        for reference in sent:
            with suppress(ValueError):
                references.append(uuid.UUID(reference))
        mine = PendingUpload.objects.filter(user=self.user, reference__in=references)
        return list(mine) if self.user is not None else []


def claimed_evidence_help() -> str:
    """Return which files may support a claim, and why some should."""
    return _(
        "PDF, images, office documents, CSV or text; up to %(files)s files of %(size)s each. "
        "A claim without evidence is likely to be returned."
    ) % {"files": settings.EVIDENCE_MAX_FILES, "size": formats.size(settings.EVIDENCE_MAX_BYTES)}
