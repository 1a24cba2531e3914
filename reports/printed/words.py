"""Human words for the places of a snapshot: `projects.rows[PRJ-003].governing.late_latest_months` as people would say it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from projects import choices, formats
from projects.progress import Rung, Standing, transfer, working
from projects.progress.agreement_life import DutyState, ExpiryBasis
from projects.progress.capacity import FeedDoubt
from projects.progress.exceptions import Rule
from projects.progress.flags import Flag
from projects.progress.forecast import Method
from reports.printed import action_points, programme_words, results_words, transfers, vocabulary
from reports.templatetags.snapshot import NONE, band, fact_date, label, state

STEP = re.compile(r"([a-z_0-9]+)(?:\[([^\]]*)\])?\.?")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
OWN = (results_words, programme_words, action_points)  # sections with words of their own
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
        "results": _("Capacity and production"),
        "revisions": _("Slippage ledger"),
        "targets": _("Targets"),
        "technology": _("Technology agreements"),
        "transfers": _("Technology transfers"),
        "trl": _("Technology readiness"),
        "warnings": _("Early warning"),
        "working": _("Symbolic or working"),
    }
    for own in OWN:
        names = own.sections() | names
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
        "sources": lambda code: label(code, "FundSource"),
        "uncertified": lambda code: label(code, "FundSource"),
        "rules": lambda code: str((Flag if section == "warnings" else Rule)(code).label),
        "rungs": lambda code: str(Rung(code).label),
        "doubts": lambda code: str(FeedDoubt(code).label),
        "answers": lambda code: str(working.Question(code).label),
    }
    for own in OWN:
        if (found := own.row(section, key, name)) is not None:
            return found
    if key == "contributors" and name == "not_stated":
        return _("not stated")
    if key == "contributors" and name == "withheld":
        return _("another organisation")
    if name == "none":
        return formats.unknown()
    if section == "transfers" and (word := transfers.code(name, key)):
        return word
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
    for own in OWN:
        if (found := own.code(section, key, code)) is not None:
            return found
    if section == "life" and key in ("status", "from", "to"):
        return label(code, "AgreementStatus")
    if section == "life" and key in ("state", "last_day_basis"):
        return str((DutyState if key == "state" else ExpiryBasis)(code).label)
    if key == "method" and code in Method.values:
        return str(Method(code).label)
    if section == "transfers" and (word := transfers.code(code, key)):
        return word
    if key == "state":
        return state(code)
    if key == "band":
        return band(code)
    for known in (Standing, working.Standing, transfer.Standing, transfer.Proof):
        if key in ("standing", "proof") and code in known.values:
            return str(known(code).label)
    if key in lists and code in getattr(choices, lists[key]).values:
        return label(code, lists[key])
    if key in ("kind", "than", "trace"):
        return _said(code)
    return code.replace("_", " ") if code.islower() else code


def _said(code: str) -> str:
    """Return a word of ours; one that stands in no list is shown as recorded."""
    return vocabulary.words(get_language() or "").get(code) or code.replace("_", " ")


def _word(key: str, above: str, section: str) -> str:
    """Return the word for one step of a path; `above` is the list that it stands in, else the step before."""
    language = get_language() or ""
    for own in OWN:
        if section in own.sections() and (found := own.words(language).get(key)):
            return found
    if key == "baseline" and section == "targets":
        return _("baseline")
    if key == "total" and section == "money":
        return _("total, nothing counted twice, ₹ crore")
    if section == "transfers" and key in ("per_cent", "without"):
        return _("per cent accepted") if key == "per_cent" else _("no stage")
    word = vocabulary.against(language).get(key) if above in ("bands", "delay") else None
    return word or vocabulary.words(language).get(key) or key.replace("_", " ")
