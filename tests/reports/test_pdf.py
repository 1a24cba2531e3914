"""PDF bytes: the same every time, tagged and titled, and made of nothing but what was handed in."""

import os
import socket
import subprocess
import sys
import threading
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from reports import document, pdf
from reports.choices import Language, ReportKind
from reports.printed import PRINTED
from reports.rendering import Job, Limits, run
from tests.breadth import pairs, some
from tests.reports import examples
from tests.reports.printing import ROOT, printed, reader, render, text

NOW = datetime(2026, 4, 7, 6, 0, 12, tzinfo=ZoneInfo("Asia/Kolkata"))
PAGE = '<!doctype html><link rel="stylesheet" href="asset:print.css"><body><h1>One</h1>{}</body>'


DOT = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'


def draw(body: str, **limits) -> pdf.Pdf:
    return pdf.render(
        PAGE.format(body),
        assets=document.assets() | {"dot.svg": DOT},
        title="A title",
        language="en",
        created=NOW,
        limits=pdf.Limits(**limits),
    )


@pytest.mark.parametrize("language", some(["en", "hi"], 1))
def test_the_same_snapshot_gives_the_same_bytes_in_another_process_place_and_zone(
    language, tmp_path, monkeypatch
):
    first = printed("project", language)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    monkeypatch.setenv("PYTHONHASHSEED", "12345")
    monkeypatch.setenv("LC_ALL", "hi_IN.UTF-8")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert render(examples.project(), language) == first


@pytest.mark.parametrize("language", some(["hi", "en"], 1))
def test_two_processes_that_know_nothing_of_each_other_draw_the_same_bytes(language):
    script = (
        "import django, hashlib; django.setup();"
        "from tests.reports import examples, printing;"
        f"drawn = printing.render(examples.project(), {language!r});"
        "print(hashlib.sha256(drawn).hexdigest(), end='')"
    )
    here = sha256(printed("project", language)).hexdigest()
    there = [
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert there == [here, here]


def test_another_figure_gives_other_bytes():
    changed = examples.project()
    changed["milestones"]["states"]["achieved"] += 1
    assert render(changed) != printed("project")


def test_the_pdf_is_tagged_titled_and_dated_by_its_snapshot():
    read = reader(printed("programme"))
    root = read.trailer["/Root"]
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b'pdfuaid:part="1"' in root["/Metadata"].get_data()
    assert read.metadata.title == document.title(examples.programme(), "en")
    assert read.metadata.creation_date_raw == read.metadata.modification_date_raw == "D:20260407060012+05'30"


def test_every_section_is_a_bookmark():
    outline = [entry.title for entry in reader(printed("programme")).outline if not isinstance(entry, list)]
    assert [title.split(" ", 1)[1] for title in outline][:3] == ["At a glance", "Outputs", "Import reliance"]
    assert len(outline) == len(PRINTED[ReportKind.PROGRAMME].sections())


def test_it_knows_how_many_pages_it_has():
    assert printed("programme").pages == len(reader(printed("programme")).pages)


def test_fonts_are_embedded_and_come_from_the_shipped_files_only():
    names = set()
    for page in reader(printed("programme")).pages:
        for font in page["/Resources"]["/Font"].values():
            descendant = font.get_object()["/DescendantFonts"][0].get_object()
            assert "/FontFile2" in descendant["/FontDescriptor"]
            names.add(descendant["/BaseFont"].split("+")[1])
    assert names <= {"Noto-Sans", "Noto-Sans-Bold", "Noto-Sans-Math", "Noto-Sans-Devanagari"}


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        yield server


@pytest.fixture
def bait(tmp_path):
    path = tmp_path / "bait.svg"
    path.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>BAIT-TAKEN</text></svg>'
    )
    return path


REACHING = [
    '<img alt="x" src="{address}">',
    '<link rel="stylesheet" href="{address}">',
    '<link rel="attachment" href="{address}">',
    "<style>@import url({address});</style>",
    "<style>h1 {{ background: url({address}) }}</style>",
    "<style>@font-face {{ font-family: a; src: url({address}) }}</style>",
    '<svg xmlns="http://www.w3.org/2000/svg"><title>t</title><image width="9" height="9" href="{address}"/></svg>',
    '<object data="{address}" type="image/svg+xml"></object>',
    '<base href="{address}"><img alt="x" src="other.png">',
]


