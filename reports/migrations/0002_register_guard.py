"""Triggers, on both databases, that keep the register: nothing deleted, nothing replaced, serials unbroken.

An issued report may only become superseded; figures that are frozen stay; a row keeps its identity; a counter
goes up by one or not at all.
"""

from django.db import migrations

REPORT, COUNTER = "reports_report", "reports_serialcounter"
KEPT = "a report is never deleted or replaced"
COUNTED = "serials are counted up one by one"

# Frozen from the day the row is inserted, from the freezing of the figures, and from the issue.
IDENTITY = [
    "id", "serial", "slug", "schedule_id", "requested_by_id", "kind", "project_id", "language",
    "period_start", "period_end", "as_of", "revision", "supersedes_id", "revision_reason", "due_at", "queued_at",
]  # fmt: skip
FIGURES = ["snapshot", "snapshot_sha256", "audit_seq", "audit_hash", "generator_version", "late"]
ISSUE = [
    "progress", "attempt", "lease_owner", "lease_until", "failure", "started_at", "issued_at",
    "pdf_sha256", "pdf_size", "pdf_pages",
]  # fmt: skip


def _row(prefix, columns):
    return ", ".join(f"{prefix}.{column}" for column in columns)


def _changed(columns, differs):
    return f"({_row('NEW', columns)}) {differs} ({_row('OLD', columns)})"


def _refused(differs):
    """Return the condition under which an update of a report is refused."""
    return f"""
        {_changed(IDENTITY, differs)}
        OR (OLD.snapshot <> '' AND {_changed(FIGURES, differs)})
        OR (OLD.state IN ('issued', 'superseded') AND {_changed(ISSUE, differs)})
        OR (OLD.state = 'issued' AND NEW.state NOT IN ('issued', 'superseded'))
        OR (OLD.state = 'superseded' AND NEW.state <> 'superseded')
    """


POSTGRESQL = [
    f"""
    CREATE FUNCTION refuse_report_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{KEPT}'; END $$
    """,
    f"""
    CREATE FUNCTION refuse_serial_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{COUNTED}'; END $$
    """,
    f"""
    CREATE TRIGGER report_is_not_deleted BEFORE DELETE ON {REPORT}
    FOR EACH ROW EXECUTE FUNCTION refuse_report_change()
    """,
    f"""
    CREATE TRIGGER register_is_not_emptied BEFORE TRUNCATE ON {REPORT}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_report_change()
    """,
    f"""
    CREATE TRIGGER report_is_not_replaced BEFORE UPDATE ON {REPORT}
    FOR EACH ROW WHEN ({_refused("IS DISTINCT FROM")}) EXECUTE FUNCTION refuse_report_change()
    """,
    f"""
    CREATE TRIGGER serial_is_not_deleted BEFORE DELETE ON {COUNTER}
    FOR EACH ROW EXECUTE FUNCTION refuse_serial_change()
    """,
    f"""
    CREATE TRIGGER serials_are_not_emptied BEFORE TRUNCATE ON {COUNTER}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_serial_change()
    """,
    f"""
    CREATE TRIGGER serial_is_counted_up BEFORE UPDATE ON {COUNTER}
    FOR EACH ROW WHEN ((NEW.id, NEW.year, NEW.letter, NEW.last) IS DISTINCT FROM (OLD.id, OLD.year, OLD.letter, OLD.last + 1))
    EXECUTE FUNCTION refuse_serial_change()
    """,
]
POSTGRESQL_BACK = [
    f"DROP TRIGGER serial_is_counted_up ON {COUNTER}",
    f"DROP TRIGGER serials_are_not_emptied ON {COUNTER}",
    f"DROP TRIGGER serial_is_not_deleted ON {COUNTER}",
    f"DROP TRIGGER report_is_not_replaced ON {REPORT}",
    f"DROP TRIGGER register_is_not_emptied ON {REPORT}",
    f"DROP TRIGGER report_is_not_deleted ON {REPORT}",
    "DROP FUNCTION refuse_serial_change()",
    "DROP FUNCTION refuse_report_change()",
]


def _abort(message):
    return f"BEGIN SELECT RAISE(ABORT, '{message}'); END"


# INSERT OR REPLACE deletes without firing the trigger on DELETE, hence the triggers on INSERT.
SQLITE = {
    "report_is_not_deleted": f"BEFORE DELETE ON {REPORT} {_abort(KEPT)}",
    "report_is_not_replaced": f"BEFORE UPDATE ON {REPORT} WHEN {_refused('IS NOT')} {_abort(KEPT)}",
    "report_is_not_inserted_over": f"""
        BEFORE INSERT ON {REPORT} WHEN EXISTS (
            SELECT 1 FROM {REPORT} WHERE id = NEW.id OR serial = NEW.serial OR slug = NEW.slug
            OR supersedes_id = NEW.supersedes_id
            OR (schedule_id = NEW.schedule_id AND period_start = NEW.period_start AND revision = NEW.revision)
        ) {_abort(KEPT)}
    """,  # noqa: S608 - constants of this file
    "serial_is_not_deleted": f"BEFORE DELETE ON {COUNTER} {_abort(COUNTED)}",
    "serial_is_counted_up": f"""
        BEFORE UPDATE ON {COUNTER}
        WHEN (NEW.id, NEW.year, NEW.letter, NEW.last) IS NOT (OLD.id, OLD.year, OLD.letter, OLD.last + 1)
        {_abort(COUNTED)}
    """,
    "serial_is_not_inserted_over": f"""
        BEFORE INSERT ON {COUNTER} WHEN EXISTS (
            SELECT 1 FROM {COUNTER} WHERE id = NEW.id OR (year = NEW.year AND letter = NEW.letter)
        ) {_abort(COUNTED)}
    """,  # noqa: S608 - constants of this file
}


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        statements = POSTGRESQL
    else:
        statements = [f"CREATE TRIGGER {name} {body}" for name, body in SQLITE.items()]
    for statement in statements:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        statements = POSTGRESQL_BACK
    else:
        statements = [f"DROP TRIGGER {name}" for name in SQLITE]
    for statement in statements:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_reports")]

    operations = [migrations.RunPython(guard, unguard)]
