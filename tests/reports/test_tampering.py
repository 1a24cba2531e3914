"""Whoever owns the database changes it by SQL, with the triggers out of the way: each kind is found, and the first bad place named."""

from __future__ import annotations

import ast
import datetime as dt
import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from projects import archive
from projects.models import AuditEvent, Evidence, Milestone, MilestoneRevision, audit
from reports import audit_check, checkpoint_seal, checkpoints
from reports.audit_check import Found
from reports.models import Edition
from tests import emptying
from tests.cast import Cast, acting, assemble, document, milestone, system
from tests.reports.issued import issued
from tests.reports.orders import NOW

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
PROGRAM = Path(audit_check.__file__).parent / "offline" / "verify_audit.py"


@dataclass
class Scene:
    """A small programme with evidence, a report, three checkpoints, and events after the last of them."""

    cast: Cast
    folder: Path
    seqs: list[int]  # of the checkpoints

    def checkpoint(self, number: int) -> Path:
        return self.folder / f"checkpoint-{number:06d}.json"


@pytest.fixture(scope="module")
def stage(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Scene]:
    """The scene, once, in a transaction that is never committed; each test undoes its effects."""
    folder = tmp_path_factory.mktemp("checkpoints")
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "CHECKPOINT_DIR", str(folder))
        cast, seqs = assemble(), []
        for number in range(3):
            row = milestone(f"MST-95{number}", cast.our_project)
            row.revise(
                by=acting(cast.officer), new_on=dt.date(2026, 6, 1), reason_code="land", narrative="Moved."
            )
            row.claim(
                by=acting(cast.our_lead),
                actual_on=dt.date(2026, 6, 1),
                evidence=[document(f"letter {number}")],
            )
            if number == 1:
                issued(cast)
            written = checkpoints.write_due(now=NOW + number * DAY)
            assert written is not None
            seqs.append(written.seq)
        partners = {"partners": [cast.irel]}
        audit.change(cast.our_project, by=system(), action="test", changes={}, related=partners)
        connection.check_constraints()
        yield Scene(cast, folder, seqs)
        transaction.set_rollback(True)


