"""Downloads: what was issued, sent once, never cached, each in the log, which those read who read history."""

import csv
import hashlib
import io

import pytest

from projects import archive
from projects.models import AuditEvent
from reports.models import Edition, Report
from tests.reports.issued import content, issued
from tests.reports.orders import order

pytestmark = [pytest.mark.django_db, pytest.mark.engine("postgres")]

REPORTS = "/api/v1/reports/"
FORMS = ("pdf", "data.json", "data.csv")


def recorded():
    return list(
        AuditEvent.objects.filter(action="report.download").values_list("actor__username", "after__form")
    )


def test_the_tables_are_handed_out_with_the_digest_of_their_bytes(cast, api):
    report = issued(cast)
    answer = api(cast.auditor).get(f"{REPORTS}{report.slug}/data.csv/", HTTP_ACCEPT="text/csv")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert answer["ETag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'
    assert answer["Content-Disposition"] == 'attachment; filename="NCMM-2026-27-P-0001.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert {row["report_serial"] for row in rows} == {report.serial}
    event = AuditEvent.objects.get(action="report.download")
    assert event.after == {"form": "csv", "sha256": answer["ETag"].strip('"')}


def test_one_table_is_asked_for_by_name(cast, api):
    address = f"{REPORTS}{issued(cast).slug}/data.csv/"
    answer = api(cast.auditor).get(address, {"table": "milestones.rows"})
    assert answer["Content-Disposition"].endswith('0001-milestones.rows.csv"')
    assert b"MST-901" in answer.content
    refused = api(cast.auditor).get(address, {"table": "nothing"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "table")


@pytest.mark.parametrize("form", FORMS)
def test_nothing_is_kept_by_browsers_and_proxies_and_nothing_guessed(cast, api, form):
    address = f"{REPORTS}{issued(cast).slug}/{form}/"
    answer = api(cast.auditor).get(address)
    again = api(cast.auditor).get(address, HTTP_IF_NONE_MATCH=answer["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    for one in (answer, again):
        assert one["Cache-Control"] == "private, no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert len(recorded()) == 1


@pytest.mark.parametrize("form", FORMS)
def test_asking_for_the_head_tells_of_the_file_and_is_no_download(cast, api, form):
    address = f"{REPORTS}{issued(cast).slug}/{form}/"
    head = api(cast.auditor).head(address)
    assert recorded() == []
    answer = api(cast.auditor).get(address)
    assert (head.status_code, head.content) == (200, b"")
    assert [head[name] for name in ("ETag", "Content-Length", "Content-Type")] == [
        answer[name] for name in ("ETag", "Content-Length", "Content-Type")
    ]


@pytest.mark.parametrize("form", FORMS)
def test_before_the_issue_there_is_nothing(cast, api, form):
    assert api(cast.auditor).get(f"{REPORTS}{order(cast).slug}/{form}/").status_code == 409


def test_who_may_read_history_reads_who_downloaded_what(cast, api):
    report = issued(cast)
    for user, form in ((cast.our_viewer, "pdf"), (cast.our_lead, "data.json"), (cast.auditor, "data.csv")):
        assert api(user).get(f"{REPORTS}{report.slug}/{form}/").status_code == 200
    address = f"{REPORTS}{report.slug}/downloads/"
    found = api(cast.auditor).get(address).json()["results"]
    assert [(row["username"], row["form"]) for row in found] == [
        ("auditor", "csv"),
        ("our_lead", "json"),
        ("our_viewer", "pdf"),
    ]
    assert found[2]["sha256"] == report.edition("en").sha256
    assert found[2]["by"] == "Post our_viewer"
    statuses = {name: api(user).get(address).status_code for name, user in cast.people.items()}
    assert {name for name, status in statuses.items() if status == 200} == {
        "officer", "manager", "second_officer", "administrator", "auditor", "scoped_auditor",
    }  # fmt: skip
    assert (statuses["our_lead"], statuses["their_lead"]) == (403, 404)


def test_the_page_shows_the_log_to_those_who_may_read_it(cast, client, today):
    report = issued(cast)
    client.force_login(cast.our_viewer)
    assert client.get(f"/reports/{report.slug}/pdf").status_code == 200
    assert "Post our_viewer</td>" not in client.get(f"/reports/{report.slug}/").content.decode()
    assert client.get(f"/reports/{report.slug}/downloads").status_code == 403
    client.force_login(cast.auditor)
    for path in (f"/reports/{report.slug}/", f"/reports/{report.slug}/downloads"):
        page = client.get(path).content.decode()
        assert "Post our_viewer</td>" in page
        assert report.edition("en").sha256 in page
    client.force_login(cast.their_lead)
    assert client.get(f"/reports/{report.slug}/downloads").status_code == 404


@pytest.mark.parametrize("method", ["put", "patch", "delete", "post"])
@pytest.mark.parametrize("part", ["", "pdf/", "data.json/", "data.csv/", "downloads/", "history/"])
def test_nothing_that_was_issued_is_deleted_or_replaced_over_the_api(cast, api, method, part):
    report = issued(cast)
    client = api(cast.administrator)
    assert getattr(client, method)(f"{REPORTS}{report.slug}/{part}").status_code == 405
    assert client.get(f"{REPORTS}{report.slug}/pdf/").content == content(report, "en")


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_the_register_as_a_whole_is_not_deleted_or_replaced_over_the_api(cast, api, method):
    issued(cast)
    assert getattr(api(cast.administrator), method)(REPORTS).status_code == 405
    assert (Report.objects.count(), Edition.objects.count()) == (1, 2)


def test_keeping_the_same_bytes_again_writes_the_same_file_and_keeping_others_never_replaces_it(cast):
    report = issued(cast)
    kept = archive.read(report.edition("en").sha256)
    again = archive.store([kept])
    other = archive.store([kept + b"!"])
    assert again.sha256 == report.edition("en").sha256 != other.sha256
    assert archive.read(report.edition("en").sha256) == kept
