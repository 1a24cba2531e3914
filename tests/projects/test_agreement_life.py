"""The life of an agreement: its steps, its last day, what each party owes, and whether a hub keeps its partners."""

import contextlib
import datetime as dt
import json
import re
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from projects import agreeing
from projects.choices import AgreementMove, AgreementStatus, OrganisationKind
from projects.models import (
    MOVES,
    Agreement,
    AgreementStep,
    Amendment,
    Duty,
    DutyDone,
    Evidence,
    Organisation,
    StaleError,
    TransitionError,
    audit,
)
from projects.progress.agreement_life import (
    INDUSTRY,
    RESEARCH,
    DutyState,
    agreement_life,
    consortium,
    is_suspended,
    life,
    suspended_on,
    with_life,
)
from tests.cast import TODAY, acting, agreement, assemble, document
from tests.projects import results
from tests.projects.rule_pages import agreement_life as rule_page

pytestmark = pytest.mark.django_db
POST = "Joint Secretary"


def take(cast, move, on=TODAY, by=None, of=None, **facts):
    given_ = {"reason": "As both sides agreed.", **facts}
    return agreeing.take(
        of or cast.our_agreement,
        move,
        by=acting(by or cast.manager),
        taken_on=on,
        decided_by_post=POST,
        **given_,
    )


def lived(row, on=TODAY):
    return life(with_life(Agreement.objects.filter(pk=row.pk)).get(), on)


def owe(cast, **facts):
    given_ = {"party": cast.texmin, "text": "Name a nodal officer.", "due_on": TODAY, **facts}
    return Duty.record(cast.our_agreement, by=acting(cast.officer), **given_)


# --- steps ---


def test_an_agreement_lives_step_by_step_and_each_day_can_be_read_again(cast):
    days = [dt.date(2026, 2, day) for day in (1, 5, 9, 20)]
    for move, day in zip(("take_effect", "suspend", "resume", "terminate"), days, strict=True):
        take(cast, move, on=day)
    found = [(lived(cast.our_agreement, day).status.value) for day in (dt.date(2026, 1, 31), *days, TODAY)]
    assert found == ["signed", "in_force", "suspended", "in_force", "terminated", "terminated"]
    assert cast.our_agreement.status == "terminated"
    assert cast.our_agreement.effective_on == days[0]


def test_an_agreement_takes_effect_on_the_day_of_its_signature_at_the_earliest(cast):
    """Whether the signature is a step or came with the record."""
    signed = cast.our_agreement.signed_on
    with pytest.raises(ValidationError) as refusal:
        take(cast, "take_effect", on=signed - dt.timedelta(days=1))
    assert set(refusal.value.error_dict) == {"taken_on"}
    assert not AgreementStep.objects.exists()
    take(cast, "take_effect", on=signed)
    assert cast.our_agreement.effective_on == signed


@pytest.mark.parametrize(
    ("status", "move"),
    [
        ("draft", "sign"),
        ("announced", "sign"),
        ("signed", "take_effect"),
        ("signed", "suspend"),
        ("in_force", "suspend"),
        ("suspended", "resume"),
    ],
)
def test_after_the_last_day_nothing_is_signed_suspended_or_taken_up_again(cast, status, move):
    row = agreement("AGR-910", cast.texmin, status=status, expires_on=TODAY - dt.timedelta(days=1))
    with pytest.raises(ValidationError) as refusal:
        take(cast, move, of=row)
    assert "amendment" in str(refusal.value)
    assert set(refusal.value.error_dict) == {"taken_on"}
    assert take(cast, move, of=row, on=TODAY - dt.timedelta(days=1)).taken_on < TODAY


def test_an_agreement_past_its_last_day_is_still_terminated(cast):
    row = agreement("AGR-910", cast.texmin, status="in_force", expires_on=TODAY - dt.timedelta(days=1))
    take(cast, "terminate", of=row)
    assert lived(row).status == "terminated"


def test_signing_gives_a_draft_its_day_and_leaves_a_known_one(cast):
    draft = agreement("AGR-910", cast.texmin, status="draft", signed_on=None, signed_precision="")
    take(cast, "sign", on=dt.date(2026, 6, 1), of=draft, by=cast.officer)
    assert (draft.signed_on, draft.signed_precision, draft.status) == (dt.date(2026, 6, 1), "day", "signed")


