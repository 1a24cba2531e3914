"""Notices: owed by records and trail, once; shown and sent by the rights of the moment; one digest a day."""

import datetime as dt

import pytest
from django.core import mail as outbox
from django.core.exceptions import ValidationError

from projects import digests, inbox, noticing, post
from projects.choices import DigestState
from projects.models import (
    AuditEvent,
    Duty,
    Measurement,
    Membership,
    Notice,
    NoticeDigest,
    NoticePreferences,
    audit,
)
from reports.periods import IST
from tests import mailserver
from tests.api.scene import indicator, target
from tests.cast import TODAY, acting, agreement, milestone, system

pytestmark = [pytest.mark.django_db, pytest.mark.engine("sqlite")]

NOW = dt.datetime(2026, 6, 15, 9, 30, tzinfo=IST)
DAY, MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def alone(cast):
    """Nothing is due but what a test makes due."""
    for row in (cast.our_milestone, cast.their_milestone):
        row.cancel(by=acting(cast.manager), reason="Given up.")


def told(user, on=TODAY):
    return [(it.kind.value, it.reference) for it in inbox.pending(acting(user, on))]


def due(cast, days, reference="MST-950", **fields):
    """Return a milestone of ours whose due date is so many days ago."""
    day = TODAY - dt.timedelta(days=days)
    return milestone(reference, fields.pop("project", cast.our_project), baseline_on=day, **fields)


def addressed(*users):
    for user in users:
        user.email = f"{user.username}@example.org"
        user.save()


# --- the ladder ---


@pytest.mark.parametrize(
    ("days", "lead", "manager"),
    [
        (-15, [], []),
        (-14, ["due_soon"], []),
        (6, ["due_soon"], []),
        (7, ["overdue"], []),
        (14, ["overdue"], []),
        (15, ["overdue"], ["escalated"]),
        (29, ["overdue"], ["escalated"]),
        (30, ["overdue"], ["for_review"]),
    ],
)
def test_the_ladder_tells_the_lead_after_7_days_and_the_manager_after_15_and_30(cast, days, lead, manager):
    due(cast, days)
    noticing.owe(now=NOW)
    assert told(cast.our_lead) == [(kind, "MST-950") for kind in lead]
    assert told(cast.manager) == [(kind, "MST-950") for kind in manager]
    assert told(cast.their_lead) == told(cast.our_viewer) == told(cast.officer) == []


def test_each_day_moves_the_rung_and_repeats_none(cast):
    due(cast, 14)
    for after in range(4):
        noticing.owe(now=NOW + after * DAY)
        noticing.owe(now=NOW + after * DAY + MINUTE)
    assert list(Notice.objects.order_by("pk").values_list("kind", "person__username")) == [
        ("overdue", "our_lead"),
        ("escalated", "manager"),
    ]


def test_where_no_partner_has_a_lead_the_officers_are_told(cast):
    row = milestone("MST-950", None, agreement=agreement("AGR-950", cast.ministry), baseline_on=TODAY)
    noticing.owe(now=NOW)
    assert told(cast.officer) == told(cast.second_officer) == [("due_soon", row.reference)]


def test_whoever_holds_the_post_that_owns_the_milestone_is_told_if_they_may_see_it(cast):
    due(cast, 0, owner_post="post second_officer")
    due(cast, 0, "MST-951", owner_post="Post their_lead")
    noticing.owe(now=NOW)
    assert told(cast.second_officer) == [("due_soon", "MST-950")]
    assert told(cast.their_lead) == []


def test_a_moved_date_is_another_occasion_and_the_old_one_says_nothing_more(cast):
    row = due(cast, 8)
    noticing.owe(now=NOW)
    row.revise(
        by=acting(cast.officer), new_on=TODAY + 5 * DAY, reason_code="tendering", narrative="Tender late."
    )
    assert told(cast.our_lead) == []  # at once, before any tick
    noticing.owe(now=NOW + 16 * MINUTE)
    assert told(cast.our_lead) == [("due_soon", "MST-950")]
    assert Notice.objects.filter(settled_at=None).count() == 1


def test_a_duty_of_a_party_is_due_too(cast):
    Duty.record(
        cast.our_agreement,
        by=acting(cast.officer),
        party=cast.texmin,
        text="Send the drawings.",
        due_on=TODAY - 8 * DAY,
    )
    noticing.owe(now=NOW)
    assert told(cast.our_lead) == [("overdue", "AGR-901")]


