"""Words planted in everything of each partner never come up in what the other, or anybody outside, is answered.

Every address that is read, of the API and of the pages, is asked by a partner, the auditor of one half (records and their
histories) and strangers: lists also as files, and a report on each half, from whose frozen figures the paper is drawn. What a request
names of the other half is answered as what does not exist, in every filter and every body.
"""

from __future__ import annotations

import contextlib
import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone

from projects.models import AuditEvent, CalendarLink, TokenGrant
from reports.choices import ReportKind
from reports.models import Report
from tests.api.rights import RIGHTS
from tests.api.rights_shapes import Row
from tests.api.routes import walk
from tests.api.scene import MISSING, OTHER, OWN, Scene, assemble_scene
from tests.api.test_fuzzing import NAMES
from tests.api.test_schema import operations, schema
from tests.emptying import past_triggers
from tests.reports.issued import issued

# What is made once for all tests here is made by one worker.
pytestmark = [pytest.mark.django_db, pytest.mark.engine("postgres"), pytest.mark.xdist_group("canaries")]

WORDS = {OWN: "zqours", OTHER: "zqtheirs"}
READERS = {"our_lead": OWN, "scoped_auditor": OWN, "anonymous": None}  # with the half that they see
KEPT = re.compile(
    r"reference|slug|sha256|hash|digest|key|username|password|serial|url|secret|state|unit|host|cipher"
)
FILES = ("csv", "xlsx")
BOOKS = (
    "api:project-list",
    "api:milestone-list",
    "api:evidence-list",
    "api:report-list",
)  # slow; their cells are those of CSV


@dataclass
class Stage:
    scene: Scene
    planted: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # models, by half
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    pages: dict[str, Client] = field(default_factory=dict)


