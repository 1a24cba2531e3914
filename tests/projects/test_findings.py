"""Findings: who sees and raises them, the way from raised to settled, and whom each step tells."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects import finding_notices, inbox, noticing
from projects.choices import FindingState, NoticeKind, Role, Visibility
from projects.findings_home import findings_home
from projects.models import Evidence, Finding, Membership, Notice, StaleError, TransitionError, audit
from reports.periods import IST
from tests.cast import TODAY, acting, document, milestone, system

pytestmark = [pytest.mark.django_db, pytest.mark.engine("sqlite")]
DAY = dt.timedelta(days=1)
NOW = dt.datetime(2026, 6, 15, 9, 30, tzinfo=IST)


def raised(cast, about=None, by=None, **fields):
    facts = {"kind": "query", "text": "Which test shows it?", "due_on": TODAY + 30 * DAY, **fields}
    return Finding.raise_(about or cast.our_project, by=acting(by or cast.auditor), **facts)


def given(user, role, organisation=None):
    row = Membership(user=user, organisation=organisation, role=role)
    audit.create(row, by=system(), action="test.setup")
    return user


def test_it_is_seen_in_scope_and_by_partners_unless_internal(cast):
    ours, theirs = raised(cast), raised(cast, cast.their_agreement)
    inner = raised(cast, visibility=Visibility.INTERNAL)

    def seen(user):
        return set(Finding.objects.visible_to(acting(user)))

    assert seen(cast.officer) == seen(cast.auditor) == seen(cast.administrator) == {ours, theirs, inner}
    assert seen(cast.scoped_auditor) == {ours, inner}
    assert seen(cast.our_lead) == seen(cast.our_viewer) == {ours}
    assert seen(cast.their_lead) == {theirs}
    assert seen(cast.nobody) == set()
    # Who audits one partner and works for another is an auditor for the first alone.
    both = given(given(cast.nobody, Role.AUDITOR, cast.texmin), Role.LEAD, cast.irel)
    assert seen(both) == {ours, theirs, inner}
    with pytest.raises(PermissionDenied):
        raised(cast, cast.their_project, by=both)
    assert not inner.may(acting(cast.our_lead), "answer")


def test_it_is_raised_by_auditors_in_their_scope_on_one_thing_with_a_day_for_the_reply(cast):
    for user in (cast.officer, cast.manager, cast.administrator, cast.our_lead):
        with pytest.raises(PermissionDenied):
            raised(cast, by=user)
    with pytest.raises(PermissionDenied):
        raised(cast, cast.their_milestone, by=cast.scoped_auditor)
    for fields, wrong in (
        ({"text": " "}, "text"),
        ({"due_on": TODAY - DAY}, "due_on"),
        ({"kind": "x"}, "kind"),
    ):
        with pytest.raises(ValidationError) as found:
            raised(cast, **fields)
        assert wrong in found.value.error_dict
    one, other = raised(cast, cast.our_milestone), raised(cast, cast.our_agreement, by=cast.scoped_auditor)
    assert (one.reference, other.reference) == ("FND-001", "FND-002")
    assert (one.project, one.milestone, other.agreement) == (
        cast.our_project,
        cast.our_milestone,
        cast.our_agreement,
    )


def test_an_answer_is_settled_by_an_auditor_who_did_not_give_it(cast):
    row = raised(cast)
    file = document("log")
    with pytest.raises(PermissionDenied):
        row.answer_(by=acting(cast.their_lead), answer="It is so.")
    with pytest.raises(TransitionError):
        row.settle(by=acting(cast.auditor))
    row.answer_(by=acting(cast.our_lead), answer=" See the log. ", evidence=[file], version=1)
    assert (row.status, row.answer, row.answered_for, row.claim_number) == (
        FindingState.ANSWERED,
        "See the log.",
        cast.texmin,
        1,
    )
    kept = Evidence.objects.get(finding=row)
    assert (kept.claim_number, kept in Evidence.objects.visible_to(acting(cast.our_viewer))) == (1, True)
    assert not Evidence.objects.visible_to(acting(cast.their_lead)).filter(pk=kept.pk).exists()
    for user in (cast.our_lead, cast.officer, cast.manager):
        with pytest.raises(PermissionDenied):
            row.settle(by=acting(user))
    with pytest.raises(StaleError):
        row.return_(by=acting(cast.scoped_auditor), reason="Of which day?", version=1)
    row.return_(by=acting(cast.scoped_auditor), reason="Of which day?", due_on=TODAY + 60 * DAY)
    assert (row.status, row.returned_reason, row.due_on) == (
        FindingState.RAISED,
        "Of which day?",
        TODAY + 60 * DAY,
    )
    row.answer_(by=acting(cast.officer), answer="Of 3 May.")
    assert (row.claim_number, row.answered_for, row.returned_reason) == (2, None, "")
    row.settle(by=acting(cast.scoped_auditor), note="Seen.")
    assert (row.status, row.settled_by, row.settled_on) == (FindingState.SETTLED, cast.scoped_auditor, TODAY)
    with pytest.raises(TransitionError):
        kept.refuse_newer()
    steps = ["finding.raise", "finding.answer", "finding.return", "finding.answer", "finding.settle"]
    assert [event.action for event in audit.history(row)] == steps


def test_neither_who_answered_nor_their_organisation_settles_though_they_audit(cast):
    row = raised(cast)
    given(cast.officer, Role.AUDITOR)
    row.answer_(by=acting(cast.officer), answer="It is so.")
    with pytest.raises(PermissionDenied, match="Another auditor"):
        row.settle(by=acting(cast.officer))
    other = raised(cast)
    other.answer_(by=acting(cast.our_lead), answer="It is so.")
    given(cast.our_viewer, Role.AUDITOR)
    assert not other.may(acting(cast.our_viewer), "settle")
    # To audit Texmin is not to belong to it.
    assert other.may(acting(cast.scoped_auditor), "settle")


def test_only_who_raised_it_withdraws_it_until_it_is_settled(cast):
    row = raised(cast)
    for user in (cast.scoped_auditor, cast.manager):
        with pytest.raises(PermissionDenied):
            row.withdraw(by=acting(user), reason="Raised in error.")
    row.withdraw(by=acting(cast.auditor), reason="Raised in error.")
    assert (row.status, row.withdrawn_on) == (FindingState.WITHDRAWN, TODAY)
    with pytest.raises(TransitionError):
        row.answer_(by=acting(cast.officer), answer="It is so.")


# --- notices ---


def told(user):
    return [(it.kind, it.reference) for it in inbox.pending(acting(user))]


def tick():
    noticing.owe(now=NOW)
    finding_notices.owe(now=NOW)


def test_each_step_tells_those_whom_it_concerns_once_and_takes_back_what_it_answers(cast):
    row = raised(cast, cast.our_milestone)
    inner = raised(cast, visibility=Visibility.INTERNAL)
    waits, answered = NoticeKind.TO_ANSWER, NoticeKind.ANSWERED
    for _again in range(2):
        tick()
    assert told(cast.our_lead)[0] == (waits, row.reference)
    assert {(waits, row.reference), (waits, inner.reference)} <= set(told(cast.manager))
    assert (waits, inner.reference) in told(cast.officer)  # whom an internal one asks
    assert inner.reference not in {name for _, name in told(cast.our_lead)}
    assert not any(name == row.reference for _, name in told(cast.their_lead) + told(cast.auditor))
    row.answer_(by=acting(cast.our_lead), answer="See the log.")
    tick()
    assert (answered, row.reference) in told(cast.auditor)
    assert (waits, row.reference) not in told(cast.our_lead)
    row.return_(by=acting(cast.auditor), reason="Of which day?")
    tick()
    assert told(cast.auditor) == []
    assert (waits, row.reference) in told(cast.our_lead)
    row.answer_(by=acting(cast.our_lead), answer="Of 3 May.")
    row.settle(by=acting(cast.scoped_auditor))
    tick()
    assert told(cast.auditor) == []
    assert (NoticeKind.SETTLED, row.reference) in told(cast.our_lead)
    inner.withdraw(by=acting(cast.auditor), reason="Raised in error.")
    tick()
    assert not Notice.objects.filter(
        subject_id=inner.pk, subject_type="projects.finding", settled_at=None
    ).exists()


def test_a_late_reply_climbs_the_ladder_of_overdue_dates(cast):
    row = raised(cast, due_on=TODAY)
    for days, who, kind in ((8, cast.our_lead, NoticeKind.OVERDUE), (16, cast.manager, NoticeKind.ESCALATED)):
        on = TODAY + days * DAY
        owed = {(it.person, it.kind) for it in noticing.dated(on) if it.subject_type == "projects.finding"}
        assert (who.pk, kind) in owed
    assert row.overdue_days(TODAY + 8 * DAY) == 8
    row.answer_(by=acting(cast.our_lead), answer="See the log.")
    assert not [it for it in noticing.dated(TODAY + 8 * DAY) if it.subject_type == "projects.finding"]


def test_the_home_of_an_auditor_shows_what_waits_in_three_queries(cast):
    second = given(cast.nobody, Role.AUDITOR)
    late = raised(cast, by=second, due_on=TODAY)
    mine = raised(cast)
    costs = set()
    for number in range(3):
        point = milestone(f"MST-95{number}", cast.our_project)
        raised(cast, point).answer_(by=acting(cast.officer), answer="It is so.")
        by = acting(cast.auditor)
        with CaptureQueriesContext(connection) as queries:
            found = findings_home(by)
        costs.add(len(queries))
    assert costs == {3}
    assert found["findings_open"] == [mine, late]
    assert found["findings_standing"] == {"raised": 2, "answered": 3}
    assert len(found["findings_answered"]) == 3
    assert not findings_home(acting(cast.their_lead))["findings_open"]
