"""Every Hindi word that goes in comes back out: for search, for copying, for those who have it read aloud."""

import re
import subprocess
from datetime import datetime
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from reports import document, pdf
from reports.rendering import Job, Limits, run
from tests.breadth import some
from tests.reports import examples
from tests.reports.conformance import elements, failures
from tests.reports.printing import ROOT, reader, render

NOW = datetime(2026, 4, 7, 6, 0, 12, tzinfo=ZoneInfo("Asia/Kolkata"))
CONSONANTS = [chr(code) for code in range(0x915, 0x93A) if code not in (0x929, 0x931, 0x934)]
VIRAMA, MATRA_I, REPH = "\N{DEVANAGARI SIGN VIRAMA}", "\N{DEVANAGARI VOWEL SIGN I}", "र्"
SIGNS = "ाीुूृेैोौंःँ"
WORDS = (
    "क्षमता त्रुटि श्रमिक ज्ञापन शुद्धि वर्ष तर्क मार्च स्थिति राष्ट्रीय मंत्रालय अनुबंध विस्तृत द्वितीय ऋण हृदय ऊर्जा कर्तृत्व लिथियम"
)
SENTENCE = "यदि कार्य निर्धारित तिथि तक पूर्ण नहीं होता, तो विलंब की गणना मूल तिथि से की जाती है।"


def draw(body: str, language: str = "hi", title: str = "प्रतिवेदन") -> pdf.Pdf:
    html = f'<!doctype html><html lang="{language}"><link rel="stylesheet" href="asset:print.css"><body>{body}</body>'
    return pdf.render(html, assets=document.assets(), title=title, language=language, created=NOW)


def read(content: bytes) -> str:
    """Return the text as a reader's search sees it (poppler)."""
    done = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True)
    return done.stdout.decode()


def words_of(text: str) -> list[str]:
    """Return the words of a text without the numbers of its pages."""
    return [word for word in text.split() if not word.isdigit()]


def test_every_conjunct_and_every_sign_comes_back_in_its_place():
    pairs = [first + VIRAMA + second for first, second in product(CONSONANTS, CONSONANTS)]
    meant = [
        *pairs,
        *(pair + MATRA_I for pair in pairs),
        *(letter + sign for letter, sign in product(CONSONANTS, MATRA_I + SIGNS)),
        *(REPH + letter + MATRA_I for letter in CONSONANTS),
        *words_of("स्त्र न्त्र्य क्ष्म र्त्स्न्य ष्ट्रि क़ ख़ ड़ ढ़ि फ़ ऋृ ॐ श्रृं क\N{ZERO WIDTH NON-JOINER}्ष"),
    ]
    drawn = draw(f"<h1>एक</h1><p>{' '.join(meant)}</p>")
    assert words_of(read(drawn))[1 : len(meant) + 1] == meant
    assert failures(drawn) == []


def test_every_word_of_the_translations_comes_back():
    catalogue = (ROOT / "locale/hi/LC_MESSAGES/django.po").read_text()
    meant = sorted(set(re.findall(r"[ऀ-ॿ\u200c\u200d]+", catalogue)))
    assert len(meant) > 500
    assert words_of(read(draw(f"<h1>एक</h1><p>{' '.join(meant)}</p>")))[1 : len(meant) + 1] == meant


@pytest.mark.parametrize(
    "markup",
    [
        "<h1>{}</h1>",
        "<h1>x</h1><p>{}</p>",
        "<h1>x</h1><p style='text-align: justify; width: 60mm'>{}</p>",
        "<h1>x</h1><p style='letter-spacing: 1pt; word-spacing: 3pt'>{}</p>",
        "<h1>x</h1><ul><li>{}</li></ul>",
        "<h1>x</h1><table><tr><th scope='col'>{}</th></tr><tr><td>x</td></tr></table>",
        "<h1>x</h1><table><tr><th scope='col'>x</th></tr><tr><td>{}</td></tr></table>",
        "<h1>x</h1><p><b>{}</b></p>",
        "<h1>x</h1><p><a href='#there'>{}</a></p><p id='there'>x</p>",
    ],
)
def test_whole_sentences_are_copied_in_order_wherever_they_stand(markup):
    drawn = draw(markup.format(f"{SENTENCE} {WORDS}"))
    assert f"{SENTENCE} {WORDS}" in " ".join(words_of(read(drawn)))
    assert failures(drawn) == []


