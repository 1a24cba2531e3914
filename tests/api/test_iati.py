"""Activities out and in: valid by the official schema, public fields alone, only verified actuals, claims under the same rules."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml import etree

from projects import iati
from projects.iati import codes
from projects.models import AuditEvent, Measurement, Target, audit
from tests.api.conftest import SignIn
from tests.api.scene import Scene, indicator, target
from tests.cast import Cast, acting, milestone, project, system

V1 = "/api/v1"
SOURCE = {"source_url": "https://example.org/fact"}


def published(row: Any, **more: Any) -> None:
    """Give the row a published source."""
    fresh = type(row)._base_manager.get(pk=row.pk)
    audit.change(fresh, by=system(), action="test.setup", changes={**SOURCE, **more})


@pytest.fixture
def public(scene: Scene) -> Scene:
    """Our project with its milestone, target and a verified value, all from a published source."""
    cast = scene.cast
    published(
        cast.our_project, region="Jharkhand", country="India", product="NdPr & <oxide>", notes="CANARY-NOTE"
    )
    published(cast.our_milestone, notes="CANARY-NOTE")
    goal = Target.objects.get(reference="TGT-901")
    published(goal)
    value = Measurement.claim(
        goal,
        by=acting(cast.our_lead),
        value=Decimal("12.50"),
        period_end=dt.date(2026, 6, 1),
        note="CANARY-NOTE",
        **SOURCE,
    )
    value.verify(by=acting(cast.manager), level=2)
    for number, fields in enumerate(({"value": 13}, {"value": 14, **SOURCE}), start=2):
        claimed = Measurement.claim(
            goal, by=acting(cast.our_lead), period_end=dt.date(2026, 6, number), **fields
        )
        if number == 2:
            claimed.verify(by=acting(cast.manager), level=2)  # verified, from no published source
    return scene


def activities(address: str = "") -> Any:
    response = Client().get(f"{V1}/iati/{address}")
    assert response.status_code == 200, response.content
    root, faults = iati.parsed(b"".join(response.streaming_content))
    assert faults == []
    return root


def test_what_is_public_is_a_valid_document_and_nothing_else_is_in_it(public: Scene):
    root = activities()
    assert root.xpath("//iati-identifier/text()") == ["NCMM-PRJ-901"]
    text = etree.tostring(root, encoding="unicode")
    assert not [word for word in ("CANARY", "Irel", "TGT-902", "claimed_by", "our_lead") if word in text]
    assert root.xpath("//reference/@code") == ["TGT-901", "PRD-901"]
    # Neither the claimed value nor the verified one without a published source.
    assert root.xpath("//actual/@value") == ["12.5"]
    assert root.xpath("//period/target/@value") == ["100"]
    assert root.xpath("//activity-status/@code") == [codes.IMPLEMENTATION]
    assert root.xpath("//description/narrative/text()") == ["NdPr & <oxide>"]
    assert activities("PRJ-901/").xpath("//iati-identifier/text()") == ["NCMM-PRJ-901"]
    for hidden in ("PRJ-902", "XXX-999"):
        assert Client().get(f"{V1}/iati/{hidden}/").status_code == 404


def test_open_data_holds_public_facts_with_licence_and_provenance(public: Scene):
    def listed(things: str) -> Any:
        response = Client().get(f"{V1}/open-{things}/")
        assert response["Cache-Control"] == "public, max-age=3600"
        assert not [word for word in ("CANARY", "Irel", "our_lead") if word in response.content.decode()]
        return response.json()["results"]

    (plan,), (value,), (goal,) = listed("milestones"), listed("measurements"), listed("targets")
    assert (plan["reference"], plan["licence"], plan["provenance"]) == (
        "MST-901",
        "GODL-India",
        "as_published",
    )
    assert (value["value"], value["level"], value["provenance"]) == ("12.5", 2, "verified")
    assert (goal["reference"], goal["project"], goal["target_value"]) == ("TGT-901", "PRJ-901", "100")
    assert [row["reference"] for row in listed("projects")] == ["PRJ-901"]
    text = b"".join(Client().get(f"{V1}/open-projects/?format=csv").streaming_content).decode()
    assert text.splitlines()[0].endswith("source_url,as_of,licence,provenance")
    assert len(text.splitlines()) == 2
    published(public.cast.our_project, sector="defence")
    assert [listed(things) for things in ("projects", "milestones", "targets", "measurements")] == [[]] * 4


def test_what_defence_is_served_by_is_never_public(public: Scene):
    goal = target("TGT-950", indicator("INT-DEF"), project=public.cast.our_project)
    published(goal)
    assert "INT-DEF" not in etree.tostring(activities(), encoding="unicode")
    published(public.cast.our_project, sector="defence")
    assert Client().get(f"{V1}/iati/").status_code == 404


def test_a_document_costs_the_same_however_many_projects(public: Scene):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            activities()
        return len(queries)

    def add(*numbers: int) -> None:
        for number in numbers:
            row = project(f"PRJ-8{number}", public.cast.texmin, parent=public.cast.our_project)
            published(row)
            published(milestone(f"MST-8{number}", row))
            published(target(f"TGT-8{number}", indicator(f"PRD-8{number}"), project=row))

    add(0)
    two = cost()
    add(*range(1, 10))
    assert cost() == two
    assert len(activities().xpath("//iati-activity")) == 11


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ({"phase": "concept"}, codes.PIPELINE),
        ({"phase": "commercial"}, codes.IMPLEMENTATION),
        ({"phase": "concept", "stage": "S3"}, codes.IMPLEMENTATION),
        ({"phase": "commercial", "stage": "S0"}, codes.PIPELINE),
        ({"stage": "S6"}, codes.FINALISATION),
        ({"stage": "S6", "is_suspended": True}, codes.SUSPENDED),
        ({"stage": "S3", "is_suspended": True, "last_decision": "stop"}, codes.CANCELLED),
    ],
)
def test_the_status_is_what_gates_decided_else_what_the_sources_say(found: dict[str, Any], code: str):
    plain = {"stage": "", "phase": "", "last_decision": "", "is_suspended": False}
    assert codes.status(**(plain | found)) == code


# --- in ---


def sent(client: Any, content: str | bytes, *, dry_run: bool = False) -> Any:
    raw = content.encode() if isinstance(content, str) else content
    body = {"file": SimpleUploadedFile("activities.xml", raw), "dry_run": dry_run}
    return client.post(f"{V1}/measurements/import/", body, format="multipart")


def with_actual(
    value: str, day: str = "2026-06-10", *, activity: str = "NCMM-PRJ-901", goal: str = "TGT-901"
) -> str:
    return f"""<iati-activities version="2.03">
