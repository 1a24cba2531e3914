"""Editions: the files of a report move into a row a language; a report may be on an agreement or an organisation.

The triggers of 0002 are lifted first and set again, for the new columns, at the end: Django remakes tables on SQLite,
and a remade table has none. Taken back, each report keeps its English file (else its only one); the rows of the other
editions are lost, their files stay in the archive.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

REPORT, EDITION = "reports_report", "reports_edition"
KEPT = "a report is never deleted or replaced"
FILE = "an edition is never changed and belongs to the issue of its report"

OLD_IDENTITY = [
    "id", "serial", "slug", "schedule_id", "requested_by_id", "kind", "project_id", "language",
    "period_start", "period_end", "as_of", "revision", "supersedes_id", "revision_reason", "due_at", "queued_at",
]  # fmt: skip
OLD_FIGURES = ["snapshot", "snapshot_sha256", "audit_seq", "audit_hash", "generator_version", "late"]
OLD_ISSUE = [
    "progress", "attempt", "lease_owner", "lease_until", "failure", "started_at", "issued_at",
    "pdf_sha256", "pdf_size", "pdf_pages",
]  # fmt: skip
# Frozen from the day the row is inserted, from the freezing of the figures, and from the issue.
IDENTITY = [name for name in OLD_IDENTITY if name != "language"] + ["agreement_id", "organisation_id"]
FIGURES = [*OLD_FIGURES, "compared_with_id"]
ISSUE = OLD_ISSUE[:7]


def _row(prefix, columns):
    return ", ".join(f"{prefix}.{column}" for column in columns)


def _changed(columns, differs):
    return f"({_row('NEW', columns)}) {differs} ({_row('OLD', columns)})"


def _refused(differs, identity, figures, issue):
    """Return the condition under which an update of a report is refused."""
    return f"""
        {_changed(identity, differs)}
        OR (OLD.snapshot <> '' AND {_changed(figures, differs)})
        OR (OLD.state IN ('issued', 'superseded') AND {_changed(issue, differs)})
        OR (OLD.state = 'issued' AND NEW.state NOT IN ('issued', 'superseded'))
        OR (OLD.state = 'superseded' AND NEW.state <> 'superseded')
    """


WITHOUT_FILE = f"""
    NEW.state = 'issued' AND OLD.state <> 'issued'
    AND NOT EXISTS (SELECT 1 FROM {EDITION} WHERE report_id = NEW.id)
"""  # noqa: S608 - constants of this file
NOT_BEING_MADE = f"""
    NOT EXISTS (SELECT 1 FROM {REPORT} WHERE id = NEW.report_id AND state = 'running' AND snapshot <> '')