@pytest.fixture
def scene(stage: Scene, db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """The scene for one test, whose transaction inside that of the scene undoes what it does."""
    monkeypatch.setattr(settings, "CHECKPOINT_DIR", str(stage.folder))
    files = {path: path.read_bytes() for path in stage.folder.iterdir()}
    yield stage
    for path, content in files.items():
        _write(path, content)


def _write(path: Path, content: bytes) -> None:
    """Put other bytes in a file's place, as the owner of the machine can."""
    path.unlink(missing_ok=True)
    path.write_bytes(content)


def _sql(statement: str, *values: Any) -> None:
    with emptying.past_triggers(connection), connection.cursor() as cursor:
        cursor.execute(statement, values)


def _rechained(first: int, **changes: Any) -> None:
    """Rewrite the event and all that follow, each with its right hash."""
    last = AuditEvent.objects.get(seq=first - 1).hash
    for event in list(AuditEvent.objects.filter(seq__gte=first)):
        for name, value in changes.items() if event.seq == first else ():
            setattr(event, name, value)
        event.prev_hash = last
        last = event.hash = event.computed_hash()
        told = (event.prev_hash, event.hash, event.reason, event.seq)
        _sql("UPDATE projects_auditevent SET prev_hash = %s, hash = %s, reason = %s WHERE seq = %s", *told)


def _forged_at_the_end(**facts: Any) -> None:
    row = Milestone.objects.get(reference="MST-950")
    event = audit.next_event(
        audit.head(), row, by=system(), action="milestone.revise", before={}, after=facts
    )
    event.save(force_insert=True)


def _swapped_order(scene: Scene) -> None:
    for old, new in ((6, -1), (7, 6), (-1, 7)):
        _sql("UPDATE projects_auditevent SET seq = %s WHERE seq = %s", new, old)


def _inserted(scene: Scene) -> None:
    """In the middle: those behind are numbered anew, and the new one has its right hash."""
    here = AuditEvent.objects.get(seq=9)
    for seq in range(audit.head()[0], 9, -1):
        _sql("UPDATE projects_auditevent SET seq = seq + 1 WHERE seq = %s", seq)
    event = audit.next_event(
        (here.seq, here.hash), scene.cast.our_milestone, by=system(), action="test", before=None, after={}
    )
    event.prev_hash = "f" * 64  # the right one is taken, and unique
    event.hash = event.computed_hash()
    event.save(force_insert=True)


def _row_without_event(scene: Scene) -> None:
    columns = ", ".join(
        f'"{it.column}"' for it in Milestone._meta.concrete_fields if it.column not in ("id", "reference")
    )
    _sql(
        f"INSERT INTO projects_milestone (id, reference, {columns}) SELECT 987654, 'MST-999', {columns} "  # noqa: S608
        "FROM projects_milestone WHERE reference = 'MST-901'"
    )


def _resealed(scene: Scene) -> None:
    """A checkpoint that was written anew, with a key that its writer made up."""
    content = json.loads(scene.checkpoint(3).read_bytes())
    bare = {name: value for name, value in content.items() if name not in checkpoint_seal.SEALS}
    bare["day"] = "2026-06-18"
    said = {**bare, "hmac": checkpoint_seal._hmac(bare, b"made up")}
    _write(scene.checkpoint(3), audit.canonical(said).encode())


def _altered(kind: Any, scene: Scene) -> None:
    _write(archive.path_of(kind.objects.first().sha256), b"%PDF-1.7 another")


UPDATE = "UPDATE projects_auditevent SET"
TAMPERINGS: dict[str, tuple[Callable[[Scene], Any], str, str, str]] = {
    "a field of an event": (lambda _: _sql(f"{UPDATE} reason = 'x' WHERE seq = 5"), "chain", "Event 5", "content was changed"),
    "the author of an event": (lambda _: _sql(f"{UPDATE} actor_id = NULL WHERE seq = 7"), "chain", "Event 7", "content was changed"),
    "what an event changed": (lambda _: _sql(f"{UPDATE} after = '{{}}' WHERE seq = 8"), "chain", "Event 8", "content was changed"),
    "a hash": (lambda _: _sql(f"{UPDATE} hash = %s WHERE seq = 6", "f" * 64), "chain", "Event 6", "content was changed"),
    "the first event deleted": (lambda _: _sql("DELETE FROM projects_auditevent WHERE seq = 1"), "chain", "Event 1", "is missing"),
    "one in the middle deleted": (lambda _: _sql("DELETE FROM projects_auditevent WHERE seq = 12"), "chain", "Event 12", "is missing"),
    "one inserted": (_inserted, "chain", "Event 10", "does not continue"),
    "two in another order": (_swapped_order, "chain", "Event 6", "does not continue"),
    "a forged event at the end": (lambda _: _forged_at_the_end(title="Forged"), "row", "MST-950", "title is 'Milestone MST-950'; .* is 'Forged'"),
    "the end cut off": (lambda it: _sql("DELETE FROM projects_auditevent WHERE seq >= %s", it.seqs[2] - 1), "head", "", "its end was cut off"),
    "the last event and a half cut off": (lambda it: _sql("DELETE FROM projects_auditevent WHERE seq > %s", it.seqs[2]), "row", "PRJ-901", "partners is"),
    "re-chained with another reason": (lambda _: _rechained(5, reason="another"), "head", "", "rewritten somewhere from event 1 on"),
    "re-chained after the first checkpoint": (lambda it: _rechained(it.seqs[0] + 1, reason="another"), "head", "", r"rewritten somewhere from event \d\d"),
    "a row changed": (lambda _: _sql("UPDATE projects_milestone SET title = 'Mine' WHERE reference = 'MST-951'"), "row", "MST-951", "title is 'Mine'; .* is 'Milestone MST-951'"),
    "a relation taken away": (lambda _: _sql("DELETE FROM projects_project_partners"), "row", "PRJ-901", "partners is .*Irel"),
    "a row inserted": (_row_without_event, "row", "MST-999", "has no event"),
    "a row deleted": (lambda _: _sql("DELETE FROM projects_milestonerevision WHERE id = %s", MilestoneRevision.objects.latest("pk").pk), "row", "projects.milestonerevision", "the row is gone"),
    "another digest of evidence": (lambda _: _sql("UPDATE projects_evidence SET sha256 = %s WHERE id = %s", "a" * 64, Evidence.objects.earliest("pk").pk), "checkpoint", "Checkpoint 1", "files of evidence was another"),
    "another digest of a report": (lambda _: _sql("UPDATE reports_edition SET sha256 = %s WHERE id = %s", "a" * 64, Edition.objects.earliest("pk").pk), "checkpoint", "Checkpoint 2", "files of reports was another"),
    "a file of evidence swapped": (lambda it: _altered(Evidence, it), "evidence", "letter", "altered on disk"),
    "a file of a report swapped": (lambda it: _altered(Edition, it), "report", "NCMM/", "altered on disk"),
    "a checkpoint changed": (lambda it: _write(it.checkpoint(2), it.checkpoint(2).read_bytes().replace(b"2026-06-16", b"2026-06-17")), "checkpoint", "Checkpoint 2", "its seal does not fit"),
    "a checkpoint cut short": (lambda it: _write(it.checkpoint(1), it.checkpoint(1).read_bytes()[:90]), "checkpoint", "Checkpoint 1", "no checkpoint"),
    "a checkpoint with another key": (_resealed, "checkpoint", "Checkpoint 3", "its seal does not fit"),
    "a checkpoint taken away": (lambda it: it.checkpoint(2).unlink(), "checkpoint", "Checkpoint 2", "missing"),
    "the last checkpoint taken away": (lambda it: it.checkpoint(3).unlink(), "checkpoint", "Checkpoint 3", "missing: the trail tells of it"),
    "one checkpoint as another": (lambda it: _write(it.checkpoint(3), it.checkpoint(2).read_bytes()), "checkpoint", "Checkpoint 3", "stands under another's name"),
}  # fmt: skip


@pytest.mark.parametrize("kind", TAMPERINGS)
def test_tampering_is_found_and_its_first_place_named(kind: str, scene: Scene):
    tamper, of, place, what = TAMPERINGS[kind]
    kept = [
        (path, path.read_bytes())
        for it in (Evidence, Edition)
        for path in [archive.path_of(it.objects.first().sha256)]
    ]
    try:
        tamper(scene)
        first = next(audit_check.faults(Found()), None)
    finally:
        for path, content in kept:
            _write(path, content)
    assert first is not None
    assert (first.kind, place in first.place) == (of, True), str(first)
    assert re.search(what, first.what), str(first)
    assert first.todo


def test_what_nobody_touched_is_whole_and_the_command_says_so(scene: Scene, capsys):
    found = Found()
    assert list(audit_check.faults(found)) == []
    assert (found.seq, found.hash) == audit.head()
    call_command("verify_audit")
    assert f"unbroken: {found.seq} events, the last {found.hash}; 3 checkpoints" in capsys.readouterr().out
    call_command("verify_audit", "--as-json", "--without-files")
    told = json.loads(capsys.readouterr().out)
    assert (told["whole"], told["events"], told["checkpoints"], told["faults"]) == (True, found.seq, 3, [])


@dataclass
class Taken:
    """What an auditor took home: the export, the checkpoints and the key."""

    folder: Path
    scene: Scene

    def check(self, *options: str) -> tuple[int, str]:
        """Run the program as an auditor does: bare Python, an empty environment."""
        program = self.folder / "verify_audit.py"
        program.write_bytes(PROGRAM.read_bytes())
        asked = [
            str(self.folder / "trail.jsonl"),
            "--checkpoints",
            str(self.scene.folder),
            "--key",
            str(self.folder / "key"),
        ]
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(program), *asked, *options],
            cwd=self.folder,
            env={},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def rewritten(self, change: Callable[[list[dict[str, Any]]], Any]) -> None:
        path = self.folder / "trail.jsonl"
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        change(lines)
        path.write_text("".join(audit.canonical(line) + "\n" for line in lines))


