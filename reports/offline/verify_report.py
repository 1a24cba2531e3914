#!/usr/bin/env python3
"""Verifies a folder of downloaded reports against an exported register, without a network.

    python3 verify_report.py register.json FOLDER

Each PDF and JSON file is one of: genuine (byte for byte what was issued), superseded (what was issued, but replaced),
altered (claims to be a report of the register and is not what was issued), unknown (nothing ties it to the register).
The register comes from `GET /api/v1/reports/register.json/` or from `manage.py export_register`; compare its SHA-256
with the one that the ministry gives you by another way, since whoever can write a report can write a register.

Needs Python 3.9 and nothing else; pyHanko only to check seals (--seal). Ends with 0 only when every file is genuine and
no serial is missing from the register, with 1 when something is not, with 2 when it could not check.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import zlib
from pathlib import Path
from typing import Any

SCHEMA = "ncmm-register/1"
GENUINE, SUPERSEDED, ALTERED, UNKNOWN = "genuine", "superseded", "altered", "unknown"
MOST_FIGURES = 200_000_000  # bytes that attached figures may unpack to
MOST_ENDS = 64
SERIAL = rb"NCMM/\d{4}-\d{2}/[A-Z]/\d{4,9}"
CLAIMS = (
    re.compile(rb"/NCMMSerial ?\((" + SERIAL + rb")\)"),
    re.compile(rb"<dc:identifier>(" + SERIAL + rb")</dc:identifier>"),
    re.compile(rb'"verify"\s{0,9}:\s{0,9}"[^"\\]{0,200}/verify/(NCMM-\d{4}-\d{2}-[A-Z]-\d{4,9})/"'),
)
ATTACHED = re.compile(rb"/EmbeddedFile(?!s).{0,1000}?>>\s*stream\r?\n", re.DOTALL)

Facts = dict[str, Any]


class Unusable(Exception):
    """Nothing can be checked; the text says why."""


class Register:
    """An exported register, by digest and by serial."""

    def __init__(self, content: Facts) -> None:
        self.content = content
        self.reports: dict[str, Facts] = {report["serial"]: report for report in content["reports"]}
        self.editions: dict[str, tuple[Facts, Facts]] = {}
        self.figures: dict[str, Facts] = {}
        for report in self.reports.values():
            self.figures[report["snapshot_sha256"]] = report
            for edition in report["editions"]:
                self.editions[edition["sha256"]] = (report, edition)
        self.replaced = {row["supersedes"]: row["serial"] for row in content["reports"] if row["supersedes"]}

    def missing(self) -> list[str]:
        """Return the serials that were given and are not in a complete register, neither issued nor otherwise."""
        if not self.content["complete"]:
            return []
        there = set(self.reports) | {row["serial"] for row in self.content["without_file"]}
        last: dict[str, int] = dict(self.content["counters"])
        for serial in there:
            series, _, number = serial.rpartition("/")
            last[series] = max(last.get(series, 0), int(number))
        given = [f"{series}/{number:04d}" for series in sorted(last) for number in range(1, last[series] + 1)]
        return [serial for serial in given if serial not in there]


def read_register(path: Path, expected: str | None = None) -> Register:
    """Return the register of a file, or raise Unusable when it is none or is not whole."""
    try:
        raw = path.read_bytes()
        content = json.loads(raw)
    except (OSError, ValueError) as error:
        raise Unusable(f"The register {path} cannot be read: {error}") from None
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        raise Unusable(f"{path} is no register of the kind {SCHEMA}.")
    found = hashlib.sha256(raw).hexdigest()
    if expected is not None and found != expected.strip().lower():
        raise Unusable(f"The register is not the one you expect: its SHA-256 is {found}.")
    own = content.pop("sha256", None)
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    if hashlib.sha256(text.encode()).hexdigest() != own:
        raise Unusable("The register was altered: its content does not have the SHA-256 that it names.")
    try:
        return Register(content)
    except (KeyError, TypeError, AttributeError) as error:
        raise Unusable(f"The register lacks something: {error!r}") from None


def verify(path: Path, register: Register, seal: Any = None) -> Facts:
    """Return what one file is."""
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    answer: Facts = {
        "file": str(path),
        "sha256": digest,
        "answer": UNKNOWN,
        "serial": None,
        "form": None,
        "language": None,
        "replaced_by": None,
        "figures_inside": None,
        "seal": None,
        "remark": "",
    }
    if digest in register.editions:
        report, edition = register.editions[digest]
        answer.update(form="pdf", language=edition["language"])
        _stand(answer, report, register)
        answer["figures_inside"] = _figures_inside(content, report)
        answer["seal"] = _seal(content, edition, seal)
    elif digest in register.figures:
        answer.update(form="json")
        _stand(answer, register.figures[digest], register)
    else:
        _claim(answer, content, register)
    return answer


def _stand(answer: Facts, report: Facts, register: Register) -> None:
    answer["serial"] = report["serial"]
    answer["answer"] = SUPERSEDED if report["state"] == "superseded" else GENUINE
    if answer["answer"] == SUPERSEDED:
        answer["replaced_by"] = register.replaced.get(report["serial"])
        answer["remark"] = (
            f"replaced by {answer['replaced_by'] or 'a report that this register does not hold'}"
        )


def _claim(answer: Facts, content: bytes, register: Register) -> None:
    """Say of a file with an unknown digest whether it comes from a report all the same."""
    for end in _ends(content):
        known = register.editions.get(hashlib.sha256(content[:end]).hexdigest())
        if known:
            answer.update(
                answer=ALTERED, serial=known[0]["serial"], form="pdf", language=known[1]["language"]
            )
            answer["remark"] = f"{len(content) - end} bytes were added behind the issued file"
            return
    claimed = [found[1].decode() for pattern in CLAIMS for found in pattern.finditer(content)]
    serials = [_serial(text) for text in dict.fromkeys(claimed)]
    report = next((register.reports[serial] for serial in serials if serial in register.reports), None)
    if report is not None:
        answer.update(answer=ALTERED, serial=report["serial"])
        answer["remark"] = "claims this serial, but is not what was issued"
        answer["figures_inside"] = _figures_inside(content, report)
    elif serials:
        answer["remark"] = f"claims {serials[0]}, which is not in this register"


def _serial(text: str) -> str:
    """Return a serial that may be written as in addresses: NCMM-2026-27-M-0007."""
    if "/" in text:
        return text
    mission, year, short, letter, number = text.split("-")
    return f"{mission}/{year}-{short}/{letter}/{number}"


def _ends(content: bytes) -> list[int]:
    """Return where a PDF may have ended before something was added."""
    ends = []
    for mark in re.finditer(rb"%%EOF", content):
        ends += [mark.end() + more for more in (0, 1, 2) if mark.end() + more < len(content)]
        if len(ends) > MOST_ENDS:
            break
    return ends


def _figures_inside(content: bytes, report: Facts) -> str | None:
    """Return whether the figures attached inside a PDF are those of the register: same, different, unreadable or none."""
    found = None
    for start in ATTACHED.finditer(content):
        try:
            unpacked = zlib.decompressobj().decompress(content[start.end() :], MOST_FIGURES)
        except zlib.error:
            found = found or "unreadable"
            continue
        if hashlib.sha256(unpacked).hexdigest() == report["snapshot_sha256"]:
            return "same"
        found = "different"
    return found or ("none" if content.startswith(b"%PDF-") else None)


def _seal(content: bytes, edition: Facts, check: Any) -> str | None:
    if not edition.get("sealed"):
        return None
    return check(content) if check else "not checked"


def seal_check(certificate: Path) -> Any:
    """Return what checks a server's seal against a trusted certificate; Unusable where pyHanko is not installed."""
    try:
        from io import BytesIO  # noqa: PLC0415

        from pyhanko.keys import load_cert_from_pemder  # noqa: PLC0415
        from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415
        from pyhanko.sign.validation import validate_pdf_signature  # noqa: PLC0415
        from pyhanko_certvalidator import ValidationContext  # noqa: PLC0415
    except ImportError:
        raise Unusable(
            "Checking seals needs pyHanko: python3 -m pip install pyhanko. Without --seal nothing is needed."
        ) from None
    try:
        trusted = load_cert_from_pemder(str(certificate))
    except (OSError, ValueError) as error:
        raise Unusable(f"The certificate {certificate} cannot be read: {error}") from None

    def check(content: bytes) -> str:
        signatures = PdfFileReader(BytesIO(content)).embedded_signatures
        if len(signatures) != 1:
            return f"{len(signatures)} seals"
        moment = signatures[0].self_reported_timestamp
        context = ValidationContext(trust_roots=[trusted], moment=moment, allow_fetching=False)
        status = validate_pdf_signature(signatures[0], context)
        return "sound" if status.bottom_line else f"not sound ({status.summary()})"

    return check


