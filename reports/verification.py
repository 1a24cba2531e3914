"""Whether a file is a report of this register: told by its SHA-256, else by the serial that its bytes still claim.

A file passes by in pieces and is neither kept nor opened as what it says it is. docs/verify.md explains the answers.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reports.choices import Outcome, ReportState
from reports.models import Edition, Report

MOST_CLAIMS = 16  # that are remembered of a file; our own name one serial, twice
MOST_ENDS = 16  # at which a PDF could have ended before something was appended
OVERLAP = 300  # bytes, longer than any sign below: a sign may lie across two pieces

SERIAL = rb"NCMM/\d{4}-\d{2}/[A-Z]/\d{4,9}"
# Where our files name their serial (reports/envelope.py, docs/snapshot.md). A text that merely quotes a serial has none
# of these around it: brackets are escaped in PDF, angles in XML, quotation marks in JSON.
CLAIMS = (
    re.compile(rb"/NCMMSerial ?\((" + SERIAL + rb")\)"),
    re.compile(rb"<dc:identifier>(" + SERIAL + rb")</dc:identifier>"),
    re.compile(rb'"verify"\s{0,9}:\s{0,9}"[^"\\]{0,200}/verify/(NCMM-\d{4}-\d{2}-[A-Z]-\d{4,9})/"'),
)
END = re.compile(rb"%%EOF")
DIGEST = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


class Reading:
    """What is kept of a file while it passes by: its size and digest, the serials it claims, and its digest at each end."""

    def __init__(self) -> None:
        self.size = 0
        self.claims: dict[str, None] = {}
        self.ends: list[str] = []
        self._digest = hashlib.sha256()
        self._tail = b""

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def feed(self, piece: bytes) -> None:
        """Take in the next bytes of the file."""
        window = self._tail + piece
        self._note_claims(window)
        done = 0
        for end in self._ends_within(window, len(self._tail)):
            self._digest.update(piece[done:end])
            done = end
            self.ends.append(self._digest.hexdigest())
        self._digest.update(piece[done:])
        self.size += len(piece)
        self._tail = window[-OVERLAP:]

    def _note_claims(self, window: bytes) -> None:
        for pattern in CLAIMS:
            for found in pattern.finditer(window):
                if len(self.claims) < MOST_CLAIMS:
                    self.claims[found[1].decode().replace("/", "-")] = None

    def _ends_within(self, window: bytes, known: int) -> Iterator[int]:
        """Yield the places in the new piece after a mark of the end, with and without the line break that may follow it."""
        places = {mark.end() + more for mark in END.finditer(window) for more in (0, 1, 2)}
        for place in sorted(place - known for place in places if known < place <= len(window)):
            if len(self.ends) < 3 * MOST_ENDS:
                yield place


@dataclass(frozen=True)
class Answer:
    """What a file or a digest is, and of which report: the one it is, or the one it claims to be."""

    outcome: Outcome
    sha256: str
    report: Report | None = None
    form: str = ""  # "pdf" or "json", of what was issued
    language: str = ""  # of an edition
    appended: bool = False  # the beginning of the file is what was issued, and something stands behind it


def read(pieces: Iterable[bytes]) -> Reading:
    """Return the reading of a whole file."""
    reading = Reading()
    for piece in pieces:
        reading.feed(piece)
    return reading


def digest(text: str) -> str | None:
    """Return the SHA-256 that a person typed or pasted, in lower case; None where there is not exactly one."""
    text = text.strip().lower()
    found = set(DIGEST.findall(text))
    if not found:  # as it stands on paper: in groups
        found = set(DIGEST.findall(re.sub(r"sha-?256|[\s:-]", "", text)))
    return found.pop() if len(found) == 1 else None


def of_digest(sha256: str) -> Answer:
    """Return what has this digest: genuine, superseded or unknown. A digest alone does not tell what was altered."""
    edition = Edition.objects.select_related("report").defer("report__snapshot").filter(sha256=sha256).first()
    if edition is not None:
        return Answer(_standing(edition.report), sha256, edition.report, "pdf", edition.language)
    report = Report.objects.readable().filter(snapshot_sha256=sha256).order_by("pk").first()
    if report is not None:
        return Answer(_standing(report), sha256, report, "json")
    return Answer(Outcome.UNKNOWN, sha256)


def of_file(reading: Reading) -> Answer:
    """Return what the file is; altered when its own digest is unknown and its bytes come from a report of this register."""
    answer = of_digest(reading.sha256)
    if answer.outcome != Outcome.UNKNOWN:
        return answer
    for end in reading.ends:
        begins = of_digest(end)
        if begins.report is not None:
            return Answer(
                Outcome.ALTERED, reading.sha256, begins.report, begins.form, begins.language, appended=True
            )
    for slug in reading.claims:
        claimed = issued(slug)
        if claimed is not None:
            return Answer(Outcome.ALTERED, reading.sha256, claimed)
    return answer


def issued(slug: str) -> Report | None:
    """Return the issued report of an address, also one since superseded; nothing else is known to strangers."""
    return Report.objects.readable().filter(slug=slug).first()


def replaced_by(report: Report) -> Report | None:
    """Return the issued report that supersedes this one."""
    return Report.objects.readable().filter(supersedes=report.pk).first()


def _standing(report: Report) -> Outcome:
    return Outcome.SUPERSEDED if report.state == ReportState.SUPERSEDED else Outcome.GENUINE
