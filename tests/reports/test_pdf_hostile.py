"""What people may have typed into a record stands on the paper as they typed it, or the report fails and says why."""

import socket
import subprocess
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils.html import escape

from reports import document, pdf
from tests.breadth import some, up_to
from tests.reports import examples
from tests.reports.conformance import failures
from tests.reports.printing import render

NOW = datetime(2026, 4, 7, 6, 0, 12, tzinfo=ZoneInfo("Asia/Kolkata"))
PLACES = {
    "paragraph": "<h1>x</h1><p>{}</p><p>AFTER</p>",
    "cell": "<h1>x</h1><table class='list' style='table-layout: fixed; width: 60mm'><tr><td>{}</td></tr></table><p>AFTER</p>",
    "heading": "<h1>{}</h1><p>AFTER</p>",
}
MARKUP = [
    "</p></td></tr></table></body></html><h1>mine</h1>",
    "<td colspan=9999 rowspan=9999>wide</td>",
    "<ul><li><ul><li><ol><li>deep</li></ol></li></ul></li></ul>" * 20,
    "<script>alert(1)</script><!-- --><![CDATA[ x ]]><?php x ?>",
    "</style><style>* { display: none } @import url(http://127.0.0.1:9/x.css);</style>",
    "<svg onload=x><image href='file:///etc/passwd'/><foreignObject/></svg>",
    "<link rel=attachment href=file:///etc/passwd><base href=//host/>",
    "expression(1) url(javascript:x) asset:print.css &lt;&#x202E;&amp;amp;",
    "{{ 7|add:7 }} {% include 'x' %} ${jndi:ldap://x} %(name)s {0}",
    "' OR 1=1; -- \" onmouseover=x `",
]
SCRIPTS = [
    "Crème brûlée, naïve Ångström, Łódź, e\u0301 Z\u0335\u0335\u0335x",
    "good 👍🏽 👨\u200d👩\u200d👧 ❤\ufe0f end",
    "漢字 かな ไทย தமிழ் বাংলা 𐍈 \ue000",
    "hello שלום עולם end",
    "hello مرحبا بالعالم end",
    "a\u200bb\u200cc\u200dd\u2060f",
]


def draw(body: str, **limits) -> pdf.Pdf:
    html = f'<!doctype html><link rel="stylesheet" href="asset:print.css"><body>{body}</body>'
    return pdf.render(
        html,
        assets=document.assets(),
        title="A title",
        language="en",
        created=NOW,
        limits=pdf.Limits(**limits),
    )


def letters(content: bytes) -> str:
    """Return the text on the pages without white space and without the marks that pdftotext puts around Hebrew."""
    done = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True)
    return "".join(done.stdout.decode().split()).translate(dict.fromkeys(range(0x202A, 0x202F)))


def compact(text: str) -> str:
    return "".join(text.split())


def come_back(place: str, texts: dict[str, str]) -> None:
    """Draw the texts one after the other in one document, and find each as it is to be shown, and all that follows."""
    drawn = draw("".join(PLACES[place].format(escape(text)) for text in texts))
    found = letters(drawn)
    assert [text for text, shown in texts.items() if compact(shown) not in found] == []
    assert found.count("AFTER") == len(texts)
    assert failures(drawn) == []


@pytest.mark.parametrize("place", PLACES)
def test_markup_and_templates_are_text(place):
    come_back(place, {text: text for text in MARKUP})


def test_every_script_comes_back_even_without_a_font_for_it():
    come_back("cell", {text: text for text in SCRIPTS})


def test_a_character_without_a_glyph_is_told_once(caplog):
    draw(PLACES["paragraph"].format("漢 漢 漢 字"))
    assert caplog.text.count("U+6F22") == 1
    assert caplog.text.count("U+5B57") == 1


def test_what_turns_its_neighbours_around_or_shows_nothing_is_printed_by_its_code():
    come_back(
        "cell",
        {
            "invoice \u202egnp.exe\u202c end": "invoice[U+202E]gnp.exe[U+202C]end",
            "12\u200f-\u200f34": "12[U+200F]-[U+200F]34",
            "a\u2067b\u2069c\u061cd\u200ee": "a[U+2067]b[U+2069]c[U+061C]d[U+200E]e",
            "a\x00b\x07c\x1bd\x7fe\x85f": "a[U+0000]b[U+0007]c[U+001B]d[U+007F]e[U+0085]f",
            "a\u2028b\uffffc": "a[U+2028]b[U+FFFF]c",
        },
    )


@pytest.mark.parametrize("word", ["x" * 3_000, "क्षि" * 800, "https://example.org/" + "a-b_c/" * 300])
def test_a_word_longer_than_the_page_is_broken_and_not_lost(word):
    drawn = letters(draw("".join(place.format(word) for place in PLACES.values())))
    assert drawn.count(word[-3:]) >= word.count(word[-3:]) * 0.9 * len(PLACES)
    assert drawn.count("AFTER") == len(PLACES)


def test_a_paragraph_of_many_pages_is_printed_whole():
    words = up_to(60_000, 200_000)
    drawn = letters(draw(f"<h1>x</h1><p>{'word ' * words}END</p>"))
    assert drawn.count("word") == words
    assert "END" in drawn


def test_a_word_of_a_megabyte_is_printed_or_fails_with_a_reason():
    try:
        drawn = letters(draw(PLACES["cell"].format("x" * 1_000_000 + "END"), seconds=8))
    except pdf.RenderError as error:
        assert error.code in {"timeout", "processor", "memory"}  # noqa: PT017 - one of two good ends
    else:
        assert "END" in drawn


def test_a_whole_report_of_hostile_texts_fetches_nothing(tmp_path):
    bait = tmp_path / "bait.css"
    bait.write_text("* { display: none }")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        text = f"<img src={address}><style>@import url({bait.as_uri()})</style>url({address}) {bait.as_uri()}"
        for language in some(["hi", "en"], 1):
            snapshot = examples.with_hostile_texts(examples.programme(), text)
            drawn = render(snapshot, language)
            assert f"<imgsrc={address}>" in letters(drawn)
            assert failures(drawn) == []
        with pytest.raises(TimeoutError):
            server.accept()