def _rechained_export(lines: list[dict[str, Any]]) -> None:
    """Change the fifth event and give it and all that follow their right hashes, and the export its right end."""
    lines[5]["reason"], last = "another", lines[4]["hash"]
    for event in lines[5:-1]:
        event.pop("hash")
        event["prev_hash"] = last
        last = event["hash"] = hashlib.sha256(audit.canonical(event).encode()).hexdigest()
    lines[-1]["end"]["hash"] = last


@pytest.mark.engine("sqlite")
def test_an_export_is_verified_with_bare_python_and_its_first_bad_place_named(scene: Scene, tmp_path):
    call_command("export_audit", str(tmp_path / "trail.jsonl"), "--key-file", str(tmp_path / "key"))
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    taken, whole = Taken(tmp_path, scene), (tmp_path / "trail.jsonl").read_bytes()
    seq, digest = audit.head()
    status, told = taken.check("--json", "--head", str(seq), digest)
    assert status == 0, told
    assert json.loads(told) == {
        "whole": True,
        "wrong": "",
        "events": seq,
        "head": digest,
        "checkpoints": 3,
        "seals": True,
    }
    for change, expected in (
        (lambda lines: lines[5].update(reason="x"), "Event 5: its content was changed"),
        (lambda lines: lines.pop(5), "Event 5 is missing"),
        (lambda lines: lines.__delitem__(slice(-4, -1)), "Its end was cut off"),
        (lambda lines: lines.pop(), "the export is cut off"),
        (lambda lines: lines.insert(5, lines[4]), "Event 5 is missing"),
        (_rechained_export, "rewritten somewhere from event 1 on"),
    ):
        taken.rewritten(change)
        status, told = taken.check()
        assert (status, expected in told) == (1, True), told
        (tmp_path / "trail.jsonl").write_bytes(whole)
    _write(scene.checkpoint(1), scene.checkpoint(1).read_bytes().replace(b"2026-06-15", b"2026-06-14"))
    assert taken.check() == (1, "BROKEN. Checkpoint 1 was changed: its seal does not fit the key.\n")
    scene.checkpoint(2).unlink()
    scene.checkpoint(3).unlink()
    (tmp_path / "key").write_text("")
    assert "Checkpoint 1 is another one than event" in taken.check()[1]
    (tmp_path / "trail.jsonl").unlink()
    assert taken.check()[0] == 2


