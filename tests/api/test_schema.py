"""The OpenAPI document says what the API does: every route, the rights, the problems, and shapes that answers keep."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema
import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from projects.permissions import MAY
from tests.api.conftest import SignIn
from tests.api.rights import API
from tests.api.routes import walk
from tests.api.scene import Scene
from tracker.document import document
from tracker.errors import MEDIA_TYPE

OUTSIDE = {"schema", "docs"}  # the document does not describe itself
OPEN = {"/api/v1/auth/login/", "/api/v1/verify/", "/api/v1/iati/", "/api/v1/iati/{reference}/"}
OPEN |= {f"/api/v1/open-{things}/" for things in ("projects", "milestones", "targets", "measurements")}
OPEN |= {f"/api/v1/open-{things}/{{reference}}/" for things in ("projects", "milestones", "targets")}
OPEN |= {"/api/v1/open-measurements/{id}/"}


@cache
def schema() -> dict[str, Any]:
    return document("en")


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in schema()["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_the_document_is_written_without_a_warning(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))


def test_every_route_of_the_api_is_described():
    described = {(path.strip("/"), method.upper()) for path, method, _ in operations()}
    expected = set()
    for route in walk():
        space, _, name = route.name.partition(":")
        if space == "api" and name not in OUTSIDE:
            address = reverse(route.name, kwargs=dict.fromkeys(route.parameters, "1"))
            expected |= {(address.strip("/"), method) for method in API[name]}
    shapes = {(re.sub(r"\{\w+\}", "1", path), method) for path, method in described}
    assert shapes == expected


def test_every_operation_tells_what_it_does_and_who_may():
    for path, method, operation in operations():
        assert len(operation["summary"]) > 3, (path, method)
        assert "**Who may:**" in operation["description"], (path, method)
        if path not in OPEN:
            assert "401" in operation["responses"], (path, method)
            assert {"token": []} in operation["security"], (path, method)
        if "{" in path:
            assert "404" in operation["responses"], (path, method)
        if method != "get" and not any(own in path for own in ("/auth/", "/notices/")) and path not in OPEN:
            assert {"400", "403", "409"} <= set(operation["responses"]), (path, method)


def test_every_problem_has_its_shape_and_an_example():
    for path, method, operation in operations():
        for status, response in operation["responses"].items():
            if status >= "400":
                (kind,) = response["content"]
                assert kind == MEDIA_TYPE, (path, method, status)
                content = response["content"][kind]
                assert content["schema"]["$ref"].endswith("/Problem")
                assert content["example"]["status"] == int(status)


def test_every_right_that_the_api_asks_for_is_named():
    text = " ".join(operation["description"] for _, _, operation in operations())
    # By a command; on a page; beside the right to verify or to record.
    outside = {"programme.import", "programme.upload", "styleguide.read"}
    outside |= {"readiness.waive", "transferstep.waive", "knowhowitem.accept"}
    assert set(re.findall(r"\(`([a-z._]+)`\)", text)) == set(MAY) - outside


# --- answers keep their shape ---


def as_json_schema(node: Any) -> Any:
    """Return an OpenAPI 3.0 schema as JSON Schema: `nullable` becomes a type, and no unknown member passes."""
    if isinstance(node, list):
        return [as_json_schema(part) for part in node]
    if not isinstance(node, dict):
        return node
    plain = {key: as_json_schema(value) for key, value in node.items() if key != "nullable"}
    if "properties" in plain:
        plain.setdefault("additionalProperties", False)
    return {"anyOf": [plain, {"type": "null"}]} if node.get("nullable") else plain


THINGS = {
    "organisations": "organisation", "minerals": "mineral", "indicators": "indicator", "reliance": "reliance",
    "agreements": "agreement", "projects": "project", "milestones": "claimed", "targets": "target",
    "feeds": "feed", "sector-needs": "sectorneed",
    "measurements": "measurement", "evidence": "evidence", "reports": "report", "schedules": "schedule",
    "readiness": "readiness", "transfers": "transfer", "know-how-items": "knowhowitem",
    "transfer-steps": "transferstep", "trainings": "training", "replication-runs": "replicationrun",
    "findings": "answered",
    "webhooks": "webhook", "webhook-deliveries": "delivery",
}  # fmt: skip


@pytest.mark.parametrize("name", THINGS)
def test_answers_hold_what_the_document_says_and_nothing_else(name: str, scene: Scene, signed_in: SignIn):
    key = scene.key(THINGS[name], "own")
    client = signed_in(scene.cast.manager)
    templates = [path for path in schema()["paths"] if path.startswith(f"/api/v1/{name}/")]
    checked = 0
    for template in templates:
        operation = schema()["paths"][template].get("get")
        if operation and "application/json" in operation["responses"]["200"]["content"]:
            response = client.get(re.sub(r"\{\w+\}", str(key), template))
            assert_fits(
                response.json(), operation["responses"]["200"]["content"]["application/json"]["schema"]
            )
            checked += 1
    assert checked >= 2


def assert_fits(body: Any, shape: dict[str, Any]) -> None:
    whole = {**as_json_schema(shape), "components": as_json_schema(schema()["components"])}
    jsonschema.Draft202012Validator(whole).validate(body)


def test_a_problem_fits_its_shape(scene: Scene, signed_in: SignIn):
    response = signed_in(scene.cast.manager).post("/api/v1/milestones/MST-901/claim/", {"surprise": 1})
    assert_fits(response.json(), {"$ref": "#/components/schemas/Problem"})


def test_me_fits_its_shape(scene: Scene, signed_in: SignIn):
    shape = schema()["paths"]["/api/v1/me/"]["get"]["responses"]["200"]["content"]["application/json"][
        "schema"
    ]
    assert_fits(signed_in(scene.cast.our_lead).get("/api/v1/me/").json(), shape)


# --- the reader ---


def test_the_reader_brings_nothing_that_the_policy_forbids(db: None):
    page = Client().get("/api/v1/docs/")
    assert "'unsafe-inline'" not in page["Content-Security-Policy"]
    text = page.content.decode()
    assert "<style" not in text
    assert re.findall(r"<script(?! src=\")", text) == []
    assert re.findall(r"(?:src|href)=\"(?!/)", text) == []
    script = Client().get(re.findall(r'src="(/api[^"]+)"', text)[0].replace("&amp;", "&"))
    assert script["Content-Type"].startswith("application/javascript")
    assert "/api/v1/schema/" in script.content.decode()


def test_the_document_is_served_as_json_in_the_language_of_the_request(db: None):
    response = Client().get("/api/v1/schema/", headers={"Accept-Language": "hi"})
    assert response["Content-Language"] == "hi"
    assert response.json()["info"]["title"] == "Mission Tracker API"
