"""What a PDF says of itself beside its pages: which report it is, and the data it was drawn from."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from reports.rendering import Job

IDENTITY = '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" rdf:about=""><dc:identifier>{}</dc:identifier></rdf:Description>'
END = b"</rdf:RDF>"


def attachments(job: Job, fetcher: Any) -> list[Any]:
    """Return the attachments of `job` in WeasyPrint's shape, dated by the job and described by its title."""
    from weasyprint import Attachment  # noqa: PLC0415 - takes a second: only the child pays

    moment = datetime.fromisoformat(job.created).astimezone(UTC)
    return [
        Attachment(
            string=content,
            name=name,
            description=job.title,
            created=moment,
            modified=moment,
            relationship="Data",
            url_fetcher=fetcher,
        )
        for name, content in sorted(job.attachments.items())
    ]


def finish(document: Any, file: Any, job: Job) -> None:
    """Complete what WeasyPrint leaves out: the serial in plain bytes, what the data are of, which way headers head."""
    for thing in file.objects:
        extra = getattr(thing, "extra", {})
        if extra.get("Type") == "/Metadata":
            _identify(thing, job.identity)
    if job.identity:
        _head(file, job.identity)
    _associate(file)
    for page in document.pages:
        _scope(page._page_box)
    _freeze(file)


def _identify(metadata: Any, identity: str) -> None:
    metadata.compress = False
    if identity:
        (content,) = metadata.stream
        before, end, after = content.rpartition(END)
        metadata.stream = [before + IDENTITY.format(escape(identity)).encode() + end + after]


def _head(file: Any, identity: str) -> None:
    """Put the serial into the first stream, too: what is left of a file that was cut off still says what it was."""
    import pydyf  # noqa: PLC0415 - as above

    first = next(thing for thing in file.objects if isinstance(thing, pydyf.Stream))
    first.extra["NCMMSerial"] = pydyf.String(identity)


def _associate(file: Any) -> None:
    """WeasyPrint names the relationship of an attachment only in PDF/A."""
    import pydyf  # noqa: PLC0415 - as above

    things: list[Any] = file.objects
    specifications = [
        thing for thing in things if isinstance(thing, pydyf.Dictionary) and thing.get("Type") == "/Filespec"
    ]
    for specification in specifications:
        specification["AFRelationship"] = "/Data"
    if specifications:
        file.catalog["AF"] = pydyf.Array([specification.reference for specification in specifications])


def _scope(page: Any) -> None:
    """Say of each table header whether it heads a row or a column; WeasyPrint tells cells their headers only."""
    waiting = [page]
    while waiting:
        box = waiting.pop()
        waiting += getattr(box, "children", ())
        cell = getattr(box, "mark", None)
        if cell is not None and cell["S"] == "/TH":
            cell["A"]["Scope"] = "/Row" if box.element.get("scope") == "row" else "/Column"


def _freeze(file: Any) -> None:
    """Turn each object into its bytes now: pydyf would do it twice, and compress every stream twice.

    The second time is for the digest in the trailer. The bytes are the same; a seventh of the time is saved.
    """
    import pydyf  # noqa: PLC0415 - as above

    class Frozen(pydyf.Object):
        data = b""
        compressible = False

    def frozen(thing: Any) -> Any:
        if thing.free == "f":
            return thing
        done = Frozen()
        done.number, done.generation = thing.number, thing.generation
        done.data, done.compressible = thing.data, thing.compressible
        return done

    file.objects = [frozen(thing) for thing in file.objects]
