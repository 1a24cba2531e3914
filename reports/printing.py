"""From a stored snapshot to the bytes of one edition; the engine and `manage.py reproduce` both come here."""

from __future__ import annotations

from projects.models import audit
from reports import document, figures, pdf
from reports.models import Report


def rendered(report: Report, snapshot: figures.Snapshot, language: str) -> pdf.Pdf:
    """Return the PDF of the report in `language`, with its figures inside; the same bytes every time."""
    html, assets = document.html(snapshot, language)
    return pdf.render(
        html,
        assets=assets,
        title=document.title(snapshot, language),
        language=language,
        created=figures.frozen_at(snapshot),
        attachments={f"{report.slug}.json": audit.canonical(snapshot).encode()},
        identity=report.serial,
    )
