"""An issued report is drawn again from its stored figures, in other processes, byte for byte; and the register is held
against files, figures and the audit trail.
"""

import io
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from projects import archive
from projects.models import AuditEvent
from reports import engine, printing
from reports.choices import ReportState
from reports.models import Report
from tests.breadth import some
from tests.reports.issued import failed, issued
from tests.reports.orders import execute, fresh, order
from tests.reports.verifying import revised

# What is worked out from a snapshot does not hang on the engine; test_records.py asks both.
pytestmark = [pytest.mark.usefixtures("today"), pytest.mark.engine("sqlite")]


def made(cast, **fields) -> Report:
    report = engine.render(order(cast, **fields).pk)
    assert report.state == ReportState.ISSUED, report.failure
    return report


def said(command, *arguments):
    out = io.StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "fields", some([{}, {"kind": "programme", "project": None}], 1), ids=lambda it: it.get("kind", "project")
)
def test_a_report_is_the_same_when_another_process_draws_it_again(cast, fields):
    report = made(cast, **fields)
    database = connection.settings_dict
    url = (
        f"sqlite:///{database['NAME']}"
        if connection.vendor == "sqlite"
        else f"{os.environ['DATABASE_URL'].rsplit('/', 1)[0]}/{database['NAME']}"
    )
    done = subprocess.run(
        [sys.executable, "manage.py", "reproduce", report.serial],
        cwd=settings.BASE_DIR,
        env={
            **os.environ,
            "DATABASE_URL": url,
            "PYTHONHASHSEED": "4711",
            "TZ": "America/Lima",
            "LANG": "hi_IN.UTF-8",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (done.stdout.count("same"), "English: same" in done.stdout, "Hindi: same" in done.stdout) == (
        2,
        True,
        True,
    )


@pytest.mark.django_db(transaction=True)
def test_a_drawing_that_differs_is_told_with_place_and_versions_and_kept(cast, monkeypatch, tmp_path):
    report = made(cast)
    drawn = printing.rendered

    def otherwise(*arguments):
        content = drawn(*arguments)
        return content[:100] + b"?" + content[101:]

    monkeypatch.setattr(printing, "rendered", otherwise)
    out = io.StringIO()
    with pytest.raises(CommandError, match="is not reproduced"):
        call_command("reproduce", report.slug, "--language", "hi", "--keep", str(tmp_path), stdout=out)
    text = out.getvalue()
    assert "Hindi: DIFFERENT" in text
    assert "English" not in text
    assert "at byte 100, issued" in text
    assert f"made by version {settings.VERSION}" in text
    assert "WeasyPrint" in text
    (kept,) = tmp_path.iterdir()
    assert kept.read_bytes()[100:101] == b"?"


@pytest.mark.django_db
def test_what_is_not_issued_cannot_be_reproduced(cast):
    for serial in (order(cast).serial, "NCMM/2026-27/P/0999", "nonsense"):
        with pytest.raises(CommandError, match="There is no issued report"):
            said("reproduce", serial)


# --- the register as a whole ---


def spoilt(reason, *arguments):
    with pytest.raises(CommandError, match=reason) as failure:
        said("verify_register", *arguments)
    return str(failure.value)


def without_triggers(*statements):
    """Change rows as somebody would who is master of the database and has lifted its triggers."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP TRIGGER "{name}"')
    else:
        execute("SET session_replication_role = replica")
    for statement, *parameters in statements:
        execute(statement, tuple(parameters))
    if connection.vendor == "postgresql":
        execute("SET session_replication_role = origin")


@pytest.mark.django_db
def test_a_register_as_it_should_be_is_whole(cast):
    old = issued(cast)
    revised(cast, old)
    failed(cast)
    order(cast)
    assert "The register is whole: 2 issued reports, 4 files" in said("verify_register")


@pytest.mark.django_db
def test_a_file_that_was_swapped_on_disk_is_found(cast):
    report = issued(cast)
    path = archive.path_of(report.edition("hi").sha256)
    content = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(archive.read(report.edition("en").sha256))
    spoilt(f"{report.serial}, hi: its file {report.edition('hi').sha256} was altered on disk")
    path.unlink()
    spoilt(f"{report.serial}, hi: its file .* is missing from the archive")
    path.write_bytes(content)
    assert "whole" in said("verify_register")


@pytest.mark.django_db
def test_figures_that_were_changed_in_the_database_are_found(cast):
    report = issued(cast)
    without_triggers(
        ("UPDATE reports_report SET snapshot = replace(snapshot, 'MST', 'MTS') WHERE id = %s", report.pk)
    )
    spoilt(f"{report.serial}: the stored figures are not those of the issue")


@pytest.mark.django_db
def test_rows_that_were_changed_together_with_the_file_are_betrayed_by_the_audit_trail(cast):
    report = issued(cast)
    other = archive.store([b"%PDF-1.7 another report"])
    without_triggers(
        (
            "UPDATE reports_edition SET sha256 = %s, rendered_sha256 = %s, size = %s WHERE report_id = %s",
            other.sha256, other.sha256, other.size, report.pk,
        )
    )  # fmt: skip
    spoilt(f"{report.serial}: the audit trail tells of other files than the register")


@pytest.mark.django_db
def test_an_audit_trail_that_was_rewritten_is_found_first(cast):
    report = issued(cast)
    event = AuditEvent.objects.get(action="report.issue", object_id=str(report.pk))
    without_triggers(("UPDATE projects_auditevent SET reason = 'x' WHERE seq = %s", event.seq))
    spoilt(f"The audit trail is broken at event {event.seq}")


@pytest.mark.django_db
def test_a_report_that_was_taken_out_is_found_by_its_number(cast):
    first, second = issued(cast), issued(cast)
    without_triggers(
        ("DELETE FROM reports_edition WHERE report_id = %s", first.pk),
        ("DELETE FROM reports_mail WHERE report_id = %s", first.pk),
        ("DELETE FROM reports_report WHERE id = %s", first.pk),
    )
    text = spoilt(f"{first.serial} is missing from the register", "--all")
    assert "of a report that is not in the register" in text
    assert second.serial not in text


@pytest.mark.django_db
def test_a_state_that_was_turned_back_is_found(cast):
    old = issued(cast)
    revised(cast, old)
    assert fresh(old).state == ReportState.SUPERSEDED
    without_triggers(("UPDATE reports_report SET state = 'issued' WHERE id = %s", old.pk))
    spoilt(f"{old.serial}: it is issued, but an issued revision names it")
