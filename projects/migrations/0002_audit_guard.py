"""Triggers that refuse to change or delete audit events, on both databases."""

from django.db import migrations

TABLE = "projects_auditevent"

POSTGRESQL = [
    """
    CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'audit events are never changed or deleted';
    END $$
    """,
    f"""
    CREATE TRIGGER audit_event_is_final BEFORE UPDATE OR DELETE ON {TABLE}
    FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()
    """,
    f"""
    CREATE TRIGGER audit_table_is_final BEFORE TRUNCATE ON {TABLE}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()
    """,
]
POSTGRESQL_BACK = [
    f"DROP TRIGGER audit_table_is_final ON {TABLE}",
    f"DROP TRIGGER audit_event_is_final ON {TABLE}",
    "DROP FUNCTION refuse_audit_change()",
]
# INSERT OR REPLACE deletes without firing the trigger on DELETE, hence the one on INSERT.
_ABORT = "BEGIN SELECT RAISE(ABORT, 'audit events are never changed or deleted'); END"
SQLITE = [
    f"CREATE TRIGGER audit_event_is_final_update BEFORE UPDATE ON {TABLE} {_ABORT}",
    f"CREATE TRIGGER audit_event_is_final_delete BEFORE DELETE ON {TABLE} {_ABORT}",
    f"""
    CREATE TRIGGER audit_event_is_not_inserted_over BEFORE INSERT ON {TABLE} WHEN EXISTS (
        SELECT 1 FROM {TABLE}
        WHERE id = NEW.id OR seq = NEW.seq OR hash = NEW.hash OR prev_hash = NEW.prev_hash
    ) {_ABORT}
    """,  # noqa: S608 - constants of this file
]
SQLITE_BACK = [
    "DROP TRIGGER audit_event_is_not_inserted_over",
    "DROP TRIGGER audit_event_is_final_delete",
    "DROP TRIGGER audit_event_is_final_update",
]


def _run(schema_editor, statements):
    for statement in statements:
        schema_editor.execute(statement)


def guard(apps, schema_editor):
    _run(schema_editor, POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE)


def unguard(apps, schema_editor):
    _run(schema_editor, POSTGRESQL_BACK if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK)


class Migration(migrations.Migration):
    dependencies = [("projects", "0001_programme")]

    operations = [migrations.RunPython(guard, unguard)]
