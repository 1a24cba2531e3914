"""The life of a measurement: claimed, then verified at a level or returned; never changed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from projects.models import AuditEvent, Measurement, StaleError, Target, TransitionError, audit
from projects.progress import target_rows
from tests.api.scene import document, indicator, target
from tests.cast import TODAY, Cast, acting


@pytest.fixture
def goal(cast: Cast) -> Target:
    return target("TGT-930", indicator(), project=cast.our_project)


def claim(goal: Target, cast: Cast, **more: Any) -> Measurement:
    given = {"by": acting(cast.our_lead), "value": Decimal("12.5"), "period_end": dt.date(2026, 5, 31)}
    return Measurement.claim(goal, **{**given, **more})


def test_a_claim_keeps_value_claimant_and_evidence(goal: Target, cast: Cast):
    row = claim(goal, cast, evidence=(document("assay"),), note="Certified assay.")
    row.refresh_from_db()
    assert (row.status, row.level, row.value) == ("claimed", 0, Decimal("12.5"))
    assert (row.claimed_by, row.claimant_organisation) == (cast.our_lead, cast.texmin)
    assert row.evidence.count() == 1
    assert audit.history(row).get().reason == "Certified assay."


def test_a_claim_for_a_period_that_has_not_ended_is_refused(goal: Target, cast: Cast):
    with pytest.raises(ValidationError, match="future"):
        claim(goal, cast, period_end=TODAY + dt.timedelta(days=1))
    with pytest.raises(ValidationError, match="period cannot end"):
        claim(goal, cast, period_start=dt.date(2026, 6, 1))
    assert not Measurement.objects.exists()


def test_another_partners_lead_does_not_claim(goal: Target, cast: Cast):
    with pytest.raises(PermissionDenied):
        claim(goal, cast, by=acting(cast.their_lead))


@pytest.mark.parametrize("level", [1, 2, 3])
def test_a_second_person_verifies_at_a_level(level: int, goal: Target, cast: Cast):
    row = claim(goal, cast)
    row.verify(by=acting(cast.manager), level=level, note="Seen.")
    assert (row.status, row.level, row.verified_by, row.verified_on) == (
        "verified",
        level,
        cast.manager,
        TODAY,
    )
    event = audit.history(row).last()
    assert (event.action, event.reason, row.version) == ("measurement.verify", "Seen.", 2)


@pytest.mark.parametrize("level", [0, 4, -1])
def test_nobody_verifies_at_a_level_that_does_not_exist(level: int, goal: Target, cast: Cast):
    row = claim(goal, cast)
    with pytest.raises(ValidationError, match="V1, V2 or V3"):
        row.verify(by=acting(cast.manager), level=level)


def test_a_value_is_verified_or_returned_once(goal: Target, cast: Cast):
    row = claim(goal, cast)
    row.return_(by=acting(cast.manager), reason="Wrong unit.")
    events = AuditEvent.objects.count()
    with pytest.raises(TransitionError, match="not open"):
        row.verify(by=acting(cast.officer), level=1)
    with pytest.raises(TransitionError, match="not open"):
        row.return_(by=acting(cast.officer), reason="Again.")
    assert AuditEvent.objects.count() == events


def test_who_read_an_older_version_is_told_so(goal: Target, cast: Cast):
    row = claim(goal, cast)
    with pytest.raises(StaleError):
        row.verify(by=acting(cast.manager), level=1, version=7)


def test_a_correction_supersedes_a_value_of_the_same_target_once(goal: Target, cast: Cast):
    first = claim(goal, cast)
    second = claim(goal, cast, value=Decimal(13), supersedes=first)
    assert first.superseded_by == second
    elsewhere = target("TGT-931", goal.indicator, project=cast.our_project)
    with pytest.raises(ValidationError, match="same subject"):
        claim(elsewhere, cast, supersedes=first)
    with pytest.raises(IntegrityError), transaction.atomic():
        claim(goal, cast, value=Decimal(14), supersedes=first, period_end=dt.date(2026, 6, 1))


def test_a_correction_replaces_a_value_only_as_far_as_it_is_believed(goal: Target, cast: Cast):
    def counted() -> tuple[Decimal | None, Decimal | None]:
        (row,) = target_rows(Target.objects.filter(pk=goal.pk), TODAY)
        return row.claimed and row.claimed.value, row.verified and row.verified.value

    first = claim(goal, cast, value=Decimal(12))
    first.verify(by=acting(cast.manager), level=3)
    second = claim(goal, cast, value=Decimal(13), supersedes=first)
    assert counted() == (13, 12), "the verified value stands until its correction is verified"
    second.return_(by=acting(cast.manager), reason="No certificate.")
    assert counted() == (12, 12), "a returned correction corrects nothing"
    third = claim(goal, cast, value=Decimal(14), supersedes=second)
    third.verify(by=acting(cast.manager), level=3)
    assert counted() == (14, 14)
