"""The role of the application does all that the application does, and nothing to the audit trail but add to it."""

from __future__ import annotations

import datetime as dt
import os
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.utils import timezone

from projects import deliveries, digests
from projects.models import AuditEvent, TokenGrant, audit
from reports import clock, engine, mails, notices
from reports.choices import ReportState
from tests.cast import PASSWORD, Cast, acting, document, milestone, system
from tests.reports.issued import issued

FORBIDDEN = [
    "UPDATE projects_auditevent SET reason = 'x'",
    "DELETE FROM projects_auditevent",
    "TRUNCATE projects_auditevent CASCADE",
    "ALTER TABLE projects_auditevent DISABLE TRIGGER ALL",
    "ALTER TABLE projects_auditevent DISABLE TRIGGER audit_event_is_final",
    "DROP TRIGGER audit_event_is_final ON projects_auditevent",
    "DROP TABLE projects_auditevent CASCADE",
    "ALTER TABLE projects_auditevent RENAME TO elsewhere",
    "CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "CREATE RULE quiet AS ON UPDATE TO projects_auditevent DO INSTEAD NOTHING",
    "SET session_replication_role = replica",
    "CREATE TABLE elsewhere (id int)",
    "DELETE FROM projects_milestone",
    "TRUNCATE projects_milestone CASCADE",
    "DELETE FROM reports_report",
    "UPDATE reports_edition SET size = 1",
    "DELETE FROM reports_serialcounter",
    "DELETE FROM django_migrations",
]


@pytest.mark.django_db
@pytest.mark.engine("postgres")
def test_the_application_works_as_a_role_that_cannot_change_the_trail(cast: Cast):
    owner, application = (f"test_{name}_{os.getpid()}" for name in ("owner", "app"))
    script = StringIO()
    call_command("database_roles", owner=owner, application=application, stdout=script)
    statements = script.getvalue().replace("BEGIN;\n", "", 1).replace("\nCOMMIT;", "")
    connection.check_constraints()  # PostgreSQL alters no table with checks still to come
    with connection.cursor() as cursor:
        for _again in range(2):  # it is run after each migration
            cursor.execute(statements)
        cursor.execute(f"SET LOCAL ROLE {application}")
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (application,)
    before = AuditEvent.objects.count()
    _main_writes(cast)
    assert AuditEvent.objects.count() > before + 5
    assert audit.first_break() is None
    with connection.cursor() as cursor:  # PostgreSQL only warns that nothing was granted
        cursor.execute("GRANT UPDATE, DELETE, TRUNCATE, TRIGGER ON projects_auditevent TO CURRENT_USER")
    for statement in FORBIDDEN:
        with (
            pytest.raises(ProgrammingError, match=r"permission denied|must be owner|must be able"),
            transaction.atomic(),
        ):
            connection.cursor().execute(statement)
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def _main_writes(cast: Cast) -> None:
    row = milestone("MST-950", cast.our_project)
    row.claim(by=acting(cast.our_lead), actual_on=dt.date(2026, 6, 1), evidence=[document()])
    row.verify(by=acting(cast.officer))
    audit.change(cast.our_project, by=system(), action="test", changes={}, related={"partners": [cast.irel]})
    audit.change(cast.our_project, by=system(), action="test", changes={}, related={"partners": []})
    assert issued(cast).state == ReportState.ISSUED
    TokenGrant.issue(cast.officer, now=timezone.now())
    client = Client()
    client.post("/sign-in/", {"username": cast.officer.username, "password": PASSWORD})
    assert client.get("/milestones/MST-950/").status_code == 200
    engine.tick(now=clock.now())
    notices.owe(now=clock.now())
    mails.send_due(now=clock.now())
    deliveries.run(now=clock.now())
    digests.run(now=clock.now())


@pytest.mark.engine("postgres")
@pytest.mark.django_db
def test_owner_and_application_are_two_plain_names():
    for names in ({"owner": "one", "application": "one"}, {"application": 'x"; DROP TABLE y'}):
        with pytest.raises(CommandError):
            call_command("database_roles", **names)


@pytest.mark.engine("sqlite")
@pytest.mark.django_db
def test_sqlite_has_no_roles():
    with pytest.raises(CommandError, match="PostgreSQL"):
        call_command("database_roles")