"""  # noqa: S608 - constants of this file


def _abort(message):
    return f"BEGIN SELECT RAISE(ABORT, '{message}'); END"


def _report_triggers(vendor, columns):
    if vendor == "postgresql":
        call = "EXECUTE FUNCTION refuse_report_change()"
        return [
            f"CREATE TRIGGER report_is_not_deleted BEFORE DELETE ON {REPORT} FOR EACH ROW {call}",
            f"CREATE TRIGGER register_is_not_emptied BEFORE TRUNCATE ON {REPORT} FOR EACH STATEMENT {call}",
            (
                f"CREATE TRIGGER report_is_not_replaced BEFORE UPDATE ON {REPORT} FOR EACH ROW "
                f"WHEN ({_refused('IS DISTINCT FROM', *columns)}) {call}"
            ),
        ]
    return [
        f"CREATE TRIGGER report_is_not_deleted BEFORE DELETE ON {REPORT} {_abort(KEPT)}",
        (
            f"CREATE TRIGGER report_is_not_replaced BEFORE UPDATE ON {REPORT} "
            f"WHEN {_refused('IS NOT', *columns)} {_abort(KEPT)}"
        ),
        # INSERT OR REPLACE deletes without firing the trigger on DELETE.
        f"""
        CREATE TRIGGER report_is_not_inserted_over BEFORE INSERT ON {REPORT} WHEN EXISTS (
            SELECT 1 FROM {REPORT} WHERE id = NEW.id OR serial = NEW.serial OR slug = NEW.slug
            OR supersedes_id = NEW.supersedes_id
            OR (schedule_id = NEW.schedule_id AND period_start = NEW.period_start AND revision = NEW.revision)
        ) {_abort(KEPT)}
        """,  # noqa: S608 - constants of this file
    ]


EDITION_TRIGGERS = {
    "postgresql": [
        f"""
        CREATE FUNCTION refuse_edition_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '{FILE}'; END $$
        """,
        f"""
        CREATE FUNCTION edition_belongs_to_an_issue() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN IF {NOT_BEING_MADE} THEN RAISE EXCEPTION '{FILE}'; END IF; RETURN NEW; END $$
        """,
        f"""
        CREATE FUNCTION issue_has_a_file() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN IF {WITHOUT_FILE} THEN RAISE EXCEPTION 'a report is issued with its files'; END IF; RETURN NEW; END $$
        """,
        (
            f"CREATE TRIGGER edition_is_not_changed BEFORE UPDATE OR DELETE ON {EDITION} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_edition_change()"
        ),
        (
            f"CREATE TRIGGER editions_are_not_emptied BEFORE TRUNCATE ON {EDITION} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_edition_change()"
        ),
        (
            f"CREATE TRIGGER edition_is_inserted_at_the_issue BEFORE INSERT ON {EDITION} "
            "FOR EACH ROW EXECUTE FUNCTION edition_belongs_to_an_issue()"
        ),
        (
            f"CREATE TRIGGER report_is_issued_with_its_files BEFORE UPDATE OF state ON {REPORT} "
            "FOR EACH ROW EXECUTE FUNCTION issue_has_a_file()"
        ),
    ],
    "sqlite": [
        f"CREATE TRIGGER edition_is_not_changed BEFORE UPDATE ON {EDITION} {_abort(FILE)}",
        f"CREATE TRIGGER edition_is_not_deleted BEFORE DELETE ON {EDITION} {_abort(FILE)}",
        f"""
        CREATE TRIGGER edition_is_inserted_at_the_issue BEFORE INSERT ON {EDITION} WHEN {NOT_BEING_MADE}
        OR EXISTS (
            SELECT 1 FROM {EDITION} WHERE id = NEW.id OR (report_id = NEW.report_id AND language = NEW.language)
        ) {_abort(FILE)}
        """,  # noqa: S608 - constants of this file
        f"""
        CREATE TRIGGER report_is_issued_with_its_files BEFORE UPDATE OF state ON {REPORT} WHEN {WITHOUT_FILE}
        {_abort("a report is issued with its files")}
        """,
    ],
}
EDITION_TRIGGERS_BACK = {
    "postgresql": [
        f"DROP TRIGGER report_is_issued_with_its_files ON {REPORT}",
        f"DROP TRIGGER edition_is_inserted_at_the_issue ON {EDITION}",
        f"DROP TRIGGER editions_are_not_emptied ON {EDITION}",
        f"DROP TRIGGER edition_is_not_changed ON {EDITION}",
        "DROP FUNCTION issue_has_a_file()",
        "DROP FUNCTION edition_belongs_to_an_issue()",
        "DROP FUNCTION refuse_edition_change()",
    ],
    "sqlite": [
        "DROP TRIGGER report_is_issued_with_its_files",
        "DROP TRIGGER edition_is_inserted_at_the_issue",
        "DROP TRIGGER edition_is_not_deleted",
        "DROP TRIGGER edition_is_not_changed",
    ],
}


def _execute(schema_editor, statements):
    for statement in statements:
        schema_editor.execute(statement)


def lift_guard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        names = ("report_is_not_replaced", "register_is_not_emptied", "report_is_not_deleted")
        _execute(schema_editor, [f"DROP TRIGGER {name} ON {REPORT}" for name in names])
    else:
        names = ("report_is_not_inserted_over", "report_is_not_replaced", "report_is_not_deleted")
        _execute(schema_editor, [f"DROP TRIGGER {name}" for name in names])


def set_old_guard(apps, schema_editor):
    columns = (OLD_IDENTITY, OLD_FIGURES, OLD_ISSUE)
    _execute(schema_editor, _report_triggers(schema_editor.connection.vendor, columns))


def set_guard(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    _execute(schema_editor, _report_triggers(vendor, (IDENTITY, FIGURES, ISSUE)) + EDITION_TRIGGERS[vendor])


def lift_new_guard(apps, schema_editor):
    _execute(schema_editor, EDITION_TRIGGERS_BACK[schema_editor.connection.vendor])
    lift_guard(apps, schema_editor)


def _check_keys_at_once(schema_editor):
    """Leave no check of a foreign key for the end: PostgreSQL alters no table that waits for one."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def copy_files_to_editions(apps, schema_editor):
    _check_keys_at_once(schema_editor)
    Report, Edition = apps.get_model("reports", "Report"), apps.get_model("reports", "Edition")
    issued = Report.objects.exclude(pdf_sha256="").defer("snapshot")
    for report in issued.iterator(chunk_size=500):
        Edition.objects.create(
            report_id=report.pk,
            language=report.language,
            sha256=report.pdf_sha256,
            size=report.pdf_size,
            pages=report.pdf_pages,
            rendered_sha256=report.pdf_sha256,
            rendered_size=report.pdf_size,
        )


