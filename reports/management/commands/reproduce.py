"""`manage.py reproduce SERIAL`: draws an issued report again from its stored figures and compares the bytes."""

from __future__ import annotations

import hashlib
from argparse import ArgumentParser
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from projects import archive
from reports import figures, printing
from reports.choices import Language
from reports.models import Edition, Report
from reports.models.serials import slug_of

CONTEXT = 40  # bytes shown on either side of the first difference


class Command(BaseCommand):
    help = (
        "Draws each edition of an issued report again from the figures that are stored in the register, and says whether "
        "the bytes are those of the issue (before a seal). Ends with status 1 when they are not."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("serial", metavar="SERIAL", help="as in NCMM/2026-27/M/0007")
        parser.add_argument("--language", choices=Language.values, help="this edition only")
        parser.add_argument(
            "--keep", type=Path, metavar="FOLDER", help="write what was drawn into this folder"
        )

    def handle(self, **options: Any) -> None:
        report = Report.objects.readable().filter(slug=slug_of(options["serial"])).first()
        if report is None:
            raise CommandError(f"There is no issued report {options['serial']}.")
        self._check_figures(report)
        editions = report.editions.all()
        if options["language"]:
            editions = editions.filter(language=options["language"])
        if not editions:
            raise CommandError(f"{report.serial} has no edition in this language.")
        self._tell_versions(report)
        different = [edition for edition in editions if not self._is_same(report, edition, options["keep"])]
        if different:
            raise CommandError(f"{report.serial} is not reproduced.")

    def _check_figures(self, report: Report) -> None:
        found = hashlib.sha256(report.snapshot.encode()).hexdigest()
        if found != report.snapshot_sha256:
            raise CommandError(
                f"The stored figures of {report.serial} are not those of the issue: their SHA-256 is {found}, "
                f"not {report.snapshot_sha256}."
            )

    def _tell_versions(self, report: Report) -> None:
        self.stdout.write(
            f"{report.serial}, made by version {report.generator_version or 'unknown'}; drawn again by "
            f"{settings.VERSION} with WeasyPrint {version('weasyprint')}"
        )

    def _is_same(self, report: Report, edition: Edition, folder: Path | None) -> bool:
        drawn = printing.rendered(report, figures.read(report.snapshot), edition.language)
        found = hashlib.sha256(drawn).hexdigest()
        same = found == edition.rendered_sha256
        name = edition.get_language_display()
        sealed = ", before the server's seal" if edition.is_sealed else ""
        self.stdout.write(f"{name}: {'same' if same else 'DIFFERENT'}{sealed}\n  SHA-256 {found}")
        if not same:
            self._tell_difference(edition, drawn)
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{report.slug}-{edition.language}-again.pdf"
            path.write_bytes(drawn)
            self.stdout.write(f"  written to {path}")
        return same

    def _tell_difference(self, edition: Edition, drawn: bytes) -> None:
        self.stdout.write(
            f"  issued  {edition.rendered_sha256}\n  bytes   {len(drawn)}, issued {edition.rendered_size}"
        )
        try:
            issued = archive.read(edition.sha256)[: edition.rendered_size]
        except archive.Altered as error:
            self.stdout.write(f"  The issued file cannot be compared: {error}")
            return
        if hashlib.sha256(issued).hexdigest() != edition.rendered_sha256:
            self.stdout.write("  The beginning of the issued file is not what the register says of it.")
        at = first_difference(issued, drawn)
        for label, content in (("issued", issued), ("again ", drawn)):
            self.stdout.write(f"  at byte {at}, {label}: {content[max(0, at - CONTEXT) : at + CONTEXT]!r}")


def first_difference(one: bytes, other: bytes) -> int:
    """Return the place of the first byte that differs; the shorter length where one is the beginning of the other."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))
