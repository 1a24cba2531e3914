"""The public door: a page and an address of the API, open to all, that read a file once, keep nothing, write nothing."""

import json
import re

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from projects.models import AuditEvent
from reports import figures, intake
from tests.cast import project
from tests.pages.test_markup import Reader
from tests.reports import issued as made
from tests.reports.issued import issued
from tests.reports.orders import fresh, order
from tests.reports.verifying import bytes_of, file_like, revised

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today"), pytest.mark.engine("postgres")]

API = "/api/v1/verify/"
SECRET = "Secret magnet line"


@pytest.fixture(autouse=True)
def _fresh_count():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def report(cast, monkeypatch):
    """An issued report on a project whose name nobody outside may learn."""
    monkeypatch.setattr(made, "content", file_like)
    return issued(cast, project=project("PRJ-955", cast.texmin, name=SECRET))


def upload(content, name="report.pdf"):
    return SimpleUploadedFile(name, content)


def page(path="/verify/", status=200, **data):
    """Ask as a stranger does, with the check against forged requests on, as in earnest."""
    client = Client(enforce_csrf_checks=True)
    answer = client.post(path, data) if data else client.get(path)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer


def verdict(answer):
    text = answer.content.decode()
    found = re.findall(r'class="verdict verdict-(\w+)"', text)
    return (*found, text)


def ask(status=200, **data):
    client = Client(enforce_csrf_checks=True)
    answer = client.post(API, data)
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def test_the_address_on_a_report_leads_to_its_page_and_never_changes(cast, report, settings):
    written = figures.read(report.snapshot)["meta"]["verify"]
    assert written == f"{settings.BASE_URL}/verify/{report.slug}/"
    text = page(f"/verify/{report.slug}/").content.decode()
    for shown in (
        report.serial,
        report.edition("hi").sha256,
        report.snapshot_sha256,
        "Project report",
        "31 May 2026",
    ):
        assert shown in text


def test_each_answer_is_a_word_and_a_sign_and_there_is_one_of_them(cast, report):
    new = revised(cast, report)
    assert verdict(page(file=upload(bytes_of(new, "hi"))))[0] == "genuine"
    state, text = verdict(page(file=upload(bytes_of(report, "en"))))
    assert (state, f"replaced by {new.serial}" in text) == ("superseded", True)
    state, text = verdict(page(file=upload(bytes_of(new, "en") + b"\n")))
    assert (state, new.serial in text, "something was added behind it" in text) == ("altered", True, True)
    assert verdict(page(file=upload(b"hello", "a.pdf")))[0] == "unknown"
    assert verdict(page(sha256=new.edition("en").sha256.upper()))[0] == "genuine"
    assert verdict(page(sha256="0" * 64))[0] == "unknown"
    assert verdict(page(file=upload(fresh(new).snapshot.encode(), "x.json")))[0] == "genuine"


def test_the_api_gives_the_same_answers(cast, report):
    new = revised(cast, report)
    answer = ask(file=upload(bytes_of(report, "en")))
    assert (answer["outcome"], answer["language"], answer["report"]["replaced_by"]) == (
        "superseded",
        "en",
        new.serial,
    )
    assert answer["report"]["verify_url"].endswith(f"/verify/{report.slug}/")
    altered = ask(file=upload(bytes_of(new, "en") + b"x"))
    assert (altered["outcome"], altered["appended"], altered["report"]["serial"]) == (
        "altered",
        True,
        new.serial,
    )
    assert ask(file=upload(b"x"))["outcome"] == "unknown"
    by_digest = (
        Client().post(API, {"sha256": new.edition("en").sha256}, content_type="application/json").json()
    )
    assert by_digest == ask(file=upload(bytes_of(new, "en")))


def test_a_stranger_never_learns_what_a_report_is_on(cast, report):
    assert SECRET in report.snapshot
    sent = {"file": upload(bytes_of(report, "en"))}
    for answer in (
        page(f"/verify/{report.slug}/"),
        page(f"/verify/{report.slug}/", **sent),
        page(sha256=report.snapshot_sha256),
        page(file=upload(bytes_of(report, "en") + b"x")),
        Client().post(API, {"sha256": report.edition("en").sha256}),
    ):
        text = answer.content.decode()
        assert report.serial in text
        for hidden in (SECRET, "PRJ-955", "Texmin", "INS-901", "Post officer", "officer"):
            assert hidden not in text.replace("Skip to the content", "")


def test_a_report_that_is_not_issued_does_not_exist_for_strangers(cast, report):
    waiting = order(cast)
    answers = []
    for slug in (waiting.slug, "NCMM-2026-27-P-0999"):
        text = page(f"/verify/{slug}/", status=404).content.decode()
        assert "No such report" in text
        answers.append(text.replace(slug, "…"))
    assert answers[0] == answers[1]


def test_a_file_under_the_address_of_another_report_is_pointed_out(cast, report):
    other = issued(cast)
    text = verdict(page(f"/verify/{other.slug}/", file=upload(bytes_of(report, "en"))))[1]
    assert "not to be trusted" in text
    text = verdict(page(f"/verify/{report.slug}/", file=upload(bytes_of(report, "en"))))[1]
    assert "not to be trusted" not in text


