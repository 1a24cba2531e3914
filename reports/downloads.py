"""Sends issued reports: the archived bytes, checked against their digest, each download in the audit trail."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import tempfile
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from projects import archive
from projects.models import AuditEvent, Project, TransitionError, audit
from projects.permissions import Actor
from reports import bundle, export, tables
from reports.choices import Language
from reports.models import Report

CACHING = "private, no-store"
DOWNLOADED = "report.download"


def language_of(asked: str | None) -> str:
    """Return the language of the edition that is asked for, else the one in which the answer is given; ValidationError."""
    if asked is None or asked == "":
        active = (translation.get_language() or "")[:2]
        return active if active in Language.values else Language.ENGLISH
    if asked not in Language.values:
        choices = ", ".join(Language.values)
        message = _("There is no edition in this language; choose one of %(choices)s.")
        raise ValidationError({"language": message % {"choices": choices}})
    return asked


def pdf(report: Report, *, language: str, by: Actor, request: HttpRequest) -> HttpResponseBase:
    """Answer with the edition of an issued report in `language`, else with the one there is.

    `TransitionError` before its issue, `archive.Altered` when the file was tampered with.
    """
    _require_issue(report)
    edition = report.edition(language)
    if edition is None:
        raise archive.Altered(f"{report.serial} is issued but has no edition.")
    return _answer(
        report,
        name=f"{report.slug}-{edition.language}",
        form="pdf",
        digest=edition.sha256,
        content=lambda: archive.read(edition.sha256),
        content_type="application/pdf",
        by=by,
        request=request,
    )


def data(report: Report, *, by: Actor, request: HttpRequest) -> HttpResponseBase:
    """Answer with the figures of an issued report as JSON, byte for byte as they were frozen."""
    _require_issue(report)
    return _answer(
        report,
        name=report.slug,
        form="json",
        digest=report.snapshot_sha256,
        content=lambda: _snapshot(report),
        content_type="application/json",
        by=by,
        request=request,
    )


def csv(report: Report, *, table: str, by: Actor, request: HttpRequest) -> HttpResponseBase:
    """Answer with the figures of an issued report as CSV: all of them, a row a figure, or one table of the snapshot."""
    _require_issue(report)
    figures = json.loads(_snapshot(report))
    sha256 = report.snapshot_sha256
    content = tables.one_table(figures, sha256, table) if table else tables.all_figures(figures, sha256)
    return _answer(
        report,
        name=f"{report.slug}-{table}" if table else report.slug,
        form="csv",
        digest=hashlib.sha256(content).hexdigest(),
        content=lambda: content,
        content_type="text/csv; charset=utf-8",
        by=by,
        request=request,
    )


def register(*, by: Actor, now: dt.datetime) -> HttpResponse:
    """Answer with the register as `by` may see it."""
    response = HttpResponse(export.register(by=by, now=now), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="register-{timezone.localdate(now)}.json"'
    response["Cache-Control"] = CACHING
    response["X-Content-Type-Options"] = "nosniff"
    return response


def evidence_bundle(project: Project, *, start: dt.date, end: dt.date, by: Actor) -> FileResponse:
    """Answer with the evidence bundle of the period; ValidationError where it would be too large, or the period is none."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    try:
        made = bundle.write(file, project, start=start, end=end, by=by, limit=settings.BUNDLE_MAX_BYTES)
    except BaseException:
        file.close()
        raise
    response = FileResponse(file, content_type="application/zip")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=made.name) or ""
    response["ETag"] = f'"{made.sha256}"'
    response["Cache-Control"] = CACHING
    response["X-Content-Type-Options"] = "nosniff"
    return response


def log(report: Report) -> QuerySet[AuditEvent]:
    """Return who downloaded what of the report and when, the latest first."""
    return audit.history(report).filter(action=DOWNLOADED).order_by("-seq")


def _require_issue(report: Report) -> None:
    if not report.is_readable:
        raise TransitionError(
            _("%(serial)s is %(state)s: there is nothing to download yet.")
            % {"serial": report.serial, "state": report.get_state_display()}
        )


def _snapshot(report: Report) -> bytes:
    content = report.snapshot.encode()
    if hashlib.sha256(content).hexdigest() != report.snapshot_sha256:
        raise archive.Altered(f"The figures of {report.serial} were altered in the database.")
    return content


def _answer(
    report: Report,
    *,
    name: str,
    form: str,
    digest: str,
    content: Any,
    content_type: str,
    by: Actor,
    request: HttpRequest,
) -> HttpResponseBase:
    etag = f'"{digest}"'
    known = get_conditional_response(request, etag=etag)
    if known is not None:
        known["Cache-Control"], known["ETag"] = CACHING, etag
        return known
    response = HttpResponse(content(), content_type=content_type)
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=f"{name}.{form}") or ""
    )
    response["ETag"] = etag
    response["Cache-Control"] = CACHING
    response["X-Content-Type-Options"] = "nosniff"
    if request.method == "GET":
        _record(report, form=form, digest=digest, by=by)
    return response


def _record(report: Report, *, form: str, digest: str, by: Actor) -> None:
    """Write the download into the audit trail; whoever cannot be recorded gets nothing."""
    with transaction.atomic():
        audit.record(report, by=by, action=DOWNLOADED, before=None, after={"form": form, "sha256": digest})
