"""What an inspection may use, and what it finds."""

from __future__ import annotations

from dataclasses import dataclass


class Unfit(Exception):
    """A file that is not taken. `code` is for programs, `facts` for the text that people read."""

    def __init__(self, code: str, **facts: str | int) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


@dataclass(frozen=True)
class Bounds:
    """How much a file may hold: pixels of a picture, entries and unpacked bytes of a package, pages and objects of a PDF."""

    pixels: int = 50_000_000
    entries: int = 2_000
    unpacked_bytes: int = 200_000_000
    ratio: int = 200
    pages: int = 5_000
    objects: int = 1_000_000
    display_side: int = 1_600


@dataclass(frozen=True)
class Found:
    """What stands beside an accepted file: of a picture its copy for display, and whether the original tells the place."""

    display: bytes = b""
    holds_location: bool = False
