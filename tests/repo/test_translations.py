"""The Hindi of the whole product: complete, up to date with the sources, sound, and one word for one thing."""

import re

import pytest

from tests.repo import catalogue
from tests.repo.catalogue import CATALOGUE, Entry

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}|</?\w+>")

# "No." is short for "number"; "by" stands before a name, where Hindi writes "author:".
OTHERWISE_ENDED = {"No.", "by"}

# English words that say one thing everywhere, and the entry of docs/glossary.md whose Hindi word they must get.
TERMS = {
    "milestones?": "milestone",
    "projects?": "project",
    "programmes?": "programme",
    "agreements?": "agreement",
    "organisations?": "organisation",
    "partners?": "partner",
    "memberships?": "membership",
    "auditors?": "auditor",
    "administrator": "administrator",
    "phases?": "phase",
    "gates?": "gate",
    "claims?": "claim",
    "achieved": "achieved",
    "overdue": "overdue",
    "delays?": "delay",
    "slippage": "slip",
    "indicators?": "indicator",
    "targets?": "target",
    "measurements?": "measurement",
    "basis": "basis",
    "evidence": "evidence",
    "visibility": "visibility",
    "reliance points?": "reliance point",
    "precision": "precision",
    "snapshots?": "snapshot",
    "editions?": "edition",
    "audit trail": "audit trail",
    "as-of": "as of",
    "on paper only|paper only": "paper only",
    "latest date": "latest date",
    "actual date": "actual date",
    "due date": "due date",
    "financial year": "financial year",
}

# Words that say in another way what the glossary has a word for, and that word.
FORBIDDEN = {
    r"समझौत(?!ा ज्ञापन|े ज्ञापन)|अनुबंध|एग्रीमेंट": "करार",
    r"मील का पत्थर|मील के पत्थर|माइलस्टोन|पड़ाव": "लक्ष्य-चरण",
    r"लक्ष्य चरण": "लक्ष्य-चरण",
    r"प्रोजेक्ट": "परियोजना",
    r"प्रोग्राम": "कार्यक्रम",
    r"साझेदार|सहयोगी|पार्टनर": "भागीदार",
    r"संस्थाएँ|संस्थाओं|निकाय का नाम": "संगठन",
    r"प्रतिवेदन": "रिपोर्ट",
    r"क्रम संख्या|सीरियल": "क्रमांक",
    r"शेड्यूल": "समय-सारणी",
    r"सबूत|प्रमाण(?!-पत्र|ित|न)": "साक्ष्य",
    r"सूचक|सूचकांक": "संकेतक",
    r"उपलब्धि|हासिल": "प्राप्ति",
    r"टारगेट|टार्गेट": "लक्ष्य",
    r"ऑडिट|अंकेक्ष": "लेखापरीक्षा",
    r"तारीख|दिनांक(?!ित)": "तिथि",
    r"देरी|विलम्ब|लेट\b": "विलंब",
    r"रद्द": "निरस्त",
    r"महीन|मासों": "माह",
    r"फ़?ीसदी|फीसद": "प्रतिशत",
    r"वित्तीय वर्ष": "वित्त वर्ष",
    r"हिन्दी|अंग्रेजी|लम्बित|सम्बन्ध|केन्द्र|संस्थाऩ": "हिंदी, अंग्रेज़ी, लंबित, संबंध, केंद्र: the standard spelling",
    r"[०-९]": "0-9: digits are the same in both languages",
}


@pytest.fixture(scope="module")
def entries(root) -> list[Entry]:
    return catalogue.read(root / CATALOGUE)


def test_every_text_is_translated_and_no_translation_is_a_guess(entries):
    missing = [entry.texts[0] for entry in entries if not all(entry.translations)]
    guessed = [entry.texts[0] for entry in entries if "fuzzy" in entry.flags]
    assert (missing, guessed) == ([], []), f"{len(missing)} texts to translate, {len(guessed)} to look at"
    assert len(entries) > 1000


def test_the_catalogue_holds_every_text_of_the_sources(root, entries, tmp_path):
    now = {entry.key for entry in catalogue.renewed(root, tmp_path)}
    assert now - {entry.key for entry in entries} == set(), "run `make messages` and translate"


def test_every_placeholder_and_tag_is_in_the_translation_and_none_beside(entries):
    wrong = [
        text
        for entry in entries
        for text, hindi in entry.pairs
        if hindi and sorted(PLACEHOLDER.findall(text)) != sorted(PLACEHOLDER.findall(hindi))
    ]
    assert wrong == []


def test_no_text_has_an_escape_that_xgettext_does_not_read(entries):
    """A text with \\N{...} in the source never meets its translation: xgettext takes the escape literally."""
    assert [text for entry in entries for text in entry.texts if "\\N{" in text] == []


def test_a_sentence_ends_as_hindi_sentences_do_and_keeps_the_spaces_around_it(entries):
    wrong = []
    for entry in entries:
        for text, hindi in entry.pairs:
            if (
                hindi
                and (
                    text.endswith(".") is not hindi.endswith(("।", "(भा.मा.स.)।"))
                    or text.endswith(":") is not hindi.endswith(":")
                    or (text != text.strip()) is not (hindi != hindi.strip())
                    or "  " in hindi
                    or " ।" in hindi
                )
                and text not in OTHERWISE_ENDED
            ):
                wrong.append((text, hindi))
    assert wrong == []


def test_things_have_the_word_of_the_glossary(root, entries):
    words = glossary(root)
    wrong = [
        f"{text!r}: {hindi!r} lacks {words[term]!r}"
        for pattern, term in TERMS.items()
        for entry in entries
        for text, hindi in entry.pairs
        if hindi
        and re.search(rf"(?<![\w-])(?:{pattern})(?![\w-])", spoken(text), re.IGNORECASE)
        and stem(words[term]) not in hindi
    ]
    assert wrong == []


def glossary(root) -> dict[str, str]:
    """Return the Hindi word of each word of docs/glossary.md."""
    rows = re.findall(
        r"^\| ([^|]+) \| ([^|]+) \| [^|]+ \|$", (root / "docs" / "glossary.md").read_text(), re.MULTILINE
    )
    return {word: hindi for word, hindi in rows if word != "word"}


def spoken(text: str) -> str:
    """Return a text without its placeholders and without the words of files and programs that it quotes."""
    return re.sub(r"%\(\w+\)[sd]|`[^`]*`|“[^”]*”|\{\w+\}", " ", text)


def stem(word: str) -> str:
    """Return a word without the ending that changes with number and case: दावा, दावे, दावों."""
    return word.rstrip("ाी")


def test_every_word_of_the_glossary_has_a_hindi_word(root):
    words = glossary(root)
    assert len(words) > 40
    assert [word for word, hindi in words.items() if not re.fullmatch(r"[\u0900-\u097f, -]+", hindi)] == []


def test_there_is_one_word_for_one_thing(entries):
    wrong = [
        f"{hindi!r}: {match.group()} should be {word}"
        for entry in entries
        for hindi in entry.translations
        for pattern, word in FORBIDDEN.items()
        if (match := re.search(pattern, hindi))
    ]
    assert wrong == []