def test_page_margins_bookmarks_alternative_texts_and_titles_hold_their_words():
    margin = f"<style>@page {{ @top-left {{ content: '{WORDS[:40]}' }} }}</style>"
    figure = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><title>{SENTENCE}</title><rect width='9' height='9'/></svg>"
    drawn = draw(f"{margin}<h1>{SENTENCE}</h1>{figure}", title=f"{SENTENCE} {WORDS}")
    assert (
        WORDS[:40].split()[:4] == [word for word in words_of(read(drawn)) if word in WORDS[:40].split()][:4]
    )
    opened = reader(drawn)
    assert opened.outline[0].title == SENTENCE
    assert opened.metadata.title == f"{SENTENCE} {WORDS}"
    assert [one["/Alt"] for one in elements(opened, "/Figure")] == [SENTENCE]


def test_two_languages_in_one_word_and_one_line_keep_their_order():
    line = "खनिज/minerals (लिथियम, Li₂CO₃) TRL 7–8 के साथ ₹1,234.50 करोड़"
    assert line in " ".join(words_of(read(draw(f"<h1>x</h1><p>{line}</p>"))))


def test_what_is_not_in_the_language_of_the_document_says_so():
    def spoken(drawn: bytes) -> list[str]:
        content = reader(drawn).pages[0].get_contents().get_data().decode("latin-1")
        return re.findall(r"/Lang \((\w+)\)", content)

    assert spoken(draw("<p>Ministry of Mines</p>", "hi")) == ["en"]
    assert spoken(draw("<p>खान मंत्रालय</p>", "en")) == ["hi"]
    assert spoken(draw("<p lang='de'>Bergbau</p>", "en")) == ["de"]
    assert spoken(draw("<p>Ministry of Mines 1,234</p><p>7</p>", "en")) == []
    assert spoken(draw("<p>खान मंत्रालय 1,234</p>", "hi")) == []


@pytest.mark.parametrize("kind", some(["project", "programme"], 1))
def test_every_hindi_word_of_the_edition_comes_back(kind):
    snapshot = getattr(examples, kind)()
    html, _ = document.html(snapshot, "hi")
    body = re.sub(r"(?s)<(style|script|title|svg|head).*?</\1>|<[^>]*>", " ", html)
    meant = set(re.findall(r"[ऀ-ॿ\u200c\u200d]+", body))
    found = set(re.findall(r"[ऀ-ॿ\u200c\u200d]+", read(render(snapshot, "hi"))))
    assert meant - found == set()
    assert len(meant) > 150


def test_marking_words_moves_no_dot_of_any_page(tmp_path):
    snapshot = examples.project()
    html, assets = document.html(snapshot, "hi")
    job = Job(html, assets, document.title(snapshot, "hi"), "hi", examples.frozen_at(snapshot).isoformat())
    drawn = {"with": render(snapshot, "hi"), "without": run("tests.reports.unspelled", job, Limits()).content}
    for name, content in drawn.items():
        subprocess.run(["pdftoppm", "-r", "50", "-", tmp_path / name], input=content, check=True)
    seen = sorted(path.name.removeprefix("with") for path in tmp_path.glob("with-*"))
    assert len(seen) == drawn["with"].pages
    for page in seen:
        assert (tmp_path / f"with{page}").read_bytes() == (tmp_path / f"without{page}").read_bytes()
    assert failures(drawn["without"]) != []