def files_in(folder: Path, register: Path) -> tuple[list[Path], list[Path]]:
    """Return the PDF and JSON files of the folder and those below it, and apart from them all others."""
    found = sorted(path for path in folder.rglob("*") if path.is_file() and not path.samefile(register))
    wanted = [path for path in found if path.suffix.lower() in (".pdf", ".json")]
    return wanted, [path for path in found if path not in wanted]


def sound(answer: Facts) -> bool:
    """Whether nothing at all is wrong with a file."""
    inside_right = answer["figures_inside"] in (None, "same", "none")  # reports of earlier versions have none
    seal_right = answer["seal"] in (None, "sound", "not checked")
    return bool(answer["answer"] == GENUINE and inside_right and seal_right)


def table(answers: list[Facts], folder: Path) -> str:
    """Return the answers as a table for people."""
    rows: list[tuple[str, ...]] = [
        ("FILE", "ANSWER", "SERIAL", "EDITION", "FIGURES INSIDE", "SEAL", "REMARK")
    ]
    for answer in answers:
        shown = (
            str(Path(answer["file"]).relative_to(folder)),
            answer["answer"].upper() if answer["answer"] != GENUINE else GENUINE,
            answer["serial"] or "-",
            answer["language"] or answer["form"] or "-",
            answer["figures_inside"] or "-",
            answer["seal"] or "-",
            answer["remark"],
        )
        rows.append(tuple(re.sub(r"[^\x20-\x7e\u00a0-\ud7ff\ue000-\ufffd]", "?", text) for text in shown))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(widths[column]) for column, cell in enumerate(row)).rstrip() for row in rows
    )


