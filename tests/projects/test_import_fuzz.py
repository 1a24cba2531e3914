"""Whatever stands in the files, the answer is an import or a list of problems, never an accident."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projects import intake
from tests import folders

pytestmark = pytest.mark.django_db
QUIET = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

TABLES = st.sampled_from(list(intake.TABLES))
CELLS = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="0123456789-.eE+;/:, \n\r\"'\x00", max_size=24),
    st.sampled_from(
        ["0", "-0", "9" * 30, "0000-00-00", "2026-02-29", "10000-01-01", "X-1;X-2", "P-1", "day", "fy"]
    ),
)


def is_refused(folder: Path) -> bool:
    """Whether a dry run is refused, with problems that can be read; anything but an answer of the import is raised."""
    try:
        folders.admit(folder, dry_run=True)
    except intake.Refused as refusal:
        problems, message = refusal.problems, str(refusal)
    else:
        return False
    assert problems
    assert all(it.reason and it.file for it in problems)
    assert all(line.isprintable() for line in message.splitlines())
    return True


@QUIET
@given(table=TABLES, place=st.integers(0, 1), column=st.integers(0, 25), cell=CELLS)
def test_any_text_in_any_cell(table: str, place: int, column: int, cell: str) -> None:
    rows = folders.small()
    members = rows[table]
    columns = list(intake.TABLES[table].columns)
    members[place % len(members)][columns[column % len(columns)]] = cell
    with tempfile.TemporaryDirectory() as folder:
        is_refused(folders.write(Path(folder), rows))


@QUIET
@given(table=TABLES, content=st.binary(max_size=400))
def test_any_bytes_for_a_file(table: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = folders.write(Path(name), folders.small())
        (folder / f"{table}.csv").write_bytes(content)
        assert is_refused(folder)


@QUIET
@given(
    table=TABLES,
    at=st.integers(0, 600),
    inserted=st.sampled_from([b'"', b",", b"\n", b"\r", b"\x00", b"\xc3", b";"]),
)
def test_one_byte_more_anywhere(table: str, at: int, inserted: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = folders.write(Path(name), folders.small())
        path = folder / f"{table}.csv"
        raw = path.read_bytes()
        path.write_bytes(raw[: at % len(raw)] + inserted + raw[at % len(raw) :])
        is_refused(folder)
