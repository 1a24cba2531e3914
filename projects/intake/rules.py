"""What must hold within one row: the pairs that belong together, the order of dates, the bounds of figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from projects.choices import Precision, RelianceMetric
from projects.fiscal import last_day_of
from projects.intake import cells
from projects.intake.problems import Problem
from projects.intake.reading import Row
from projects.intake.tables import AGREEMENT_STATUS

PER_CENT = ("per cent", "percent", "%")
SINGLE_LEVEL = re.compile(r"[1-9]")
status_of_agreement = cells.choice((), synonyms=AGREEMENT_STATUS)


class Breach(NamedTuple):
    column: str
    reason: str


def problems_of(row: Row) -> Iterator[Problem]:
    """Yield the problems that only show when the row's cells are seen together."""
    for breach in RULES[row.table.name](row):
        yield row.problem(breach.column, breach.reason)


def _institution(row: Row) -> Iterator[Breach]:
    yield from _sourced(row)


def _mineral(row: Row) -> Iterator[Breach]:
    yield from _sourced(row)


def _agreement(row: Row) -> Iterator[Breach]:
    yield from _sourced(row)
    yield from _dated(row, "signing_date", "date_precision")
    yield from _known_by_then(row, "signing_date", "date_precision")
    yield from _needs(row, "value_amount", "value_unit", _("An amount needs its unit."))
    if row["status_as_reported"]:
        try:
            status_of_agreement(row["status_as_reported"])
        except cells.Unreadable as unknown:
            yield Breach("status_as_reported", str(unknown))


def _project(row: Row) -> Iterator[Breach]:
    yield from _sourced(row)
    yield from _needs(row, "capacity_value", "capacity_unit", _("A capacity needs its unit."))
    stated = row["trl_stated"]
    if stated and re.fullmatch(r"-?[0-9]+", stated) and not SINGLE_LEVEL.fullmatch(stated):
        yield Breach("trl_stated", _("A single level of technology readiness lies from 1 to 9: correct it."))
    if row["parent_project_id"] and row["parent_project_id"] == row.reference:
        yield Breach("parent_project_id", _("A project is not its own parent: name another, or none."))


def _milestone(row: Row) -> Iterator[Breach]:
    yield from _sourced(row)
    yield from _dated(row, "baseline_planned_date", "planned_precision")
    yield from _dated(row, "actual_date", "actual_precision")
    yield from _known_by_then(row, "actual_date", "actual_precision")
    if row.sound("project_id", "agreement_id") and not row["project_id"] and not row["agreement_id"]:
        yield Breach("project_id", _("A milestone belongs to a project or an agreement: name at least one."))
    yield from _revised(row)
    if row.sound("status", "actual_date", "baseline_planned_date"):
        yield from _status_fits(row)


def _revised(row: Row) -> Iterator[Breach]:
    revised, baseline = row["revised_planned_date"], row["baseline_planned_date"]
    if not revised or not row.sound("baseline_planned_date"):
        return
    if not baseline:
        yield Breach("revised_planned_date", _("A revised date needs the first planned date: give it too."))
    elif revised == baseline:
        yield Breach(
            "revised_planned_date",
            _("The revised date is the first planned date: leave it empty when the date was not moved."),
        )


def _status_fits(row: Row) -> Iterator[Breach]:
    status, planned, actual = row["status"], row["baseline_planned_date"], row["actual_date"]
    if status == "achieved" and not actual:
        yield Breach("actual_date", _("An achieved milestone needs its actual date."))
    if status != "achieved" and actual:
        yield Breach(
            "status", _("There is an actual date: the status must be “achieved”, or the date empty.")
        )
    if status == "open" and not planned:
        yield Breach(
            "baseline_planned_date", _("An open milestone has a planned date; without one it is “undated”.")
        )
    if status == "undated" and planned:
        yield Breach("status", _("There is a planned date: the status must be “open”, or the date empty."))


