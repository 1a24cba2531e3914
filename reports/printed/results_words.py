"""The words for what the sections on the results of a project hold: road, clearances, readiness, transfers, feed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from django.utils.translation import gettext as _

from projects import formats
from projects.models import Need
from projects.progress.capacity import Promise
from projects.progress.clearances import ClearanceState
from reports.templatetags.snapshot import label

Word = Callable[[str], str]


def sections() -> dict[str, str]:
    return {
        "roadmap": _("Roadmap"),
        "clearances": _("Clearances"),
        "ladders": _("Technology and manufacturing readiness"),
        "handovers": _("Technology transfer"),
        "feed": _("Feed and mass balance"),
        "execution": _("Where the projects stand"),
    }


def row(section: str, key: str, name: str) -> str | None:
    """Return what a row of a list is called; None where the name of the row stands for itself."""
    code, hash_, number = name.partition("#")
    found: dict[tuple[str, str], Word] = {
        ("roadmap", "gates"): _of("Gate"),
        ("roadmap", "decisions"): _of("Gate"),
        ("clearances", "rows"): _of("ClearanceType"),
        ("clearances", "undecided"): _of("ClearanceType"),
        ("ladders", "levels"): _level,
        ("ladders", "skipped"): _level,
        ("ladders", "regressions"): _level,
        ("handovers", "stages"): _of("TransferStage"),
        ("handovers", "skipped"): _of("TransferStage"),
        ("handovers", "falls"): _of("TransferStage"),
        ("handovers", "lapsed"): lambda it: str(Need(it).label),
        ("feed", "amounts"): _material_of_a_year,
        ("feed", "balances"): _material_of_a_year,
        ("feed", "overlaps"): _material_on_a_day,
    }
    if (section, key) == ("feed", "capacities"):
        return _("the project's own figure") if name == "project" else name
    if (section, key) not in found:
        return None
    told = found[section, key](code)
    return f"{told} ({number})" if hash_ else told


def code(section: str, key: str, value: str) -> str | None:
    """Return the word for a code; None where it is one of those that every section has."""
    lists: dict[str, dict[str, Word]] = {
        "roadmap": {
            **dict.fromkeys(("stage", "before", "after", "to_stage"), _of("Stage")),
            **dict.fromkeys(("gate", "next_gate", "code"), _of("Gate")),
            "decision": _of("GateDecision"),
        },
        "clearances": {
            "state": lambda it: str(ClearanceState(it).label),
            "type": _of("ClearanceType"),
        },
        "ladders": {"code": _level},
        "handovers": {
            **dict.fromkeys(("claimed", "verified", "stage", "before"), _of("TransferStage")),
            "licence": _of("LicenceType"),
            "exclusivity": _of("Exclusivity"),
        },
        "feed": {
            **dict.fromkeys(("material", "product", "feed"), _of("Material")),
            "promise": lambda it: str(Promise(it).label),
        },
        "execution": {
            **dict.fromkeys(("transfer_claimed", "transfer_verified"), _of("TransferStage")),
            "at_stage": _of("Stage"),
            "next_gate": _of("Gate"),
        },
    }
    known = lists.get(section, {}).get(key)
    return known(value) if known else None


def _of(vocabulary: str) -> Word:
    return lambda value: label(value, vocabulary)


def _level(value: str) -> str:
    return _("level %(level)s") % {"level": value.removeprefix("L")}


def _material_of_a_year(value: str) -> str:
    year, _slash, material = value.partition("/")
    return f"{label(material, 'Material')}, {_('FY %(year)s') % {'year': year}}"


def _material_on_a_day(value: str) -> str:
    material, _slash, day = value.partition("/")
    return f"{label(material, 'Material')}, {formats.day(day)}"


@cache
def words(_language: str) -> dict[str, str]:
    """Return the words for the keys of these sections, in the active language, which is the argument."""
    return {
        "accepted": _("accepted"),
        "after": _("to stage"),
        "alarms": _("alarms"),
        "allowed": _("allowed by the feed of the year, t"),
        "amounts": _("feed by material and year"),
        "applicable": _("applies"),
        "applied": _("applied on"),
        "assessor": _("assessed by"),
        "asset": _("technology"),
        "assured": _("assured feed"),
        "at_most": _("at most, t"),
        "authority": _("authority"),
        "balances": _("what was made from it"),
        "baseline": _("baseline"),
        "before": _("before"),
        "below": _("level before"),
        "by": _("by"),
        "capacities": _("capacities"),
        "capacity": _("capacity, t a year"),
        "carried": _("from earlier years, t"),
        "cases": _("cases"),
        "at_stage": _("stage"),
        "clearances": _("clearances"),
        "clearances_alarms": _("alarms of clearances"),
        "clearances_open": _("clearances pending"),
        "commercial": _("commercial operation"),
        "commercialisation": _("commercial operation"),
        "conditions": _("conditions"),
        "conditions_due": _("conditions to be met by"),
        "contracted": _("contracted, t"),
        "days_taken": _("days taken"),
        "decided": _("with a decided gate"),
        "decision": _("decision"),
        "decisions": _("decisions"),
        "delivered": _("delivered"),
        "donor": _("donor"),
        "enough_for": _("enough for, t"),
        "excess": _("too much, t"),
        "excesses": _("years with too much made"),
        "exclusivity": _("exclusivity"),
        "expired": _("expired"),
        "expires_in_days": _("days left"),
        "expiring": _("ends within 90 days"),
        "falls": _("fallen back"),
        "feed_excesses": _("years with too much made"),
        "fed": _("feed received, t"),
        "fee": _("fee, ₹ crore"),
        "feed": _("feed"),
        "from": _("from"),
        "gate": _("gate"),
        "gates": _("gates"),
        "granted": _("granted"),
        "held": _("held"),
        "know_how": _("know-how"),
        "lapsed": _("missing for the verified stage"),
        "latest": _("forecast"),
        "lead": _("levels claimed beyond what is verified"),
        "left_out": _("measurements left out"),
        "level": _("level"),
        "levels": _("levels"),
        "licence": _("licence"),
        "licensed": _("licensed"),
        "likely": _("by the record of slips"),
        "made": _("made, t"),
        "median": _("most likely day"),
        "moves": _("moves of the date"),
        "mrl": _("MRL"),
        "mrl_levels": _("MRL"),
        "needed": _("cases needed"),
        "next_gate": _("next gate"),
        "next_overdue_days": _("days overdue at the next gate"),
        "next_planned": _("day of the next gate"),
        "not_applicable": _("does not apply"),
        "not_applied": _("not applied for"),
        "not_decided": _("not decided"),
        "number": _("application number"),
        "offered": _("offered"),
        "over_days": _("days over"),
        "overdue": _("overdue"),
        "overlaps": _("entries that overlap"),
        "passed": _("passed"),
        "pending": _("pending"),
        "pending_days": _("days pending"),
        "per_cent": _("in per cent"),
        "person_days": _("person-days"),
        "persons": _("people certified"),
        "post": _("decided by"),
        "producing": _("producing"),
        "product": _("product"),
        "promise": _("on what the feed rests"),
        "reached": _("reached"),
        "received": _("received, t"),
        "recipient": _("recipient"),
        "recovery": _("recovery, per cent"),
        "refused": _("refused"),
        "regressions": _("regressions"),
        "royalty": _("royalty, per cent of sales"),
        "runs": _("runs without the licensor"),
        "since": _("since"),
        "skipped": _("skipped"),
        "state": _("state"),
        "stated": _("as a target states"),
        "statutory_days": _("statutory days"),
        "stopped": _("stopped"),
        "territory": _("territory"),
        "time_box_ends": _("end of the time of the stage"),
        "to": _("to"),
        "to_be_found": _("feed to be found, t a year"),
        "to_stage": _("to stage"),
        "transfer_claimed": _("transfer, claimed"),
        "transfer_verified": _("transfer, verified"),
        "transfers": _("transfers"),
        "trl": _("TRL"),
        "trl_levels": _("TRL"),
        "unassured": _("capacities without assured feed"),
        "undecided": _("not decided whether they apply"),
        "until": _("until"),
        "valid_to": _("valid to"),
        "verification": _("level of verification"),
        "verified_on": _("verified on"),
        "waived_by": _("waived by"),
        "waiver": _("waiver"),
        "without_feed": _("capacity without feed, t a year"),
        "absorbed": _("absorbed"),
    }
