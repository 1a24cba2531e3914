"""Names that lead elsewhere, lie about the ending, or are none."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile.case import Case

TEXT = b"Run 7: 4.2 kg\n"
KEPT = "text/plain"


def cases() -> Iterator[Case]:
    for label, name, kept in (
        ("up", "../../../../etc/cron.d/job.txt", "job.txt"),
        ("absolute", "/etc/passwd.txt", "passwd.txt"),
        ("a drive", "C:\\Windows\\System32\\drivers\\etc\\hosts.txt", "hosts.txt"),
        ("a share", "\\\\host\\share\\a.txt", "a.txt"),
        ("a stream of NTFS", "a.exe:b.txt", "a.exe_b.txt"),
        ("a device", "CON.txt", "_CON.txt"),
        ("a device in small letters", "lpt1.txt", "_lpt1.txt"),
        ("a device with two endings", "aux.tar.txt", "_aux.tar.txt"),
        ("written from the right", "invoice\u202etxt.exe.txt", "invoicetxt.exe.txt"),
        ("isolates", "a\u2066b\u2069\u200f.txt", "ab.txt"),
        ("no width", "a\u200bb\ufeff\u00ad.txt", "ab.txt"),
        ("joiners of Hindi", "क्\u200dष.txt", "क्\u200dष.txt"),
        ("NUL", "a.exe\0.txt", "a.exe.txt"),
        ("new lines", "a\r\nSet-Cookie: b=c\r\n.txt", "aSet-Cookie_ b=c.txt"),
        ("escape", "a\x1b[2J.txt", "a[2J.txt"),
        ("html", "<img src=x onerror=alert(1)>.txt", "_img src=x onerror=alert(1)_.txt"),
        ("quotes", "a\"; filename=\"b.exe\".txt", "a_; filename=_b.exe_.txt"),
        ("a template", "{{ 7|add:7 }}{% debug %}.txt", "{{ 7_add_7 }}{% debug %}.txt"),
        ("shell", "a;rm -rf $HOME`id`.txt", "a;rm -rf $HOME`id`.txt"),
        ("spaces and points", "  ..a .txt. . ", "a .txt"),
        ("1,000 characters", "a" * 1_000 + ".txt", "a" * 116 + ".txt"),
        ("1,000 characters of Hindi", "क" * 1_000 + ".txt", "क" * 116 + ".txt"),
        ("private characters", "a\ue000\U000f0000.txt", "a.txt"),
        ("composed", "e\u0301.txt", "é.txt"),
        ("line separators", "a\u2028b\u2029.txt", "ab.txt"),
        ("a slash at the end", "a.txt/", "a.txt"),
        ("capitals", "A.TXT", "A.TXT"),
    ):  # fmt: skip
        yield Case(f"name: {label}", name, TEXT, KEPT, kept)
    for label, name in {
        "a program behind a text": "a.txt.exe", "written from the right": "a\u202etxt.exe", "no ending": "a",
        "nothing but an ending": ".txt", "points": "....", "a NUL before the ending": "a.txt\0.html",
        "an ending of 300 characters": "a." + "t" * 300, "an ending that looks alike": "a.тxt", "full width": "a.ｔxt",
        "a stream of NTFS": "a.txt::$DATA", "spaces": "   ",
    }.items():  # fmt: skip
        yield Case(f"name refused: {label}", name, TEXT, "kind")
