"""A backup: the database, every file that it names, and a manifest by which it is checked when it is put back.

The database is dumped first, as it stood at one moment; then the files that its rows name are copied. Files are in the
archive before the rows that name them and are never changed, so none can be missing, however much is written meanwhile.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from projects import archive
from projects.models import DisplayCopy, Evidence, audit
from reports.models import Edition
from tracker import dumps
from tracker.dumps import Ask, Unusable

MANIFEST = "manifest.json"
FORMAT = 1
# The columns that name files of the archive, and what to call what they belong to.
NAMED = ((Evidence, "sha256"), (Edition, "sha256"), (DisplayCopy, "sha256"))
PIECE = 1024 * 1024


@dataclass
class Manifest:
    """What a backup holds, and by what it is recognised as whole."""

    made_at: str
    version: str
    engine: str
    migrations: list[str]
    dump: str
    dump_sha256: str
    head: list[Any]
    counts: dict[str, int]
    files: dict[str, int]
    missing: list[str] = field(default_factory=list)
    format: int = FORMAT

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Return the manifest of a backup; `Unusable` when there is none, or none that we can read."""
        try:
            facts = json.loads((folder / MANIFEST).read_text())
        except FileNotFoundError as error:
            raise Unusable(f"{folder} is no backup: it has no {MANIFEST}.") from error
        except ValueError as error:
            raise Unusable(f"{folder / MANIFEST} cannot be read: {error}") from error
        if facts.get("format") != FORMAT:
            raise Unusable(
                f"{folder} was made by another version of the program (format {facts.get('format')})."
            )
        return cls(**facts)


def take(folder: Path, *, now: dt.datetime) -> Manifest:
    """Write a backup into a new folder and return its manifest; the folder bears its name only once it is whole.

    Files that the archive has lost, or that were altered, are named in `missing`: a backup without them beats none.
    """
    if folder.exists():
        raise Unusable(f"{folder} exists already: name a folder that does not.")
    draft = folder.with_name(f"{folder.name}.partial-{os.getpid()}")
    draft.mkdir(mode=0o700, parents=True)
    try:
        with dumps.dumped(draft) as (dump, ask):
            manifest = Manifest(
                made_at=now.isoformat(timespec="seconds"),
                version=settings.VERSION,
                engine=connection.vendor,
                migrations=_migrations(ask),
                dump=dump.name,
                dump_sha256=_digest(dump),
                head=_head(ask),
                counts=dumps.counted(ask),
                files={},
            )
            named = sorted(_named(ask))
        for sha256 in named:
            try:
                content = archive.read(sha256)
            except archive.Altered:
                manifest.missing.append(sha256)
            else:
                _write(_place(draft, sha256), content)
                manifest.files[sha256] = len(content)
        _write(draft / MANIFEST, json.dumps(asdict(manifest), indent=1, sort_keys=True).encode())
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return manifest


def put_back(folder: Path) -> Manifest:
    """Put a backup into an empty database and an empty archive, check everything, and return its manifest.

    `Unusable` before anything is written where the places are not empty or the backup is not whole, and after it where
    what was written is not what was saved.
    """
    manifest = Manifest.read(folder)
    if manifest.engine != connection.vendor:
        raise Unusable(
            f"The backup is of {manifest.engine}, DATABASE_URL names a {connection.vendor}: use the same kind."
        )
    unknown = set(manifest.migrations) - _known_migrations()
    if unknown:
        raise Unusable(
            f"The backup was made by a newer version of the program ({manifest.version}): install that one."
            f" Unknown here: {', '.join(sorted(unknown)[:5])}."
        )
    dumps.require_empty()
    if any(archived()):
        raise Unusable(
            f"The archive {settings.FILES_DIR} is not empty: a backup is put into an empty one only."
        )
    _require_whole(folder, manifest)
    dumps.fill(folder / manifest.dump)
    for sha256 in manifest.files:
        archive.store([_place(folder, sha256).read_bytes()])
    _check(manifest)
    return manifest


def archived() -> Iterator[str]:
    """Yield the digests of all files in the archive's folder, whether a row names them or not."""
    for path in Path(settings.FILES_DIR).glob("??/*"):
        if len(path.name) == 64:
            yield path.name


def named() -> dict[str, list[str]]:
    """Return for each file that a row names what names it, as people call it."""
    found: dict[str, list[str]] = {}
    for model, column in NAMED:
        for key, sha256 in model._base_manager.order_by("pk").values_list("pk", column):
            found.setdefault(sha256, []).append(f"{model._meta.verbose_name} {key}")
    return found


def _named(ask: Ask) -> set[str]:
    quote = connection.ops.quote_name
    return {
        row[0]
        for model, column in NAMED
        for row in ask(f"SELECT {quote(column)} FROM {quote(model._meta.db_table)}")  # noqa: S608 - names of our own
    }


def _head(ask: Ask) -> list[Any]:
    """Return number and hash of the last event of the audit trail."""
    found = ask(audit.HEAD)
    return list(found[0]) if found else [0, audit.GENESIS]


def _migrations(ask: Ask) -> list[str]:
    return [f"{app}.{name}" for app, name in ask("SELECT app, name FROM django_migrations ORDER BY id")]


def _known_migrations() -> set[str]:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    replaced = {key for migration in loader.disk_migrations.values() for key in migration.replaces}
    return {f"{app}.{name}" for app, name in {*loader.disk_migrations, *replaced}}


def _require_whole(folder: Path, manifest: Manifest) -> None:
    """Compare every byte of the backup with its manifest."""
    wrong: list[str] = []
    for path, digest in _parts(folder, manifest):
        if not path.is_file():
            wrong.append(f"{path.name} is missing")
        elif _digest(path) != digest:
            wrong.append(f"{path.name} was altered")
    if wrong:
        shown = "; ".join(wrong[:5])
        raise Unusable(f"The backup is not whole ({len(wrong)} parts): {shown}. Use another one.")


def _parts(folder: Path, manifest: Manifest) -> Iterable[tuple[Path, str]]:
    yield folder / manifest.dump, manifest.dump_sha256
    for sha256 in manifest.files:
        yield _place(folder, sha256), sha256


def _check(manifest: Manifest) -> None:
    """Hold what was put back against the manifest; brings an older database up to date before it reads the chain."""
    counts = dumps.counted(dumps.asked)
    if counts != manifest.counts:
        differ = sorted(
            name for name in {*counts, *manifest.counts} if counts.get(name) != manifest.counts.get(name)
        )
        raise Unusable(f"These tables have not as many rows as were saved: {', '.join(differ)}.")
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)
    broken = audit.first_break()
    if broken:
        raise Unusable(f"The audit trail is broken at event {broken[0]}: {broken[1]}.")
    if list(audit.head()) != manifest.head:
        raise Unusable("The audit trail does not end as it did when it was saved.")


def _place(folder: Path, sha256: str) -> Path:
    return folder / "files" / sha256[:2] / sha256


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
