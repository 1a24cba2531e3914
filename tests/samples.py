"""Small files of the accepted kinds that are what they say."""

from __future__ import annotations

import io

from PIL import Image


def pdf(text: str = "letter", *, objects: dict[int, bytes] | None = None, catalogue: bytes = b"") -> bytes:
    """Return a PDF of one empty page that holds the text as a comment; `objects` are added, `catalogue` goes into the catalogue."""
    parts = {
        1: b"<</Type/Catalog/Pages 2 0 R %s>>" % catalogue,
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
        **(objects or {}),
    }
    body, places = bytearray(b"%%PDF-1.7\n%%%s\n" % text.encode()), {}
    for number, content in parts.items():
        places[number] = len(body)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    size = max(parts) + 1
    table = b"".join(
        b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 65535 f \n"
        for number in range(size)
    )
    trailer = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, len(body))
    return bytes(body) + b"xref\n0 %d\n" % size + table + trailer


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **saved: object) -> bytes:
    """Return a picture of one colour."""
    written = io.BytesIO()
    Image.new(mode, size).save(written, kind, **saved)
    return written.getvalue()
