"""The transfers on record in words: their terms, what each stage lacks, and what speaks against a stage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from projects import choices, formats
from projects.models import Need
from reports.templatetags.snapshot import NONE, label

Snapshot = dict[str, Any]


def context(found: Snapshot) -> Snapshot:
    """Return what the templates of the transfers on record read beside the snapshot."""
    arrived = [it for it in found["by_stage"] if it["stage"] in ("absorbed", "producing")]
    return {
        "know_how_share": formats.per_cent(found["know_how"]["per_cent"]),
        "arrived": {which: sum(it[which] for it in arrived) for which in ("claimed", "verified")},
        "transfer_records": [
            {
                "row": row,
                "parties": _parties(row),
                "terms": ", ".join(_terms(row)),
                "facts": list(_facts(row)),
                "warnings": list(_warnings(row)),
                "stages": [(it, _needs(it["missing"]), _proof(it["verified"])) for it in row["stages"]],
                "training": [(it, _claimed(it), _level(it["verified"])) for it in row["training"]],
                "runs": [(it, _claimed(it), _level(it["verified"])) for it in row["replication"]],
            }
            for row in found["rows"]
        ],
    }


def code(name: str, key: str) -> str | None:
    """Return the word for a code under `key` of the section; None where it holds none of its own."""
    if key in ("lapsed", "missing"):
        return str(Need(name).label) if name in Need.values else None
    known = {
        "licence": choices.LicenceType,
        "exclusivity": choices.Exclusivity,
        "kind": choices.KnowHowKind,
    }.get(key, choices.TransferStage)
    return str(known(name).label) if name in known.values else None


def _parties(row: Snapshot) -> str:
    return _("from %(donor)s to %(recipient)s") % {
        "donor": row["donor"]["short_name"],
        "recipient": row["recipient"]["short_name"],
    }


def _terms(row: Snapshot) -> Iterator[str]:
    yield label(row["licence"], "LicenceType")
    if row["exclusivity"]:
        yield label(row["exclusivity"], "Exclusivity")
    if row["fee_crore"] is not None:
        yield formats.crore(row["fee_crore"])


def _facts(row: Snapshot) -> Iterator[tuple[str, str]]:
    """Yield what is recorded of the transfer; the terms that a licence needs also where they are not known."""
    yield _("Project"), f"{row['project']} · {row['project_name']}"
    if row["agreement"]:
        yield _("Agreement"), row["agreement"]
    yield _("Donor"), row["donor"]["name"]
    yield _("Recipient"), row["recipient"]["name"]
    yield _("Licence"), label(row["licence"], "LicenceType")
    yield _("Exclusivity"), label(row["exclusivity"], "Exclusivity")
    yield _("Fee"), formats.crore(row["fee_crore"])
    if row["royalty_per_cent"] is not None:
        share = _("%(share)s %% of sales") % {"share": formats.indian(row["royalty_per_cent"])}
        yield _("Royalty"), share
    if row["territory"]:
        yield _("Territory"), row["territory"]
    if row["term_years"] is not None:
        yield _("Term"), _("%(years)s years") % {"years": formats.indian(row["term_years"])}
    if row["description"]:
        yield _("Description"), row["description"]


def _warnings(row: Snapshot) -> Iterator[str]:
    if row["lapsed"]:
        yield f"{_('The verified stage no longer has all that it needs')}: {_needs(row['lapsed'])}"
    for it in row["falls"]:
        yield _("Fell back from %(before)s to %(stage)s on %(day)s: %(reason)s") % {
            "before": label(it["below"], "TransferStage"),
            "stage": label(it["stage"], "TransferStage"),
            "day": formats.day(it["on"]),
            "reason": it["note"] or formats.unknown(),
        }


def _needs(codes: Iterable[str]) -> str:
    return "; ".join(str(Need(code).label) for code in codes) or NONE


def _proof(step: Snapshot | None) -> str:
    """Return the day on which a verified stage was reached, and how and when that was decided."""
    if step is None:
        return NONE
    parts = [formats.day(step["on"]), _level({"on": step["decided"], "level": step["level"]})]
    if step["waiver"]:
        parts.append(f"{_('Waiver')}: {step['waiver']}")
    return "; ".join(parts)


def _level(proof: Snapshot | None) -> str:
    if proof is None:
        return NONE
    return _("V%(level)s on %(day)s") % {"level": proof["level"], "day": formats.day(proof["on"])}


def _claimed(row: Snapshot) -> str:
    """Return whether the claim counts; one that a later one replaces stands only for what is verified so far."""
    return _("yes") if row["claimed"] else _("replaced by a later claim")
