"""What a review of the stage's summer decided: open, overdue, done, closed, and of each kind of subject."""

from __future__ import annotations

import datetime as dt

from projects.models import ActionPoint, Agreement, Milestone, Organisation, Project, ReviewMeeting
from projects.models.people import User
from tests.cast import acting

ON = dt.date(2026, 8, 12)


def fill(officer: User, manager: User) -> None:
    """Put a review with its action points on record; the partner of the stage owns some, its project is what most are about."""
    by = acting(officer, ON)
    facts = {"title": "August review", "held_on": dt.date(2026, 8, 10), "chaired_by": "Secretary"}
    meeting = ReviewMeeting.plan(by=by, **facts)
    project = Project.objects.get(reference="PRJ-003")
    partner = Organisation.objects.get(reference="INS-008")
    milestone = Milestone.objects.filter(project=project).order_by("reference").first()
    agreement = Agreement.objects.get(reference="AGR-034")
    about: tuple[tuple[str, dt.date, dict[str, object]], ...] = (
        ("Name a nodal officer.", dt.date(2026, 8, 31), {"project": project, "owner": project.lead}),
        ("Send the drawings.", dt.date(2026, 12, 31), {"milestone": milestone}),
        ("Answer the query.", dt.date(2026, 9, 1), {"project": project}),
        ("Report on the feed.", dt.date(2026, 9, 15), {"owner": partner}),
        ("Draft the amendment.", dt.date(2026, 10, 31), {"agreement": agreement}),
        ("Settle the seat.", dt.date(2026, 8, 20), {}),
    )
    points = [
        ActionPoint.record(meeting, by=by, text=text, owner_post="Director", due_on=due, **fields)
        for text, due, fields in about
    ]
    for point in (points[2], points[5]):
        point.done(by=by, note="Letter 12/2026.")
    points[5].close(by=acting(manager, ON))
