"""Files as they are downloaded, for tests of what tells genuine ones from others."""

from __future__ import annotations

from projects import archive
from reports import engine, ordering
from reports.choices import Language
from reports.models import Report
from tests.cast import Cast, acting
from tests.reports.issued import edition
from tests.reports.orders import NOW, claimed, fresh


def file_like(report: Report, language: str) -> bytes:
    """Return bytes that name their serial where drawn files do, and are quick to make."""
    return (
        b"%PDF-1.7\n5 0 obj\n<</Length 9/NCMMSerial ("
        + report.serial.encode()
        + b")>>\nstream\nabcdefghi\nendstream\n"
        b"<dc:identifier>" + report.serial.encode() + b"</dc:identifier>\n"
        b"startxref\n9\n%%EOF\n" + language.encode() + b"\n%%EOF"
    )


def bytes_of(report: Report, language: str) -> bytes:
    """Return what the archive holds of an edition."""
    found = report.edition(language)
    assert found is not None
    return archive.read(found.sha256)


def revised(cast: Cast, old: Report) -> Report:
    """Return the issued revision of a report."""
    new = ordering.revise(old, by=acting(cast.manager), reason="A figure was wrong.", now=NOW)
    lease = claimed(new)
    engine._frozen(fresh(new), lease, acting(cast.officer), lambda: NOW)
    engine._publish(fresh(new), lease, [edition(new, language) for language in Language.values], now=NOW)
    return fresh(new)
