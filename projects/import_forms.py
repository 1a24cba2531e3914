"""The form by which a file comes in: looked at first; what was looked at is what is imported."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from projects.file_fields import SeveralFiles
from projects.intake.uploaded import raw_of

HELD_FOR = 3600  # seconds: a preview that is older is looked at again
LARGEST_HELD = 2_000_000  # characters; a larger file is chosen once more


class ImportForm(forms.Form):
    """A file, or, after a preview, the file as it was looked at: signed for the person, so that nothing else is imported."""

    file = forms.FileField(
        label=_("CSV file"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.xml,text/csv,application/xml"}),
        help_text=_("UTF-8 with the columns of the template; at most 10,000 rows and 5 MB."),
    )
    held = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.salt = f"import:{user_id}"

    def clean(self) -> dict[str, Any]:
        """Return the content of the file as `raw`; too large a file is refused before it is read."""
        cleaned = super().clean() or {}
        file, held = cleaned.get("file"), cleaned.get("held")
        if file is not None:
            cleaned["raw"] = raw_of(file)
        elif held:
            try:
                text = signing.loads(held, salt=self.salt, max_age=HELD_FOR)
            except signing.BadSignature as error:
                message = _("The preview is too old: choose the file once more.")
                raise ValidationError({"file": message}) from error
            cleaned["raw"] = text.encode("utf-8-sig")
        else:
            raise ValidationError({"file": _("Choose a file.")})
        return cleaned

    def hold(self) -> str:
        """Return the file that was looked at, packed and signed; empty where that would be too long for a form."""
        text = self.cleaned_data["raw"].decode("utf-8-sig")
        held = signing.dumps(text, salt=self.salt, compress=True)
        return held if len(held) <= LARGEST_HELD else ""


class CsvFilesField(forms.FileField):
    """Several files; an empty list when none was chosen."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [file for file in (data if isinstance(data, list | tuple) else [data]) if file]


class FolderForm(forms.Form):
    """The files of a programme, or, after a preview, the files as they were looked at, signed for the person."""

    files = CsvFilesField(  # type: ignore[assignment]
        label=_("CSV files"),
        required=False,
        widget=SeveralFiles(attrs={"multiple": True, "accept": ".csv,text/csv"}),
        help_text=_("All the files of the folder at once, under their own names; at most 5 MB each."),
    )
    held = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.salt = f"folder:{user_id}"

    @property
    def looks(self) -> bool:
        """Whether the files are looked at only: what is imported was looked at before."""
        return bool(self.cleaned_data.get("files"))

    def clean(self) -> dict[str, Any]:
        """Return the content of each file by its name as `raw`."""
        cleaned = super().clean() or {}
        files, held = cleaned.get("files"), cleaned.get("held")
        if files:
            cleaned["raw"] = {PurePath(file.name).name: raw_of(file, "files") for file in files}
        elif held:
            try:
                texts = signing.loads(held, salt=self.salt, max_age=HELD_FOR)
            except signing.BadSignature as error:
                message = _("The preview is too old: choose the files once more.")
                raise ValidationError({"files": message}) from error
            cleaned["raw"] = {name: text.encode("latin-1") for name, text in texts.items()}
        else:
            raise ValidationError({"files": _("Choose the files.")})
        return cleaned

    def hold(self) -> str:
        """Return the files that were looked at, packed and signed; empty where that would be too long for a form."""
        texts = {name: raw.decode("latin-1") for name, raw in self.cleaned_data["raw"].items()}
        held = signing.dumps(texts, salt=self.salt, compress=True)
        return held if len(held) <= LARGEST_HELD else ""