def main(arguments: list[str] | None = None) -> int:
    """Check as the command line asks, print, and return the exit status."""
    parser = argparse.ArgumentParser(
        description="Verify a folder of downloaded reports against an exported register."
    )
    parser.add_argument("register", type=Path, help="the exported register, a JSON file")
    parser.add_argument("folder", type=Path, help="with PDF and JSON files as they were downloaded")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--sha256", metavar="HEX", help="what the SHA-256 of the register's file must be")
    parser.add_argument(
        "--seal", type=Path, metavar="CERTIFICATE", help="check seals against this certificate (PEM)"
    )
    asked = parser.parse_args(arguments)
    try:
        register = read_register(asked.register, asked.sha256)
        if not asked.folder.is_dir():
            raise Unusable(f"{asked.folder} is no folder.")
        check = seal_check(asked.seal) if asked.seal else None
        wanted, others = files_in(asked.folder, asked.register)
        answers = [verify(path, register, check) for path in wanted]
    except (Unusable, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    missing = register.missing()
    here = {answer["serial"] for answer in answers if answer["answer"] in (GENUINE, SUPERSEDED)}
    absent = sorted(set(register.reports) - here)
    right = bool(answers) and all(sound(answer) for answer in answers) and not missing
    if asked.json:
        result = {
            "register": {name: register.content[name] for name in ("source", "exported_at", "complete")},
            "files": answers,
            "not_looked_at": [str(path) for path in others],
            "missing_serials": missing,
            "without_a_file_here": absent,
            "all_genuine": right,
        }
        sys.stdout.write(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
        return 0 if right else 1
    out = [f"Register of {register.content['source']}, exported {register.content['exported_at']}", ""]
    out += [table(answers, asked.folder) if answers else "There is no PDF or JSON file in this folder.", ""]
    if register.content["complete"]:
        gap = f"MISSING from the register: {', '.join(missing)}" if missing else "Serials: none is missing."
        out.append(gap)
    else:
        out.append("Serials: not checked, the register holds a part of the programme only.")
    if absent:
        out.append(f"{len(absent)} reports of the register have no file here, as {absent[0]}.")
    if others:
        out.append(f"{len(others)} other files were not looked at.")
    unsealed = sum(answer["seal"] == "not checked" for answer in answers)
    if unsealed:
        out.append(f"{unsealed} files bear a server's seal that was not checked (--seal CERTIFICATE).")
    out.append("All genuine." if right else "NOT ALL GENUINE.")
    sys.stdout.write("\n".join(out) + "\n")
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