# --- the trail ---


def claimed(cast):
    row = due(cast, 100)
    noticing.owe(now=NOW)
    row.claim(by=acting(cast.our_lead), actual_on=TODAY - 2 * DAY)
    noticing.owe(now=NOW + MINUTE)
    return row


def test_a_claim_waits_for_those_who_may_verify_it_until_one_has(cast):
    row = claimed(cast)
    assert told(cast.officer) == told(cast.manager) == [("to_verify", "MST-950")]
    assert told(cast.our_lead) == told(cast.auditor) == []
    row.verify(by=acting(cast.officer))
    assert told(cast.manager) == []
    noticing.owe(now=NOW + 2 * MINUTE)
    assert told(cast.our_lead) == [("verified", "MST-950")]
    assert Notice.objects.filter(kind="to_verify", settled_at=None).count() == 0


def test_the_claimant_is_told_of_the_return_until_it_is_claimed_again(cast):
    row = claimed(cast)
    row.return_(by=acting(cast.officer), reason="No photograph.")
    noticing.owe(now=NOW + 2 * MINUTE)
    assert ("returned", "MST-950") in told(cast.our_lead)
    row.claim(by=acting(cast.our_lead), actual_on=TODAY - 2 * DAY)
    assert ("returned", "MST-950") not in told(cast.our_lead)
    noticing.owe(now=NOW + 3 * MINUTE)
    assert told(cast.manager) == [("to_verify", "MST-950")]
    assert Notice.objects.filter(kind="to_verify", person=cast.manager).count() == 2


def test_nobody_is_asked_to_verify_a_claim_to_which_they_added(cast):
    goal = target("TGT-950", indicator(), project=cast.our_project)
    Measurement.claim(goal, by=acting(cast.officer), value=7, period_end=dt.date(2026, 5, 31))
    noticing.owe(now=NOW)
    assert told(cast.officer) == []
    assert told(cast.second_officer) == [("to_verify", "TGT-950")]


def test_a_tracker_that_tells_for_the_first_time_begins_with_the_last_days(cast):
    last = AuditEvent.objects.order_by("seq").last()
    assert noticing._beginning(last.at) == 0
    assert noticing._beginning(last.at + 8 * DAY) == last.seq


# --- the rights of the moment ---


def test_who_lost_the_role_is_shown_nothing_and_sent_nothing(cast):
    due(cast, 8)
    addressed(cast.our_lead)
    noticing.owe(now=NOW)
    digests.owe(now=NOW)
    held = Membership.objects.get(user=cast.our_lead)
    audit.change(held, by=system(), action="test.setup", changes={"valid_to": TODAY - DAY})
    assert told(cast.our_lead) == []
    assert digests.send_due(now=NOW) == 0
    assert NoticeDigest.objects.get().state == DigestState.DROPPED
    assert outbox.outbox == []


# --- acknowledged, put off ---


def test_what_is_acknowledged_or_put_off_leaves_the_inbox_and_comes_back_on_its_day(cast):
    due(cast, 8)
    due(cast, 9, "MST-951")
    addressed(cast.our_lead)
    assert digests.run(now=NOW) == 1
    first, second = (it.notice for it in inbox.pending(acting(cast.our_lead)))
    assert first.acknowledge(now=NOW) is True
    assert first.acknowledge(now=NOW) is False
    second.snooze(by=acting(cast.our_lead), until=TODAY + 3 * DAY, reason="The inspector comes on Thursday.")
    assert told(cast.our_lead) == []
    event = AuditEvent.objects.order_by("seq").last()
    assert (event.action, event.reason) == ("notice.snooze", "The inspector comes on Thursday.")
    assert [digests.run(now=NOW + after * DAY) for after in (1, 2, 3, 4)] == [0, 0, 1, 0]
    assert told(cast.our_lead, TODAY + 3 * DAY) == [("overdue", "MST-950")]


