"""Fills a database with a programme far larger than India's: what a list costs must not hang on how long it is.

The first records are made through the application's own doors. They are then repeated by SQL, past those doors, which
only a database that is thrown away may be: its audit trail has the right length, and no right hashes.
"""

from __future__ import annotations

import datetime as dt
import os

from django.db import connection, models
from django.utils import timezone

from projects.choices import Phase, Sector
from projects.models import AuditEvent, Mineral, Project, TokenGrant, audit
from tests import cast as people
from tests.reports.issued import published
from tests.reports.orders import order

PROJECTS, MILESTONES, EVENTS = 10_000, 100_000, 1_000_000
MEGABYTE = 1_000_000
EACH = 20  # milestones of one project, as long as there are any


def fill() -> tuple[str, str]:
    """Fill the empty database; return an access token of an officer, and the name in addresses of a report whose PDF has 1 MB."""
    cast = people.assemble()
    project = _furnished(cast)
    milestone = people.milestone("MST-000000", project)
    milestone.claim(by=people.acting(cast.our_lead), actual_on=dt.date(2026, 6, 1))
    milestone.verify(by=people.acting(cast.officer))
    report = published(order(cast), cast.officer, padding=os.urandom(MEGABYTE))
    first = _repeat(
        project,
        PROJECTS,
        reference="'PRJ-' || lpad(n::text, 6, '0')",
        name="'Pilot plant for separated oxides, line ' || n",
        sector=_one_of(Sector.values),
        phase=_one_of(Phase.values),
    )
    for field in ("partners", "minerals"):
        _relate(project, field, first)
    _repeat(
        milestone,
        MILESTONES,
        reference="'MST-' || lpad(n::text, 6, '0')",
        title="'Furnace line ' || n || ' heated and accepted'",
        project_id=f"{first} + (n - 1) / {EACH}",
        baseline_on="DATE '2026-01-01' + (n % 700)::int",
        status=_one_of(["verified", "claimed", "planned", "returned"]),
        returned_reason="CASE n % 4 WHEN 3 THEN 'The certificate is missing.' ELSE '' END",
    )
    event = AuditEvent.objects.latest("seq")
    before = f"CASE n WHEN 1 THEN '{event.hash}' ELSE sha256((n - 1)::text::bytea)::text END"
    hashes = {"prev_hash": before, "hash": "sha256(n::text::bytea)::text"}
    hashes = {name: f"right({sql}, 64)" for name, sql in hashes.items()}
    _repeat(event, EVENTS, seq=f"{event.seq} + n", **hashes)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return TokenGrant.issue(cast.officer, now=timezone.now())[1], report.slug


def _furnished(cast: people.Cast) -> Project:
    """Return the project that is repeated, with what most projects have."""
    minerals = [
        audit.create(
            Mineral(reference=f"MIN-95{n}", name=f"Mineral {n}"), by=people.system(), action="test.setup"
        )
        for n in range(3)
    ]
    return audit.change(
        cast.our_project,
        by=people.system(),
        action="test.setup",
        changes={"product": "NdFeB magnets", "region": "Jharkhand", "agreement": cast.our_agreement},
        related={"partners": [cast.irel], "minerals": minerals},
    )


def _one_of(values: list[str]) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"(ARRAY[{listed}])[1 + n % {len(values)}]"


def _repeat(row: models.Model, count: int, **columns: str) -> int:
    """Repeat the row `count` times, with SQL of the number `n` in some columns; return the key of the first."""
    table = row._meta.db_table
    fields = [it.column for it in row._meta.concrete_fields if not it.primary_key]
    named = ", ".join(f'"{name}"' for name in fields)
    said = ", ".join(columns.get(name, f'it."{name}"') for name in fields)
    rows = f'"{table}" it, generate_series(1, {count}) n WHERE it.id = {row.pk} ORDER BY n'
    with connection.cursor() as cursor:
        cursor.execute(f'INSERT INTO "{table}" ({named}) SELECT {said} FROM {rows}')
        cursor.execute(f'SELECT max(id) FROM "{table}"')
        return int(cursor.fetchone()[0]) - count + 1


def _relate(project: Project, field: str, first: int) -> None:
    """Give each repeated project the relations of the one that was repeated."""
    through = getattr(Project, field).through._meta
    other = next(it.column for it in through.concrete_fields if it.is_relation and it.name != "project")
    table, last = through.db_table, first + PROJECTS - 1
    rows = f'"{table}" it, generate_series({first}, {last}) n WHERE it.project_id = {project.pk}'
    with connection.cursor() as cursor:
        cursor.execute(f'INSERT INTO "{table}" (project_id, "{other}") SELECT n, it."{other}" FROM {rows}')
