"""Fund lines and clearances over the API: what a body may say, what a list finds, what an answer tells."""

import pytest

from tests.api.scene import OWN

V1 = "/api/v1"
LINE = {
    "project": "PRJ-901",
    "kind": "spent",
    "source": "psu",
    "amount_crore": "0.75",
    "dated_on": "2026-06-01",
}


def test_an_amount_keeps_its_two_places_and_names_its_contributor(scene, signed_in):
    found = signed_in(scene.cast.our_lead).get(f"{V1}/fund-lines/").json()["results"]
    assert [(it["amount_crore"], it["contributor"], it["status"]) for it in found] == [
        ("1.50", "INS-901", "claimed")
    ]


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("project=PRJ-901", 1),
        ("kind=released", 2),
        ("kind=spent", 0),
        ("source=budget&status=claimed", 2),
        ("status=verified", 0),
        ("dated_from=2026-06-02", 0),
    ],
)
def test_fund_lines_are_found_by_project_kind_source_and_status(scene, signed_in, asked, count):
    assert len(signed_in(scene.cast.officer).get(f"{V1}/fund-lines/?{asked}").json()["results"]) == count


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount_crore": "0.00"}, "amount_crore"),
        ({"dated_on": "2026-06-16"}, "dated_on"),
        ({"contributor": "INS-902"}, "contributor"),
        ({"supersedes": 987654}, "supersedes"),
    ],
)
def test_an_amount_that_cannot_be_claimed_is_refused_at_its_field(scene, signed_in, change, field):
    answer = signed_in(scene.cast.our_lead).post(f"{V1}/fund-lines/", {**LINE, **change}, format="json")
    assert answer.status_code == 400
    assert field in {error["field"] for error in answer.json()["errors"]}


def test_a_clearance_tells_where_it_stands_on_the_day_that_is_asked(scene, signed_in):
    client, key = signed_in(scene.cast.our_lead), scene.key("clearance", OWN)
    address = f"{V1}/clearances/{key}/"
    changed = client.patch(
        address, {"version": 1, "statutory_days": 30, "granted_on": "2026-06-10"}, format="json"
    )
    assert changed.status_code == 200
    assert changed.json()["standing"] == {
        "as_of": "2026-06-15",
        "state": "granted",
        "days_taken": 40,
        "pending_days": None,
        "over_days": 10,
        "expires_in_days": None,
    }
    earlier = client.get(f"{address}?as_of=2026-05-11").json()["standing"]
    assert (earlier["state"], earlier["pending_days"], earlier["over_days"]) == ("pending", 10, -20)
    stale = client.patch(address, {"version": 1, "authority": "SEIAA"}, format="json")
    assert stale.status_code == 409


def test_a_clearance_that_does_not_apply_says_why(scene, signed_in):
    body = {"project": "PRJ-901", "type": "crz", "is_applicable": False}
    client = signed_in(scene.cast.our_lead)
    assert client.post(f"{V1}/clearances/", body, format="json").status_code == 400
    body["applicability_reason"] = "800 km from the coast."
    assert client.post(f"{V1}/clearances/", body, format="json").status_code == 201
    found = client.get(f"{V1}/clearances/?project=PRJ-901&applicable=false").json()["results"]
    assert [it["type"] for it in found] == ["crz"]
    assert client.get(f"{V1}/clearances/?granted=true").json()["results"] == []
    assert len(client.get(f"{V1}/clearances/?undecided=false").json()["results"]) == 2
