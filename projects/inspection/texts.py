"""Text and CSV: UTF-8 in lines of bounded length, without NUL, and in a table no cell that a spreadsheet would compute."""

from __future__ import annotations

import re
from collections.abc import Iterable

from projects.inspection.findings import Unfit

LONGEST_LINE = 100_000  # bytes
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# At the beginning of a cell, whatever separates cells. A sign that stands before a number or a word is none.
FORMULA = re.compile(
    rb"""(?:^|[,;\t|])[\ ]*["']?[\ ]*
    (?: [=@][^\s,;"'=-] | [+\-][^,;\t"]*(?:\|['\ ]|[A-Za-z0-9_.]\() )""",
    re.VERBOSE,
)


def check(chunks: Iterable[bytes], *, is_table: bool) -> None:
    """Raise Unfit for bytes that are no such text, naming the line; holds no more than one line."""
    line, rest, is_first = 1, b"", True
    for chunk in chunks:
        if is_first and chunk[:2] in UTF_16:
            raise Unfit("utf_16")
        is_first = False
        *whole, rest = (rest + chunk).split(b"\n")
        for found in whole:
            _check_line(found, line, is_table=is_table)
            line += 1
        if len(rest) > LONGEST_LINE:
            raise Unfit("long_line", line=line, most=LONGEST_LINE)
    _check_line(rest, line, is_table=is_table)


def _check_line(found: bytes, line: int, *, is_table: bool) -> None:
    if b"\0" in found:
        raise Unfit("nul", line=line)
    if len(found) > LONGEST_LINE:
        raise Unfit("long_line", line=line, most=LONGEST_LINE)
    try:
        found.decode()
    except UnicodeDecodeError as error:
        raise Unfit("not_utf_8", line=line, byte=f"0x{found[error.start]:02X}") from error
    if is_table and FORMULA.search(found.removeprefix(b"\xef\xbb\xbf")):
        raise Unfit("formula", line=line)
