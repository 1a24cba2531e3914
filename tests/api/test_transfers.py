"""Technology transfers and readiness over the API: what a body may say, what is refused, what an answer tells."""

from __future__ import annotations

import pytest

from projects.models import Readiness, Transfer, TransferStep
from tests.api.scene import OWN
from tests.cast import acting

V1 = "/api/v1"


def test_a_transfer_tells_where_it_stands_on_the_day_that_is_asked(scene, signed_in):
    reference, client = scene.key("transfer", OWN), signed_in(scene.cast.our_lead)
    address = f"{V1}/transfers/{reference}/"
    found = client.get(address).json()
    assert (found["donor"], found["recipient"]) == (None, "INS-901"), "the lead does not see the donor"
    assert found["standing"] == {
        "as_of": "2026-06-15",
        "claimed_stage": "offered",
        "verified_stage": None,
        "stages": [
            {"stage": "offered", "is_reached": False, "missing": []},
            {
                "stage": "licensed",
                "is_reached": False,
                "missing": ["document", "licence", "exclusivity", "fee"],
            },
            {"stage": "absorbed", "is_reached": False, "missing": ["know_how", "training", "run"]},
            {"stage": "producing", "is_reached": False, "missing": ["output"]},
        ],
        "lapsed": [],
        "know_how_per_cent": "0.00",
        "persons": {"claimed": 3, "verified": None},
        "person_days": {"claimed": None, "verified": None},
        "independent_runs": {"claimed": 1, "verified": 0},
    }
    earlier = client.get(f"{address}?as_of=2026-05-31").json()["standing"]
    assert (earlier["claimed_stage"], earlier["persons"]["claimed"]) == (None, None)
    listed = client.get(f"{V1}/transfers/?project=PRJ-901").json()["results"]
    assert [it["standing"] for it in listed] == [found["standing"]]


def test_terms_change_once_for_the_version_that_was_read_and_no_unknown_field_is_taken(scene, signed_in):
    address, client = f"{V1}/transfers/{scene.key('transfer', OWN)}/", signed_in(scene.cast.officer)
    body = {"version": 1, "licence_type": "licence", "exclusivity": "sole", "fee_crore": "0.00"}
    changed = client.patch(address, body, format="json")
    assert (changed.status_code, changed.json()["version"], changed.json()["fee_crore"]) == (200, 2, "0.00")
    assert client.patch(address, body, format="json").status_code == 409
    assert client.patch(address, {"donor": "INS-901"}, format="json").status_code == 400
    missing = changed.json()["standing"]["stages"][1]["missing"]
    assert missing == ["document"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"donor": "INS-901"}, "recipient"),
        ({"donor": "INS-902"}, "donor"),
        ({"fee_crore": "-1"}, "fee_crore"),
        ({"royalty_per_cent": "101"}, "royalty_per_cent"),
        ({"agreement": "AGR-902"}, "agreement"),
    ],
)
def test_what_cannot_be_recorded_is_refused_at_its_field(scene, signed_in, change, field):
    body = {"project": "PRJ-901", "asset": "Leaching", "donor": "INS-900", "recipient": "INS-901", **change}
    answer = signed_in(scene.cast.our_lead).post(f"{V1}/transfers/", body, format="json")
    assert answer.status_code == 400
    assert field in {error["field"] for error in answer.json()["errors"]}


def test_a_recipients_lead_accepts_an_item(scene, signed_in):
    address = f"{V1}/know-how-items/{scene.key('knowhowitem', OWN)}/"
    body = {"delivered_on": "2026-06-01", "accepted_on": "2026-06-02", "accepted_by_post": "Head"}
    client = signed_in(scene.cast.our_lead)
    assert client.patch(address, {**body, "accepted_on": "2026-05-02"}, format="json").status_code == 400
    assert client.patch(address, {**body, "version": 1}, format="json").json()["accepted_by_post"] == "Head"
    assert len(client.get(f"{V1}/know-how-items/?accepted=true").json()["results"]) == 1
    events = signed_in(scene.cast.officer).get(f"{address}history/").json()["results"]
    assert [event["action"] for event in events] == ["transfer.record", "knowhowitem.accept"]


def test_verifying_a_stage_answers_with_all_that_is_missing(scene, signed_in):
    transfer = Transfer.objects.get(reference=scene.key("transfer", OWN))
    step = TransferStep.claim(
        transfer, by=acting(scene.cast.our_lead), stage="licensed", reached_on=acting(scene.cast.officer).on
    )
    address = f"{V1}/transfer-steps/{step.pk}/verify/"
    answer = signed_in(scene.cast.officer).post(address, {"level": 1}, format="json")
    assert answer.status_code == 400
    told = [error["detail"] for error in answer.json()["errors"]]
    assert len(told) == 5, told
    waived = {"level": 1, "waiver": "Order 7."}
    assert signed_in(scene.cast.officer).post(address, waived, format="json").status_code == 403
    assert signed_in(scene.cast.manager).post(address, waived, format="json").status_code == 400
    assert TransferStep.objects.get(pk=step.pk).status == "claimed"


def test_a_manager_waives_a_skipped_level(scene, signed_in):
    Readiness.objects.get(pk=scene.key("readiness", OWN)).verify(by=acting(scene.cast.officer), level=2)
    body = {"project": "PRJ-901", "ladder": "TRL", "value": 6, "assessed_on": "2026-06-10", "assessor": "P"}
    lead = signed_in(scene.cast.our_lead)
    key = lead.post(f"{V1}/readiness/", body, format="json").json()["id"]
    assert lead.post(f"{V1}/readiness/", {**body, "waiver": "x"}, format="json").status_code == 400
    address, manager = f"{V1}/readiness/{key}/verify/", signed_in(scene.cast.manager)
    refused = manager.post(address, {"level": 2}, format="json")
    assert (refused.status_code, "skips a level" in str(refused.json())) == (400, True)
    done = manager.post(address, {"level": 2, "waiver": "Order 7 of 2026."}, format="json")
    assert (done.status_code, done.json()["waiver"]) == (200, "Order 7 of 2026.")


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("readiness/?ladder=TRL&status=claimed", 2),
        ("readiness/?assessed_from=2026-06-02", 0),
        ("transfer-steps/?stage=offered&reached_to=2026-06-01", 2),
        ("trainings/?status=verified", 0),
        ("replication-runs/?licensor_on_site=false", 2),
        ("replication-runs/?guarantee_met=false", 0),
        ("know-how-items/?delivered=false&kind=drawing", 2),
        ("transfers/?recipient=INS-901", 1),
    ],
)
def test_lists_are_filtered(scene, signed_in, asked, count):
    assert len(signed_in(scene.cast.officer).get(f"{V1}/{asked}").json()["results"]) == count
