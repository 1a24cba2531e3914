"""Holds a PDF to the rules of PDF/UA-1, and reads its tree of tags."""

from typing import Any

import page
from pypdf import PdfReader


def failures(content: bytes) -> list[str]:
    """Return which rules are broken and how, or nothing."""
    report = page.validate_pdf_bytes(bytes(content), profile="ua1")
    return [f"{failure.rule_id}: {failure.message}" for failure in report.failures]


def elements(opened: PdfReader, *kinds: str) -> list[Any]:
    """Return the structure elements of these kinds, in the order of reading."""
    found = []
    waiting = [opened.trailer["/Root"]["/StructTreeRoot"]["/K"]]
    while waiting:
        one = waiting.pop()
        one = one.get_object() if hasattr(one, "get_object") else one
        if isinstance(one, list):
            waiting.extend(reversed(one))
        elif isinstance(one, dict):
            if one.get("/S") in kinds:
                found.append(one)
            waiting.append(one.get("/K"))
    return found
