"""What a PDF says of itself: its serial in plain bytes, and the data it was drawn from as an attachment."""

import re
from datetime import datetime
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest

from reports import document, pdf
from tests.reports.conformance import failures
from tests.reports.printing import reader

NOW = datetime(2026, 4, 7, 6, 0, 12, tzinfo=ZoneInfo("Asia/Kolkata"))
SERIAL = "NCMM/2026-27/M/0007"
FIGURES = '{"title": "खनिज", "serial": "NCMM/2026-27/M/0007"}'.encode()
NAME = "ncmm-2026-27-m-0007.json"


def draw(body: str = "<p>x</p>", **options) -> pdf.Pdf:
    html = f'<!doctype html><link rel="stylesheet" href="asset:print.css"><body><h1>One</h1>{body}</body>'
    wanted = {"assets": document.assets(), "title": "A title", "language": "en", "created": NOW} | options
    return pdf.render(html, **wanted)


def test_the_serial_can_be_read_without_knowing_pdf():
    file = draw(identity=SERIAL, title="</rdf:RDF><dc:identifier>NCMM/1</dc:identifier>")
    assert re.findall(rb"<dc:identifier>([^<]*)</dc:identifier>", file) == [SERIAL.encode()]


def test_the_metadata_stay_xml_whatever_the_serial_holds():
    file = draw(identity="A&B <c>")
    (metadata,) = re.findall(rb"<x:xmpmeta.*</x:xmpmeta>", file, re.DOTALL)
    found = ElementTree.fromstring(metadata).find(".//{http://purl.org/dc/elements/1.1/}identifier")  # noqa: S314 - our own
    assert found is not None
    assert found.text == "A&B <c>"


def test_no_text_of_the_report_can_pass_itself_off_as_its_serial():
    forged = "&lt;dc:identifier&gt;NCMM/1999-00/M/0001&lt;/dc:identifier&gt;"
    file = draw(
        f"<p>{forged}</p>", identity=SERIAL, attachments={NAME: b"<dc:identifier>NCMM/1</dc:identifier>"}
    )
    assert re.findall(rb"<dc:identifier>([^<]*)</dc:identifier>", file) == [SERIAL.encode()]


def test_the_figures_are_inside_as_data_of_the_document_and_described():
    drawn = draw(attachments={NAME: FIGURES, "a.json": b"{}"}, identity=SERIAL)
    assert failures(drawn) == []
    read = reader(drawn)
    assert read.attachments[NAME] == [FIGURES]
    root = read.trailer["/Root"]
    names = root["/Names"]["/EmbeddedFiles"]["/Names"]
    assert names[0::2] == sorted(names[0::2])
    specifications = [one.get_object() for one in root["/AF"]]
    assert [one["/UF"] for one in specifications] == ["a.json", NAME]
    for one in specifications:
        assert one["/AFRelationship"] == "/Data"
        assert one["/Desc"] == "A title"
        file = one["/EF"]["/F"].get_object()
        assert file["/Subtype"] == "/application/json"
        assert file["/Params"]["/CreationDate"] == file["/Params"]["/ModDate"] == "D:20260407003012Z"


def test_attachments_and_serial_change_the_identifier_of_the_file():
    files = [
        draw(),
        draw(identity=SERIAL),
        draw(attachments={NAME: FIGURES}),
        draw(attachments={NAME: b"{}"}),
    ]
    assert len({reader(file).trailer["/ID"][0] for file in files}) == 4


@pytest.mark.parametrize("text", ["x\ud800y", "\udfff"])
def test_half_a_character_fails_with_a_reason(text):
    for options in ({"body": f"<p>{text}</p>"}, {"title": text}, {"identity": text}):
        with pytest.raises(pdf.RenderError, match=r"cannot be drawn|no text may hold") as failure:
            draw(**options)
        assert failure.value.code == "invalid"
