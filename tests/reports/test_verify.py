"""What a file is: told by its bytes alone, whatever way they come in, and never more of a report than its cover says."""

import pytest

from reports import engine, ordering, verification
from reports.choices import Language, Outcome
from reports.models import Report
from reports.verification import Reading
from tests.cast import acting
from tests.reports import issued as made
from tests.reports.issued import issued
from tests.reports.orders import NOW, fresh, order
from tests.reports.verifying import bytes_of, file_like, revised

pytestmark = [pytest.mark.django_db, pytest.mark.engine("postgres")]


def told(content: bytes, piece: int = 65536) -> verification.Answer:
    pieces = [content[place : place + piece] for place in range(0, len(content), piece)]
    return verification.of_file(verification.read(pieces))


@pytest.fixture
def report(cast, monkeypatch) -> Report:
    """A report whose files name their serial, as drawn ones do."""
    monkeypatch.setattr(made, "content", file_like)
    return issued(cast)


@pytest.mark.parametrize("language", Language.values)
def test_what_was_issued_is_genuine(report, language):
    answer = told(bytes_of(report, language))
    assert (answer.outcome, answer.report, answer.form, answer.language) == (
        Outcome.GENUINE,
        report,
        "pdf",
        language,
    )


def test_the_figures_are_genuine(report):
    answer = told(fresh(report).snapshot.encode())
    assert (answer.outcome, answer.report, answer.form, answer.language) == (
        Outcome.GENUINE,
        report,
        "json",
        "",
    )


def test_what_a_revision_replaced_is_superseded_and_the_new_one_is_named(cast, report):
    new = revised(cast, report)
    answer = told(bytes_of(report, "en"))
    assert (answer.outcome, answer.report) == (Outcome.SUPERSEDED, report)
    assert verification.replaced_by(report) == new
    assert told(bytes_of(new, "en")).outcome == Outcome.GENUINE
    assert told(fresh(report).snapshot.encode()).outcome == Outcome.SUPERSEDED


def test_a_revision_that_is_not_issued_replaces_nothing(cast, report):
    ordering.revise(report, by=acting(cast.manager), reason="Wrong.", now=NOW)
    assert told(bytes_of(report, "en")).outcome == Outcome.GENUINE
    assert verification.replaced_by(report) is None


def test_a_change_of_any_byte_is_told(report):
    content = bytes_of(report, "en")
    for place in range(len(content)):
        changed = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        answer = told(changed)
        assert (answer.outcome, answer.report) == (Outcome.ALTERED, report), place


def test_what_is_cut_off_is_altered_as_long_as_the_serial_is_left(report):
    content = bytes_of(report, "en")
    for length in range(content.index(b")") + 1, len(content)):
        answer = told(content[:length])
        assert (answer.outcome, answer.report) == (Outcome.ALTERED, report), length


@pytest.mark.parametrize(
    "more", [b"\n", b" ", b"\0", b"%%EOF\n", b"\n1 0 obj\nendobj\n%%EOF\n", b"x" * 200_000]
)
def test_appended_bytes_are_altered_and_the_issued_part_is_recognised(report, more):
    answer = told(bytes_of(report, "hi") + more)
    assert (answer.outcome, answer.report, answer.language) == (Outcome.ALTERED, report, "hi")
    assert answer.appended


def test_a_file_without_a_serial_is_known_by_its_beginning(cast):
    """Reports from before the serial stood in plain bytes."""
    report = issued(cast)
    content = made.content(report, "en")
    assert not verification.CLAIMS[1].search(content)
    assert told(content).outcome == Outcome.GENUINE
    assert told(content + b"x").outcome == Outcome.UNKNOWN


def test_figures_that_were_changed_or_written_anew_are_altered(report):
    text = fresh(report).snapshot
    for changed in (
        text.replace('"late":false', '"late":true'),
        text + "\n",
        text.replace('","', '", "').replace('":"', '" : "'),
    ):
        answer = told(changed.encode())
        assert (answer.outcome, answer.report) == (Outcome.ALTERED, report)


def test_a_foreign_file_is_unknown_whatever_it_quotes(report):
    quotes = (
        f"{report.serial} https://tracker.example/verify/{report.slug}/ (NCMMSerial) &lt;dc:identifier&gt;{report.serial}"
        f' {{"text": "\\"verify\\": \\"https://x/verify/{report.slug}/\\""}}'
    )
    for content in (b"", b"%PDF-1.7\n%%EOF\n", quotes.encode(), b"\0" * 100_000):
        answer = told(content)
        assert (answer.outcome, answer.report) == (Outcome.UNKNOWN, None)


def test_a_serial_that_is_not_issued_is_unknown(cast, report):
    waiting = order(cast)
    for serial in (waiting.serial, "NCMM/1999-00/M/0001"):
        assert told(f"<dc:identifier>{serial}</dc:identifier>".encode()).outcome == Outcome.UNKNOWN


def test_the_answer_is_the_same_in_whatever_pieces_the_file_comes(report):
    content = bytes_of(report, "en")
    for piece in (1, 2, 3, 7, 299, 300, 301):
        assert told(content, piece).outcome == Outcome.GENUINE
        assert told(content + b"\r\nmore", piece).appended
        assert told(b"x" + content, piece) == told(b"x" + content)


def test_a_file_full_of_signs_is_remembered_in_part_only():
    reading = Reading()
    for number in range(2000):
        reading.feed(b"%%EOF<dc:identifier>NCMM/2026-27/M/" + f"{number:04}".encode() + b"</dc:identifier>")
    assert len(reading.claims) == verification.MOST_CLAIMS
    assert len(reading.ends) == 3 * verification.MOST_ENDS


def test_a_digest_is_read_as_people_paste_it(report):
    sha256 = report.edition("en").sha256
    grouped = " ".join(sha256[place : place + 8] for place in range(0, 64, 8))
    for text in (
        sha256,
        sha256.upper(),
        f"  {sha256}\n",
        f"{sha256}  report.pdf",
        f"SHA-256: {sha256}",
        grouped,
    ):
        assert verification.digest(text) == sha256
    for text in ("", "abc", sha256[:-1], sha256 + "0", f"{sha256} {'0' * 64}", "ü" * 64):
        assert verification.digest(text) is None
    assert verification.of_digest(sha256).outcome == Outcome.GENUINE
    assert verification.of_digest("0" * 64).outcome == Outcome.UNKNOWN


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("today")
def test_a_drawn_report_is_told_from_every_change_of_it(cast):
    """The same on files as they are really issued: changed anywhere, cut off anywhere behind its first hundred bytes."""
    report = engine.render(order(cast).pk)
    for language in Language.values:
        content = bytes_of(report, language)
        assert told(content).outcome == Outcome.GENUINE
        for place in [*range(0, len(content), len(content) // 150), len(content) - 1]:
            changed = content[:place] + bytes([content[place] ^ 0x20]) + content[place + 1 :]
            answer = told(changed)
            assert (answer.outcome, answer.report) == (Outcome.ALTERED, report), place
        for length in [*range(100, len(content), len(content) // 50), len(content) - 1]:
            answer = told(content[:length])
            assert (answer.outcome, answer.report) == (Outcome.ALTERED, report), length
        assert told(content + b"\n").appended
