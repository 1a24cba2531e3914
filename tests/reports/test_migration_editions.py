"""The migration to editions, on a filled database, there and back: no report is lost and the guards stand again."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import Error, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from tests.reports.issued import failed, issued
from tests.reports.orders import execute, order

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE, AFTER = ("reports", "0002_register_guard"), ("reports", "0003_editions")


@pytest.fixture(autouse=True)
def _newest_schema_for_the_next_test() -> Iterator[None]:
    yield
    call_command("migrate", verbosity=0)


def migrated(target):
    """Migrate to `target` and return the models of that time."""
    MigrationExecutor(connection).migrate([target])
    return MigrationExecutor(connection).loader.project_state([target]).apps


def files(apps):
    """Return serial, language and file of every report as the models of 0002 hold them."""
    return list(
        apps.get_model("reports", "Report")
        .objects.order_by("serial")
        .values_list("serial", "state", "language", "pdf_sha256", "pdf_size", "pdf_pages")
    )


def triggers():
    table = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'reports_%'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text LIKE 'reports_%'",
    }
    with connection.cursor() as cursor:
        cursor.execute(table[connection.vendor])
        return {name for (name,) in cursor.fetchall()}


def test_each_report_keeps_its_file_and_its_guard_there_and_back(cast):
    report, unfinished, lost = issued(cast), order(cast), failed(cast)
    english = report.edition("en")
    guards = triggers()
    apps = migrated(BEFORE)
    assert files(apps) == [
        (report.serial, "issued", "en", english.sha256, english.size, english.pages),
        (unfinished.serial, "queued", "en", "", None, None),
        (lost.serial, "failed", "en", "", None, None),
    ]
    for statement in ("DELETE FROM reports_report", "UPDATE reports_report SET pdf_pages = 99"):
        with pytest.raises(Error, match="never deleted or replaced"), transaction.atomic():
            execute(statement)
    apps = migrated(AFTER)
    rows = apps.get_model("reports", "Edition").objects.values_list(
        "report__serial", "language", "sha256", "size", "pages", "rendered_sha256", "rendered_size"
    )
    whole = (english.sha256, english.size)
    assert list(rows) == [(report.serial, "en", *whole, english.pages, *whole)]
    assert triggers() == guards
    for statement in ("DELETE FROM reports_report", "DELETE FROM reports_edition"):
        with pytest.raises(Error, match="never"), transaction.atomic():
            execute(statement)