@pytest.mark.parametrize("move", ["suspend", "resume", "terminate"])
def test_only_a_manager_suspends_resumes_and_terminates(cast, move):
    with pytest.raises(PermissionDenied):
        take(cast, move, by=cast.officer)


@pytest.mark.parametrize("move", AgreementMove.values)
def test_a_lead_takes_no_step_of_an_agreement(cast, move):
    with pytest.raises(PermissionDenied):
        take(cast, move, by=cast.our_lead)


@pytest.mark.parametrize("status", AgreementStatus.values)
@pytest.mark.parametrize("move", AgreementMove.values)
def test_a_step_is_open_in_its_statuses_only(cast, status, move):
    row = agreement("AGR-910", cast.texmin, status=status)
    if status in MOVES[move][0]:
        assert take(cast, move, of=row).to_status == MOVES[move][1]
    else:
        with pytest.raises(TransitionError):
            take(cast, move, of=row)
        assert not AgreementStep.objects.exists()


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"on": TODAY + dt.timedelta(days=1)}, "taken_on"),
        ({"reason": " "}, "reason"),
        ({"decided_by_post": ""}, "decided_by_post"),
    ],
)
def test_what_is_missing_or_wrong_is_named_and_nothing_is_written(cast, facts, field):
    post = facts.pop("decided_by_post", POST)
    on = facts.pop("on", TODAY)
    with pytest.raises(ValidationError) as refusal:
        agreeing.take(
            cast.our_agreement,
            "suspend",
            by=acting(cast.manager),
            taken_on=on,
            decided_by_post=post,
            **{"reason": "Sanctions.", **facts},
        )
    assert field in refusal.value.error_dict
    assert Agreement.objects.get(pk=cast.our_agreement.pk).status == "signed"


def test_steps_are_recorded_in_the_order_of_their_days(cast):
    take(cast, "suspend", on=dt.date(2026, 3, 1))
    with pytest.raises(ValidationError):
        take(cast, "resume", on=dt.date(2026, 2, 1))


def test_who_read_an_older_version_decides_anew(cast):
    read = cast.our_agreement.version
    take(cast, "suspend", version=read)
    with pytest.raises(StaleError):
        take(cast, "resume", version=read)


def test_a_step_keeps_its_document_and_stands_in_the_trail(cast):
    made = take(cast, "suspend", evidence=[results.document("letter")])
    assert Evidence.objects.get(agreement_step=made).name == "letter.pdf"
    assert audit.history(cast.our_agreement).last().after == {"status": "suspended"}


def test_an_agreement_that_has_expired_is_renewed_before_it_goes_on(cast):
    audit.change(
        cast.our_agreement,
        by=acting(cast.manager),
        action="test.setup",
        changes={"expires_on": dt.date(2026, 3, 31)},
    )
    take(cast, "suspend", on=dt.date(2026, 3, 1))
    with pytest.raises(ValidationError):
        take(cast, "resume")
    amend(cast, expires_on=dt.date(2027, 3, 31))
    take(cast, "resume")
    assert lived(cast.our_agreement).status == "in_force"


def test_an_agreement_that_was_recorded_as_expired_is_in_force_while_an_amendment_renews_it(cast):
    imported = agreement("AGR-911", cast.texmin, status="expired")
    amend(cast, of=imported, on=dt.date(2026, 3, 1), summary="A new address.")
    assert (lived(imported).status, lived(imported).since) == ("expired", None)
    amend(cast, of=imported, on=dt.date(2026, 3, 10), expires_on=dt.date(2027, 3, 31))
    for on, status, since in (
        (dt.date(2026, 3, 9), "expired", None),
        (TODAY, "in_force", dt.date(2026, 3, 10)),
        (dt.date(2027, 4, 1), "expired", dt.date(2027, 3, 31)),
    ):
        assert (lived(imported, on).status, lived(imported, on).since) == (status, since)


def test_a_suspended_agreement_is_found_on_its_day(cast):
    made = take(cast, "suspend", on=dt.date(2026, 3, 1))
    assert suspended_on(Agreement.objects.all(), TODAY) == {cast.our_agreement.pk: made}
    assert suspended_on(Agreement.objects.all(), dt.date(2026, 2, 28)) == {}
    imported = agreement("AGR-910", cast.texmin, status="suspended")
    assert suspended_on(Agreement.objects.filter(pk=imported.pk), TODAY) == {imported.pk: None}


