"""The archive removes what a killed process left half written, and nothing that is still being written."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from projects import archive


@pytest.fixture
def folder(settings, tmp_path: Path) -> Path:
    settings.FILES_DIR = tmp_path
    return tmp_path


def draft(folder: Path, name: str, age: int) -> Path:
    path = folder / f"{archive.DRAFT}{name}"
    path.write_bytes(b"%PDF-1.7 half of it")
    written = path.stat().st_mtime - age
    os.utime(path, (written, written))
    return path


def test_the_next_writer_removes_the_draft_of_a_killed_one(folder: Path):
    left, written = draft(folder, "killed", archive.DRAFTS_LIVE + 60), draft(folder, "alive", 60)
    stored = archive.store([b"another file"])
    assert not left.exists()
    assert written.exists()
    assert archive.read(stored.sha256) == b"another file"


def test_a_writer_that_fails_leaves_no_draft(folder: Path):
    def broken() -> Iterator[bytes]:
        yield b"the first half"
        raise OSError("No space left on device")

    with pytest.raises(OSError, match="No space left"):
        archive.store(broken())
    assert [path for path in folder.rglob("*") if path.is_file()] == []
