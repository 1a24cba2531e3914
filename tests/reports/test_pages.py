"""The pages of reports: the register, one report with its state and reason, its file, a second try."""

import pytest

from projects import archive
from projects.models import AuditEvent
from reports.choices import ReportState
from tests.reports.issued import content, failed, issued
from tests.reports.orders import fresh, order, schedule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today"), pytest.mark.engine("postgres")]


def page(client, user, path, status=200):
    client.force_login(user)
    answer = client.get(path)
    assert answer.status_code == status
    return answer


def test_the_register_lists_what_the_reader_may_see(cast, client):
    ours = order(cast).serial
    theirs = order(cast, project=cast.their_project).serial
    for user, seen in (
        (cast.auditor, {ours, theirs}),
        (cast.our_viewer, {ours}),
        (cast.their_lead, {theirs}),
    ):
        text = page(client, user, "/reports/").content.decode()
        assert {serial for serial in (ours, theirs) if serial in text} == seen


def test_the_register_can_be_filtered(cast, client):
    report = failed(cast)
    other = order(cast, project=cast.their_project)
    text = page(client, cast.auditor, "/reports/?state=failed").content.decode()
    assert report.serial in text
    assert other.serial not in text


def test_a_failed_report_shows_its_reason_and_to_stewards_a_second_try(cast, client):
    report = failed(cast)
    path = f"/reports/{report.slug}/"
    assert "The disk was full." in page(client, cast.auditor, path).content.decode()
    assert f"{path}retry" not in page(client, cast.officer, path).content.decode()
    assert f"{path}retry" in page(client, cast.manager, path).content.decode()


def test_a_second_try_queues_the_report_and_returns_to_it(cast, client):
    report = failed(cast)
    client.force_login(cast.manager)
    answer = client.post(f"/reports/{report.slug}/retry")
    assert (answer.status_code, answer.url) == (302, f"/reports/{report.slug}/")
    assert fresh(report).state == ReportState.QUEUED
    assert client.post(f"/reports/{report.slug}/retry").status_code == 409
    client.force_login(cast.officer)
    assert client.post(f"/reports/{report.slug}/retry").status_code == 403
    client.force_login(cast.their_lead)
    assert client.post(f"/reports/{report.slug}/retry").status_code == 404


def test_the_file_is_handed_out_and_the_download_recorded(cast, client):
    report = issued(cast)
    answer = page(client, cast.our_viewer, f"/reports/{report.slug}/pdf")
    assert answer.content == content(report, "en")
    assert "no-store" in answer["Cache-Control"]
    assert AuditEvent.objects.get(action="report.download").actor == cast.our_viewer
    page(client, cast.their_viewer, f"/reports/{report.slug}/pdf", 404)


def test_before_the_issue_the_page_says_that_there_is_no_file_yet(cast, client):
    text = page(client, cast.auditor, f"/reports/{order(cast).slug}/pdf", 409).content.decode()
    assert "nothing to download yet" in text


def test_an_altered_file_is_not_handed_out_and_the_page_says_so(cast, client, caplog):
    report = issued(cast)
    path = archive.path_of(report.edition("en").sha256)
    path.unlink()
    text = page(client, cast.auditor, f"/reports/{report.slug}/pdf", 500).content.decode()
    assert "missing or was changed after its issue" in text
    assert report.serial in caplog.text


def test_whoever_is_not_signed_in_is_asked_to(cast, client):
    slug = issued(cast).slug
    for path in ("/reports/", f"/reports/{slug}/", f"/reports/{slug}/pdf"):
        assert client.get(path).url.startswith("/sign-in/")


@pytest.mark.parametrize("model", ["report", "reportschedule"])
def test_administrators_look_at_reports_in_the_admin_and_change_nothing(cast, client, model):
    report, row = issued(cast), schedule(cast)
    key = {"report": report.pk, "reportschedule": row.pk}[model]
    for path in ("/admin/", f"/admin/reports/{model}/", f"/admin/reports/{model}/{key}/change/"):
        page(client, cast.administrator, path)
    page(client, cast.administrator, f"/admin/reports/{model}/add/", 403)
    assert client.post(f"/admin/reports/{model}/{key}/delete/", {"post": "yes"}).status_code == 403
