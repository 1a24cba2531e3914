"""What one hostile file is: its name as it is sent, its bytes, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """`expected` is the type as which it is accepted, or the code of its refusal; `kept` the name it gets, where it is another."""

    label: str
    name: str
    content: bytes
    expected: str
    kept: str = ""

    @property
    def is_accepted(self) -> bool:
        return "/" in self.expected
