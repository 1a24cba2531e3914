"""The printed agreement report."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from projects import charts
from projects.charts import Event
from projects.choices import AgreementMove, AgreementStatus
from projects.models import AgreementParty
from projects.progress import Rung, Standing, working
from projects.progress.agreement_life import DutyState, ExpiryBasis
from reports import drawings
from reports.printed import older
from reports.templatetags.snapshot import NONE, fact_date


def sections() -> dict[str, str]:
    return {
        "facts": _("The agreement"),
        "projects": _("Projects under it"),
        "life": _("Life of the agreement"),
        "working": _("Symbolic or working"),
        "ladder": _("Execution ladder"),
        "milestones": _("Milestones"),
        "revisions": _("Slippage ledger"),
        "targets": _("Targets"),
        "evidence": _("Evidence"),
        "sources": _("Sources and method"),
    }


def context(snapshot: dict[str, Any]) -> dict[str, Any]:
    as_of, milestones = snapshot["meta"]["as_of"], snapshot["milestones"]
    steps = list(_steps(snapshot["ladder"]["rungs"]))
    return {
        "party_rows": [_party(row) for row in snapshot["parties"]],
        "stage_names": [_stage(code) for code in snapshot["agreement"]["stages"]],
        "steps": steps,
        **older.told(snapshot, "life", _life),
        **older.told(snapshot, "working", _working),
        "highest": next((step for step in reversed(steps) if step["reached"]), None),
        "drawings": {
            "ladder": _timeline(steps, as_of),
            "states": drawings.states(milestones),
            "timeline": drawings.dates(_("Original, latest and actual dates"), milestones["rows"], as_of),
            "targets": drawings.achievement(
                _("Achievement of targets, per cent"), snapshot["targets"]["rows"]
            ),
        },
    }


def _party(row: dict[str, Any]) -> dict[str, Any]:
    role = AgreementParty.PartyRole(row["role"])
    return {**row, "role": role.label}


def _life(found: dict[str, Any]) -> dict[str, Any]:
    """Give status, basis, steps and states of duties their words."""
    return {
        "life_status": AgreementStatus(found["status"]).label,
        "life_basis": ExpiryBasis(found["last_day_basis"]).label,
        "moves": [
            {
                **row,
                "name": AgreementMove(row["move"]).label,
                "before": AgreementStatus(row["from"]).label,
                "after": AgreementStatus(row["to"]).label,
            }
            for row in found["steps"]
        ],
        "duty_rows": [{**row, "standing": DutyState(row["state"]).label} for row in found["duties"]["rows"]],
    }


def _working(found: dict[str, Any]) -> dict[str, Any]:
    return {
        "answers": list(_answers(found["answers"])),
        "class_name": working.Standing(found["standing"]).label,
    }


def _answers(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Give each answer with its question, its word and its day."""
    for number, row in enumerate(rows, 1):
        yield {
            "number": number,
            "question": working.Question(row["question"]).label,
            "yes": row["yes"],
            "word": _("yes") if row["yes"] else _("no public evidence"),
            "day": fact_date(row["on"]) if row["yes"] else NONE,
            "witness": row["witness"],
            "source_url": row["witness"] and row["witness"]["source_url"],
        }


def _steps(rungs: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Give each rung with its words: its name, what counts for it, and where it stands."""
    meanings = _meanings()
    for number, row in enumerate(rungs, 1):
        reached = row["standing"] == Standing.REACHED
        yield {
            "number": number,
            "name": Rung(row["rung"]).label,
            "meaning": meanings[row["rung"]],
            "standing": Standing(row["standing"]).label,
            "reached": reached,
            "on": row["on"],
            "day": fact_date(row["on"]) if reached else NONE,
            "mark": fact_date(row["on"]) if row["on"] else _("reached") if reached else NONE,
            "witness": row["witness"],
            "source_url": row["witness"] and row["witness"]["source_url"],
        }


def _meanings() -> dict[str, str]:
    """Return what is asked of the records for each rung (docs/rules/ladder.md)."""
    return {
        "signed": _("a date of signing, or a status that says so"),
        "effective": _("an effective date that has come, or a status that says so"),
        "binding": _("it binds the parties, or an agreement under it does"),
        "project": _("a project names the agreement"),
        "funded": _("a milestone of funding or investment is achieved"),
        "pilot": _("a project of it is a pilot, a demonstration or a plant"),
        "target": _("a project of it, or the agreement, has a number to reach"),
        "milestone": _("work was done, known to be later than the signature"),
        "output": _("a product, capacity or count is verified"),
    }


def _timeline(steps: list[dict[str, Any]], as_of: str) -> charts.Timeline | None:
    """Return the rungs on a scale of years; None where no date is known."""
    days = [date.fromisoformat(step["on"]["on"]) if step["on"] else None for step in steps]
    if not any(days):
        return None
    events = [
        Event(f"{step['number']}  {step['name']}", None, None, day)
        for step, day in zip(steps, days, strict=True)
    ]
    (panel,) = charts.timeline(_("When each rung was reached"), events, date.fromisoformat(as_of))
    return panel


def _stage(code: str) -> str:
    """Return the word for a stage of the value chain; one that is not in the list is shown as recorded."""
    words = {
        "acquisition": _("acquisition"),
        "beneficiation": _("beneficiation"),
        "data": _("data"),
        "development": _("development"),
        "exploration": _("exploration"),
        "extraction": _("extraction"),
        "investment": _("investment"),
        "magnet": _("magnets"),
        "manufacturing": _("manufacturing"),
        "materials": _("materials"),
        "metal": _("metal"),
        "mining": _("mining"),
        "offtake": _("offtake"),
        "policy": _("policy"),
        "processing": _("processing"),
        "recovery": _("recovery"),
        "recycling": _("recycling"),
        "refining": _("refining"),
        "separation": _("separation"),
        "skills": _("skills"),
        "stockpile": _("stockpile"),
        "technology_development": _("technology development"),
        "technology_transfer": _("technology transfer"),
    }
    return words.get(code) or code.replace("_", " ")