@pytest.mark.parametrize(
    "data", [{"sha256": "abc"}, {"sha256": ""}, {"sha256": "0" * 64 + " " + "1" * 64}, {"sha256": "0" * 5000}]
)
def test_what_is_no_digest_is_said_to_be_none(data):
    assert 'class="verdict' not in page(status=400, **data).content.decode()
    assert ask(status=400, **data)["code"] == "invalid"


def test_one_of_the_two_is_asked_for(report):
    both = {"file": upload(b"x"), "sha256": "0" * 64}
    assert "one of the two" in page(status=400, **both).content.decode()
    assert ask(status=400, file=upload(b"x"), sha256="0" * 64)["code"] == "invalid"
    assert ask(status=400)["code"] == "invalid"
    assert ask(status=400, file=upload(b"x"), surprise="1")["errors"][0]["field"] == "surprise"


def test_a_file_that_is_too_large_is_not_read(settings, monkeypatch):
    settings.VERIFY_MAX_BYTES = 1000
    monkeypatch.setattr(intake.Reading, "feed", lambda *_: pytest.fail("read"))
    large = b"x" * (intake.FORM + 1001)
    assert "larger than" in page(status=413, file=upload(large)).content.decode()
    assert ask(status=413, file=upload(large))["code"] == "too_large"


def test_a_file_passes_by_and_is_kept_nowhere(report, monkeypatch, tmp_path):
    """Neither in a temporary file nor whole in memory: Django's own handlers are not asked."""
    pieces = []
    feed = intake.Reading.feed
    monkeypatch.setattr(
        intake.Reading, "feed", lambda self, piece: (pieces.append(len(piece)), feed(self, piece))[1]
    )
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    content = b"x" * 5_000_000
    assert verdict(page(file=upload(content)))[0] == "unknown"
    assert (sum(pieces), max(pieces) <= 65536, list(tmp_path.iterdir())) == (len(content), True, [])


def test_nothing_is_written_by_asking(cast, report):
    events = AuditEvent.objects.count()
    with CaptureQueriesContext(connection) as queries:
        page(f"/verify/{report.slug}/")
        page(file=upload(bytes_of(report, "en")))
        ask(file=upload(bytes_of(report, "en") + b"x"))
    assert AuditEvent.objects.count() == events
    written = [query["sql"] for query in queries if not query["sql"].startswith("SELECT")]
    assert len(written) == 2  # the questions are counted, for the throttle; the GET is not
    assert all("projects_tally" in statement for statement in written)
    assert len(queries) < 22


def test_who_asks_too_often_has_to_wait(settings):
    settings.THROTTLES = {**settings.THROTTLES, "verify": (2, 60)}
    data = {"sha256": "0" * 64}
    page(**data)
    assert Client().post(API, data).status_code == 200
    refused = page(status=429, **data)
    assert int(refused["Retry-After"]) > 0
    over_api = Client().post(API, data)
    assert (over_api.status_code, over_api.json()["code"]) == (429, "throttled")
    assert int(over_api["Retry-After"]) > 0
    assert Client().get("/verify/").status_code == 200
    # A made-up header does not make another caller.
    assert Client().post(API, data, headers={"X-Forwarded-For": "198.51.100.7"}).status_code == 429
    assert Client(REMOTE_ADDR="198.51.100.7").post(API, data).status_code == 200


def test_the_page_sets_no_cookie_is_not_kept_and_not_indexed(report):
    for answer in (page("/verify/"), page(f"/verify/{report.slug}/"), page(sha256="0" * 64)):
        assert not answer.cookies
        assert "no-store" in answer["Cache-Control"]
        assert answer["X-Robots-Tag"] == "noindex"


def test_the_page_has_one_heading_labelled_controls_and_nothing_inline(cast, report):
    for answer in (
        page("/verify/"),
        page(f"/verify/{report.slug}/", file=upload(bytes_of(report, "en"))),
        page(file=upload(bytes_of(report, "en") + b"x")),
        page(status=400, sha256="x"),
    ):
        read = Reader(answer.content.decode())
        assert (read.inline, read.headings) == ([], 1)
        assert read.controls <= read.labels
        assert len(read.ids) == len(set(read.ids))


def test_a_name_of_a_file_is_text():
    text = verdict(page(file=upload(b"x", "<script>alert(1)</script>.pdf")))[1]
    assert "<script>alert" not in text


def test_a_token_or_a_session_changes_nothing(cast, report, api):
    sent = {"sha256": report.edition("en").sha256}
    anonymous = Client().post(API, sent).json()
    assert api(cast.their_lead).post(API, sent).json() == anonymous
    assert Client(headers={"Authorization": "Token nonsense"}).post(API, sent).json() == anonymous


def test_a_broken_form_is_an_error_of_the_sender():
    body = b"--x\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\nabc"
    for path in ("/verify/", API):
        answer = Client().post(path, body, content_type="multipart/form-data; boundary=x")
        assert answer.status_code in (200, 400)
        assert Client().post(path, b"x", content_type="multipart/form-data").status_code == 400
    assert Client().post(API, b"{", content_type="application/json").status_code == 400
    assert json.loads(Client().post(API, b"[]", content_type="application/json").content)["status"] == 400
