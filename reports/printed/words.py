"""Human words for the places of a snapshot: `projects.rows[PRJ-003].governing.late_latest_months` as people would say it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from projects import choices, formats
from projects.progress import Rung, Standing, transfer, working
from projects.progress.agreement_life import DutyState, ExpiryBasis
from projects.progress.exceptions import Rule
from reports.templatetags.snapshot import NONE, band, fact_date, label, state

STEP = re.compile(r"([a-z_0-9]+)(?:\[([^\]]*)\])?\.?")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
# Printed with their two decimals, as everywhere in the report.
MEANS = {"mean", "median", "mean_capped", "median_capped"}


class Place(NamedTuple):
    """Where a figure stands: its section, the row (a reference or a label, "" for the whole), what it tells."""

    section: str
    row: str
    figure: str


def place(path: str) -> Place:
    """Return the words for a path of `changes`."""
    steps = STEP.findall(path)
    section, rows, words, kind = steps[0][0], [], [], ""
    for index, (key, row) in enumerate(steps):
        if key == "rules" and row:
            words.append(_row(row, key, section))  # what stands under several rules is one record
            continue
        if row:
            rows.append(_row(row, key, section))
            kind = key
        if index and key != "rows" and not (row and index == len(steps) - 1):
            words.append(_word(key, kind or steps[index - 1][0], section))
    return Place(section_name(section), ", ".join(rows), _joined(words))


def list_name(path: str) -> str:
    """Return the words for a list whose row came or went: "Milestones: overdue"."""
    steps = STEP.findall(path)
    words = [
        _row(row, key, steps[0][0]) if key == "rules" and row else _word(key, "", steps[0][0])
        for key, row in steps[1:]
        if key != "rows"
    ]
    return _joined([section_name(steps[0][0]), *words])


def figure_name(path: str) -> str:
    """Return the words for a headline figure, with its section: "Milestones: overdue: number"."""
    found = place(path)
    return _joined([found.section, found.figure])


def value(given: Any, path: str) -> str:
    """Return an old or new value in words, figures and days of the active language."""
    key = STEP.findall(path)[-1][0]
    if given is None:
        return NONE
    if isinstance(given, bool):
        return _("yes") if given else _("no")
    if isinstance(given, dict):
        return fact_date(given) if given.keys() == {"on", "precision"} else NONE
    if isinstance(given, str) and DAY.fullmatch(given):
        return formats.day(given)
    if isinstance(given, int):
        return formats.indian(given)
    if NUMBER.fullmatch(given):
        return formats.indian(given, 2) if key in MEANS else formats.indian(given)
    return _code(str(given), key, STEP.findall(path)[0][0])


def section_name(slug: str) -> str:
    names = {
        "agreement": _("The agreement"),
        "agreements": _("Agreements"),
        "asked": _("What is asked"),
        "evidence": _("Evidence"),
        "exceptions": _("Exceptions"),
        "indicators": _("Transfer indicators"),
        "ladder": _("Execution ladder"),
        "life": _("Life of the agreement"),
        "milestones": _("Milestones"),
        "money": _("Money"),
        "named": _("Records named"),
        "organisation": _("The organisation"),
        "outputs": _("Outputs"),
        "parties": _("Parties"),
        "project": _("The project"),
        "projects": _("Projects"),
        "provenance": _("Records by the basis of their date"),
        "readiness": _("Technology readiness"),
        "reliance": _("Import reliance"),
        "results": _("Capacity and production"),
        "revisions": _("Slippage ledger"),
        "targets": _("Targets"),
        "technology": _("Technology agreements"),
        "trl": _("Technology readiness"),
        "working": _("Symbolic or working"),
    }
    return names.get(slug) or slug.replace("_", " ")


def _joined(words: list[str]) -> str:
    """Return the words from the whole to the part; empty ones are left out."""
    found = [word for word in words if word]
    whole = found[0] if found else ""
    for part in found[1:]:
        whole = _("%(whole)s: %(part)s") % {"whole": whole, "part": part}
    return whole


def _row(name: str, key: str, section: str) -> str:
    """Return what a row is called; the name of a row without a reference is a code."""
    codes: dict[str, Callable[[str], str]] = {
        "bands": band,
        "by_phase": lambda code: label(code, "Phase"),
        "by_basis": lambda code: label(code, "TargetBasis"),
        "reasons": lambda code: label(code, "RevisionReason"),
        "by_type": lambda code: label(code, "Instrument" if section == "agreements" else "MilestoneType"),
        "rules": lambda code: str(Rule(code).label),
        "rungs": lambda code: str(Rung(code).label),
        "answers": lambda code: str(working.Question(code).label),
    }
    if name == "none":
        return formats.unknown()
    if key in codes and "#" not in name:
        return codes[key](name)
    return name if any(map(str.isupper, name)) else _said(name)


def _code(code: str, key: str, section: str) -> str:
    """Return the word for a code; one that stands in no list is shown as recorded."""
    lists = {
        "status": "AgreementStatus" if section in ("agreement", "agreements") else "MilestoneStatus",
        "type": "Instrument" if section in ("agreement", "agreements", "technology") else "MilestoneType",
        "kind": "ProjectKind",
        "phase": "Phase",
        "stage": "Stage",
        "reason": "RevisionReason",
        "binding": "Binding",
        "basis": "TargetBasis",
        "move": "AgreementMove",
    }
    if section == "life" and key in ("status", "from", "to"):
        return label(code, "AgreementStatus")
    if section == "life" and key in ("state", "last_day_basis"):
        return str((DutyState if key == "state" else ExpiryBasis)(code).label)
    if key == "state":
        return state(code)
    if key == "band":
        return band(code)
    for vocabulary in (Standing, working.Standing, transfer.Standing, transfer.Proof):
        if key in ("standing", "proof") and code in vocabulary.values:
            return str(vocabulary(code).label)
    if key in lists and code in getattr(choices, lists[key]).values:
        return label(code, lists[key])
    if key in ("kind", "trace"):
        return _said(code)
    return code.replace("_", " ") if code.islower() else code


def _said(code: str) -> str:
    """Return a word of ours; one that stands in no list is shown as recorded."""
    return _words(get_language() or "").get(code) or code.replace("_", " ")


def _word(key: str, above: str, section: str) -> str:
    """Return the word for one step of a path; `above` is the list that it stands in, else the step before."""
    language = get_language() or ""
    if key == "baseline" and section == "targets":
        return _("baseline")
    if key == "total" and section == "money":
        return _("total, nothing counted twice, ₹ crore")
    word = _against(language).get(key) if above in ("bands", "delay") else None
    return word or _words(language).get(key) or key.replace("_", " ")


@cache
def _against(_language: str) -> dict[str, str]:
    return {
        "baseline": _("on the original date"),
        "latest": _("on the latest date"),
        "overdue_latest": _("overdue against the latest date"),
        "overdue_baseline": _("overdue against the original date"),
    }


@cache
def _words(_language: str) -> dict[str, str]:
    """Return the words of the active language, which is the argument; thousands of figures ask for them."""
    return {
        "achieved": _("achieved"),
        "achieved_in_period": _("achieved in the period"),
        "achieved_late": _("achieved late"),
        "achievement": _("achievement, per cent"),
        "actual": _("actual date"),
        "agreed": _("agreed on"),
        "agreement": _("agreement"),
        "agreements": _("agreements"),
        "amendments": _("amendments"),
        "answers": _("answers"),
        "approved_by": _("approved by"),
        "as_of": _("date of the record"),
        "asked": _("what is asked"),
        "band": _("band of delay"),
        "bands": _("bands of delay"),
        "baseline": _("original date"),
        "basis": _("basis"),
        "binding": _("binding"),
        "both": _("claimed and verified"),
        "by": _("by"),
        "by_basis": _("by who set the target"),
        "by_phase": _("by phase"),
        "by_type": _("by type"),
        "cancelled": _("cancelled"),
        "capacity": _("capacity"),
        "certified": _("certified, ₹ crore"),
        "children": _("agreements under it"),
        "claimed": _("claimed"),
        "claimed_capped": _("claimed, capped at 100"),
        "clear": _("under no rule"),
        "code": _("code"),
        "cost": _("cost"),
        "count": _("number"),
        "counted": _("counted in the total"),
        "country": _("country"),
        "crore": _("₹ crore"),
        "days": _("days"),
        "definitive": _("definitive"),
        "delay": _("delay of projects, months"),
        "delay_days": _("delay, days"),
        "delays": _("delay of achieved milestones, days"),
        "direction": _("direction"),
        "distinct": _("records named once"),
        "due": _("due date"),
        "due_later": _("due later"),
        "due_this_year": _("due in the financial year"),
        "due_today": _("due on the as-of date"),
        "duties": _("duties"),
        "effective": _("effective date"),
        "ended": _("ended"),
        "evidence": _("evidence"),
        "expires": _("date of expiry"),
        "expires_in_days": _("days to the last day"),
        "families": _("families"),
        "from": _("old date"),
        "funding": _("funding"),
        "funds": _("funds"),
        "gap": _("levels between claim and verification"),
        "gate": _("gate decision"),
        "governing": _("final milestone"),
        "government": _("government programmes, ₹ crore"),
        "has_pilot": _("has a pilot"),
        "has_project": _("has a project"),
        "has_target": _("has a target"),
        "heard": _("last heard of"),
        "in_force": _("in force"),
        "indicator": _("indicator"),
        "inferred": _("date inferred"),
        "inside": _("inside the cost of"),
        "intents": _("intents"),
        "kind": _("kind"),
        "kinds": _("by kind of record"),
        "last_day": _("last day"),
        "last_day_basis": _("basis of the last day"),
        "late_baseline_days": _("days late on the original date"),
        "late_baseline_months": _("months late on the original date"),
        "late_latest_days": _("days late on the latest date"),
        "late_latest_months": _("months late on the latest date"),
        "latest": _("latest date"),
        "lead": _("lead"),
        "left_out_sum": _("inside another cost, ₹ crore"),
        "level": _("level"),
        "limit": _("limit"),
        "mean": _("mean"),
        "mean_capped": _("mean, capped at 100"),
        "measure": _("kind of value"),
        "median": _("median"),
        "median_capped": _("median, capped at 100"),
        "metric": _("measure"),
        "milestone": _("milestone"),
        "milestone_only": _("with a milestone only"),
        "milestones": _("milestones"),
        "mineral": _("mineral"),
        "minerals": _("minerals"),
        "minimum_level": _("lowest level that counts"),
        "move": _("step"),
        "moves": _("moves of dates"),
        "name": _("name"),
        "named": _("named"),
        "named_by": _("why it names a technology"),
        "narrative": _("narrative"),
        "next_due": _("next due"),
        "none": _("no public evidence"),
        "not_signed": _("not signed"),
        "not_stated": _("date not stated"),
        "note": _("note"),
        "number": _("number of the move"),
        "on": _("day"),
        "open": _("open"),
        "other": _("other"),
        "others": _("others"),
        "overdue": _("overdue"),
        "overdue_baseline": _("past the original date"),
        "overdue_baseline_days": _("days over the original date"),
        "overdue_days": _("days over the latest date"),
        "owner": _("owner"),
        "paper_only": _("on paper only"),
        "paper_only_rows": _("on paper only"),
        "parent": _("parent"),
        "part": _("part in the programme"),
        "parties": _("parties"),
        "partners": _("partners"),
        "party": _("party"),
        "past_due": _("past due without a value"),
        "period": _("period"),
        "phase": _("phase"),
        "plain_sum": _("plain sum, ₹ crore"),
        "printed": _("date printed on the source"),
        "product": _("product"),
        "project": _("project"),
        "project_name": _("name of the project"),
        "projects": _("projects"),
        "projects_with_cost": _("projects with a known cost"),
        "proof": _("proof"),
        "question": _("question"),
        "reached": _("reached"),
        "reason": _("reason"),
        "reasons": _("reasons for delay"),
        "record": _("record"),
        "recorded_after": _("recorded after the as-of date"),
        "reference": _("record"),
        "released": _("released, ₹ crore"),
        "responsible": _("whom to ask"),
        "returned": _("sent back"),
        "revisions": _("moves of the date"),
        "role": _("role"),
        "rule": _("rule"),
        "rules": _("rules"),
        "rung": _("rung"),
        "rungs": _("rungs"),
        "sanctioned": _("sanctioned, ₹ crore"),
        "scope": _("scope"),
        "score": _("answers with yes"),
        "several": _("under several rules"),
        "sha256": _("digest of the file"),
        "shares": _("per cent of all"),
        "short_name": _("short name"),
        "signed": _("date of signing"),
        "signed_basis": _("basis of the date of signing"),
        "silent": _("without a level"),
        "since": _("since"),
        "site": _("site"),
        "size": _("size, bytes"),
        "slip_days": _("slip, days"),
        "slips": _("slips, days"),
        "source": _("source"),
        "source_url": _("source"),
        "spent": _("spent, ₹ crore"),
        "stage": _("stage"),
        "stages": _("stages"),
        "standing": _("standing"),
        "state": _("state"),
        "states": _("state"),
        "status": _("status"),
        "status_reported": _("status as reported"),
        "steps": _("steps"),
        "subjects": _("records named"),
        "sum": _("sum"),
        "summary": _("what was changed"),
        "symbol": _("symbol"),
        "target": _("target"),
        "targets": _("targets"),
        "term_years": _("term, years"),
        "text": _("date stated in the text"),
        "title": _("title"),
        "to": _("new date"),
        "top_supplier": _("top supplier"),
        "total": _("all"),
        "trace": _("kind of sign"),
        "trl": _("readiness level"),
        "type": _("type"),
        "undated": _("undated"),
        "under": _("under an agreement"),
        "unit": _("unit"),
        "unproven": _("without verified proof"),
        "until": _("until"),
        "upcoming": _("due soon"),
        "uploaded_by": _("uploaded by"),
        "value": _("value"),
        "values": _("values"),
        "verified": _("verified"),
        "verified_capped": _("verified, capped at 100"),
        "version": _("version of the target"),
        "waiting": _("waiting for an answer"),
        "with_claimed": _("with a reported value"),
        "with_due": _("with a due date"),
        "with_pilot": _("with a pilot or plant"),
        "with_project": _("with a project"),
        "with_target": _("with a target in numbers"),
        "with_verified": _("with a verified value"),
        "withheld": _("withheld"),
        "without": _("outside any project"),
        "without_date": _("without a planned date"),
        "witness": _("what shows it"),
        "worst_overdue_days": _("longest overdue, days"),
        "year_end": _("end of the financial year"),
        "yes": _("yes"),
    }