@pytest.fixture(scope="module")
def stage(django_db_setup: None, django_db_blocker: Any) -> Iterator[Stage]:
    """One stage for all, in a transaction that is never committed."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = Stage(assemble_scene())
        _plant(made)
        _report(made)
        for name in READERS:
            made.pages[name], made.headers[name] = Client(), {}
            if name != "anonymous":
                user = made.scene.cast.people[name]
                made.pages[name].force_login(user, "django.contrib.auth.backends.ModelBackend")
                _grant, token = TokenGrant.issue(user, now=timezone.now())
                made.headers[name] = {"Authorization": f"Token {token}"}
        yield made
        transaction.set_rollback(True)


def _plant(stage: Stage) -> None:
    """Write the word of its half into every free text of every row that belongs to one half alone."""
    halves = _halves(stage.scene)
    with past_triggers(connection):
        for (model, pk), half in halves.items():
            texts = {
                f.attname: WORDS[half]
                for f in model._meta.concrete_fields
                if isinstance(f, (models.CharField, models.TextField))
                and not f.choices
                and not f.primary_key
                and (f.max_length or 99) >= 10
                and not KEPT.search(f.name)
            }
            if texts and model is not Report:  # whose figures are frozen before
                for name, word in texts.items():
                    with (
                        contextlib.suppress(IntegrityError),
                        transaction.atomic(),
                    ):  # what may not be filled stays
                        models.QuerySet(model).filter(pk=pk).update(**{name: f"{word} {pk}"})
                        stage.planted[half].add(model.__name__)
        for event in AuditEvent.objects.all():
            model = next((m for m in _tables() if m._meta.label_lower == event.object_type.lower()), None)
            if model and event.object_id.isdigit() and (half := halves.get((model, int(event.object_id)))):
                models.QuerySet(AuditEvent).filter(pk=event.pk).update(reason=WORDS[half])
                stage.planted[half].add("AuditEvent")


def _halves(scene: Scene) -> dict[tuple[type[models.Model], Any], str]:
    """Return for each row to which half it belongs: those that the stage names, and whatever points at them alone."""
    found: dict[tuple[type[models.Model], Any], set[str]] = defaultdict(set)
    rows = {(m, row.pk): row for m in _tables() for row in m._base_manager.all()}
    cast = scene.cast
    seeds = {
        OWN: [cast.texmin, cast.our_lead, cast.our_viewer, cast.our_agreement, cast.our_project],
        OTHER: [cast.irel, cast.their_lead, cast.their_viewer, cast.their_agreement, cast.their_project],
    }
    named = {half: {keys[half] for keys in scene.keys.values()} for half in WORDS}
    common = named[OWN] & named[OTHER]
    fixed = {(type(row), row.pk) for half in seeds for row in seeds[half]}
    for half, mine in seeds.items():
        for row in mine:
            found[type(row), row.pk].add(half)
    for (model, pk), row in rows.items():
        for half in WORDS:
            name = getattr(row, "reference", None) or getattr(row, "slug", None)
            if isinstance(name, str) and name in named[half] - common:
                found[model, pk] = {half}
                fixed.add((model, pk))
    for _round in range(6):
        for at, row in rows.items():
            if at in fixed or isinstance(row, AuditEvent):
                continue
            for f in row._meta.concrete_fields:
                if isinstance(f, models.ForeignKey) and getattr(row, f.attname) is not None:
                    found[at] |= found.get((f.related_model, getattr(row, f.attname)), set())
    return {at: next(iter(half)) for at, half in found.items() if len(half) == 1}


def _tables() -> list[type[models.Model]]:
    return [m for name in ("projects", "reports") for m in apps.get_app_config(name).get_models()]


def _report(stage: Stage) -> None:
    """Issue a partner report on each half, and give each partner a calendar."""
    cast, keys = stage.scene.cast, stage.scene.keys
    halves = ((OWN, cast.texmin, cast.our_lead), (OTHER, cast.irel, cast.their_lead))
    for half, organisation, lead in halves:
        report = issued(cast, kind=ReportKind.PARTNER, organisation=organisation, project=None)
        keys["report"][half] = report.slug
        _link, keys["calendar_secret"][half] = CalendarLink.issue(
            lead, name="x", language="en", now=timezone.now()
        )


def addresses() -> list[tuple[str, Row, tuple[str, ...]]]:
    """Return every address that is read: its name, who may read what there, its parameters."""
    rows = ((route, RIGHTS[route.name].get("GET")) for route in walk())
    return [(route.name, row, route.parameters) for route, row in rows if row]


def _asked(stage: Stage, reader: str, half: str) -> Iterator[tuple[str, str]]:
    """Yield every address that this reader has to look at on this half, with all that is answered."""
    for name, row, parameters in addresses():
        if half == OTHER and not (row.thing and row.is_open):
            continue  # a list is the same on either half, and that records of the other are not there the matrix proves
        if reader == "anonymous" and not row.is_open:
            continue  # never reached
        if row.thing == "calendar_secret" and half != READERS.get(reader):
            continue  # who holds a private link sees what its owner sees
        if reader == "scoped_auditor" and (row.is_page or not row.thing):
            continue
        key = stage.scene.keys[row.thing][half] if row.thing else None
        address = reverse(name, kwargs=dict.fromkeys(parameters, key))
        is_list = not row.is_page and name.endswith("-list")
        forms = [f"?format={it}" for it in FILES if it == "csv" or name in BOOKS] if is_list else []
        for form in ("", *forms):
            client = stage.pages[reader] if row.is_page else Client()
            with transaction.atomic():
                response = client.get(address + form, headers={} if row.is_page else stage.headers[reader])
                content = b"".join(response) if response.streaming else response.content
                transaction.set_rollback(True)
            yield address + form, f"{response.headers} {_text(content)}"


def _text(content: bytes) -> str:
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            content = b"".join(book.read(part) for part in book.namelist())
    return content.decode(errors="replace")


@pytest.mark.parametrize("reader", READERS)
def test_no_answer_holds_a_word_of_the_other_half(reader: str, stage: Stage):
    mine, leaks, seen = READERS[reader], set(), set()
    for half in WORDS:
        for address, text in _asked(stage, reader, half):
            leaks |= {address for other in WORDS if other != mine and WORDS[other] in text}
            if mine and WORDS[mine] in text:
                seen.add(address)
    assert not leaks, "\n".join(sorted(leaks))
    # One's own word is there to be met: nothing is hidden from everybody.
    assert mine is None or len(seen) > 40, len(seen)


# --- what a request names ---

FILTERS = {**NAMES, "schedule": "schedule", "webhook": "webhook", "parent": "project", "duty": "duty"}


def _alike(stage: Stage, method: str, address: str, kind: str, ask: Callable[[Any], dict[str, Any]]) -> str:
    """Return "" where what is theirs is answered as what does not exist, to our lead; else how it differs."""
    told = []
    for which in (OTHER, MISSING):
        key = stage.scene.key(kind, which)
        with transaction.atomic():
            response = getattr(Client(), method)(
                address, ask(key), headers=stage.headers["our_lead"],
                **({} if method == "get" else {"content_type": "application/json"}),
            )  # fmt: skip
            content = b"".join(response) if response.streaming else response.content
            transaction.set_rollback(True)
        named = re.compile(rf"(?<!\w){re.escape(str(key))}(?!\w)")  # a key may be a digit of another number
        told.append(f"{response.status_code} {named.sub('…', content.decode(errors='replace'))}")
    return "" if told[0] == told[1] else f"{method} {address} {kind}: {told[0][:200]} | {told[1][:200]}"


def _foreign(names: Iterable[str], scene: Scene, route: str = "") -> list[tuple[str, str]]:
    """Return the parameters, or fields, that name what belongs to one half, each with the kind of what it names.

    What a row supersedes is a row of its own kind: the number of another kind might be that of a row of one's own.
    """
    own_kind = route.removeprefix("api:").removesuffix("-list")
    kinds = (
        (name, own_kind if name == "supersedes" and route else FILTERS.get(name, ""))
        for name in sorted(names)
    )
    return [(name, kind) for name, kind in kinds if kind and scene.keys[kind][OWN] != scene.keys[kind][OTHER]]


def test_no_filter_tells_what_is_theirs_from_what_is_not_there(stage: Stage):
    wrong, tried = [], 0
    for path, method, operation in operations():
        if method != "get" or "{" in path:
            continue
        given = {it["name"] for it in operation.get("parameters", ()) if it["in"] == "query"}
        for name, kind in _foreign(given, stage.scene):
            tried += 1
            wrong.append(_alike(stage, "get", path, kind, lambda key: {name: key}))  # noqa: B023 - called at once
    assert not any(wrong), "\n".join(filter(None, wrong))
    assert tried > 35, tried


def test_no_body_tells_what_is_theirs_from_what_is_not_there(stage: Stage):
    wrong, tried, components = [], 0, schema()["components"]["schemas"]
    for path, method, operation in operations():
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if method != "post" or "{" in path or not content:
            continue
        route = resolve(path).view_name
        row = RIGHTS[route]["POST"]
        fields = components[content["schema"]["$ref"].rpartition("/")[2]]["properties"]
        good = row.body(stage.scene.key(row.names, OWN) if row.names else None)
        for name, kind in _foreign(fields, stage.scene, route):
            tried += 1
            wrong.append(_alike(stage, "post", path, kind, lambda key: {**good, name: key}))  # noqa: B023 - called at once
    assert not any(wrong), "\n".join(filter(None, wrong))
    assert tried > 15, tried