def test_of_two_amendments_the_later_tells_whether_a_suspended_agreement_has_expired(cast):
    take(cast, "suspend", on=dt.date(2026, 3, 1))
    amend(cast, expires_on=dt.date(2026, 4, 1))
    amend(cast, on=dt.date(2026, 3, 11), expires_on=dt.date(2027, 4, 1))
    for on, expected in ((TODAY, True), (dt.date(2026, 2, 28), False), (dt.date(2027, 4, 2), False)):
        (row,) = Agreement.objects.filter(pk=cast.our_agreement.pk).with_moves(on)
        assert is_suspended(row, on) is lived(row, on).is_suspended is expected


# --- the last day ---


def amend(cast, on=dt.date(2026, 3, 10), of=None, **facts):
    given_ = {"agreed_on": on, "summary": "Prolonged.", "evidence": [document()], **facts}
    return Amendment.record(of or cast.our_agreement, by=acting(cast.officer), **given_)


def test_amendments_are_numbered_in_their_order(cast):
    assert [amend(cast).number, amend(cast).number] == [1, 2]
    with pytest.raises(ValidationError) as refusal:
        amend(cast, on=dt.date(2026, 3, 9))
    assert set(refusal.value.error_dict) == {"agreed_on"}


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"on": TODAY + dt.timedelta(days=1)}, "agreed_on"),
        ({"on": dt.date(2026, 1, 9)}, "agreed_on"),
        ({"expires_on": dt.date(2026, 3, 9)}, "expires_on"),
        ({"summary": " "}, "summary"),
    ],
)
def test_an_amendment_that_cannot_be_is_refused(cast, facts, field):
    with pytest.raises(ValidationError) as refusal:
        amend(cast, **facts)
    assert field in refusal.value.error_dict
    assert not Amendment.objects.exists()


def test_the_last_day_is_the_amended_else_the_stated_else_the_derived_one(cast):
    row = cast.our_agreement
    assert lived(row).expiry.basis == "unknown"
    audit.change(row, by=acting(cast.manager), action="test.setup", changes={"term_years": 2})
    assert (lived(row).expiry.on, lived(row).expiry.basis) == (dt.date(2028, 1, 9), "derived")
    audit.change(
        row, by=acting(cast.manager), action="test.setup", changes={"expires_on": dt.date(2026, 6, 30)}
    )
    assert (lived(row).expiry.basis, lived(row).expires_in_days, lived(row).expires_soon) == (
        "stated",
        15,
        True,
    )
    amend(cast, expires_on=dt.date(2029, 1, 1))
    assert (lived(row).expiry.basis, lived(row).expires_soon) == ("amended", False)
    assert lived(row, dt.date(2026, 3, 9)).expiry.basis == "stated"


def test_an_agreement_expires_on_the_day_after_its_last_one(cast):
    row = cast.our_agreement
    audit.change(row, by=acting(cast.manager), action="test.setup", changes={"expires_on": TODAY})
    assert lived(row).status == "signed"
    tomorrow = lived(row, TODAY + dt.timedelta(days=1))
    assert (tomorrow.status, tomorrow.since) == ("expired", TODAY)


# --- duties ---


def test_a_duty_stands_open_overdue_claimed_and_verified(cast):
    duty = owe(cast)
    (party,) = lived(cast.our_agreement).duties
    assert (party.rows[0].state, party.rows[0].overdue_days) == (DutyState.OPEN, None)
    (party,) = lived(cast.our_agreement, TODAY + dt.timedelta(days=3)).duties
    assert (party.rows[0].state, party.rows[0].overdue_days) == (DutyState.OVERDUE, 3)
    claimed = DutyDone.claim(duty, by=acting(cast.our_lead), done_on=dt.date(2026, 6, 1))
    (party,) = lived(cast.our_agreement).duties
    assert (party.rows[0].state, party.rows[0].verified) == (DutyState.CLAIMED, None)
    claimed.verify(by=acting(cast.officer), level=1)
    (party,) = lived(cast.our_agreement).duties
    assert (party.rows[0].state, party.count(DutyState.VERIFIED)) == (DutyState.VERIFIED, 1)
    (party,) = lived(cast.our_agreement, dt.date(2026, 6, 14)).duties
    assert party.rows[0].state == DutyState.CLAIMED


