"""A record and its files are written together: where one file is refused, nothing is left behind."""

import datetime as dt
from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError

from projects.choices import Visibility
from projects.models import Amendment, AuditEvent, Clearance, Evidence, KnowHowItem, Transfer
from tests.cast import acting, document

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 6, 1)


def transfer(cast):
    given = {"asset": "Sintering", "donor": cast.irel, "recipient": cast.texmin}
    return Transfer.record(cast.our_project, by=acting(cast.officer), **given)


def of_an_amendment(cast):
    given = {"agreed_on": DAY, "summary": "Prolonged."}
    return lambda files: Amendment.record(
        cast.our_agreement, by=acting(cast.officer), evidence=files, **given
    )


def of_an_item(cast):
    row = transfer(cast)
    given = {"title": "Drawings", "kind": "drawing"}
    return lambda files: KnowHowItem.record(row, by=acting(cast.our_lead), evidence=files, **given)


def of_a_delivery(cast):
    by = acting(cast.our_lead)
    row = KnowHowItem.record(transfer(cast), by=by, title="Drawings", kind="drawing")
    return lambda files: row.change(by=by, delivered_on=DAY, evidence=files)


def of_a_clearance(cast):
    return lambda files: Clearance.record(
        cast.our_project, by=acting(cast.our_lead), type="ec", is_applicable=True, evidence=files
    )


def of_a_grant(cast):
    by = acting(cast.our_lead)
    row = Clearance.record(cast.our_project, by=by, type="ec", is_applicable=True, applied_on=DAY)
    return lambda files: row.change(by=by, granted_on=DAY, evidence=files)


@pytest.mark.parametrize(
    "act",
    [of_an_amendment, of_an_item, of_a_delivery, of_a_clearance, of_a_grant],
    ids=lambda it: it.__name__,
)
def test_a_refused_file_leaves_nothing_and_all_good_ones_are_kept(cast, act):
    record = act(cast)
    before = AuditEvent.objects.count()
    nameless = replace(document("second"), name="")
    with pytest.raises(ValidationError):
        record([document("first"), nameless])
    assert AuditEvent.objects.count() == before
    assert not Evidence.objects.exists()
    record([document("first"), document("second")])
    assert sorted(Evidence.objects.values_list("name", flat=True)) == ["first.pdf", "second.pdf"]


def test_a_lead_who_hides_a_file_from_its_own_side_records_nothing(cast):
    with pytest.raises(ValidationError) as refusal:
        Clearance.record(
            cast.our_project,
            by=acting(cast.our_lead),
            type="ec",
            evidence=[document()],
            visibility=Visibility.INTERNAL,
        )
    assert set(refusal.value.error_dict) == {"visibility"}
    assert not Clearance.objects.exists()


def test_an_amendment_comes_with_its_document(cast):
    with pytest.raises(ValidationError) as refusal:
        Amendment.record(
            cast.our_agreement, by=acting(cast.officer), agreed_on=DAY, summary="Prolonged.", evidence=[]
        )
    assert set(refusal.value.error_dict) == {"evidence"}
    assert not Amendment.objects.exists()
