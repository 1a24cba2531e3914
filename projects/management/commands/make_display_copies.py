"""Makes the copies for display of pictures that were taken in before there were any."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand

from projects import uploads
from projects.archive import Altered, StoredFile
from projects.models import DisplayCopy, Evidence


class Command(BaseCommand):
    help = (
        "Makes the copy by which each picture among the evidence is looked at, where there is none yet: once after the "
        "update that brought them. Safe to run again, and beside the web server. A picture that cannot be looked at is "
        "named and goes on without a preview; it is downloaded as before."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        kinds = [kind for kind, how in uploads.PREVIEWS.items() if how == "image"]
        rows = Evidence.objects.filter(content_type__in=kinds)
        rows = rows.exclude(sha256__in=DisplayCopy.objects.values("original")).order_by("sha256", "pk")
        originals = {it.sha256: StoredFile(it.sha256, it.size, it.name, it.content_type) for it in rows}
        made = 0
        for original in originals.values():
            try:
                uploads.make_display_copy(original)
                made += 1
            except (ValidationError, Altered) as error:
                said = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
                self.stderr.write(said)
        self.stdout.write(f"{made} of {len(originals)} copies made.")
