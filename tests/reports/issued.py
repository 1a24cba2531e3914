"""Reports that are issued or failed without the seconds that printing takes, for tests of what is done with issued reports."""

from __future__ import annotations

import datetime as dt

from projects import archive
from projects.models import User
from reports import engine
from reports.choices import Language, ReportState
from reports.models import Edition, Report
from tests.cast import Cast, acting
from tests.reports.orders import NOW, claimed, fresh, order

CONTENT = b"%PDF-1.7 not drawn, but kept like any other"


def issued(cast: Cast, **fields: object) -> Report:
    """Return a report with true figures whose file is not a drawing; published as every other."""
    return published(order(cast, **fields), cast.officer)


def published(report: Report, person: User, now: dt.datetime = NOW, padding: bytes = b"") -> Report:
    """Return the report as issued in the name of `person`, with true figures and files that are no drawings."""
    lease = claimed(report, now)
    engine._frozen(fresh(report), lease, acting(person), lambda: now)
    editions = [edition(report, language, padding) for language in Language.values]
    engine._publish(report, lease, editions, now=now)
    return fresh(report)


def edition(report: Report, language: str, padding: bytes = b"") -> Edition:
    """Return an unsaved edition whose file lies in the archive."""
    file = archive.store([content(report, language), padding])
    return Edition(
        report=report,
        language=language,
        sha256=file.sha256,
        size=file.size,
        pages=1,
        rendered_sha256=file.sha256,
        rendered_size=file.size,
    )


def content(report: Report, language: str) -> bytes:
    return CONTENT + f" {report.serial} {language}".encode()


def failed(cast: Cast, **fields: object) -> Report:
    """Return a report that failed because the disk was full."""
    report = order(cast, **fields)
    claimed(report).write(state=ReportState.FAILED, failure="The disk was full.", lease_until=None)
    return fresh(report)


def addressed(user: User, language: str = "en") -> User:
    """Give the user an address; return the user."""
    user.email, user.language = f"{user.username}@example.org", language
    user.save()
    return user
