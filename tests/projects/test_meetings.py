"""Review meetings: what stands on the agenda, and what becomes of decisions."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError

from projects import permissions
from projects.choices import ActionState
from projects.models import ActionPoint, ReviewMeeting, TransitionError, audit
from projects.progress.agenda import Part, agenda
from tests.cast import TODAY, acting, milestone

pytestmark = [pytest.mark.django_db, pytest.mark.engine("sqlite")]
DAY = dt.timedelta(days=1)


def meeting(cast, **fields):
    facts = {"title": "Monthly review", "held_on": TODAY, "chaired_by": "Joint Secretary", **fields}
    return ReviewMeeting.plan(by=acting(cast.officer), **facts)


def point(cast, at=None, **fields):
    facts = {"text": "Send the drawings.", "owner_post": "Director", "due_on": TODAY + DAY, **fields}
    return ActionPoint.record(at or meeting(cast), by=acting(cast.officer), **facts)


# --- the agenda ---


def test_the_agenda_holds_what_is_overdue_for_30_days_by_owner_and_age(cast):
    for days, post in ((29, ""), (30, "Director"), (90, "")):
        milestone(f"MST-{days}", cast.our_project, baseline_on=TODAY - days * DAY, owner_post=post)
    found = agenda(meeting(cast), acting(cast.manager), TODAY)
    rows = dict(found.parts)[Part.OVERDUE]
    assert [(it.subject.reference, it.owner, it.days) for it in rows] == [
        ("MST-90", "Texmin", 90),
        ("MST-30", "Director", 30),
    ]
    assert {it.owner: it.longest for it in found.owners if it.owner in ("Texmin", "Director")} == {
        "Texmin": 90,
        "Director": 30,
    }


def test_a_returned_claim_and_open_points_of_earlier_meetings_are_matters(cast):
    with time_machine.travel(dt.datetime(2026, 6, 15, 6, tzinfo=dt.UTC)):
        cast.our_milestone.claim(by=acting(cast.our_lead), actual_on=TODAY - DAY)
        cast.our_milestone.return_(by=acting(cast.officer), reason="No photograph.")
    earlier = meeting(cast, held_on=TODAY - 30 * DAY)
    open_, done, closed = (point(cast, earlier, text=text) for text in ("One.", "Two.", "Three."))
    for row in (done, closed):
        row.done(by=acting(cast.officer), note="Letter 12.")
    closed.close(by=acting(cast.manager))
    found = agenda(meeting(cast), acting(cast.manager), TODAY)
    assert [it.subject.reference for it in dict(found.parts)[Part.RETURNED]] == ["MST-901"]
    assert list(found.points) == [open_, done]
    assert found.total == sum(it.count for it in found.owners)


def test_the_agenda_of_a_review_holds_only_what_the_review_is_of(cast):
    for number, project in enumerate((cast.our_project, cast.their_project)):
        milestone(f"MST-95{number}", project, baseline_on=TODAY - 60 * DAY)

    def overdue(**scope):
        rows = dict(agenda(meeting(cast, **scope), acting(cast.manager), TODAY).parts)[Part.OVERDUE]
        return [it.subject.reference for it in rows]

    assert overdue() == ["MST-950", "MST-951"]
    assert overdue(organisation=cast.texmin) == ["MST-950"]
    assert overdue(agreement=cast.their_agreement) == ["MST-951"]


def test_the_agenda_is_of_the_day_of_the_meeting_or_of_today_before_it(cast):
    assert agenda(meeting(cast, held_on=TODAY - DAY), acting(cast.manager), TODAY).as_of == TODAY - DAY
    assert agenda(meeting(cast, held_on=TODAY + DAY), acting(cast.manager), TODAY).as_of == TODAY


# --- who sees it ---


def test_a_review_is_seen_by_the_ministry_and_by_whom_it_is_of(cast):
    whole, ours = meeting(cast), meeting(cast, organisation=cast.texmin)
    of_agreement = meeting(cast, agreement=cast.our_agreement)

    def seen(user):
        return set(ReviewMeeting.objects.visible_to(acting(user)))

    assert seen(cast.manager) == seen(cast.auditor) == {whole, ours, of_agreement}
    assert seen(cast.our_viewer) == {ours, of_agreement}
    assert seen(cast.their_lead) == seen(cast.nobody) == set()


def test_an_action_point_is_seen_by_its_owner_and_by_whoever_sees_its_subject(cast):
    general = point(cast)
    owned = point(cast, owner=cast.irel)
    about = point(cast, milestone=cast.our_milestone)

    def seen(user):
        return set(ActionPoint.objects.visible_to(acting(user)))

    assert about.project == cast.our_project
    assert seen(cast.manager) == {general, owned, about}
    assert seen(cast.our_viewer) == {about}
    assert seen(cast.their_lead) == {owned}


# --- the life of an action point ---


def test_it_is_done_by_its_owner_and_closed_by_a_manager(cast):
    row = point(cast, owner=cast.texmin, project=cast.our_project)
    assert not permissions.allows(acting(cast.their_lead), "actionpoint.done", row)
    row.done(by=acting(cast.our_lead), note="Letter 12/2026.")
    with pytest.raises(PermissionDenied):
        row.close(by=acting(cast.officer))
    row.return_(by=acting(cast.manager), reason="Not signed.")
    assert (row.status, row.done_on, row.returned_reason) == (ActionState.OPEN, None, "Not signed.")
    row.done(by=acting(cast.our_lead), note="Letter 13/2026.")
    row.close(by=acting(cast.manager, TODAY + DAY))
    assert (row.state_on(TODAY), row.state_on(TODAY + DAY)) == (ActionState.DONE, ActionState.CLOSED)
    with pytest.raises(TransitionError):
        row.done(by=acting(cast.our_lead), note="Again.")
    assert audit.history(row).count() == 5


def test_a_manager_does_not_close_what_they_said_was_done(cast):
    row = point(cast)
    row.done(by=acting(cast.manager), note="Letter 12.")
    with pytest.raises(PermissionDenied):
        row.close(by=acting(cast.manager))


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"due_on": TODAY - DAY}, "due_on"),
        ({"text": " "}, "text"),
        ({"owner_post": ""}, "owner_post"),
    ],
)
def test_what_is_not_whole_is_refused(cast, fields, wrong):
    with pytest.raises(ValidationError) as found:
        point(cast, **fields)
    assert wrong in found.value.error_dict
    assert not ActionPoint.objects.exists()


def test_the_owner_takes_part_in_the_subject_and_the_subject_is_one(cast):
    for fields, wrong in (
        ({"owner": cast.irel, "project": cast.our_project}, "owner"),
        ({"owner": cast.irel, "agreement": cast.our_agreement}, "owner"),
        ({"project": cast.our_project, "agreement": cast.our_agreement}, "agreement"),
        ({"project": cast.their_project, "milestone": cast.our_milestone}, "milestone"),
    ):
        with pytest.raises(ValidationError) as found:
            point(cast, **fields)
        assert wrong in found.value.error_dict
    point(cast, owner=cast.ministry, project=cast.our_project)


def test_a_meeting_that_is_still_to_come_has_decided_nothing(cast):
    with pytest.raises(ValidationError, match="not been held"):
        point(cast, meeting(cast, held_on=TODAY + DAY), due_on=TODAY + 2 * DAY)


def test_only_the_ministry_records_meetings_and_what_they_decide(cast):
    for user in (cast.our_lead, cast.auditor, cast.administrator):
        with pytest.raises(PermissionDenied):
            ReviewMeeting.plan(by=acting(user), title="Mine", held_on=TODAY, chaired_by="Me")
        with pytest.raises(PermissionDenied):
            ActionPoint.record(
                meeting(cast), by=acting(user), text="Do.", owner_post="Me", due_on=TODAY + DAY
            )


def test_every_act_of_a_meeting_stands_in_the_trail(cast):
    row = meeting(cast)
    row.change(by=acting(cast.officer), version=1, title="Quarterly review", reason="It was the quarter's.")
    assert [event.action for event in audit.history(row)] == ["meeting.record"] * 2
    with pytest.raises(TypeError):
        row.change(by=acting(cast.officer), organisation=cast.irel)
