"""The printed project report."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from reports import drawings
from reports.printed import money


def sections() -> dict[str, str]:
    return {
        "facts": _("The project"),
        "milestones": _("Milestones"),
        "revisions": _("Slippage ledger"),
        "targets": _("Targets"),
        "money": _("Money"),
        "evidence": _("Evidence"),
        "sources": _("Sources and method"),
    }


def context(snapshot: dict[str, Any]) -> dict[str, Any]:
    return {"drawings": drawings.project(snapshot), **money.context(snapshot["money"])}
