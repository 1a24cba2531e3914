"""Milestones from a file: new ones are logged, with an actual date they are claimed; those that are there are claimed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects import permissions
from projects.choices import MilestoneStatus, MilestoneType
from projects.fiscal import last_day_of
from projects.intake import cells, tables
from projects.intake.reading import Row
from projects.intake.tables import Column, Table
from projects.intake.uploaded import Done, Incoming, check_fields, nothing, origin, unknown
from projects.models import Agreement, Milestone, Project, audit_many
from projects.models.milestones import require_past
from projects.models.references import next_reference

PLAN = (
    *("project", "agreement", "title", "type", "baseline_on", "baseline_precision", "baseline_basis"),
    *("acceptance", "owner_post", "weight", "source_url", "notes"),
)
CLAIM = ("actual_on", "actual_precision", "claim_note")


@dataclass
class Planned:
    """A row with what it makes: a new milestone, or a claim on one that is there, or both."""

    row: Row
    milestone: Milestone
    is_new: bool
    claims: bool


@dataclass
class MilestoneRows(Incoming):
    """A file of milestones. A `reference` names one that is there; new ones get theirs here."""

    RIGHT = "milestone.claim"
    STEPS: ClassVar[dict[str, Any]] = {
        "log": gettext_lazy("logged"),
        "claim": gettext_lazy("claimed as achieved"),
    }
    TABLE = Table(
        name="milestones",
        model=Milestone,
        key="reference",
        columns={
            **tables.optional(
                {
                    "reference": Column(cells.reference),
                    "project": tables.one("projects"),
                    "agreement": tables.one("agreements"),
                    "title": tables.text(Milestone, "title"),
                    "type": tables.choice(MilestoneType),
                    "baseline_on": tables.DAY,
                    "baseline_precision": tables.OWN_PRECISION,
                    "baseline_basis": tables.text(Milestone, "baseline_basis"),
                    "acceptance": tables.note(Milestone, "acceptance"),
                    "owner_post": tables.text(Milestone, "owner_post"),
                    "weight": tables.number(Milestone, "weight"),
                    "source_url": Column(cells.url(Milestone._meta.get_field("source_url"))),
                    "notes": tables.note(Milestone, "notes"),
                    "actual_on": tables.DAY,
                    "actual_precision": tables.OWN_PRECISION,
                    "claim_note": tables.note(Milestone, "claim_note"),
                }
            ),
        },
    )

    planned: list[Planned] = field(default_factory=list)
    _known: dict[str, dict[str, Any]] = field(default_factory=dict)
    _there: dict[int, Milestone] = field(default_factory=dict)
    _rights: dict[tuple[str, Any], tuple[bool, int | None]] = field(default_factory=dict)
    _given: dict[int, str] = field(default_factory=dict)
    _named_in: dict[str, int] = field(default_factory=dict)

    def look_up(self, rows: list[Row]) -> None:
        wanted = {"reference": Milestone, "project": Project, "agreement": Agreement}
        for column, model in wanted.items():
            self._known[column] = self.visible(model, (row[column] or "" for row in rows))
        self._there = self.locked(Milestone, self._known["reference"].values())

    def check_names(self, row: Row) -> None:
        for column, known in self._known.items():
            if row[column] and row[column] not in known:
                self.note(row, column, unknown(column, row[column]))

    def plan(self, row: Row) -> Done:
        if row["reference"]:
            return self._plan_claim(row)
        before = len(self.problems)
        for column in ("title", "type", "baseline_on"):
            if not row[column]:
                self.note(row, column, _("is empty: a new milestone needs it."))
        if not row["project"] and not row["agreement"]:
            self.note(row, "project", _("Name the project, or the agreement where there is no project yet."))
        if len(self.problems) > before:
            return nothing(row)
        milestone = Milestone(
            **{name: row[name] for name in PLAN if row[name] is not None}
            | {
                "project": self._known["project"].get(row["project"]),
                "agreement": self._known["agreement"].get(row["agreement"]),
                "baseline_precision": row["baseline_precision"] or "day",
                "reference": "?",
            }
        )
        milestone.baseline_on = last_day_of(row["baseline_on"], milestone.baseline_precision)
        if not self._may("milestone.log", milestone)[0]:
            reason = _(
                "You may not log milestones: name in “reference” one that is there, or remove the row."
            )
            self.note(row, "reference", reason)
            return nothing(row)
        try:
            check_fields(milestone)
        except ValidationError as refused:
            self.note_all(row, refused, {})
            return nothing(row)
        return self._kept(row, milestone, is_new=True)

    def _plan_claim(self, row: Row) -> Done:
        milestone = self._there[self._known["reference"][row["reference"]].pk]
        line = self._named_in.setdefault(milestone.reference, row.line)
        if line != row.line:
            words = {"reference": milestone.reference, "line": line}
            self.note(row, "reference", _("%(reference)s stands in line %(line)s already: keep one.") % words)
            return nothing(row)
        self._note_other_plans(row, milestone)
        if not row["actual_on"]:
            return nothing(row)
        if not self._may("milestone.claim", milestone)[0]:
            self.note(
                row, "reference", _("You may not claim %(reference)s.") % {"reference": row["reference"]}
            )
            return nothing(row)
        is_claimed = milestone.status in (MilestoneStatus.CLAIMED, MilestoneStatus.VERIFIED)
        if is_claimed and milestone.actual_on == self._actual(row):
            return nothing(row)
        if milestone.status not in Milestone.STEPS["claim"][0]:
            reason = _("%(reference)s is %(status)s: it cannot be claimed. Remove the actual date.")
            words = {"reference": milestone.reference, "status": str(milestone.get_status_display())}
            self.note(row, "actual_on", reason % words)
            return nothing(row)
        return self._kept(row, milestone, is_new=False)

    def _kept(self, row: Row, milestone: Milestone, *, is_new: bool) -> Done:
        if row["actual_on"]:
            try:
                require_past(row["actual_on"], self.by)
            except ValidationError as refused:
                self.note_all(row, refused, {})
        elif row["actual_precision"] or row["claim_note"]:
            self.note(row, "actual_on", _("is empty: a claim needs the day on which it was achieved."))
        claims = bool(row["actual_on"])
        self.planned.append(Planned(row, milestone, is_new=is_new, claims=claims))
        steps = (*(["log"] if is_new else []), *(["claim"] if claims else []))
        return Done(row.line, steps, row.reference, milestone.title)

    def _note_other_plans(self, row: Row, milestone: Milestone) -> None:
        """A plan is changed in the application, where the change has an author and a reason."""
        for name in PLAN:
            there = (
                getattr(milestone, f"{name}_id", None) if name in self._known else getattr(milestone, name)
            )
            given = self._known[name][row[name]].pk if row[name] and name in self._known else row[name]
            if name == "baseline_on" and given:
                given = last_day_of(given, row["baseline_precision"] or milestone.baseline_precision or "day")
            if given is not None and given != there:
                reason = _(
                    "%(reference)s has another value here: leave the cell empty, and change the milestone in the application."
                )
                self.note(row, name, reason % {"reference": milestone.reference})

    def _may(self, action: str, milestone: Milestone) -> tuple[bool, int | None]:
        """Return whether the actor may, and for which partner it claims; asked once for each project or agreement."""
        key = (action, milestone.project_id or -(milestone.agreement_id or 0))
        if key not in self._rights:
            try:
                permissions.require(self.by, action, milestone)
                self._rights[key] = (True, permissions.claiming_partner(self.by, milestone))
            except PermissionDenied:
                self._rights[key] = (False, None)
        return self._rights[key]

    def _actual(self, row: Row) -> Any:
        """The end of a period that is still running would be a date in the future."""
        return min(last_day_of(row["actual_on"], row["actual_precision"] or "day"), self.by.on)

    def write(self) -> None:
        new = [it for it in self.planned if it.is_new]
        if new:
            first = int(next_reference(Milestone, "MST").rpartition("-")[2])
            for number, it in enumerate(new, start=first):
                it.milestone.reference = f"MST-{number:03d}"
                self._given[it.row.line] = it.milestone.reference
        reasons = [origin(it.row) for it in new]
        audit_many.create_many(
            [it.milestone for it in new], by=self.by, action="milestone.log", reasons=reasons
        )
        changes = []
        for it in self.planned:
            if it.claims:
                facts = it.milestone.as_claimed(
                    by=self.by,
                    actual_on=self._actual(it.row),
                    precision=it.row["actual_precision"] or "day",
                    note=it.row["claim_note"] or "",
                    claimant=self._may("milestone.claim", it.milestone)[1],
                )
                facts["status"] = MilestoneStatus.CLAIMED
                changes.append(audit_many.Change(it.milestone, facts, origin(it.row)))
        audit_many.change_many(changes, by=self.by, action="milestone.claim")

    def named(self, done: Done) -> Done:
        return replace(done, reference=self._given.get(done.line, done.reference))
