"""Measurements from a file: each row claims a value of a target for a period."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects import permissions
from projects.intake import cells, iati_rows, linking, tables
from projects.intake.problems import shown
from projects.intake.reading import Folder, Row
from projects.intake.tables import Column, Table
from projects.intake.uploaded import MAX_ROWS, Done, Incoming, check_fields, nothing, origin, unknown
from projects.models import Measurement, Target, audit_many
from projects.models.audit import plain
from projects.models.measurements import PeriodsTaken

KEPT = ("value", "period_start", "period_end", "note", "source_url", "bounds_reason")


@dataclass
class MeasurementRows(Incoming):
    """A file of values. What it claims is verified by a second person, like any claim."""

    RIGHT = "measurement.claim"
    STEPS: ClassVar[dict[str, Any]] = {"claim": gettext_lazy("claimed")}
    TABLE = Table(
        name="measurements",
        model=Measurement,
        key="target",
        columns=tables.optional(
            {
                "target": Column(cells.reference, required=True),
                "period_start": tables.DAY,
                "period_end": Column(cells.day, required=True),
                "value": tables.number(Measurement, "value", negative=True, required=True),
                "unit": tables.text(Measurement, "entered_unit"),
                "note": tables.note(Measurement, "note"),
                "source_url": Column(cells.url(Measurement._meta.get_field("source_url"))),
                "bounds_reason": tables.note(Measurement, "bounds_reason"),
                "supersedes": Column(cells.key),
            }
        ),
    )

    planned: list[tuple[Row, Measurement]] = field(default_factory=list)
    _targets: dict[str, Target] = field(default_factory=dict)
    _taken: dict[int, PeriodsTaken] = field(default_factory=dict)
    _corrected: dict[str, Measurement] = field(default_factory=dict)
    _superseded: set[int] = field(default_factory=set)
    _claimants: dict[tuple[Any, Any], int | None] = field(default_factory=dict)

    def look_up(self, rows: list[Row]) -> None:
        found = self.visible(Target, (row["target"] or "" for row in rows))
        self.locked(Target, found.values())
        keys = sorted(row.pk for row in found.values())
        joined: dict[int, Target] = {}
        there: dict[int, list[Measurement]] = {key: [] for key in keys}
        for some in linking.portions(keys):
            wanted = Target._base_manager.filter(pk__in=some)
            joined.update({it.pk: it for it in wanted.select_related("indicator", "project", "agreement")})
            for it in Measurement._base_manager.filter(target__in=some).order_by("pk"):
                there[it.target_id].append(it)
        self._targets = {reference: joined[row.pk] for reference, row in found.items()}
        self._taken = {key: PeriodsTaken(joined[key], there[key]) for key in keys}
        self._corrected = {str(it.pk): it for of in there.values() for it in of}
        self._superseded = {it.supersedes_id for of in there.values() for it in of if it.supersedes_id}

    def read_into(self, folder: Folder, raw: bytes) -> None:
        """A file may also be one of IATI activities, of which the actuals are claimed."""
        if iati_rows.is_xml(raw):
            iati_rows.read(raw, self.TABLE, folder, most=MAX_ROWS)
        else:
            super().read_into(folder, raw)

    def check_names(self, row: Row) -> None:
        target = self._targets.get(row["target"] or "")
        if row["target"] and target is None:
            self.note(row, "target", unknown("target", row["target"]))
        elif target is not None and row.within and not self._is_of(target, row.within):
            reason = _("%(reference)s is no target of the activity %(activity)s: correct one of them.")
            words = {"reference": target.reference, "activity": shown(row.within)}
            self.note(row, "target", reason % words)

    def _is_of(self, target: Target, activity: str) -> bool:
        return target.project is not None and activity.endswith(f"-{target.project.reference}")

    def plan(self, row: Row) -> Done:
        target = self._targets[row["target"]]
        if not self._may_claim(target):
            self.note(
                row,
                "target",
                _("You may not claim values of %(reference)s.") % {"reference": target.reference},
            )
            return nothing(row)
        supersedes = self._corrected.get(str(row["supersedes"] or ""))
        if row["supersedes"] and (supersedes is None or supersedes.target_id != target.pk):
            self.note(
                row, "supersedes", _("There is no such measurement of this target: correct the number.")
            )
            return nothing(row)
        if supersedes is not None and supersedes.pk in self._superseded:
            self.note(row, "supersedes", _("This measurement was corrected already: name its correction."))
            return nothing(row)
        if row.within and self._is_there(target, row):
            return nothing(row)
        given = {name: row[name] for name in KEPT if row[name] is not None}
        try:
            facts = Measurement.as_claimed(target, by=self.by, unit=row["unit"] or "", **given)
            claimant = self._claimants[_owner(target)]
            made = Measurement.of(target, by=self.by, claimant=claimant, supersedes=supersedes, **facts)
            check_fields(made)
            if made.period_start and made.period_start > made.period_end:
                raise ValidationError({"period_end": _("The period cannot end before it begins.")})
            taken = self._taken[target.pk]
            taken.require_free(made, supersedes)
        except ValidationError as refused:
            self.note_all(row, refused, {})
            return nothing(row)
        taken.take(made)
        if supersedes is not None:
            self._superseded.add(supersedes.pk)
        self.planned.append((row, made))
        text = f"{plain(made.value)} {target.unit}, {made.period_end.isoformat()}"
        return Done(row.line, ("claim",), target.reference, text)

    def _is_there(self, target: Target, row: Row) -> bool:
        """Whether this very value of the period is claimed or verified already: an export that comes back says nothing new."""
        new = Measurement(target=target, period_start=row["period_start"], period_end=row["period_end"])
        return self._taken[target.pk].holds(new, row["value"])

    def _may_claim(self, target: Target) -> bool:
        """Whether the actor may claim here; asked once for each project or agreement."""
        if _owner(target) not in self._claimants:
            try:
                permissions.require(self.by, self.RIGHT, target)
                self._claimants[_owner(target)] = permissions.claiming_partner(self.by, target)
            except PermissionDenied:
                self._claimants[_owner(target)] = -1
        return self._claimants[_owner(target)] != -1

    def write(self) -> None:
        rows, reasons = [made for _row, made in self.planned], [origin(row) for row, _made in self.planned]
        audit_many.create_many(rows, by=self.by, action=self.RIGHT, reasons=reasons)


def _owner(target: Target) -> tuple[Any, Any]:
    return target.project_id, target.agreement_id