def copy_editions_to_files(apps, schema_editor):
    _check_keys_at_once(schema_editor)
    Report, Edition = apps.get_model("reports", "Report"), apps.get_model("reports", "Edition")
    # Hindi first, so that English has the last word.
    for edition in Edition.objects.order_by("report_id", "-language").iterator(chunk_size=500):
        Report.objects.filter(pk=edition.report_id).update(
            language=edition.language,
            pdf_sha256=edition.sha256,
            pdf_size=edition.size,
            pdf_pages=edition.pages,
        )


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0002_audit_guard"),
        ("reports", "0002_register_guard"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(lift_guard, set_old_guard),
        migrations.CreateModel(
            name="Edition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("en", "English"), ("hi", "Hindi")], max_length=2, verbose_name="language"
                    ),
                ),
                ("sha256", models.CharField(db_index=True, max_length=64, verbose_name="SHA-256")),
                ("size", models.PositiveBigIntegerField(verbose_name="size in bytes")),
                ("pages", models.PositiveIntegerField(verbose_name="pages")),
                ("rendered_sha256", models.CharField(max_length=64, verbose_name="SHA-256 before the seal")),
                (
                    "rendered_size",
                    models.PositiveBigIntegerField(verbose_name="size before the seal, in bytes"),
                ),
            ],
            options={
                "verbose_name": "edition",
                "verbose_name_plural": "editions",
                "ordering": ("report", "language"),
            },
        ),
        migrations.AddField(
            model_name="edition",
            name="report",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="editions",
                to="reports.report",
                verbose_name="report",
            ),
        ),
        migrations.AddConstraint(
            model_name="edition",
            constraint=models.UniqueConstraint(
                fields=("report", "language"), name="report_has_one_edition_a_language"
            ),
        ),
        migrations.AddConstraint(
            model_name="edition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("pages__gt", 0),
                    ("rendered_sha256__regex", "^[0-9a-f]{64}$"),
                    ("rendered_size__gt", 0),
                    ("sha256__regex", "^[0-9a-f]{64}$"),
                    ("size__gt", 0),
                ),
                name="edition_has_its_file",
            ),
        ),
        migrations.CreateModel(
            name="Mail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "about",
                    models.CharField(
                        choices=[("issued", "issued"), ("failed", "failed")],
                        default="issued",
                        max_length=8,
                        verbose_name="about",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "queued"),
                            ("sending", "being sent"),
                            ("sent", "sent"),
                            ("failed", "not sent"),
                            ("dropped", "dropped"),
                        ],
                        default="queued",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("attempt", models.PositiveSmallIntegerField(default=0, verbose_name="attempt")),
                ("queued_at", models.DateTimeField(verbose_name="queued at")),
                ("not_before", models.DateTimeField(blank=True, null=True, verbose_name="not before")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent at")),
                ("failure", models.TextField(blank=True, verbose_name="reason of the failure")),
            ],
            options={
                "verbose_name": "mail",
                "verbose_name_plural": "mails",
                "ordering": ("pk",),
            },
        ),
        migrations.AddField(
            model_name="mail",
            name="recipient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="recipient",
            ),
        ),
        migrations.AddField(
            model_name="mail",
            name="report",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="mails", to="reports.report"
            ),
        ),
        migrations.AddIndex(
            model_name="mail",
            index=models.Index(fields=["state", "recipient"], name="mail_state_recipient"),
        ),
        migrations.AddConstraint(
            model_name="mail",
            constraint=models.UniqueConstraint(
                fields=("report", "recipient", "about"), name="mail_is_owed_once_a_report_recipient_and_event"
            ),
        ),
        migrations.AddConstraint(
            model_name="mail",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "sent"), _negated=True), ("sent_at__isnull", False), _connector="OR"
                ),
                name="sent_mail_has_its_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="mail",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["failed", "dropped"]), _negated=True),
                    models.Q(("failure", ""), _negated=True),
                    _connector="OR",
                ),
                name="unsent_mail_has_its_reason",
            ),
        ),
        migrations.RemoveConstraint(
            model_name="report",
            name="report_of_a_project_names_it",
        ),
        migrations.RemoveConstraint(
            model_name="report",
            name="issued_report_has_its_file_and_figures",
        ),
        migrations.RemoveConstraint(
            model_name="reportschedule",
            name="schedule_of_a_project_names_it",
        ),
        migrations.AddField(
            model_name="report",
            name="agreement",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="%(class)ss",
                to="projects.agreement",
                verbose_name="agreement",
            ),
        ),
        migrations.AddField(
            model_name="report",
            name="compared_with",
            field=models.ForeignKey(
                blank=True,
                help_text="The report before it, from which its changes are counted.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="reports.report",
                verbose_name="compared with",
            ),
        ),
        migrations.AddField(
            model_name="report",
            name="organisation",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="%(class)ss",
                to="projects.organisation",
                verbose_name="organisation",
            ),
        ),
        migrations.AddField(
            model_name="reportschedule",
            name="agreement",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="%(class)ss",
                to="projects.agreement",
                verbose_name="agreement",
            ),
        ),
        migrations.AddField(
            model_name="reportschedule",
            name="organisation",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="%(class)ss",
                to="projects.organisation",
                verbose_name="organisation",
            ),
        ),
        migrations.AddField(
            model_name="reportschedule",
            name="recipients",
            field=models.ManyToManyField(
                blank=True,
                help_text="Who gets a mail with the link when a report is issued.",
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="recipients",
            ),
        ),
        migrations.AlterField(
            model_name="report",
            name="project",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="%(class)ss",
                to="projects.project",
                verbose_name="project",
            ),
        ),
        migrations.AlterField(
            model_name="reportschedule",
            name="project",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="%(class)ss",
                to="projects.project",
                verbose_name="project",
            ),
        ),
        # A value for rows that come back when the migration is taken back.
        migrations.AlterField(
            model_name="report",
            name="language",
            field=models.CharField(choices=[("en", "English"), ("hi", "Hindi")], default="en", max_length=2),
        ),
        migrations.RunPython(copy_files_to_editions, copy_editions_to_files),
        migrations.RemoveField(
            model_name="report",
            name="language",
        ),
        migrations.RemoveField(
            model_name="report",
            name="pdf_pages",
        ),
        migrations.RemoveField(
            model_name="report",
            name="pdf_sha256",
        ),
        migrations.RemoveField(
            model_name="report",
            name="pdf_size",
        ),
        migrations.RemoveField(
            model_name="reportschedule",
            name="language",
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("agreement__isnull", True),
                        ("kind", "programme"),
                        ("organisation__isnull", True),
                        ("project__isnull", True),
                    ),
                    models.Q(
                        ("agreement__isnull", False),
                        ("kind", "agreement"),
                        ("organisation__isnull", True),
                        ("project__isnull", True),
                    ),
                    models.Q(
                        ("agreement__isnull", True),
                        ("kind", "project"),
                        ("organisation__isnull", True),
                        ("project__isnull", False),
                    ),
                    models.Q(
                        ("agreement__isnull", True),
                        ("kind", "transfer"),
                        ("organisation__isnull", True),
                        ("project__isnull", True),
                    ),
                    models.Q(
                        ("agreement__isnull", True),
                        ("kind", "exceptions"),
                        ("organisation__isnull", True),
                        ("project__isnull", True),
                    ),
                    models.Q(
                        ("agreement__isnull", True),
                        ("kind", "partner"),
                        ("organisation__isnull", False),
                        ("project__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="report_names_its_subject",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("issued", "superseded")), _negated=True),
                    models.Q(
                        ("audit_seq__isnull", False),
                        ("issued_at__isnull", False),
                        ("snapshot_sha256__regex", "^[0-9a-f]{64}$"),
                        models.Q(("snapshot", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="issued_report_has_its_figures",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportschedule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("agreement__isnull", True),
                        ("kind", "programme"),
                        ("organisation__isnull", True),
                        ("project__isnull", True),
                    ),
                    models.Q(
                        ("agreement__isnull", False),
                        ("kind", "agreement"),
                        ("organisation__isnull", True),
                        ("project__isnull", True),
                    ),
                    models.Q(
                        ("agreement__isnull", True),
                        ("kind", "project"),
                        ("organisation__isnull", True),
                        ("project__isnull", False),
                    ),
                    models.Q(
                        ("agreement__isnull", True),
                        ("kind", "transfer"),
                        ("organisation__isnull", True),
                        ("project__isnull", True),
                    ),
                    models.Q(
                        ("agreement__isnull", True),
                        ("kind", "exceptions"),
                        ("organisation__isnull", True),
                        ("project__isnull", True),
                    ),
                    models.Q(
                        ("agreement__isnull", True),
                        ("kind", "partner"),
                        ("organisation__isnull", False),
                        ("project__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="schedule_names_its_subject",
            ),
        ),
        migrations.RunPython(set_guard, lift_new_guard),
    ]