def test_the_offline_program_imports_the_standard_library_alone():
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(PROGRAM.read_text()))
        for name in (
            [it.name for it in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= sys.stdlib_module_names


def test_the_command_names_the_place_and_what_to_do_and_fails(scene: Scene, capsys):
    _sql("UPDATE projects_milestone SET title = 'Mine' WHERE reference = 'MST-951'")
    with pytest.raises(CommandError, match=r"MST-951.*title is 'Mine'.*put the row back") as failure:
        call_command("verify_audit")
    assert failure.value.returncode == 1
    _sql(f"{UPDATE} reason = 'x' WHERE seq = 5")
    with pytest.raises(CommandError, match=r"Event 5: its content was changed") as failure:
        call_command("verify_audit", "--all", "--as-json", "--without-files")
    told = json.loads(capsys.readouterr().out)
    assert (told["faults"][0]["kind"], told["faults"][0]["seq"]) == ("chain", 5)
    assert {it["kind"] for it in told["faults"]} == {"chain", "row"}
    with pytest.raises(CommandError, match="no number") as failure:
        call_command("verify_audit", "--head", "one", "f" * 64)
    assert failure.value.returncode == 2


def test_who_watches_is_told_whether_the_head_fits_and_how_old_the_checkpoint_is(scene: Scene):
    now = NOW + 3 * DAY
    state = checkpoints.chain_head_state(now=now)
    assert state == {"seq": audit.head()[0], "fits": True, "checkpoint": 3, "checkpoint_hours": 24}
    _sql(f"{UPDATE} reason = 'x' WHERE seq = %s", audit.head()[0])
    assert not checkpoints.chain_head_state(now=now)["fits"]
    _sql("DELETE FROM projects_auditevent WHERE seq >= %s", scene.seqs[2])
    assert not checkpoints.chain_head_state(now=now)["fits"]


def test_a_checkpoint_is_written_once_a_day_and_never_replaced(scene: Scene):
    kept = {path.name: path.read_bytes() for path in scene.folder.iterdir()}
    assert len(kept) == 3
    events = AuditEvent.objects.count()
    assert checkpoints.write_due(now=NOW + 2 * DAY) is None
    assert AuditEvent.objects.count() == events
    assert not checkpoints._put(scene.checkpoint(3), b"another")
    assert not checkpoints._put_directly(scene.checkpoint(3), b"another")
    assert {path.name: path.read_bytes() for path in scene.folder.iterdir()} == kept
    fourth = checkpoints.write_due(now=NOW + 3 * DAY)
    assert fourth is not None
    assert fourth.content["previous"]["name"] == "checkpoint-000003.json"
    assert list(audit_check.faults(Found(), files=False)) == []
    fourth.path.unlink()


def test_a_folder_that_cannot_be_written_to_stops_no_tick(scene: Scene, tmp_path, caplog, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(settings, "CHECKPOINT_DIR", str(tmp_path / "file" / "checkpoints"))
    assert checkpoints.write_due(now=NOW + 9 * DAY) is None
    assert "cannot be written" in caplog.text
