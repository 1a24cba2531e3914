"""A backup that is taken while others write holds one moment whole; what is put back is what was saved."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, models, transaction

from projects import archive
from projects.models import AuditEvent, Evidence
from tests import services
from tests.cast import acting, document, milestone
from tests.reports.issued import issued
from tracker import backups, dumps

pytestmark = pytest.mark.django_db(transaction=True)
NOW = dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC)
# Digests that name no file of the archive: a ledger of imported rows, the figures in the register, what stands before a seal.
NO_FILES = {"ImportedRow.sha256", "Report.snapshot_sha256", "Edition.rendered_sha256"}


def claim(cast, reference: str) -> None:
    """A milestone that is claimed with a letter, in one transaction: file, rows and events belong together."""
    letter = document(reference)
    with transaction.atomic():
        row = milestone(reference, cast.our_project)
        row.claim(by=acting(cast.our_lead), actual_on=dt.date(2026, 6, 1), evidence=[letter])


def rows(ask) -> dict[str, set[tuple]]:
    quote = connection.ops.quote_name
    found = {table: ask(f"SELECT * FROM {quote(table)}") for table in dumps.tables()}  # noqa: S608 - of the catalogue
    return {table: {tuple(map(repr, row)) for row in every} for table, every in found.items()}


@pytest.fixture
def elsewhere(tmp_path):
    """The environment of another machine: an empty database of the same kind, and an empty folder."""
    environment = {name: value for name, value in os.environ.items() if name not in services.FOREIGN}
    environment |= {
        "SECRET_KEY": settings.SECRET_KEY,
        "DATA_DIR": str(tmp_path / "data"),
        "LOG_KEEP_DAYS": "0",
    }
    environment["DJANGO_SETTINGS_MODULE"] = "tracker.settings"
    if connection.vendor == "sqlite":
        yield environment
        return
    url = services.create_database(os.environ["DATABASE_URL"])
    yield environment | {"DATABASE_URL": url}
    services.drop_database(url)


def restored(environment, folder) -> subprocess.CompletedProcess:
    command = [sys.executable, "manage.py", "restore", str(folder)]
    return subprocess.run(
        command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False
    )


def there(environment) -> dict[str, set[tuple]]:
    """The rows of the other machine, asked past the program."""
    if connection.vendor == "sqlite":
        return of_sqlite(f"{environment['DATA_DIR']}/db.sqlite3")
    return of_postgres(environment["DATABASE_URL"])


def here() -> dict[str, set[tuple]]:
    if connection.vendor == "sqlite":
        return of_sqlite(connection.settings_dict["NAME"])
    database = connection.settings_dict["NAME"]
    return of_postgres(f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{database}")


def of_sqlite(name) -> dict[str, set[tuple]]:
    with closing(sqlite3.connect(name)) as database:
        return rows(lambda sql: database.execute(sql).fetchall())


def of_postgres(url: str) -> dict[str, set[tuple]]:
    with psycopg.connect(url) as database:
        return rows(lambda sql: database.execute(sql).fetchall())


def test_a_backup_taken_while_others_write_is_put_back_whole(cast, tmp_path, elsewhere):
    issued(cast, project=cast.our_project)
    claim(cast, "MS-B0")
    stop, written = threading.Event(), []

    def write() -> None:
        try:
            while not stop.is_set():
                claim(cast, f"MS-B{len(written) + 1}")
                written.append(AuditEvent.objects.count())
                time.sleep(0.01)
        finally:
            connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    while len(written) < 2:
        time.sleep(0.01)
    call_command("backup", str(tmp_path / "kept"))
    before = len(written)
    while len(written) < before + 2:
        time.sleep(0.01)
    stop.set()
    writer.join()

    manifest = json.loads((tmp_path / "kept" / "manifest.json").read_text())
    done = restored(elsewhere, tmp_path / "kept")
    assert done.returncode == 0, done.stderr
    assert f"the audit trail is unbroken to event {manifest['head'][0]}" in done.stdout
    now, then = here(), there(elsewhere)
    assert set(now) == set(then)
    # The writer only added: each row that was saved is the same to the last column, and what came later is missing whole.
    assert not [table for table in then if then[table] - now[table]]
    grown = {table for table in now if now[table] != then[table]}
    assert grown == {"projects_auditevent", "projects_milestone", "projects_evidence"}
    later = {len(now[table]) - len(then[table]) for table in ("projects_milestone", "projects_evidence")}
    assert len(later) == 1
    assert min(later) >= 2
    named = {row.sha256 for row in Evidence.objects.order_by("pk")[: len(then["projects_evidence"])]}
    files = {path.name: path.read_bytes() for path in (tmp_path / "data" / "files").glob("??/*")}
    assert named <= set(files)
    assert set(files) == set(manifest["files"])
    assert all(archive.read(sha256) == content for sha256, content in files.items())

    again = restored(elsewhere, tmp_path / "kept")  # nothing is put over what is there
    assert again.returncode == 1
    assert "The database of DATABASE_URL is not empty" in again.stderr
    assert there(elsewhere) == then


def test_what_is_not_whole_is_refused_before_anything_is_written(cast, tmp_path, monkeypatch):
    claim(cast, "MS-B0")
    folder = tmp_path / "kept"
    manifest = backups.take(folder, now=NOW)
    with pytest.raises(backups.Unusable, match="exists already"):
        backups.take(folder, now=NOW)
    assert not list(tmp_path.glob("*.partial*"))
    with pytest.raises(backups.Unusable, match="The database of DATABASE_URL is not empty"):
        backups.put_back(folder)
    monkeypatch.setattr(dumps, "require_empty", lambda: None)
    with pytest.raises(backups.Unusable, match=r"archive .* is not empty"):
        backups.put_back(folder)
    monkeypatch.setattr(backups, "archived", lambda: iter(()))
    monkeypatch.setattr(dumps, "fill", lambda dump: pytest.fail("it went on"))
    sha256 = next(iter(manifest.files))
    cases = {
        "was altered": lambda copy: (copy / "files" / sha256[:2] / sha256).write_bytes(b"other"),
        "is missing": lambda copy: (copy / "files" / sha256[:2] / sha256).unlink(),
        f"{manifest.dump} was altered": lambda copy: (copy / manifest.dump).write_bytes(b"x"),
        "is no backup": lambda copy: (copy / "manifest.json").unlink(),
        "newer version": lambda copy: changed(copy, migrations=["projects.9999_tomorrow"]),
        "use the same kind": lambda copy: changed(copy, engine="other"),
        "another version of the program": lambda copy: changed(copy, format=2),
    }
    for number, (words, spoil) in enumerate(cases.items()):
        copy = tmp_path / f"copy{number}"
        shutil.copytree(folder, copy)
        spoil(copy)
        with pytest.raises(backups.Unusable, match=words):
            backups.put_back(copy)


def changed(folder, **facts) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | facts))


def test_files_that_are_missing_altered_or_nobodys_are_named(cast, tmp_path, settings, capsys):
    settings.FILES_DIR = tmp_path / "files"
    claim(cast, "MS-B0")
    claim(cast, "MS-B1")
    orphan = document("nobody names it")
    call_command("fsck_files", "--orphans")
    told = capsys.readouterr().out
    assert orphan.sha256 in told
    assert "2 files, each as its digest says; 1 that no row names" in told
    lost, altered = Evidence.objects.order_by("pk")
    archive.path_of(lost.sha256).unlink()
    archive.path_of(altered.sha256).chmod(0o600)
    archive.path_of(altered.sha256).write_bytes(b"other")
    with pytest.raises(CommandError) as failed:
        call_command("fsck_files")
    said = str(failed.value)
    assert f"{lost.sha256} The file {lost.sha256[:12]} is missing" in said
    assert (
        f"{altered.sha256} The file {altered.sha256[:12]} was altered on disk. (evidence {altered.pk})"
        in said
    )
    with pytest.raises(CommandError, match="lost or altered") as failed:
        call_command("backup", str(tmp_path / "kept"))
    assert {lost.sha256, altered.sha256} <= set(str(failed.value).split())
    assert (tmp_path / "kept" / "manifest.json").exists()


@pytest.mark.engine("postgres")
def test_missing_programs_are_named_with_their_package(tmp_path, monkeypatch):
    monkeypatch.setattr(dumps.Path, "glob", lambda *_: iter(()))
    monkeypatch.setattr(dumps.shutil, "which", lambda *_: None)
    with pytest.raises(CommandError, match="apt-get install postgresql-client"):
        call_command("backup", str(tmp_path / "kept"))


@pytest.mark.engine("sqlite")
def test_every_column_that_names_a_file_is_saved():
    named = {f"{model.__name__}.{column}" for model, column in backups.NAMED}
    digests = {
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField) and field.name.endswith("sha256")
    }
    assert digests == named | NO_FILES