def test_a_duty_exists_from_the_day_on_which_it_was_agreed(cast):
    owe(cast, text="Send the drawings.", agreed_on=dt.date(2026, 6, 1))
    owe(cast, due_on=dt.date(2026, 5, 1))
    for on, numbers in ((dt.date(2026, 5, 31), [2]), (dt.date(2026, 6, 1), [1, 2])):
        (party,) = lived(cast.our_agreement, on).duties
        assert [row.duty.number for row in party.rows] == numbers


@pytest.mark.parametrize("day", [TODAY + dt.timedelta(days=1), TODAY])
def test_a_duty_is_agreed_neither_in_the_future_nor_after_it_is_due(cast, day):
    with pytest.raises(ValidationError):
        owe(cast, due_on=TODAY - dt.timedelta(days=1) if day == TODAY else day, agreed_on=day)
    duty = owe(cast, due_on=TODAY - dt.timedelta(days=1))
    with pytest.raises(ValidationError):
        duty.change(by=acting(cast.officer), agreed_on=day)
    assert Duty.objects.get().agreed_on is None


def test_a_returned_claim_leaves_the_duty_open_and_a_correction_takes_its_place(cast):
    duty = owe(cast)
    first = DutyDone.claim(duty, by=acting(cast.our_lead), done_on=dt.date(2026, 6, 1))
    first.return_(by=acting(cast.officer), reason="No letter.")
    (party,) = lived(cast.our_agreement).duties
    assert party.rows[0].state == DutyState.OPEN
    again = DutyDone.claim(duty, by=acting(cast.our_lead), done_on=dt.date(2026, 6, 2), supersedes=first)
    (party,) = lived(cast.our_agreement).duties
    assert party.rows[0].claimed == again


def test_a_claim_corrected_to_a_later_day_no_longer_counts_on_the_days_before(cast):
    duty = owe(cast, due_on=dt.date(2026, 6, 3))
    lead = acting(cast.our_lead)
    first = DutyDone.claim(duty, by=lead, done_on=dt.date(2026, 6, 1))
    DutyDone.claim(duty, by=lead, done_on=dt.date(2026, 6, 10), supersedes=first)
    (party,) = lived(cast.our_agreement, dt.date(2026, 6, 5)).duties
    assert (party.rows[0].state, party.rows[0].overdue_days) == (DutyState.OVERDUE, 2)


def test_the_correction_of_a_returned_correction_replaces_the_first_claim(cast):
    duty, lead = owe(cast), acting(cast.our_lead)
    first = DutyDone.claim(duty, by=lead, done_on=dt.date(2026, 6, 10))
    second = DutyDone.claim(duty, by=lead, done_on=dt.date(2026, 6, 5), supersedes=first)
    second.return_(by=acting(cast.officer), reason="Another letter.")
    third = DutyDone.claim(duty, by=lead, done_on=dt.date(2026, 6, 2), supersedes=second)
    (party,) = lived(cast.our_agreement).duties
    assert party.rows[0].claimed == third


def test_a_lead_claims_the_duties_of_its_own_party_only(cast):
    with pytest.raises(PermissionDenied):
        DutyDone.claim(owe(cast, party=cast.ministry), by=acting(cast.our_lead), done_on=dt.date(2026, 6, 1))
    with pytest.raises(ValidationError):
        DutyDone.claim(owe(cast), by=acting(cast.our_lead), done_on=TODAY + dt.timedelta(days=1))


def test_a_duty_is_of_a_party_and_changes_while_nobody_has_claimed_it(cast):
    with pytest.raises(ValidationError) as refusal:
        owe(cast, party=cast.irel)
    assert set(refusal.value.error_dict) == {"party"}
    duty = owe(cast)
    duty.change(by=acting(cast.officer), text="Name two officers.", due_on=None)
    assert (duty.text, duty.due_on, duty.due_precision) == ("Name two officers.", None, "")
    with pytest.raises(StaleError):
        duty.change(by=acting(cast.officer), version=1, text="Name three.")
    DutyDone.claim(duty, by=acting(cast.our_lead), done_on=dt.date(2026, 6, 1))
    with pytest.raises(TransitionError):
        duty.change(by=acting(cast.officer), text="Name none.")


