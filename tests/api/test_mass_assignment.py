"""Nobody writes a field that an operation does not list: every field of every model is tried on every operation that writes."""

from __future__ import annotations

import re

from django.apps import apps

from projects.models import AuditEvent
from tests.api.conftest import SignIn
from tests.api.scene import OWN, Scene
from tests.api.test_fuzzing import NAMES
from tests.api.test_schema import operations, schema

ROLES = ("officer", "manager", "administrator", "our_lead", "auditor")
# What is asked without a record, ends what the caller holds, or is the caller's alone, and writes nothing of the programme.
OUTSIDE = (
    *("/api/v1/verify/", "/api/v1/auth/logout/", "/api/v1/auth/logoutall/"),
    "/api/v1/notices/{id}/snooze/",
)
EVERY_FIELD = {
    field.name
    for name in ("projects", "reports")
    for model in apps.get_app_config(name).get_models()
    for field in model._meta.get_fields()
    if field.concrete
} | {"pk", "is_superuser", "is_staff", "groups", "user_permissions"}


def test_only_the_listed_fields_are_taken(scene: Scene, signed_in: SignIn):
    clients = [signed_in(scene.cast.people[role]) for role in ROLES]
    before, wrong, tried = AuditEvent.objects.count(), [], 0
    for path, method, operation in operations():
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" not in content or path in OUTSIDE:
            continue
        tried += 1
        told, components = content["application/json"], schema()["components"]["schemas"]
        # A claim lists what belongs to its files with the body that brings files.
        shapes = [components[it["schema"]["$ref"].rpartition("/")[2]] for it in content.values()]
        foreign = EVERY_FIELD - {name for shape in shapes for name in shape["properties"]}
        key = scene.keys[NAMES[path.removeprefix("/api/v1/").split("/")[0]]][OWN]
        body = {**told["example"], **dict.fromkeys(sorted(foreign), "1")}
        refused: set[str] = set()
        for client in clients:
            response = getattr(client, method)(re.sub(r"\{\w+\}", str(key), path), body, format="json")
            if response.status_code == 400:
                errors = response.json()["errors"]
                refused = {error["field"] for error in errors if error["code"] == "unknown"}
                break
            if response.status_code != 403:
                wrong.append(f"{method} {path}: {response.status_code}")
        if refused != foreign:
            wrong.append(f"{method} {path}: takes {sorted(foreign - refused)[:5]}")
    assert not wrong, "\n".join(wrong)
    assert tried > 40
    assert AuditEvent.objects.count() == before
