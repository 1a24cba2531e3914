"""Lists as files: the same rows as the list with the same filter, cells that no spreadsheet computes, bounded queries."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook
from rest_framework.test import APIClient

from projects.api import exports
from projects.models import Project, audit
from tests.api.conftest import SignIn
from tests.api.routes import walk
from tests.api.scene import Scene
from tests.api.test_query_budget import LISTS, SIGNED_IN, furnish
from tests.cast import Cast, milestone, system

V1 = "/api/v1"
ONCE = (
    SIGNED_IN + 1
)  # one query reads the rows, whatever there are; what is joined to them is asked once a portion


def fetched(client: APIClient, address: str) -> bytes:
    response = client.get(f"{V1}/{address}")
    assert response.status_code == 200, response.content
    assert response["Content-Disposition"].startswith("attachment; ")
    assert response["Cache-Control"] == "private, no-store"
    return b"".join(response.streaming_content)


def as_rows(content: bytes) -> list[dict[str, str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def as_sheet(content: bytes) -> list[list[Any]]:
    return [list(row) for row in load_workbook(io.BytesIO(content)).active.iter_rows()]


OWN_THINGS = ("token-list", "calendar-link-list", "notice-list")


def exported() -> list[str]:
    """Every list of the API, but those of what somebody holds for themselves."""
    names = {route.name.removeprefix("api:") for route in walk() if route.name.startswith("api:")}
    return sorted(name for name in names if name.endswith("-list") and name not in OWN_THINGS)


def test_every_list_is_a_file_of_what_one_sees(scene: Scene, signed_in: SignIn):
    """And nothing of the other half stands in it."""
    hidden = {keys["other"] for keys in scene.keys.values() if isinstance(keys["other"], str)}
    hidden -= {keys["own"] for keys in scene.keys.values() if isinstance(keys["own"], str)}
    client = signed_in(scene.cast.our_lead)
    for name in exported():
        address = reverse(f"api:{name}").removeprefix(f"{V1}/")
        answer = client.get(f"{V1}/{address}?page_size=100")
        if answer.status_code == 403:
            assert client.get(f"{V1}/{address}?format=csv").status_code == 403, name
            continue
        listed = answer.json()["results"]
        content = fetched(client, f"{address}?format=csv")
        rows = as_rows(content)
        key = next(iter(rows[0])) if rows else ""
        assert [row[key] for row in rows] == [str(row[key]) for row in listed], name
        assert not [word for word in hidden if word in content.decode()], name
        assert not [cell for row in rows for cell in row.values() if cell.startswith(("{", "["))], name
        if rows:
            sheet = as_sheet(fetched(client, f"{address}?format=xlsx"))
            assert [cell.value for cell in sheet[0]] == list(rows[0]), name
            assert len(sheet) == len(rows) + 1, name
            assert not [cell for row in sheet for cell in row if cell.data_type == "f"], name


def test_a_file_has_the_filter_and_the_day_of_the_list(cast: Cast, signed_in: SignIn):
    milestone("MST-970", cast.our_project)
    client = signed_in(cast.officer)
    rows = as_rows(fetched(client, "milestones/?format=csv&project=PRJ-901&as_of=2026-05-31"))
    assert [(row["reference"], row["standing.as_of"], row["standing.overdue_days"]) for row in rows] == [
        ("MST-901", "2026-05-31", "0"),
        ("MST-970", "2026-05-31", "0"),
    ]
    for wrong in ("colour=red", "page=2", "cursor=x", "page_size=1"):
        assert client.get(f"{V1}/milestones/?format=csv&{wrong}").status_code == 400
    assert client.get(f"{V1}/milestones/?format=csv&project=XXX-1").status_code == 400
    assert signed_in(None).get(f"{V1}/milestones/?format=xlsx").status_code == 401
    assert client.get(f"{V1}/milestones/?format=pdf").json()["errors"][0]["field"] == "format"
    accepted = client.get(f"{V1}/milestones/", headers={"Accept": "text/csv"})
    assert accepted["Content-Type"] == "text/csv; charset=utf-8"


DANGEROUS = ["=1+1", "+91 11", "-cmd", "@SUM(A1)", "\t=1", "  =1", "#N/A"]


def test_no_cell_is_a_formula(cast: Cast, signed_in: SignIn):
    client = signed_in(cast.our_lead)
    for text in DANGEROUS:
        changes = {"product": text, "name": "दुर्लभ मृदा", "cost_crore": "12.50", "notes": "a\rb\x01"}
        row = Project.objects.get(pk=cast.our_project.pk)
        audit.change(row, by=system(), action="test.setup", changes=changes)
        (row,) = as_rows(fetched(client, "projects/?format=csv"))
        safe = text if text.startswith("#") else f"'{text}"
        assert (row["product"], row["name"], row["cost_crore"]) == (safe, "दुर्लभ मृदा", "12.50")
        head, cells = as_sheet(fetched(client, "projects/?format=xlsx"))
        found = {name.value: cell for name, cell in zip(head, cells, strict=True)}
        assert (found["product"].value, found["product"].data_type) == (safe, "s")
        assert (found["cost_crore"].value, found["cost_crore"].data_type) == (12.5, "n")
        assert found["name"].value == "दुर्लभ मृदा"


def test_the_licence_is_that_of_published_facts_alone(cast: Cast, signed_in: SignIn):
    audit.change(
        cast.our_milestone, by=system(), action="test.setup", changes={"source_url": "https://example.org/m"}
    )
    rows = as_rows(fetched(signed_in(cast.officer), "milestones/?format=csv"))
    assert [(row["reference"], row["source_url"], row["licence"]) for row in rows] == [
        ("MST-901", "https://example.org/m", "GODL-India"),
        ("MST-902", "", "restricted"),
    ]


def test_a_file_costs_the_same_queries_for_each_portion(cast: Cast, signed_in: SignIn, monkeypatch):
    """And no row comes twice or is lost where a portion ends."""
    furnish(cast, 3)
    client = signed_in(cast.manager)
    client.get(f"{V1}/me/")

    def cost(name: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            fetched(client, f"{name}/?format=csv")
        return len(queries)

    names = [name for name in LISTS if "/" not in name]
    whole = {name: cost(name) for name in names}
    furnish_more = as_rows(fetched(client, "milestones/?format=csv"))
    monkeypatch.setattr(exports, "PORTION", 2)
    assert as_rows(fetched(client, "milestones/?format=csv")) == furnish_more
    parts = {name: cost(name) for name in names}
    count = {name: len(as_rows(fetched(client, f"{name}/?format=csv"))) for name in names}
    for name in names:
        # One query reads the rows, whatever there are; what is joined to them is asked once a portion.
        assert parts[name] - ONCE <= -(-count[name] // 2) * (whole[name] - ONCE), name
