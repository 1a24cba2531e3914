"""Files that come in over the API: looked at first, taken in as a whole, once, and only what the sender may."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from projects.models import AuditEvent, ImportedRow, Measurement, Milestone, audit
from tests.api.conftest import SignIn
from tests.api.scene import Scene, target
from tests.cast import Cast, acting, milestone, project

V1 = "/api/v1"
MILESTONES, MEASUREMENTS = "milestones", "measurements"
LOGGED = "project,title,type,baseline_on\nPRJ-901,Kiln lit,commissioning,2026-12-31\n"


def sent(client: APIClient, what: str, content: str | bytes, *, dry_run: bool | None = None) -> Any:
    raw = content.encode() if isinstance(content, str) else content
    body: dict[str, Any] = {"file": SimpleUploadedFile("rows.csv", raw)}
    if dry_run is not None:
        body["dry_run"] = dry_run
    return client.post(f"{V1}/{what}/import/", body, format="multipart")


def taken(client: APIClient, what: str, content: str | bytes) -> dict[str, Any]:
    response = sent(client, what, content, dry_run=False)
    assert response.status_code == 200, response.content
    found: dict[str, Any] = response.json()
    return found


def refusals(response: Any) -> list[tuple[str, str]]:
    assert response.status_code == 400, response.content
    return [(error["field"], error["detail"]) for error in response.json()["errors"]]


def test_a_file_is_looked_at_unless_it_is_said_otherwise(cast: Cast, signed_in: SignIn):
    client, before = signed_in(cast.officer), AuditEvent.objects.count()
    looked = sent(client, MILESTONES, LOGGED).json()
    assert (looked["dry_run"], looked["changed"], looked["unchanged"]) == (True, 1, 0)
    assert looked["rows"] == [{"line": 2, "steps": ["log"], "reference": "MST-903", "text": "Kiln lit"}]
    assert (Milestone.objects.count(), AuditEvent.objects.count(), ImportedRow.objects.count()) == (
        2,
        before,
        0,
    )
    assert taken(client, MILESTONES, LOGGED)["changed"] == 1
    logged = Milestone.objects.get(reference="MST-903")
    assert (logged.title, logged.status, logged.baseline_on) == ("Kiln lit", "planned", dt.date(2026, 12, 31))
    event = audit.history(logged).get()
    assert (event.action, event.actor, event.reason) == (
        "milestone.log",
        cast.officer,
        "Imported file, line 2.",
    )
    again = taken(client, MILESTONES, LOGGED)
    assert (again["changed"], again["unchanged"], AuditEvent.objects.count()) == (0, 1, before + 1)
    assert audit.first_break() is None


def test_what_is_imported_as_achieved_is_a_claim(cast: Cast, signed_in: SignIn):
    content = (
        "reference,project,title,type,baseline_on,actual_on,actual_precision,claim_note\n"
        ",PRJ-901,Kiln lit,commissioning,2026-05-31,2026-05-10,month,Seen\n"
        "MST-901,,,,,2026-06-01,,\n"
    )
    found = taken(signed_in(cast.officer), MILESTONES, content)
    assert [row["steps"] for row in found["rows"]] == [["log", "claim"], ["claim"]]
    new, there = Milestone.objects.get(title="Kiln lit"), Milestone.objects.get(reference="MST-901")
    assert (new.status, new.actual_on, new.claim_note) == ("claimed", dt.date(2026, 5, 31), "Seen")
    assert (there.status, there.claimed_by, there.version) == ("claimed", cast.officer, 2)
    actions = list(audit.history(new).values_list("action", flat=True))
    assert actions == ["milestone.log", "milestone.claim"]
    assert audit.first_break() is None
    there.refresh_from_db()
    there.verify(by=acting(cast.manager), version=2)


def test_a_lead_claims_on_its_own_and_other_references_are_as_unknown_as_missing_ones(
    scene: Scene, signed_in: SignIn
):
    client = signed_in(scene.cast.our_lead)
    for what, row in {
        MILESTONES: "reference,actual_on\n{},2026-06-01\n",
        MEASUREMENTS: "target,period_end,value\n{},2026-06-10,20\n",
    }.items():
        own, other = ("MST-901", "MST-902") if what == MILESTONES else ("TGT-901", "TGT-902")
        assert taken(client, what, row.format(own))["changed"] == 1
        theirs, missing = (sent(client, what, row.format(key), dry_run=False) for key in (other, "XXX-999"))
        assert theirs.content.replace(other.encode(), b"XXX-999") == missing.content
        (refused,) = refusals(theirs)
        assert refused[0] == f"file.2.{'reference' if what == MILESTONES else 'target'}"
    # What the ministry imported is not told to others by "imported before".
    taken(signed_in(scene.cast.officer), MILESTONES, "reference,actual_on\nMST-902,2026-06-01\n")
    assert refusals(sent(client, MILESTONES, "reference,actual_on\nMST-902,2026-06-01\n"))
    (place, reason), *_rest = refusals(sent(client, MILESTONES, LOGGED))
    assert (place, reason.split(":")[0]) == ("file.2.reference", "You may not log milestones")
    measured = Measurement.objects.get(period_end=dt.date(2026, 6, 10))
    assert (measured.claimed_by, measured.claimant_organisation) == (
        scene.cast.our_lead,
        scene.cast.texmin,
    )
    assert (measured.status, measured.level) == ("claimed", 0)


def test_every_problem_is_named_and_nothing_is_written(cast: Cast, signed_in: SignIn):
    content = (
        "reference,project,title,type,baseline_on,weight,actual_on\n"
        ",PRJ-901,Fine,commissioning,2026-12-31,,\n"
        ",PRJ-999,Kiln,commissioning,2026-12-31,,\n"
        ",PRJ-901,,magic,31.12.2026,heavy,\n"
        ",PRJ-901,Late,commissioning,2026-12-31,,2030-01-01\n"
        "MST-901,,Another title,,2027-01-01,,2026-06-01\n"
        ",PRJ-901,Fine,commissioning,2026-12-31,,\n"
    )
    before = AuditEvent.objects.count()
    found = refusals(sent(signed_in(cast.officer), MILESTONES, content, dry_run=False))
    assert [place for place, _reason in found] == [
        "file.3.project",
        "file.4.baseline_on",
        "file.4.type",
        "file.4.weight",
        "file.5.actual_on",
        "file.6.baseline_on",
        "file.6.title",
        "file.7",
    ]
    assert (Milestone.objects.count(), AuditEvent.objects.count()) == (2, before)


def test_values_keep_the_rules_of_claims(scene: Scene, signed_in: SignIn):
    client = signed_in(scene.cast.our_lead)
    number = scene.key("measurement", "own")
    head = "target,period_end,value,unit,supersedes\n"
    found = refusals(
        sent(
            client,
            MEASUREMENTS,
            f"{head}TGT-901,2026-05-31,20,,\nTGT-901,2026-06-01,5,MTPA,\nTGT-901,2027-06-01,5,,\n"
            f"TGT-901,2026-06-02,1,,\nTGT-901,2026-06-02,2,,\nTGT-901,2026-05-31,3,,{number + 1}\n",
        )
    )
    assert [place for place, _ in found] == [
        "file.2.period_end",
        "file.3.unit",
        "file.4.period_end",
        "file.6.period_end",
        "file.7.supersedes",
    ]
    taken(client, MEASUREMENTS, f"{head}TGT-901,2026-05-31,0.02,kilotonne,{number}\n")
    corrected = Measurement.objects.get(supersedes=number)
    assert (corrected.value, corrected.entered_value, corrected.entered_unit) == (20, Decimal("0.02"), "kt")


def zipped() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"\0" * 5_000_000)
    return packed.getvalue()


HEAD = "target,period_end,value\n"
REFUSED = {
    "nothing": (b"", "is empty"),
    "only a header": (HEAD.encode(), "holds no row"),
    "a workbook": (zipped(), "a packed file"),
    "UTF-16": (f"{HEAD}TGT-901,2026-06-10,20\n".encode("utf-16"), "is utf-16"),
    "UTF-16 without a mark": (HEAD.encode("utf-16-le"), "holds nul bytes"),
    "Windows-1252": (f"{HEAD}TGT-901,2026-06-10,20 €\n".encode("cp1252"), "is not utf-8 (byte 0x80)"),
    "semicolons": (HEAD.replace(",", ";").encode(), "separated by semicolons"),
    "tabs": (HEAD.replace(",", "\t").encode(), "separated by tabs"),
    "a NUL byte": (f"{HEAD}TGT-901,2026-06-10,2\0".encode(), "holds nul bytes"),
    "a huge cell": (f"{HEAD}TGT-901,2026-06-10,{'9' * 1_000_000}\n".encode(), "a cell of more than 131072"),
    "many columns": ((",".join(f"c{n}" for n in range(5000)) + "\n1\n").encode(), "has 5000 columns"),
    "an unknown column": (b"target,period_end,value,colour\nTGT-901,2026-06-10,2,red\n", "is not known"),
    "open quotation marks": (f'{HEAD}TGT-901,2026-06-10,"2\n'.encode(), "is not csv"),
    "many rows": ((HEAD + "TGT-901,2026-06-10,2\n" * 10_001).encode(), "more than 10000 rows"),
}


def test_what_is_no_such_file_is_refused_with_the_reason(scene: Scene, signed_in: SignIn):
    client = signed_in(scene.cast.our_lead)
    for name, (content, reason) in REFUSED.items():
        found = refusals(sent(client, MEASUREMENTS, content))
        assert any(reason in text.lower() for _place, text in found), (name, found[:3])
        assert len(found) <= 201, name


def test_a_file_that_is_too_large_answers_413(cast: Cast, signed_in: SignIn):
    response = sent(signed_in(cast.officer), MILESTONES, b"a" * 5_000_001)
    assert (response.status_code, response.json()["code"]) == (413, "too_large")
    for who, status in ((cast.our_viewer, 403), (cast.auditor, 403), (None, 401)):
        assert sent(signed_in(who), MILESTONES, LOGGED).status_code == status


def test_what_was_exported_comes_in_again_as_it_was(cast: Cast, signed_in: SignIn):
    client = signed_in(cast.officer)
    name = "=SUM(1)"
    taken(client, MILESTONES, LOGGED.replace("Kiln lit", f"'{name}"))
    assert Milestone.objects.filter(title=name).exists()


def test_the_template_has_the_columns_of_an_import(cast: Cast, signed_in: SignIn):
    response = signed_in(cast.our_lead).get(f"{V1}/measurements/import/template/")
    assert response["Content-Disposition"] == 'attachment; filename="measurements-template.csv"'
    head = response.content.decode("utf-8-sig")
    assert head.strip().startswith("target,period_start,period_end,value,unit")
    (refused,) = refusals(sent(signed_in(cast.our_lead), MEASUREMENTS, response.content))
    assert "Holds no row" in refused[1]


def test_many_rows_are_taken_in_by_the_portion(scene: Scene, signed_in: SignIn):
    """Ten rows cost as many queries as four hundred, and every further five hundred the same few more."""
    client = signed_in(scene.cast.our_lead)
    first = dt.date(1999, 1, 1)
    goals = [
        target(f"TGT-{number}", scene_indicator(scene), project=scene.cast.our_project)
        for number in (700, 701)
    ]

    def rows(start: int, count: int) -> str:
        lines = [
            f"{goals[n % 2].reference},{first + dt.timedelta(start + n // 2)},{n}\n" for n in range(count)
        ]
        return HEAD + "".join(lines)

    def cost(content: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            taken(client, MEASUREMENTS, content)
        return len(queries)

    cost(rows(7000, 2))  # with what the first use of a token and of the ledger costs
    few, some = cost(rows(0, 10)), cost(rows(5, 400))
    assert some == few
    assert cost(rows(205, 1400)) - few == 2 * 4  # asked once, and written into three tables
    assert Measurement.objects.filter(target__in=goals).count() == 1812


def scene_indicator(scene: Scene) -> Any:
    return Measurement.objects.get(pk=scene.key("measurement", "own")).target.indicator


def test_two_milestones_of_one_project_are_claimed_in_as_few_queries_as_one(cast: Cast, signed_in: SignIn):
    for number in range(20):
        milestone(f"MST-8{number:02d}", project(f"PRJ-8{number:02d}", cast.irel))
    client = signed_in(cast.officer)

    def cost(*numbers: int) -> int:
        lines = "".join(f"MST-8{number:02d},2026-06-01\n" for number in numbers)
        with CaptureQueriesContext(connection) as queries:
            taken(client, MILESTONES, f"reference,actual_on\n{lines}")
        return len(queries)

    cost(0)
    assert cost(1) == cost(*range(2, 20))
