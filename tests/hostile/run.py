"""Sends hostile files through the one door and tells what became of each: `python -m tests.hostile.run` (make hostile)."""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass

import django
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.hostile import build
from tests.hostile.case import Case

MOST_MEGABYTES = 600  # that a child of this corpus may hold; its limit is on what it may ask for


@dataclass(frozen=True)
class Outcome:
    case: Case
    became: str
    kept: str
    seconds: float

    @property
    def is_as_expected(self) -> bool:
        return self.became == self.case.expected and self.kept == (self.case.kept or self.kept)


def sent(case: Case) -> SimpleUploadedFile:
    """Return the file under the name that its sender gives it, past the client's own cleaning."""
    file = SimpleUploadedFile("a", case.content)
    file._name = case.name
    return file


def outcomes(cases: Iterable[Case]) -> list[Outcome]:
    """Return what became of each file: its type, or the code of its refusal."""
    from projects import uploads  # noqa: PLC0415 - Django has to be set up first

    found = []
    for case in cases:
        file, begun = sent(case), time.monotonic()
        try:
            became = uploads.check(file).content_type
        except ValidationError as error:
            became = error.code or ""
        found.append(Outcome(case, became, uploads.name_of(file), time.monotonic() - begun))
    return found


def largest_child() -> int:
    """Return the most memory that any child of this process held at a time, in megabytes."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
    django.setup()
    chosen = build.sample() if "--sample" in sys.argv else build.corpus()
    all_of_them = outcomes(chosen)
    wrong = [it for it in all_of_them if not it.is_as_expected]
    for it in wrong:
        print(f"{it.case.label}: {it.became} as {it.kept!r}; expected {it.case.expected}, {it.case.kept!r}")  # noqa: T201
    slowest = max(all_of_them, key=lambda it: it.seconds)
    print(  # noqa: T201 - it speaks to the terminal
        f"{len(all_of_them)} files, {len(wrong)} not as expected; the slowest took {slowest.seconds:.1f} s ({slowest.case.label}); "
        f"the largest child held {largest_child()} MB"
    )
    sys.exit(1 if wrong or largest_child() > MOST_MEGABYTES else 0)
