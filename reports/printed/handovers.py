"""The transfers of technology of one project in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from projects import formats
from projects.choices import VerificationLevel
from projects.models import Need
from reports.templatetags.snapshot import NONE, label

Snapshot = dict[str, Any]


def context(found: Snapshot) -> Snapshot:
    """Return what `_project_handovers.html` reads beside the snapshot."""
    return {
        "handover_rows": [
            {
                **row,
                "facts": list(_facts(row)),
                "steps": [_step(it) for it in row["stages"]],
                "notes": list(_notes(row)),
            }
            for row in found["rows"]
        ]
    }


def _facts(row: Snapshot) -> Iterator[tuple[str, str]]:
    yield _("From"), _name(row["donor"])
    yield _("To"), _name(row["recipient"])
    yield _("Licence"), _licence(row)
    yield (
        _("Stage"),
        _pair(
            label(row["claimed"], "TransferStage") if row["claimed"] else None,
            label(row["verified"], "TransferStage") if row["verified"] else None,
        ),
    )
    known = row["know_how"]
    yield (
        _("Know-how schedule"),
        _("%(accepted)s of %(total)s items accepted, %(delivered)s delivered, %(overdue)s overdue")
        % {name: formats.indian(known[name]) for name in ("accepted", "total", "delivered", "overdue")}
        if known["total"]
        else _("no item on record"),
    )
    yield _("People certified"), _counts(row["persons"])
    yield _("Person-days"), _counts(row["person_days"])
    yield _("Runs without the licensor"), _counts(row["runs"])


def _name(side: Snapshot) -> str:
    found = side["organisation"]
    return str(found["name"]) if found else _("another organisation")


def _licence(row: Snapshot) -> str:
    terms = [
        label(row["licence"], "LicenceType") if row["licence"] else _("type of licence not known"),
        label(row["exclusivity"], "Exclusivity") if row["exclusivity"] else _("exclusivity not known"),
        row["territory"],
        _("%(years)s years") % {"years": formats.indian(row["term_years"])} if row["term_years"] else None,
        _("fee %(amount)s") % {"amount": formats.crore(row["fee"], 2)} if row["fee"] else _("fee not known"),
        _("royalty %(share)s %% of sales") % {"share": formats.indian(row["royalty"])}
        if row["royalty"]
        else None,
    ]
    return ", ".join(it for it in terms if it)


def _pair(claimed: str | None, verified: str | None) -> str:
    return _("%(claimed)s (claimed), %(verified)s (verified)") % {
        "claimed": claimed or _("none"),
        "verified": verified or _("none"),
    }


def _counts(found: Snapshot) -> str:
    if found["claimed"] is None and found["verified"] is None:
        return formats.unknown()
    claimed, verified = (
        formats.unknown() if found[which] is None else formats.indian(found[which])
        for which in ("claimed", "verified")
    )
    return _pair(claimed, verified)


def _step(it: Snapshot) -> Snapshot:
    return {
        "stage": label(it["stage"], "TransferStage"),
        "claimed": formats.day(it["claimed"]) if it["claimed"] else NONE,
        "verified": formats.day(it["verified"]) if it["verified"] else NONE,
        "on": formats.day(it["verified_on"]) if it["verified_on"] else NONE,
        "by": it["by"] or NONE,
        "how": NONE if it["verification"] is None else str(VerificationLevel(it["verification"]).label),
        "reached": it["reached"],
    }


def _notes(row: Snapshot) -> Iterator[str]:
    if row["lapsed"]:
        needs = "; ".join(str(Need(it).label) for it in row["lapsed"])
        yield _("The verified stage no longer has all that it needs: %(needs)s.") % {"needs": needs}
    for it in row["skipped"]:
        words = {
            "stage": label(it["stage"], "TransferStage"),
            "day": formats.day(it["on"]),
            "waiver": it["waiver"],
            "post": it["waived_by"],
        }
        if it["waiver"]:
            yield (
                _("A stage before %(stage)s of %(day)s was left out: waived by %(post)s. %(waiver)s") % words
            )
        else:
            yield _("A stage before %(stage)s of %(day)s was left out, without a waiver.") % words
    for it in row["falls"]:
        words = {
            "stage": label(it["stage"], "TransferStage"),
            "before": label(it["before"], "TransferStage"),
            "day": formats.day(it["on"]),
            "note": it["note"] or "",
        }
        yield (_("Fallen back on %(day)s from %(before)s to %(stage)s. %(note)s") % words).strip()