@pytest.mark.parametrize(
    ("days", "reason", "field"), [(0, "Later.", "until"), (91, "Later.", "until"), (1, "  ", "reason")]
)
def test_it_can_wait_only_with_a_reason_and_not_for_ever(cast, days, reason, field):
    due(cast, 8)
    noticing.owe(now=NOW)
    with pytest.raises(ValidationError) as found:
        Notice.objects.get().snooze(by=acting(cast.our_lead), until=TODAY + days * DAY, reason=reason)
    assert list(found.value.error_dict) == [field]


# --- the digest ---


def test_a_digest_names_what_waits_with_links_in_the_language_of_its_reader(cast, settings):
    settings.BASE_URL = "https://tracker.example.org"
    due(cast, 8)
    addressed(cast.our_lead)
    assert digests.run(now=NOW) == 1
    (message,) = outbox.outbox
    assert message.to == ["our_lead@example.org"]
    assert message.subject == "Mission Tracker: 1 notice"
    assert "- MST-950 Milestone MST-950" in message.body
    assert "https://tracker.example.org/milestones/MST-950/" in message.body
    assert "https://tracker.example.org/notices/preferences/" in message.body
    cast.our_lead.language = "hi"
    cast.our_lead.save()
    due(cast, 0, "MST-951")
    digests.run(now=NOW + DAY)
    assert "MST-951" in outbox.outbox[1].body
    assert "MST-950" not in outbox.outbox[1].body
    assert "Mission Tracker" not in outbox.outbox[1].body


def test_at_most_one_digest_leaves_a_day(cast):
    addressed(cast.our_lead)
    due(cast, 8)
    assert digests.run(now=NOW) == 1
    due(cast, 8, "MST-951")
    assert digests.run(now=NOW + 20 * MINUTE) == 0
    assert digests.run(now=NOW + DAY) == 1
    assert digests.run(now=NOW + 2 * DAY) == 0


@pytest.mark.parametrize(
    ("hour", "chosen", "sent"),
    [
        (8, {}, 0),
        (9, {}, 1),
        (19, {}, 1),
        (20, {}, 0),
        (23, {}, 0),
        (8, {"hour": 8}, 1),
        (13, {"quiet_from": 12, "quiet_to": 14}, 0),
        (14, {"quiet_from": 12, "quiet_to": 14}, 1),
        (23, {"quiet_from": 0, "quiet_to": 0}, 1),
        (12, {"digest": False}, 0),
    ],
)
def test_it_leaves_at_the_hour_that_was_chosen_and_never_in_the_quiet_hours(cast, hour, chosen, sent):
    addressed(cast.our_lead)
    NoticePreferences.keep(cast.our_lead, **chosen)
    due(cast, 8)
    assert digests.run(now=NOW.replace(hour=hour, minute=0)) == sent


@pytest.mark.parametrize(
    "chosen", [{"hour": 24}, {"hour": 21}, {"hour": 13, "quiet_from": 13, "quiet_to": 15}]
)
def test_hours_that_do_not_fit_are_refused(cast, chosen):
    with pytest.raises(ValidationError):
        NoticePreferences.keep(cast.our_lead, **chosen)
    assert not NoticePreferences.objects.exists()


def test_a_server_that_refuses_is_tried_again_and_then_left_to_the_next_day(cast, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 1
    addressed(cast.our_lead)
    due(cast, 8)
    moments = [NOW + dt.timedelta(minutes=minutes) for minutes in (0, 2, 13, 74, 75)]
    assert [digests.run(now=moment) for moment in moments] == [0] * 5
    digest = NoticeDigest.objects.get()
    assert (digest.state, digest.attempt) == (DigestState.FAILED, 4)
    with mailserver.running() as server:
        settings.EMAIL_PORT = server.port
        assert digests.run(now=NOW + DAY) == 1
        assert len(server.inbox) == 1


def test_a_digest_cut_off_while_it_was_sent_is_never_sent_again(cast, monkeypatch):
    addressed(cast.our_lead)
    due(cast, 8)

    def crash(message):
        outbox.outbox.append(message)
        raise KeyboardInterrupt

    monkeypatch.setattr(post, "send", crash)
    with pytest.raises(KeyboardInterrupt):
        digests.run(now=NOW)
    monkeypatch.undo()
    for after in (MINUTE, 60 * MINUTE, DAY):
        assert digests.run(now=NOW + after) == 0
    assert NoticeDigest.objects.get().state == DigestState.SENDING
    assert told(cast.our_lead) == [("overdue", "MST-950")]