# --- the consortium ---


def partners(*kinds):
    return [Organisation(pk=n, reference=f"INS-{n}", kind=kind) for n, kind in enumerate(kinds)]


@pytest.mark.parametrize(
    ("kinds", "kept"),
    [
        ((), None),
        (("company", "cpse", "rd", "academic"), True),
        (("company", "cpse", "rd"), False),
        (("company", "rd", "academic", "ministry"), False),
        (("ministry",), False),
    ],
)
def test_a_hub_keeps_two_partners_of_industry_and_two_of_research(kinds, kept):
    assert consortium(partners(*kinds)).is_kept is kept


def test_every_kind_of_organisation_is_industry_research_or_known_to_be_neither():
    neither = {
        *("government", "ministry", "department", "attached_office", "statutory_body"),
        *("state_government", "state_body", "foreign_government", "multilateral"),
    }
    assert {kind.value for kind in INDUSTRY | RESEARCH} | neither == set(OrganisationKind.values)


# --- any course, and the page of the rule ---


@given(st.lists(st.sampled_from(AgreementMove.values), max_size=14))
@settings(max_examples=80, deadline=None)
def test_any_course_of_steps_can_be_read_again_on_every_day(course):
    """Pure: the same steps as the act takes, on rows that are not saved."""
    status, rows, after = "draft", [], {}
    for number, move in enumerate(course):
        before, to = MOVES[move]
        if status not in before:
            continue
        day = dt.date(2026, 1, 1) + dt.timedelta(days=number)
        rows.append(AgreementStep(pk=number, move=move, from_status=status, to_status=to, taken_on=day))
        status, after[day] = to, to
    row = Agreement(status=status)
    assert agreement_life(row, rows, (), (), (), dt.date(2025, 12, 31)).status == (
        "draft" if rows else status
    )
    for day, expected in after.items():
        assert agreement_life(row, list(reversed(rows)), (), (), (), day).status == expected
    assert agreement_life(row, rows, (), (), (), dt.date(2027, 1, 1)).status == status


@given(
    course=st.lists(
        st.tuples(st.integers(0, 99), st.sampled_from([-20, 0, 5, 30]), st.sampled_from([0, 3, 60])),
        min_size=6,
        max_size=10,
    ),
    status=st.sampled_from(["draft", "signed", "suspended"]),
)
@settings(max_examples=25, deadline=None)
def test_whatever_is_tried_only_open_steps_are_taken_in_their_order_and_each_day_tells_its_status(
    course, status
):
    with transaction.atomic():
        cast = assemble()
        row = agreement("AGR-950", cast.texmin, signed_on=None, signed_precision="", status=status)
        day, stood = dt.date(2026, 1, 1), {}
        for chance, days, term in course:
            day += dt.timedelta(days=days)
            before, stands = row.status, lived(row, day).status
            # Open steps and amendments more often than others, and no end too soon: refusals tell little.
            likely = [it for it, (froms, _to) in MOVES.items() if before in froms and it != "terminate"]
            possible = [*likely * 4, *["amend"] * 4, *MOVES]
            move = possible[chance % len(possible)]
            with contextlib.suppress(ValidationError, TransitionError):
                if move == "amend":
                    amend(cast, on=day, of=row, expires_on=day + dt.timedelta(days=term))
                    continue
                take(cast, move, on=day, of=row)
                assert before in MOVES[move][0]
                assert stands != "expired" or move == "terminate"
                assert day <= TODAY
                stood[day] = row.status
        for on, expected in stood.items():
            assert lived(row, on).status in (expected, "expired")
        if stood:
            assert lived(row, max(stood)).status in (row.status, "expired")
        for on in (*stood, dt.date(2025, 12, 31), TODAY, TODAY + dt.timedelta(days=60)):
            loaded = Agreement.objects.with_moves(on).get(pk=row.pk)
            assert is_suspended(loaded, on) == lived(row, on).is_suspended
        transaction.set_rollback(True)


def test_the_worked_example_of_the_rule_holds(root: Path):
    page = (root / "docs/rules/agreement_life.md").read_text()
    (block,) = map(json.loads, re.findall(r"```rule\n(.*?)\n```", page, re.DOTALL))
    assert rule_page.check(block["given"]) == block["expected"]
