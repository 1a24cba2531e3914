"""The border to WeasyPrint: HTML and assets in, PDF bytes out.

`actual_text` and `envelope` complete what WeasyPrint leaves out and are for this module only.
`render` is for everybody and draws in a child process (`python -m reports.pdf`); `draw` is the child's work.
Same HTML and assets, same bytes: dates and identifier come from the arguments, fonts from the assets, and nothing is
read from the system or fetched from anywhere.
"""

import logging
import warnings
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from reports import actual_text, envelope
from reports.rendering import Job, Limits, RenderError, Result, describe, run, serve

__all__ = ["Limits", "Pdf", "RenderError", "draw", "render"]

SCHEME = "asset:"
# Relative addresses resolve to this name, which nobody serves: they are refused like any other.
NOWHERE = "http://document.invalid/"
GENERATOR = "Mission Tracker"
TYPES = {"css": "text/css", "svg": "image/svg+xml", "ttf": "font/ttf"}
MOST_WARNINGS = 20
# Characters that show nothing, and those that turn around what stands beside them, are printed by their codes: what is
# on paper is what is in the records, in its order.
TURNING = [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
CONTROLS = [*range(0x09), 0x0B, *range(0x0E, 0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, 0xFFFE, 0xFFFF]
VISIBLE = {code: f"[U+{code:04X}]" for code in CONTROLS + TURNING}
# Below any style of the document: a word too long for its line is broken, not lost beyond the edge of the page.
FLOOR = "html { overflow-wrap: break-word }"

logger = logging.getLogger(__name__)


class Pdf(bytes):
    """The bytes of a PDF that also know how many pages they hold."""

    pages: int = 0


def render(
    html: str,
    *,
    assets: Mapping[str, bytes],
    title: str,
    language: str,
    created: datetime,
    attachments: Mapping[str, bytes] | None = None,
    identity: str = "",
    limits: Limits | None = None,
) -> Pdf:
    """Return the tagged PDF (PDF/UA-1) of `html`, drawn in a child process, or raise RenderError.

    `assets` maps names to contents; the HTML refers to them as `asset:name`. Any other address, however it is
    written, stops the drawing. `created` is the moment the figures were frozen, never the moment of drawing.
    `attachments` (name to JSON) are put inside as the data of the document. `identity`, a serial, stands in plain
    bytes of the file as `<dc:identifier>`: who reads it needs no parser of PDF.
    """
    moment = created.isoformat(timespec="seconds")
    job = Job(html, assets, title, language, moment, attachments or {}, identity)
    result = run("reports.pdf", job, limits or Limits())
    for warning in result.warnings:
        logger.warning("drawing %r: %s", title, warning)
    pdf = Pdf(result.content)
    pdf.pages = result.pages
    return pdf


def draw(job: Job) -> Result:
    """Return the PDF of `job`, drawn in this process. Only for a process that may be thrown away."""
    with warnings.catch_warnings():
        # The child has no system fonts on purpose: all fonts are assets.
        warnings.filterwarnings("ignore", message="No fonts configured in FontConfig")
        import weasyprint  # noqa: PLC0415 - takes a second and 60 MB: only the child pays
    fetcher = _fetcher(job.assets)
    heard = _listen()
    _remember_page_references()
    actual_text.install(job.language)
    try:
        source = weasyprint.HTML(string=job.html.translate(VISIBLE), base_url=NOWHERE, url_fetcher=fetcher)
        document = source.render(stylesheets=[weasyprint.CSS(string=FLOOR, url_fetcher=fetcher)])
        document.metadata.title = job.title.translate(VISIBLE)
        document.metadata.lang = job.language
        document.metadata.generator = GENERATOR
        document.metadata.created = document.metadata.modified = job.created
        content = document.write_pdf(
            pdf_variant="pdf/ua-1",
            pdf_identifier=_identifier(job),
            attachments=envelope.attachments(job, fetcher),
            finisher=lambda drawn, file: _finish(drawn, file, job),
        )
    except (MemoryError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        if fetcher.refused:
            raise _refusal(fetcher.refused) from error
        raise RenderError("invalid", f"The report cannot be drawn: {describe(error)}") from error
    # WeasyPrint goes on without a picture or a style it could not have: a report must not.
    if fetcher.refused:
        raise _refusal(fetcher.refused)
    if heard.errors:
        raise RenderError("invalid", f"The report cannot be drawn: {heard.errors[0]}")
    return Result(content, len(document.pages), list(dict.fromkeys(heard.warnings))[:MOST_WARNINGS])


def _finish(document: Any, file: Any, job: Job) -> None:
    actual_text.stand_in(document, file)
    envelope.finish(document, file, job)


def _identifier(job: Job) -> bytes:
    parts = (job.html, job.title, job.created, job.identity, sorted(job.attachments.items()))
    return sha256(repr(parts).encode()).hexdigest()[:32].encode()


def _refusal(addresses: list[str]) -> RenderError:
    shown = ", ".join(address[:200] for address in addresses[:3])
    return RenderError("refused", f"The document asks for an address that is not part of it: {shown}")


def _fetcher(assets: Mapping[str, bytes]) -> Any:
    """Return a fetcher that serves `assets` and remembers and refuses every other address."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse  # noqa: PLC0415 - as above

    class AssetFetcher(URLFetcher):
        def __init__(self) -> None:
            # Not the base class's set-up: its handlers are what opens files and sockets.
            self.refused: list[str] = []
            self._fail_on_errors = True

        def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
            name = url.removeprefix(SCHEME)
            if not url.startswith(SCHEME) or name not in assets:
                self.refused.append(url)
                # Not an Exception: WeasyPrint would log it and go on without the picture.
                raise FatalURLFetchingError(f"refused: {url}")
            kind = TYPES[name.rsplit(".", 1)[-1]]
            return URLFetcherResponse(url, assets[name], headers={"Content-Type": kind})

    return AssetFetcher()


class _Heard(logging.Handler):
    """Keeps what WeasyPrint logs: an error means something is missing from the page, a warning may matter."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.errors: list[str] = []
        self.warnings: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        kept = self.errors if record.levelno >= logging.ERROR else self.warnings
        kept.append(record.getMessage()[:500])


def _listen() -> _Heard:
    heard = _Heard()
    logging.getLogger("weasyprint").addHandler(heard)
    return heard


def _remember_page_references() -> None:
    """Make pydyf remember its page references.

    Tagging asks for them once per element and pydyf 0.13 builds the whole tuple each time, so the time grows with the
    square of the pages: 0.6 of 18 seconds at 135 pages. The bytes are the same.
    """
    import pydyf  # noqa: PLC0415 - as above

    compute = pydyf.PDF.page_references.fget
    if compute is None or hasattr(compute, "remembers"):
        return

    def page_references(self: Any) -> tuple[bytes, ...]:
        remembered = self.__dict__.get("_remembered_references")
        if remembered is None or len(remembered) != self.pages["Count"]:
            remembered = self.__dict__["_remembered_references"] = compute(self)
        return remembered

    page_references.remembers = True  # type: ignore[attr-defined]
    pydyf.PDF.page_references = property(page_references)


if __name__ == "__main__":
    serve(draw)
