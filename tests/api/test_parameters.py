"""Every address names the parameters that it does not know, and every list can be sorted."""

from __future__ import annotations

import re

import pytest

from tests.api.conftest import SignIn
from tests.api.scene import OWN, Scene
from tests.api.test_fuzzing import NAMES
from tests.api.test_schema import operations

V1 = "/api/v1"
PAGED = {"page", "cursor"}
# Whoever may not read an address is told that first.
READER = "manager"
# Only somebody who has nothing to read would be told 404 before; these have nothing public to show.
NOT_JSON = ("/api/v1/iati/",)


def parameters(operation: dict) -> set[str]:
    return {it["name"] for it in operation.get("parameters", ()) if it["in"] == "query"}


def test_an_address_that_does_not_know_a_parameter_says_which_it_knows(scene: Scene, signed_in: SignIn):
    client, wrong, tried = signed_in(scene.cast.people[READER]), [], 0
    for path, method, operation in operations():
        if method != "get":
            continue
        key = scene.keys.get(NAMES.get(path.removeprefix(f"{V1}/").split("/")[0], ""), {}).get(OWN, "1")
        address = re.sub(r"\{\w+\}", str(key), path)
        tried += 1
        answer = client.get(address, {"colour": "red"})
        if answer.status_code == 403:
            answer = signed_in(scene.cast.administrator).get(address, {"colour": "red"})
        if answer.status_code != 400:
            wrong.append(f"{address}: {answer.status_code}")
            continue
        (error,) = answer.json()["errors"]
        if (error["field"], error["code"]) != ("colour", "unknown"):
            wrong.append(f"{address}: {error}")
        if not all(name in error["detail"] for name in parameters(operation)):
            wrong.append(f"{address}: tells {error['detail']}, not {parameters(operation)}")
    assert not wrong, "\n".join(wrong)
    assert tried > 80


def test_a_step_does_not_pass_over_a_parameter(scene: Scene, signed_in: SignIn):
    answer = signed_in(scene.cast.manager).post(f"{V1}/milestones/MST-903/verify/?dry_run=true")
    assert [it["field"] for it in answer.json()["errors"]] == ["dry_run"]


def test_every_list_can_be_sorted():
    lists = [(path, parameters(it)) for path, method, it in operations() if method == "get"]
    # Notices stand by their kind and age.
    unsorted = [
        path
        for path, names in lists
        if names & PAGED and "sort" not in names and not path.endswith("/notices/")
    ]
    # Events stand in the order of their chain, downloads in that of the log: both from either end.
    assert not unsorted


@pytest.mark.parametrize(
    ("address", "sort", "field"),
    [
        ("/schedules/", "-title", "title"),
        ("/schedules/", "starts_on", "starts_on"),
        ("/auth/tokens/", "-name", "name"),
        ("/auth/tokens/", "expiry", "expiry"),
        ("/auth/calendar-links/", "name", "name"),
        ("/webhooks/", "-name", "name"),
    ],
)
def test_a_list_is_sorted_as_asked(address: str, sort: str, field: str, scene: Scene, signed_in: SignIn):
    client = signed_in(scene.cast.second_officer if "auth" in address else scene.cast.manager)
    found = [row[field] for row in client.get(V1 + address, {"sort": sort}).json()["results"]]
    assert found == sorted(found, reverse=sort.startswith("-"))
    assert len(found) > 1
    refused = client.get(V1 + address, {"sort": "shade"})
    assert [it["field"] for it in refused.json()["errors"]] == ["sort"]
