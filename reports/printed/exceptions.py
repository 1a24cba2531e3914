"""The printed exceptions report: one table for every rule, with the same columns, so that it is learnt once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from projects import charts, formats
from projects.charts import Row, Value
from projects.choices import Precision
from projects.progress.exceptions import Rule
from reports import drawings
from reports.printed import older, warnings
from reports.templatetags.snapshot import band, fact_date, label, or_dash, quantity

Snapshot = dict[str, Any]

# Which rules stand in which section, in the order of the snapshot.
GROUPS = {
    "milestones": ("overdue", "moved", "no_owner"),
    "projects": ("stale", "readiness"),
    "claims": ("waiting", "returned"),
    "targets": ("past_due", "unverified"),
    "agreements": ("paper_only", "no_project"),
}


def sections() -> dict[str, str]:
    return {
        "decisions": _("What needs a decision"),
        "several": _("Under several rules"),
        "milestones": _("Milestones"),
        "projects": _("Projects"),
        "claims": _("Claims"),
        "targets": _("Targets"),
        "agreements": _("Agreements"),
        **warnings.sections(),
        "sources": _("Sources and method"),
    }


def context(snapshot: Snapshot) -> Snapshot:
    found = snapshot["exceptions"]
    records = _records(snapshot)
    rules = {rule["code"]: _rule(number, rule, records) for number, rule in enumerate(found["rules"], 1)}
    overdue = [records["milestone"][row["reference"]] for row in rules["overdue"]["rows"]]
    return {
        **older.told(snapshot, "warnings", warnings.context),
        "rules": list(rules.values()),
        "groups": {name: [rules[code] for code in codes] for name, codes in GROUPS.items()},
        "kinds": {kind["kind"]: kind for kind in found["kinds"]},
        "several_rows": _several(list(rules.values())),
        "overdue_rule": rules["overdue"],
        "overdue_bands": "; ".join(
            f"{band(row['band'])}: {formats.indian(row['count'])}" for row in found["bands"] if row["count"]
        ),
        "drawings": {
            "rules": _counts(list(rules.values())),
            "overdue": drawings.dates(_("Overdue milestones"), overdue, snapshot["meta"]["as_of"]),
        },
    }


def _records(snapshot: Snapshot) -> dict[str, dict[str, Snapshot]]:
    named = snapshot["named"]
    lists = {
        "milestone": named["milestones"]["rows"],
        "target": snapshot["targets"]["rows"],
        "project": named["projects"]["rows"],
        "agreement": named["agreements"]["rows"],
        "readiness": snapshot["readiness"]["rows"],
    }
    return {name: {row["reference"]: row for row in rows} for name, rows in lists.items()}


def _rule(number: int, rule: Snapshot, records: dict[str, dict[str, Snapshot]]) -> Snapshot:
    code, limit = rule["code"], rule["limit"]["value"] if rule["limit"] else ""
    rows = []
    for row in rule["rows"]:
        record = records["readiness" if code == "readiness" else row["kind"]][row["reference"]]
        asked_of = row["owner"] or (row["responsible"]["short_name"] if row["responsible"] else None)
        rows.append(
            {
                **row,
                "project": None if row["kind"] == "project" else row["project"],
                "detail": DETAILS[code](record),
                "asked_of": asked_of or formats.unknown(),
                "source_url": record["source_url"],
            }
        )
    return {
        "code": code,
        "number": number,
        "title": Rule(code).label,
        "text": _texts()[code] % {"limit": limit},
        "asked": _asked()[code],
        "count": rule["count"],
        "has_projects": any(row["project"] for row in rows),
        "longest": rows[0]["days"] if rows else None,
        "rows": rows,
    }


def _several(rules: list[Snapshot]) -> list[Snapshot]:
    """Return what stands under several rules, the longest first; what nobody can count comes last."""
    found: dict[str, list[tuple[int, Snapshot]]] = {}
    for rule in rules:
        for row in rule["rows"]:
            found.setdefault(row["reference"], []).append((rule["number"], row))
    return [
        {
            **entries[0][1],
            "standing": "; ".join(f"{number}: {or_dash(row['days'])}" for number, row in entries),
        }
        for _reference, entries in sorted(found.items(), key=lambda it: (-_longest(it[1]), it[0]))
        if len(entries) > 1
    ]


def _longest(entries: list[tuple[int, Snapshot]]) -> int:
    return max((row["days"] for _number, row in entries if row["days"] is not None), default=-1)


def _texts() -> dict[str, str]:
    """Return what each rule says; `limit` is its threshold."""
    return {
        "overdue": _("The latest due date is past, and there is no public evidence of the milestone."),
        "moved": _(
            "The date of an open milestone was moved %(limit)s times or more. Days count from the decision that made it so many."
        ),
        "no_owner": _(
            "The milestone is open, due within %(limit)s days or overdue, and no post is named for it. Days count from %(limit)s days before the due date."
        ),
        "stale": _(
            "For more than %(limit)s days there was no evidence, gate decision, value, achieved milestone or newer source. Stale is not late: it says that nobody reports."
        ),
        "readiness": _(
            "A technology readiness level is claimed, and none as high is verified. Days count from the date of the source."
        ),
        "waiting": _(
            "Somebody claimed a milestone or a value more than %(limit)s days ago, and nobody has verified or returned it. What comes from public sources was claimed by nobody here and is not counted."
        ),
        "returned": _("A claim was returned with a reason, and there is no other claim since."),
        "past_due": _("The due date of the target is past, and no value is reported."),
        "unverified": _(
            "A value is reported, and none is verified at the level that its indicator asks for. Days count from the end of the value's period."
        ),
        "paper_only": _(
            "No project names the agreement, and no milestone goes beyond its signature. Days count from a signing that is known to the day."
        ),
        "no_project": _(
            "The agreement was signed %(limit)s months ago or more, has not ended, and no project names it. Days count from the end of the %(limit)s months."
        ),
    }


def _asked() -> dict[str, str]:
    return {
        "overdue": _("Give evidence, or decide on a new date with its reason."),
        "moved": _("Decide on a date that holds, or stop the milestone."),
        "no_owner": _("Name the post that answers for it."),
        "stale": _("Report on the project, or close it."),
        "readiness": _("Have the level assessed, or withdraw the claim."),
        "waiting": _("Verify the claim, or return it with the reason."),
        "returned": _("Mend the claim and claim again, or give it up."),
        "past_due": _("Report the value, or decide on a new due date."),
        "unverified": _("Have the value verified."),
        "paper_only": _("Name a project with dated milestones, or close the agreement."),
        "no_project": _("Name a project with dated milestones, or close the agreement."),
    }


# --- what is worth knowing of a row, in a few words ---


def _due(record: Snapshot) -> str:
    if record["latest"] == record["baseline"]:
        return _("due %(due)s") % {"due": fact_date(record["latest"])}
    dates = {"due": fact_date(record["latest"]), "first": fact_date(record["baseline"])}
    return _("due %(due)s, first %(first)s") % dates


def _overdue(record: Snapshot) -> str:
    words = {"band": band(record["band"]), "first": fact_date(record["baseline"])}
    if record["latest"] == record["baseline"]:
        return _("%(band)s late") % words
    return _("%(band)s late; first due %(first)s") % words


def _moved(record: Snapshot) -> str:
    words = {
        "times": formats.indian(record["revisions"]),
        "due": _due(record),
        "reason": label(record["reason"], "RevisionReason"),
    }
    return _("moved %(times)s times; %(due)s; last reason: %(reason)s") % words


def _heard(record: Snapshot) -> str:
    return {
        "evidence": _("last sign: a file of evidence"),
        "gate": _("last sign: a decision at a gate"),
        "value": _("last sign: a reported value"),
        "milestone": _("last sign: an achieved milestone"),
        "source": _("last sign: the date of a source"),
        None: _("no dated sign at all"),
    }[record["trace"]]


def _readiness(record: Snapshot) -> str:
    verified = record["verified"]["value"] if record["verified"] else _("not verified")
    return _("claimed %(claimed)s; verified: %(verified)s") % {
        "claimed": record["claimed"]["value"],
        "verified": verified,
    }


def _claim(record: Snapshot) -> str:
    return _("milestone") if "owner" in record else _("value of a target")


def _goal(record: Snapshot) -> str:
    return _("to reach: %(value)s") % {"value": quantity(record["target"], record["unit"])}


def _value(record: Snapshot) -> str:
    words = {"value": quantity(record["claimed"]), "target": quantity(record["target"], record["unit"])}
    return _("reported %(value)s of %(target)s") % words


def _instrument(record: Snapshot) -> str:
    words = {
        "type": label(record["type"], "Instrument"),
        "status": label(record["status"], "AgreementStatus"),
        "signed": fact_date(record["signed"]),
    }
    if record["signed"] is None or record["signed"]["precision"] != Precision.DAY:
        return _("%(type)s; %(status)s; day of signing: %(signed)s") % words
    return _("%(type)s; %(status)s") % words


DETAILS: dict[str, Callable[[Snapshot], str]] = {
    "overdue": _overdue,
    "moved": _moved,
    "no_owner": _due,
    "stale": _heard,
    "readiness": _readiness,
    "waiting": _claim,
    "returned": _claim,
    "past_due": _goal,
    "unverified": _value,
    "paper_only": _instrument,
    "no_project": _instrument,
}


def _counts(rules: list[Snapshot]) -> charts.Bars | None:
    """Return a bar for each rule that finds something."""
    drawn = [
        Row(
            f"{rule['number']} {rule['title']}",
            formats.indian(rule["count"]),
            [Value("overdue", rule["count"])],
        )
        for rule in rules
        if rule["count"]
    ]
    # One colour for one thing: a legend would say nothing.
    return replace(charts.bars(_("Entries by rule"), drawn), roles=()) if drawn else None
