"""Claims of several kinds decided on in one request: all of them, or none and what is wrong with each."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from projects.models import AuditEvent, Claim, FundLine, Measurement, Milestone, Readiness
from tests.api.conftest import SignIn
from tests.api.scene import OTHER, OWN, Scene

pytestmark = pytest.mark.django_db


def post(client: APIClient, name: str, *rows: dict[str, Any], **headers: str) -> Any:
    return client.post(f"/api/v1/{name}/", {name: list(rows)}, format="json", headers=headers)


def named(scene: Scene, kind: str, which: str = OWN, **facts: Any) -> dict[str, Any]:
    key = scene.keys["claimed" if kind == "milestone" else kind][which]
    return {"kind": kind, "key": str(key), **facts}


def status(scene: Scene, model: type[Claim]) -> str:
    return str(model._base_manager.get(pk=scene.keys[str(model._meta.model_name)][OWN]).status)


def test_a_manager_verifies_claims_of_all_kinds_at_once(scene: Scene, signed_in: SignIn):
    plain = ("measurement", "fundline", "dutydone", "feed", "training", "replicationrun", "transferstep")
    rows = [named(scene, "milestone", note="Seen on site.")]
    rows += [named(scene, kind, level=1) for kind in plain]
    rows.append(named(scene, "readiness", level=2, note="Minutes of the panel."))
    done = post(signed_in(scene.cast.manager), "verifications", *rows)
    assert done.status_code == 200, done.content
    assert [(it["kind"], it["key"]) for it in done.json()] == [(it["kind"], it["key"]) for it in rows]
    assert {it["status"] for it in done.json()} == {"verified"}
    assert Milestone.objects.get(reference="MST-903").verified_by == scene.cast.manager
    assert Measurement.objects.get(pk=scene.keys["measurement"][OWN]).level == 1
    assert AuditEvent.objects.filter(action="milestone.verify", reason="Seen on site.").count() == 1


def test_one_that_cannot_be_decided_keeps_all_from_it(scene: Scene, signed_in: SignIn):
    client = signed_in(scene.cast.manager)
    assert post(client, "returns", named(scene, "feed", reason="No certificate.")).status_code == 200
    events = AuditEvent.objects.count()
    good = named(scene, "measurement", level=1)
    refused = post(
        client,
        "verifications",
        good,
        named(scene, "feed", level=1),
        good,
        named(scene, "fundline", level=1, version=9),
        {"kind": "fundline", "key": "987654", "level": 1},
        {"kind": "fundline", "key": "MST-903", "level": 1},
        {"kind": "milestone", "key": "MST-901"},  # planned
    )
    assert refused.status_code == 400
    assert {it["field"]: it["code"] for it in refused.json()["errors"]} == {
        "verifications.1.key": "step_not_open",
        "verifications.2.key": "twice",
        "verifications.3.version": "stale",
        "verifications.4.key": "does_not_exist",
        "verifications.5.key": "does_not_exist",
        "verifications.6.key": "step_not_open",
    }
    assert AuditEvent.objects.count() == events
    assert (status(scene, Measurement), status(scene, FundLine)) == ("claimed", "claimed")


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"kind": "measurement", "key": "1"}, "level"),
        ({"kind": "milestone", "key": "MST-903", "level": 1}, "level"),
        ({"kind": "measurement", "key": "1", "level": 1, "waiver": "x"}, "waiver"),
        ({"kind": "measurement", "key": "1", "level": 0}, "level"),
        ({"kind": "agreement", "key": "AGR-901"}, "kind"),
        ({"kind": "milestone", "key": "MST-903", "colour": "red"}, "colour"),
    ],
)
def test_an_error_names_its_row_and_field(row: dict[str, Any], field: str, scene: Scene, signed_in: SignIn):
    refused = post(signed_in(scene.cast.manager), "verifications", named(scene, "milestone"), row)
    assert [it["field"] for it in refused.json()["errors"]] == [f"verifications.1.{field}"]
    assert Milestone.objects.get(reference="MST-903").status == "claimed"


def test_only_a_manager_waives_what_a_level_skips(scene: Scene, signed_in: SignIn):
    skipped = named(scene, "readiness", level=2, waiver="Order 12.")
    refused = post(signed_in(scene.cast.officer), "verifications", named(scene, "milestone"), skipped)
    assert refused.status_code == 400
    assert [(it["field"], it["code"]) for it in refused.json()["errors"]] == [
        ("verifications.1.key", "permission_denied")
    ]
    assert status(scene, Readiness) == "claimed"


def test_a_list_under_a_key_is_decided_once(scene: Scene, signed_in: SignIn):
    client = signed_in(scene.cast.manager)
    row = named(scene, "milestone", OTHER, reason="The certificate is missing.")
    first, again = (post(client, "returns", row, **{"Idempotency-Key": "once"}) for _ in range(2))
    assert (first.status_code, again.status_code, again.content) == (200, 200, first.content)
    assert Milestone.objects.get(reference=row["key"]).returned_reason == "The certificate is missing."


def test_a_list_is_neither_empty_nor_longer_than_a_hundred(scene: Scene, signed_in: SignIn):
    client = signed_in(scene.cast.manager)
    assert post(client, "verifications").status_code == 400
    rows = [{"kind": "measurement", "key": str(n), "level": 1} for n in range(101)]
    assert post(client, "verifications", *rows).status_code == 400