def _target(row: Row) -> Iterator[Breach]:
    yield from _sourced(row)
    value, due = row["target_value"], row["target_due_date"]
    if due and value is None and row.sound("target_value"):
        yield Breach(
            "target_value", _("A due date needs the value that is due: give it, or leave the date empty.")
        )
    yield from _needs(row, "actual_value", "actual_as_of", _("An actual value needs its day (actual_as_of)."))
    for column in ("actual_as_of", "actual_source_url"):
        if row[column] and row["actual_value"] is None and row.sound("actual_value"):
            yield Breach(
                "actual_value", _("%(column)s is given, the value is not: give it.") % {"column": column}
            )
    starts = row["baseline_as_of"]
    if starts and due and due <= starts:
        yield Breach(
            "target_due_date",
            _("The target is due on or before the day of its baseline: correct one of them."),
        )
    if starts and row["actual_as_of"] and row["actual_as_of"] < starts:
        yield Breach("actual_as_of", _("The actual value is older than the baseline: correct one of them."))
    yield from _at_most_100(row, "baseline_value", "target_value", "actual_value")


def _reliance(row: Row) -> Iterator[Breach]:
    yield from _sourced(row)
    falls = row["metric"] == RelianceMetric.STOCK_CHANGE or not row.sound("metric")
    if row["value"] is not None and row["value"] < 0 and not falls:
        yield Breach(
            "value",
            _("A figure is negative: only a change of stocks can be below 0, where stocks have risen."),
        )
    if row["metric"] == RelianceMetric.SUPPLIER_QUANTITY and not row["supplier"] and row.sound("supplier"):
        yield Breach("supplier", _("Name the country that this quantity comes from."))
    yield from _at_most_100(row, "value")


def _sourced(row: Row) -> Iterator[Breach]:
    if row["as_of_basis"] and not row["as_of"] and row.sound("as_of"):
        yield Breach(
            "as_of", _("There is a basis (as_of_basis) but no date: give the date, or empty the basis.")
        )


def _dated(row: Row, date: str, precision: str) -> Iterator[Breach]:
    """A date says how exactly it is known, and stands for its period by the period's last day."""
    if not row.sound(date, precision):
        return
    if row[date] and not row[precision]:
        yield Breach(
            precision,
            _("The date has no precision: write one of %(codes)s.") % {"codes": ", ".join(Precision.values)},
        )
    elif row[precision] and not row[date]:
        yield Breach(date, _("There is a precision but no date: give the date, or empty the precision."))
    elif row[date] and (last := last_day_of(row[date], row[precision])) != row[date]:
        yield Breach(
            date,
            _("A date known to its %(period)s stands there as the period's last day: write %(day)s.")
            % {"period": Precision(row[precision]).label, "day": last.isoformat()},
        )


def _known_by_then(row: Row, date: str, precision: str) -> Iterator[Breach]:
    """A source cannot report a day that lies after it."""
    if row[date] and row["as_of"] and row[precision] == Precision.DAY and row[date] > row["as_of"]:
        yield Breach(
            date,
            _("%(day)s lies after the day of the source (as_of %(as_of)s): correct one of them.")
            % {"day": row[date].isoformat(), "as_of": row["as_of"].isoformat()},
        )


def _needs(row: Row, value: str, companion: str, reason: str) -> Iterator[Breach]:
    if row[value] is not None and row[companion] is None and row.sound(companion):
        yield Breach(companion, reason)


def _at_most_100(row: Row, *columns: str) -> Iterator[Breach]:
    if (row["unit"] or "").casefold() not in PER_CENT:
        return
    for column in columns:
        if row[column] is not None and abs(row[column]) > Decimal(100):
            yield Breach(column, _("A share is at most 100 per cent: correct it, or name another unit."))


RULES = {
    "institutions": _institution,
    "minerals": _mineral,
    "agreements": _agreement,
    "projects": _project,
    "milestones": _milestone,
    "targets": _target,
    "import_dependence": _reliance,
}
