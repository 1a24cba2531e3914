"""Every operation of the OpenAPI document with made-up requests, as four roles: no fault, and no answer that it does not describe.

The requests fit the document or break it; half of them name records that exist, so that they get further than a 404. Besides,
whatever can be made is made, and the new record is read, decided on, changed and exported by its own key, by changing roles and
in changing order. The same requests in each run of the suite; `make fuzz` makes other and many more ones.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.conf import settings as of_django
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.urls import resolve
from django.utils import timezone
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core import NOT_SET
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from projects.models import TokenGrant
from tests.api.rights import RIGHTS
from tests.api.rights_shapes import PEOPLE
from tests.api.scene import OTHER, OWN, Scene, assemble_scene
from tracker.document import document
from tracker.wsgi import application

# What is made once for all tests here is made by one worker.
pytestmark = [pytest.mark.django_db, pytest.mark.engine("postgres"), pytest.mark.xdist_group("fuzzing")]

REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "1"))  # of each kind, to each operation
SEED = int(os.environ.get("FUZZ_SEED", "20260615"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ROLES = ("officer", "manager", "our_lead", "auditor")
# What the first part of an address, or a field or filter, may name.
NAMES = {
    "organisations": "organisation", "minerals": "mineral", "indicators": "indicator", "agreements": "agreement",
    "projects": "project", "milestones": "planned", "targets": "target", "measurements": "measurement",
    "fund-lines": "fundline", "clearances": "clearance", "amendments": "amendment", "duties": "duty",
    "duties-done": "dutydone", "gates": "gate", "gate-plans": "gate_plan", "feeds": "feed",
    "readiness": "readiness", "transfers": "transfer", "know-how-items": "knowhowitem",
    "transfer-steps": "transferstep", "trainings": "training", "replication-runs": "replicationrun",
    "evidence": "evidence", "reliance": "reliance", "sector-needs": "sectorneed", "auth": "token",
    "reports": "report", "schedules": "schedule", "iati": "project", "webhooks": "webhook",
    "webhook-deliveries": "delivery", "verifications": "claimed", "returns": "claimed",
    "users": "user", "memberships": "membership", "user": "user", "notices": "notice", "meetings": "meeting",
    "findings": "raised", "evidence-bundles": "project", "action-points": "open_point", "meeting": "meeting", "owner": "organisation",
    "project": "project", "agreement": "agreement", "organisation": "organisation", "party": "organisation",
    "indicator": "indicator", "target": "target", "milestone": "claimed", "mineral": "mineral",
    "lead": "organisation", "contributor": "organisation", "supplier": "organisation", "donor": "organisation",
    "recipient": "organisation", "transfer": "transfer", "duty": "duty", "supersedes": "measurement",
}  # fmt: skip

SHARES = 4  # of the operations, so that several processes can take one each


@functools.cache
def operations() -> dict[str, Any]:
    """Return every operation of the document; made when it is asked for, not when tests are collected."""
    found = schemathesis.openapi.from_dict(document("en")).get_all_operations()
    return {f"{it.method.upper()} {it.path}": it for it in (result.ok() for result in found)}


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scene]:
    """One stage for all, in a transaction that is never committed; each request undoes its effects."""
    signals = (request_started, request_finished)  # a server closes its connection after each request
    for signal in signals:
        signal.disconnect(close_old_connections)
    with django_db_blocker.unblock(), transaction.atomic():
        yield assemble_scene()
        transaction.set_rollback(True)
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def headers(scene: Scene, django_db_blocker: Any) -> dict[str, dict[str, str]]:
    with django_db_blocker.unblock():
        people = {role: scene.cast.people[role] for role in (*ROLES, "administrator")}
        return {
            role: {"Authorization": f"Token {TokenGrant.issue(user, now=timezone.now())[1]}"}
            for role, user in people.items()
        }


@pytest.mark.parametrize("share", range(SHARES))
def test_no_request_is_answered_but_as_the_document_says(
    share: int, scene: Scene, headers: dict[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(of_django, "THROTTLES", dict.fromkeys(of_django.THROTTLES, (10**9, 60)))
    wrong = []
    for name in list(operations())[share::SHARES]:
        try:
            _ask(operations()[name], scene, headers)
        except Exception as error:  # noqa: BLE001 - all operations are asked, and told at once
            wrong.append(f"{name}: {error}")
    assert not wrong, "\n\n".join(wrong)


def _ask(operation: Any, scene: Scene, headers: dict[str, dict[str, str]]) -> None:
    kinds = [operation.as_strategy(mode) for mode in schemathesis.GenerationMode]

    @seed(SEED)
    @settings(
        max_examples=REQUESTS * len(kinds),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    @given(case=st.one_of(kinds), role=st.sampled_from(ROLES), data=st.data())
    def ask(case: schemathesis.Case, role: str, data: st.DataObject) -> None:
        _name_what_exists(case, scene, data)
        with transaction.atomic():
            response = case.call(app=application, base_url="http://localhost", headers=headers[role])
            transaction.set_rollback(True)
        case.validate_response(response, checks=CHECKS)

    ask()


def _name_what_exists(case: schemathesis.Case, scene: Scene, data: st.DataObject) -> None:
    """Let addresses, filters and bodies name records of the stage, more often than not."""
    first = case.path.removeprefix("/api/v1/").split("/")[0]
    if case.path_parameters and data.draw(st.integers(0, 3)):
        for parameter in case.path_parameters:
            case.path_parameters[parameter] = scene.keys[NAMES[first]][
                data.draw(st.sampled_from([OWN, OTHER]))
            ]
    for given_ in (case.query, case.body):
        if isinstance(given_, dict):
            for field in sorted(set(given_) & set(NAMES)):
                if data.draw(st.integers(0, 3)):
                    given_[field] = scene.keys[NAMES[field]][data.draw(st.sampled_from([OWN, OTHER]))]


# --- one thing after another ---

FOLLOWING = 6  # requests about each record that was made, beside the first look at it


@functools.cache
def routes() -> dict[str, str]:
    """Return for each "METHOD /path/{key}/" of the document the name of its route."""
    return {name: resolve(re.sub(r"\{\w+\}", "1", name.partition(" ")[2])).view_name for name in operations()}


def makers() -> list[str]:
    """Return the operations that make a record which is read by its key; those with files are left to the other test."""
    found = []
    for name, route in routes().items():
        method, _, path = name.partition(" ")
        if method != "POST" or not route.endswith("-list") or RIGHTS[route]["POST"].ok not in (201, 202):
            continue
        is_json = "application/json" in operations()[name].definition.raw["requestBody"]["content"]
        if is_json and any(it.startswith(f"GET {path}{{") for it in operations()):
            found.append(name)
    return found


def test_what_is_made_is_read_decided_on_and_exported_as_the_document_says(
    scene: Scene, headers: dict[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(of_django, "THROTTLES", dict.fromkeys(of_django.THROTTLES, (10**9, 60)))
    wrong, followed = [], set()
    for name in makers():
        try:
            followed |= _follow(name, scene, headers)
        except Exception as error:  # noqa: BLE001 - all are made, and told at once
            wrong.append(f"{name}: {error}")
    assert not wrong, "\n\n".join(wrong)
    assert len(makers()) > 15
    assert len(followed) > 40, sorted(followed)


def _follow(name: str, scene: Scene, headers: dict[str, dict[str, str]]) -> set[str]:
    """Make a record and ask everything about it, as somebody else each time; return which operations found it."""
    path, row = name.partition(" ")[2], RIGHTS[routes()[name]]["POST"]
    about = [it for it in operations() if it.partition(" ")[2].startswith(f"{path}{{")]
    entitled = [role for role in ROLES if PEOPLE[role][0] in row.may] or ["administrator"]
    found: set[str] = set()

    @seed(SEED)
    @settings(
        max_examples=REQUESTS, deadline=None, database=None, suppress_health_check=list(HealthCheck),
        print_blob=False,
    )  # fmt: skip
    @given(data=st.data())
    def go(data: st.DataObject) -> None:
        with transaction.atomic():
            body = row.body(scene.key(row.names, OWN) if row.names else None)
            maker = headers[data.draw(st.sampled_from(entitled))]
            made = _send(operations()[name], maker, body=body)
            assert made.status_code == row.ok, made.text
            told = made.json()
            keys = [told[it] for it in ("reference", "code", "slug", "id") if told.get(it)]
            read = next(it for it in about if it.startswith("GET ") and it.count("/") == path.count("/") + 1)
            key = next(it for it in keys if _send(operations()[read], maker, key=it).status_code == 200)
            for step in data.draw(st.permutations(about))[:FOLLOWING]:
                role = data.draw(st.sampled_from(ROLES))
                answer = _send(operations()[step], headers[role], key=key, body=_body(step, data))
                if answer.status_code < 300:
                    found.add(step)
            exported = _send(operations()[f"GET {path}"], maker, query={"format": "csv"})
            assert str(key) in exported.text
            transaction.set_rollback(True)

    go()
    return found


def _body(step: str, data: st.DataObject) -> Any:
    """Return a body that the table of rights knows to be good, where it knows one; in long runs often a made-up one."""
    method = step.partition(" ")[0]
    if method == "GET":
        return NOT_SET
    if REQUESTS > 1 and data.draw(st.booleans()):
        return data.draw(operations()[step].as_strategy()).body
    return RIGHTS[routes()[step]][method].body(None)


def _send(
    operation: Any, headers: dict[str, str], *, key: Any = None, body: Any = NOT_SET, query: Any = None
) -> Any:
    """Return the answer to one request, which is as the document says."""
    parameters = dict.fromkeys(re.findall(r"\{(\w+)\}", operation.path), str(key))
    media_type = None if body is NOT_SET else "application/json"
    case = operation.Case(path_parameters=parameters, body=body, query=query or {}, media_type=media_type)
    with transaction.atomic():
        response = case.call(app=application, base_url="http://localhost", headers=headers)
        if response.status_code >= 400:
            transaction.set_rollback(True)
    case.validate_response(response, checks=CHECKS)
    return response
