"""Every address that can be read, asked by several roles: its headers, and that reading writes nothing."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.api.rights import RIGHTS
from tests.api.routes import walk
from tests.api.scene import OWN
from tests.api.test_matrix import ask, keys, scene  # noqa: F401 - the matrix's stage and keys

pytestmark = [pytest.mark.django_db, pytest.mark.engine("postgres")]
ROLES = ("officer", "anonymous")  # whoever signs in is answered by the same code; strangers are not
READ = [route for route in walk() if "GET" in RIGHTS[route.name]]
# What may be kept by others: the programme's public figures, to which it does not matter who asks.
PUBLIC = {
    *("public", "public-rows", "api:iati", "api:iati-activity"),
    *(f"api:open-{thing}-{shape}" for thing in ("project", "milestone", "target", "measurement") for shape in ("list", "detail")),
}  # fmt: skip
WRITES = re.compile(
    r"\s*(?:INSERT INTO|UPDATE|DELETE FROM|TRUNCATE|ALTER TABLE|CREATE TABLE|DROP TABLE)\s+\"?(\w+)",
    re.IGNORECASE,
)
# What is written down about reading itself: nobody could tell later who had a report, or which keys nobody uses any more.
RECORDED = {
    "projects_auditevent": {
        "api:report-pdf",
        "api:report-data",
        "api:report-tables",
        "report-pdf",
    },  # each download
    "projects_tokengrant": {
        route.name for route in READ if route.name.startswith("api:")
    },  # the day of the last use
    "projects_calendarlink": {"calendar-feed"},  # the same
    "projects_tally": {route.name for route in READ},  # the throttles count requests, whatever they ask
}
INLINE = re.compile(
    rb"<script(?![^>]*\bsrc=)[^>]*>|<style\b|\sstyle=|\son[a-z]+=[\"']|javascript:", re.IGNORECASE
)


def test_every_answer_is_guarded_and_nothing_that_is_read_writes(scene, keys):  # noqa: F811
    wrong = []
    for route in READ:
        row = RIGHTS[route.name]["GET"]
        for name in ROLES:
            with CaptureQueriesContext(connection) as queries:
                response = ask(scene, keys, name, route, "GET", row, OWN)
            body = b"".join(response) if response.streaming else response.content
            where = f"{route.name} as {name} ({response.status_code})"
            wrong += [f"{where}: {what}" for what in unguarded(route.name, response, body)]
            tables = {found[1] for query in queries if (found := WRITES.match(query["sql"]))}
            wrong += [
                f"{where} writes {table}" for table in tables if route.name not in RECORDED.get(table, ())
            ]
    assert not wrong, "\n".join(wrong)


def unguarded(name, response, body):
    """Yield what is missing from the answer."""
    policy = response.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy:
        yield f"its policy is {policy!r}"
    if "unsafe" in policy:
        yield f"its policy allows what is written into the page: {policy}"
    yield from (f"no {header}" for header, value in HEADERS.items() if response.get(header) != value)
    if response.get("X-Frame-Options") != "DENY" and "frame-ancestors" not in policy:
        yield "other sites may frame it"
    caching = response.get("Cache-Control", "")
    is_public = name in PUBLIC and caching.startswith("public")
    if "no-store" not in caching and not is_public:
        yield f"may be kept: {caching!r}"
    if is_public and (response.cookies or b"csrfmiddlewaretoken" in body):
        yield "what others may keep holds something of the asker's own"
    if response.get("Content-Type", "").startswith("text/html") and (found := INLINE.search(body)):
        yield f"inline: {found[0]!r}"


HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": Client().get("/healthz")["Permissions-Policy"],
}


def test_files_of_the_program_may_be_kept():
    answer = Client().get("/static/projects/tracker.css")
    answer.close()
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "max-age=60, public"
    assert not [name for name, value in HEADERS.items() if answer.get(name) != value]