<iati-activity xml:lang="en"><iati-identifier>{activity}</iati-identifier>
<reporting-org ref="NCMM" type="10"><narrative>Mission</narrative></reporting-org>
<title><narrative>Line</narrative></title><description><narrative>Line</narrative></description>
<participating-org role="4"><narrative>Texmin</narrative></participating-org>
<activity-status code="2"/><activity-date type="1" iso-date="2026-05-31"/>
<result type="1"><title><narrative>Oxide</narrative></title><indicator measure="1">
<title><narrative>Oxide</narrative></title><reference vocabulary="99" code="{goal}"/>
<period><period-start iso-date="2026-06-01"/><period-end iso-date="{day}"/>
<actual value="{value}"><comment><narrative>Weighed</narrative></comment></actual></period>
</indicator></result></iati-activity></iati-activities>"""


def refusals(response: Any) -> list[tuple[str, str]]:
    assert response.status_code == 400, response.content
    return [(error["field"], error["detail"]) for error in response.json()["errors"]]


def test_an_actual_comes_in_as_a_claim_and_once(public: Scene, signed_in: SignIn):
    client = signed_in(public.cast.our_lead)
    looked = sent(client, with_actual("15"), dry_run=True).json()
    assert (looked["changed"], looked["rows"][0]["line"]) == (1, 10)
    before = AuditEvent.objects.count()
    assert sent(client, with_actual("15")).json()["changed"] == 1
    made = Measurement.objects.get(period_end=dt.date(2026, 6, 10))
    assert (made.value, made.status, made.note, made.claimed_by) == (
        15,
        "claimed",
        "Weighed",
        public.cast.our_lead,
    )
    again = sent(client, with_actual("15")).json()
    assert (again["changed"], again["unchanged"], AuditEvent.objects.count()) == (0, 1, before + 1)
    assert audit.first_break() is None


def test_what_was_exported_comes_back_without_a_change(public: Scene, signed_in: SignIn):
    exported = etree.tostring(activities())
    back = sent(signed_in(public.cast.officer), exported).json()
    assert (back["changed"], back["unchanged"]) == (0, 1)


def test_others_activities_are_as_unknown_as_missing_ones(public: Scene, signed_in: SignIn):
    client = signed_in(public.cast.our_lead)
    theirs, missing = (
        sent(client, with_actual("15", activity="NCMM-PRJ-902", goal=goal)) for goal in ("TGT-902", "TGT-999")
    )
    assert theirs.content.replace(b"TGT-902", b"TGT-999") == missing.content
    assert refusals(sent(client, with_actual("15", activity="NCMM-PRJ-902")))[0][0] == "file.10.target"
    assert refusals(sent(client, with_actual("many")))[0][0] == "file.10.value"
    assert refusals(sent(client, with_actual("15", "2027-01-01")))[0][0] == "file.10.period_end"


BOMB = '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]>'
HOSTILE = {
    "a bomb of entities": (BOMB + with_actual("&c;"), "declares a document type"),
    "an external entity": (
        '<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + with_actual("&f;"),
        "declares a document type",
    ),
    "a DTD from elsewhere": (
        '<!DOCTYPE iati-activities SYSTEM "http://127.0.0.1:9/a.dtd">' + with_actual("1"),
        "declares a document type",
    ),
    "an unknown entity": (with_actual("&f;"), "is not XML"),
    "UTF-16": (with_actual("1").encode("utf-16"), "is UTF-16"),
    "UTF-16 that hides a DTD": ((BOMB + with_actual("1")).encode("utf-16-le"), "NUL bytes"),
    "another encoding that is declared": (
        '<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE a+AD4-' + with_actual("1"),
        "declares another encoding",
    ),
    "a version that is not ours": (with_actual("1").replace("2.03", "2.02"), "version 2.03"),
    "what the schema does not know": (with_actual("1").replace("<title>", "<tilte/><title>", 1), "tilte"),
    "no end": (with_actual("1")[:-30], "is not XML"),
    "nested too deep": ("<a>" * 100_000, "is not XML"),
    "no activity": ("<p>Hello</p>", "no document of IATI activities"),
}


def test_hostile_documents_are_refused_with_the_reason(public: Scene, signed_in: SignIn):
    client, before = signed_in(public.cast.our_lead), AuditEvent.objects.count()
    for name, (content, reason) in HOSTILE.items():
        found = refusals(sent(client, content))
        assert any(reason.lower() in text.lower() for _place, text in found), (name, found)
        assert "root:" not in str(found), name
    assert AuditEvent.objects.count() == before


def test_a_project_without_a_date_is_left_out_and_named(cast: Cast):
    published(cast.our_project)
    on = dt.date(2026, 6, 15)
    assert iati.left_out(iati.public_projects(), on=on) == ["PRJ-901"]
    assert Client().get(f"{V1}/iati/").status_code == 404
