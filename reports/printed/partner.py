"""The printed partner report."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from projects.choices import OrganisationKind
from projects.models import AgreementParty
from reports import drawings
from reports.printed import action_points, execution, older


def sections() -> dict[str, str]:
    return {
        "glance": _("At a glance"),
        "asked": _("What is asked"),
        action_points.SLUG: action_points.title(),
        "outputs": _("Outputs"),
        "projects": _("Projects"),
        "execution": _("Where the projects stand"),
        "milestones": _("Milestones"),
        "revisions": _("Slippage ledger"),
        "targets": _("Other targets"),
        "money": _("Money"),
        "agreements": _("Agreements"),
        "evidence": _("Evidence"),
        "sources": _("Sources and method"),
    }


def context(snapshot: dict[str, Any]) -> dict[str, Any]:
    asked, milestones, as_of = snapshot["asked"], snapshot["milestones"], snapshot["meta"]["as_of"]
    of_milestone = {row["reference"]: row for row in milestones["rows"]}
    of_target = {row["reference"]: row for row in snapshot["targets"]["rows"]}
    printed_first = set(snapshot["outputs"]["rows"])
    other_rows = [row for reference, row in of_target.items() if reference not in printed_first]
    return {
        **older.told(snapshot, action_points.SLUG, action_points.context),
        **older.told(snapshot, "execution", execution.context),
        "kind_of_organisation": OrganisationKind(snapshot["organisation"]["kind"]).label,
        "asked_overdue": [of_milestone[reference] for reference in asked["overdue"]],
        "asked_due": [of_milestone[reference] for reference in asked["due"]],
        "returned_milestones": [
            {**of_milestone[it["reference"]], "reason": it["reason"]}
            for it in asked["returned"]["milestones"]
        ],
        "returned_values": [
            {**it["returned"], "target": of_target[it["reference"]]} for it in asked["returned"]["values"]
        ],
        "waiting_milestones": [of_milestone[reference] for reference in asked["waiting"]["milestones"]],
        "waiting_targets": [of_target[reference] for reference in asked["waiting"]["targets"]],
        "output_rows": [of_target[reference] for reference in snapshot["outputs"]["rows"]],
        "other_rows": other_rows,
        "agreement_rows": [
            {**row, "role": AgreementParty.PartyRole(row["role"]).label}
            for row in snapshot["agreements"]["rows"]
        ],
        "drawings": {
            "glance": drawings.states(milestones),
            "outputs": drawings.achievement(
                _("Achievement of output targets, per cent"),
                [of_target[reference] for reference in snapshot["outputs"]["rows"]],
            ),
            "targets": drawings.achievement(_("Achievement of the other targets, per cent"), other_rows),
            "timeline": drawings.dates(
                _("What was planned: original, latest and actual dates"),
                [row for row in milestones["rows"] if row["baseline"] and row["state"] != "cancelled"],
                as_of,
            ),
            "money": drawings.money(snapshot["money"]["rows"]),
        },
    }
