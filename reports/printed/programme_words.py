"""The words for what the sections on reliance, needs of sectors and stages hold."""

from __future__ import annotations

from functools import cache

from django.utils.translation import gettext as _

from projects.progress.concentration import Band
from projects.progress.reliance import Doubt, Flow, Measure
from reports.printed.reliance import base
from reports.templatetags.snapshot import label


def sections() -> dict[str, str]:
    return {
        "reliance": _("Import reliance"),
        "sectors": _("What sectors need"),
        "stages": _("Stages and commercialisation"),
    }


def row(section: str, key: str, name: str) -> str | None:
    """Return what a row of a list is called; None where the name of the row stands for itself."""
    if (section, key) == ("reliance", "rows") and name.count("/") >= 3:
        product, period, form, measure = name.partition("#")[0].rsplit("/", 3)
        return f"{product}, {period}, {base({'form': form, 'measure': measure})}"
    if (section, key) == ("reliance", "shares"):
        return name.removesuffix("/share")
    if (section, key) == ("reliance", "missing"):
        return str(Flow(name).label)
    if (section, key) == ("reliance", "doubts"):
        return str(Doubt(name).label)
    if (section, key) == ("reliance", "bands"):
        return str(Band(name).label)
    if (section, key) == ("stages", "by_stage") and name != "none":
        return label(name, "Stage")
    return None


def code(section: str, key: str, value: str) -> str | None:
    """Return the word for a code; None where it is one of those that every section has."""
    lists = {
        ("reliance", "form"): "RelianceForm",
        ("reliance", "metric"): "RelianceMetric",
        ("sectors", "sector"): "Sector",
        ("sectors", "material"): "Material",
        ("stages", "at_stage"): "Stage",
        ("stages", "next_gate"): "Gate",
    }
    if (section, key) == ("reliance", "measure"):
        return str(Measure(value).label)
    return label(value, lists[section, key]) if (section, key) in lists else None


@cache
def words(_language: str) -> dict[str, str]:
    """Return the words for the keys of these sections, in the active language, which is the argument."""
    return {
        "amount": _("amount"),
        "applies": _("roads that lead to commercial operation"),
        "at_stage": _("stage"),
        "bands": _("concentration"),
        "bases": _("by product and period"),
        "by_stage": _("by stage"),
        "cases": _("cases"),
        "commercial": _("commercial operation"),
        "concentrated": _("with known suppliers"),
        "consumption": _("apparent consumption"),
        "decided": _("with a decided gate"),
        "doubts": _("why it cannot be told"),
        "entered": _("in this stage since"),
        "exports": _("exports"),
        "form": _("form"),
        "from": _("from"),
        "fully_imported": _("minerals of which all is imported, as published"),
        "gates_overdue": _("next gate past its forecast"),
        "held": _("held"),
        "hhi": _("HHI"),
        "highest": _("highest"),
        "hs_codes": _("HS codes"),
        "imports": _("imports"),
        "inputs": _("worked out from"),
        "known": _("net import reliance known"),
        "likely": _("by the record of slips"),
        "lowest": _("lowest"),
        "material": _("material"),
        "measure": _("weight or money"),
        "median": _("most likely day"),
        "met": _("met, per cent"),
        "missing": _("not known"),
        "needed": _("cases needed"),
        "net_reliance": _("net import reliance, per cent"),
        "next_gate": _("next gate"),
        "next_likely": _("next gate by the record of slips"),
        "next_overdue_days": _("days overdue at the next gate"),
        "next_planned": _("day of the next gate"),
        "on": _("day"),
        "output": _("output"),
        "over_days": _("days over"),
        "over_time": _("over the time of the stage"),
        "passed": _("passed"),
        "planned": _("planned"),
        "point": _("record"),
        "points": _("records"),
        "published_shares": _("published share of the top supplier"),
        "sector": _("sector served"),
        "serving": _("projects that serve it"),
        "share": _("share, per cent"),
        "shares": _("published shares of top suppliers"),
        "stocks": _("fall of stocks"),
        "stopped": _("stopped"),
        "supplier": _("supplier (country)"),
        "suppliers": _("suppliers"),
        "time_box_ends": _("end of the time of the stage"),
        "to": _("to"),
        "tonnes": _("need, t"),
        "top_share": _("share of the top supplier, per cent"),
        "unattributed": _("imports attributed to no country"),
        "unattributed_share": _("share attributed to no country, per cent"),
        "unplanned": _("not planned yet"),
    }