@pytest.mark.parametrize(("markup", "kind"), pairs(REACHING, ["file", "host"]))
def test_no_file_and_no_address_is_ever_opened(markup, kind, listener, bait):
    host, port = listener.getsockname()
    address = bait.as_uri() if kind == "file" else f"http://{host}:{port}/x.png"
    with pytest.raises(pdf.RenderError, match="not part of it") as failure:
        draw(markup.format(address=address))
    assert failure.value.code == "refused"
    with pytest.raises(TimeoutError):
        listener.accept()


@pytest.mark.parametrize(
    "address", ["other.png", "//host/x.png", "data:image/png;base64,AA==", "asset:unknown.svg"]
)
def test_relative_data_and_unknown_asset_addresses_are_refused_aloud(address):
    with pytest.raises(pdf.RenderError, match="not part of it"):
        draw(f'<img alt="x" src="{address}">')


def test_a_picture_that_cannot_be_drawn_stops_the_report():
    with pytest.raises(pdf.RenderError, match="cannot be drawn") as failure:
        draw('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 wide high"><title>t</title></svg>')
    assert failure.value.code == "invalid"


def test_a_picture_without_words_stops_the_report():
    assert draw('<img src="asset:dot.svg" alt="a dot">').pages == 1
    with pytest.raises(pdf.RenderError, match="no required alt"):
        draw('<img src="asset:dot.svg">')


def test_hostile_texts_appear_literally_and_fetch_nothing():
    hostile = text(render(examples.with_hostile_texts(examples.project())))
    assert examples.HOSTILE.replace(" ", "") in hostile.replace(" ", "")
    assert "alert(1)" in hostile


def test_a_report_too_large_for_its_limits_fails_with_a_reason():
    table = "<table>" + "<tr><td>one</td><td>two</td></tr>" * 20_000 + "</table>"
    with pytest.raises(pdf.RenderError, match="processor"):
        draw(table, processor_seconds=2)
    with pytest.raises(pdf.RenderError, match="megabytes"):
        draw(table, megabytes=300)
    with pytest.raises(pdf.RenderError, match="not drawn within"):
        draw(table, seconds=1)


@pytest.mark.parametrize(
    ("limits", "code"),
    [({"seconds": 1}, "timeout"), ({"processor_seconds": 1}, "processor"), ({"megabytes": 350}, "memory")],
)
def test_a_hindi_report_that_gets_stuck_is_stopped_too_and_leaves_nothing_behind(limits, code):
    stuck = f"<p>{'क्षि' * 60_000}</p><table>{'<tr><td>राष्ट्रीय</td><td>क्षमता</td></tr>' * 20_000}</table>"
    with pytest.raises(pdf.RenderError) as failure:
        draw(stuck, **limits)
    assert failure.value.code == code
    assert Path(f"/proc/{os.getpid()}/task/{threading.get_native_id()}/children").read_text() == ""


def test_a_very_long_paragraph_is_printed_whole():
    assert text(draw("<p>" + "word " * 40_000 + "END</p>")).count("word") == 40_000


def test_right_to_left_marks_and_characters_without_a_glyph_do_not_stop_it(caplog):
    body = "<p>before \N{RIGHT-TO-LEFT OVERRIDE}abc\N{POP DIRECTIONAL FORMATTING} 漢 after</p>"
    drawn = text(draw(body)).replace(
        "\0", ""
    )  # pypdf reads the code of a font with a missing glyph byte by byte
    assert "before" in drawn
    assert "after" in drawn
    assert "U+6F22" in caplog.text


@pytest.mark.parametrize("language", Language.values)
def test_remembering_references_and_freezing_objects_changes_no_byte(language):
    html, assets = document.html(examples.project(), language)
    created = examples.frozen_at(examples.project()).isoformat()
    job = Job(html, assets, document.title(examples.project(), language), language, created)
    assert run("tests.reports.forgetful", job, Limits()).content == printed("project", language)
