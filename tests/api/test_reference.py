"""The reference says what is so: examples fit their shapes, the page is fresh, what ends is told, each code is documented."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from tests.api.test_schema import assert_fits, operations, schema
from tracker import deprecations
from tracker.deprecations import Ending
from tracker.schema import RightsSchema


def test_every_json_body_and_answer_has_an_example_that_fits_it():
    wrong = []
    for path, method, operation in operations():
        contents = [operation.get("requestBody", {}), *operation["responses"].values()]
        for told in (
            it["content"]["application/json"]
            for it in contents
            if "application/json" in it.get("content", {})
        ):
            try:
                assert_fits(told["example"], told["schema"])
            except Exception as error:  # noqa: BLE001 - all that do not fit are told at once
                wrong.append(f"{method} {path}: {str(error)[:200]}")
    assert not wrong, "\n".join(wrong)


def test_the_reference_is_as_make_api_reference_writes_it(root: Path, capsys: pytest.CaptureFixture[str]):
    call_command("api_reference")
    assert capsys.readouterr().out == (root / "docs" / "api-reference.md").read_text(), (
        "run `make api-reference`"
    )


def test_every_code_that_the_sources_answer_with_is_documented(root: Path):
    """Codes of problems stand as texts behind a status, or as the default of an exception."""
    sources = [
        path.read_text()
        for name in ("tracker", "projects", "reports")
        for path in (root / name).rglob("*.py")
    ]
    code = re.compile(r'(?:details|answer)\(\s*\d{3}, "(\w+)"|default_code = "(\w+)"|yield \d{3}, "(\w+)"')
    used = {"".join(found) for source in sources for found in code.findall(source)} | {"too_large"}
    page = (root / "docs" / "api.md").read_text()
    table = page[page.index("| status | code |") :]
    documented = set(
        re.findall(r"`(\w+)`", "".join(re.findall(r"^\| [\d, ]+ \|([^|]+)\|", table, re.MULTILINE)))
    )
    # The REST framework's own, which its exceptions bring along.
    framework = {
        "parse_error",
        "not_authenticated",
        "authentication_failed",
        "method_not_allowed",
        "not_acceptable",
        "unsupported_media_type",
    }
    assert documented == used | framework


def test_what_ends_says_since_when_until_when_and_what_instead(db: None, monkeypatch: pytest.MonkeyPatch):
    ending = Ending(dt.date(2026, 4, 1), dt.date(2027, 3, 31), "/api/v1/files/")
    monkeypatch.setitem(deprecations.ENDINGS, "api:evidence-list", ending)
    answer = Client().get("/api/v1/evidence/")
    assert answer["Deprecation"] == "@1774981800"  # 1 April 2026, 00:00 in India
    assert answer["Sunset"] == "Wed, 31 Mar 2027 18:30:00 GMT"
    assert answer["Link"] == '</api/v1/files/>; rel="successor-version"'
    assert "Deprecation" not in Client().get("/api/v1/milestones/")
    described = RightsSchema()
    described.path = "/api/v1/evidence/"
    assert described.is_deprecated()
    described.path = "/api/v1/evidence/{id}/"
    assert not described.is_deprecated()


def test_nothing_ends_without_a_year_of_notice():
    with pytest.raises(ValueError, match="less than a year"):
        Ending(dt.date(2026, 4, 1), dt.date(2027, 3, 30), "/api/v1/files/")


def test_the_document_names_no_ending_that_the_table_does_not_hold():
    marked = {path for path, _, operation in operations() if operation.get("deprecated")}
    assert bool(marked) == bool(deprecations.ENDINGS)
    assert schema()["info"]["version"] == "1"
