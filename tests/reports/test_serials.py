"""Serials are unbroken per financial year and kind, whatever becomes of the reports."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from reports import ordering
from reports.choices import ReportKind, ReportState
from reports.models import Report, SerialCounter
from reports.models.serials import LETTERS
from reports.periods import IST
from tests.cast import acting
from tests.reports.orders import NOW, at_once, claimed, fresh, order

pytestmark = pytest.mark.django_db

PROGRAMME = {"kind": ReportKind.PROGRAMME, "project": None}


def serials():
    return sorted(Report.objects.values_list("serial", flat=True))


def test_every_kind_has_its_own_letter():
    assert set(LETTERS) == set(ReportKind)
    assert sorted(LETTERS.values()) == sorted("MAPTEB")


def test_each_kind_counts_for_itself(cast):
    for facts in ({}, PROGRAMME, {}, PROGRAMME):
        order(cast, **facts)
    assert serials() == [f"NCMM/2026-27/{letter}/000{number}" for letter in "MP" for number in (1, 2)]


def test_each_financial_year_of_registration_begins_with_one(cast):
    by, day = acting(cast.officer), dt.date(2026, 1, 31)
    last_minute = dt.datetime(2027, 3, 31, 23, 59, tzinfo=IST)
    for now in (NOW, last_minute, last_minute + dt.timedelta(minutes=1)):
        ordering.order(by=by, now=now, as_of=day, **PROGRAMME)
    assert serials() == ["NCMM/2026-27/M/0001", "NCMM/2026-27/M/0002", "NCMM/2027-28/M/0001"]


def test_a_failed_report_keeps_its_number(cast):
    first = order(cast)
    claimed(first).write(state=ReportState.FAILED, failure="No disk.", lease_until=None)
    assert order(cast).serial == "NCMM/2026-27/P/0002"
    assert fresh(first).serial == "NCMM/2026-27/P/0001"


def test_an_order_that_comes_to_nothing_leaves_no_gap(cast):
    with pytest.raises(ValidationError):
        order(cast, as_of=dt.date(2027, 1, 1))
    with transaction.atomic():
        order(cast)
        transaction.set_rollback(True)
    assert order(cast).serial == "NCMM/2026-27/P/0001"


@pytest.mark.django_db(transaction=True)
def test_many_orders_at_once_leave_no_gap_and_no_double(cast):
    found = at_once(12, lambda number: order(cast, **(PROGRAMME if number % 2 else {})))
    assert [report for report in found if not isinstance(report, Report)] == []
    expected = [f"NCMM/2026-27/{letter}/{number:04d}" for letter in "MP" for number in range(1, 7)]
    assert serials() == expected
    assert {counter.last for counter in SerialCounter.objects.all()} == {6}


@pytest.mark.django_db(transaction=True)
def test_a_number_is_given_in_a_transaction_only():
    with pytest.raises(RuntimeError, match="in the transaction that inserts its report"):
        SerialCounter.locked(ReportKind.PROJECT, NOW.date())
