"""`manage.py database_roles`: prints the SQL that gives PostgreSQL an owner and a role that cannot change the audit trail."""

from __future__ import annotations

import re
from argparse import ArgumentParser
from collections.abc import Iterator

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from projects.models import AuditEvent
from projects.models.audit import Audited
from reports.models import Edition, Report, SerialCounter

OWNER, APPLICATION = "tracker_owner", "tracker_app"
NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}\Z")


class Command(BaseCommand):
    help = (
        "Prints SQL for PostgreSQL, to be run by a superuser after the first and after each later migration: the owner "
        "role has the tables and migrates; the application's role reads and writes, and cannot change, delete or empty "
        "the audit trail, nor touch its triggers. Safe to run again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--owner", default=OWNER, help=f"role that owns the tables (default {OWNER})")
        parser.add_argument(
            "--application", default=APPLICATION, help=f"role of web and workers (default {APPLICATION})"
        )

    def handle(self, *, owner: str, application: str, **options: object) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("Roles are PostgreSQL's: set DATABASE_URL to the PostgreSQL in question.")
        for name in (owner, application):
            if not NAME.match(name):
                raise CommandError(f"{name!r} is no plain name of a role: use a-z, 0-9 and underscores.")
        if owner == application:
            raise CommandError(
                "Owner and application must be two roles: who owns a table can drop its triggers."
            )
        self.stdout.write(sql(owner, application, str(connection.settings_dict["NAME"])))


def sql(owner: str, application: str, database: str) -> str:
    """Return the whole script, one transaction."""
    lines = [
        f"-- Roles of the Mission Tracker in the database {database}. Run it as a superuser, in that database, after each migration.",
        "-- Then give both a password (\\password in psql): DATABASE_URL names the application's role, and the owner's for migrations.",
        "BEGIN;",
        *_roles(owner, application),
        *_owned(owner),
        f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC;',
        f'GRANT CONNECT, TEMPORARY ON DATABASE "{database}" TO {owner}, {application};',
        f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {application};",
        f"GRANT USAGE, CREATE ON SCHEMA public TO {owner};",
        f"GRANT USAGE ON SCHEMA public TO {application};",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {application};",
        *(
            f'GRANT {rights} ON "{table}" TO {application};'
            for table, rights in sorted({**dict(_rights()), "django_migrations": "SELECT"}.items())
        ),
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {application};",
        "-- Tables of a migration that comes, until this script is run again:",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT SELECT, INSERT ON TABLES TO {application};",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {application};",
        "COMMIT;",
    ]
    return "\n".join(lines)


def _roles(owner: str, application: str) -> Iterator[str]:
    plain = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
    for role in (owner, application):
        yield (
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') "
            f"THEN CREATE ROLE {role}; END IF; END $$;"
        )
        yield f"ALTER ROLE {role} {plain};"
    yield (
        f"DO $$ BEGIN IF pg_has_role('{application}', '{owner}', 'MEMBER') "
        f"THEN REVOKE {owner} FROM {application}; END IF; END $$;"
    )


def _owned(owner: str) -> Iterator[str]:
    """Give the owner every table and function of the schema, whoever migrated before."""
    tables = "SELECT oid::regclass AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')"
    functions = (
        "SELECT oid::regprocedure AS name FROM pg_proc WHERE pronamespace = 'public'::regnamespace "
        "AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = pg_proc.oid AND d.deptype = 'e')"
    )
    for kind, found in (("TABLE", tables), ("FUNCTION", functions)):
        yield (
            f"DO $$ DECLARE it record; BEGIN FOR it IN {found} LOOP "
            f"EXECUTE format('ALTER {kind} %s OWNER TO {owner}', it.name); END LOOP; END $$;"
        )


def _rights() -> Iterator[tuple[str, str]]:
    """Yield each table with what the application does to it: nobody empties one, and few lose rows."""
    for model in apps.get_models(include_auto_created=True):
        if issubclass(model, AuditEvent | Edition):
            rights = "SELECT, INSERT"
        elif issubclass(model, Audited | Report | SerialCounter):
            rights = "SELECT, INSERT, UPDATE"
        else:
            rights = "SELECT, INSERT, UPDATE, DELETE"
        yield model._meta.db_table, rights
