"""Reports over the API: who sees which, what is handed out, and that nothing is taken away."""

import hashlib
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects import archive
from projects.models import AuditEvent
from reports.choices import ReportState
from reports.models import Report, ReportSchedule
from tests.cast import project
from tests.reports.issued import addressed, content, issued
from tests.reports.orders import claimed, fresh, order, schedule

pytestmark = [pytest.mark.django_db, pytest.mark.engine("postgres")]

REPORTS, SCHEDULES = "/api/v1/reports/", "/api/v1/schedules/"
ORDER = {"kind": "project", "project": "PRJ-901", "as_of": "2026-05-31"}
SCHEDULE = {"title": "Monthly", "kind": "programme", "cadence": "monthly", "starts_on": "2026-05-01"}


def downloads():
    return list(AuditEvent.objects.filter(action="report.download").values_list("actor__username", "after"))


def test_the_pdf_is_handed_out_as_it_was_issued(cast, api):
    report = issued(cast)
    answer = api(cast.auditor).get(f"{REPORTS}{report.slug}/pdf/", HTTP_ACCEPT="application/pdf")
    assert (answer.status_code, answer.content) == (200, content(report, "en"))
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="NCMM-2026-27-P-0001-en.pdf"'
    assert answer["ETag"] == f'"{hashlib.sha256(content(report, "en")).hexdigest()}"'
    assert answer["Cache-Control"] == "private, no-store"
    assert downloads() == [("auditor", {"form": "pdf", "sha256": report.edition("en").sha256})]


def test_each_language_has_its_edition(cast, api):
    report, client = issued(cast), api(cast.auditor)
    address = f"{REPORTS}{report.slug}/pdf/"
    assert client.get(address, {"language": "hi"}).content == content(report, "hi")
    assert client.get(address, HTTP_ACCEPT_LANGUAGE="hi").content == content(report, "hi")
    assert client.get(address, {"language": "en"}, HTTP_ACCEPT_LANGUAGE="hi").content == content(report, "en")
    refused = client.get(address, {"language": "ta"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "language")
    listed = client.get(f"{REPORTS}{report.slug}/").json()["editions"]
    assert [(it["language"], it["sha256"]) for it in listed] == [
        (it.language, it.sha256) for it in report.editions.all()
    ]


def test_the_figures_are_handed_out_byte_for_byte(cast, api):
    report = issued(cast)
    answer = api(cast.auditor).get(f"{REPORTS}{report.slug}/data.json/")
    assert answer.content.decode() == report.snapshot
    assert json.loads(answer.content)["meta"]["serial"] == report.serial
    assert answer["Content-Disposition"].endswith('"NCMM-2026-27-P-0001.json"')
    assert downloads() == [("auditor", {"form": "json", "sha256": report.snapshot_sha256})]


@pytest.mark.parametrize("form", ["pdf", "data.json"])
def test_what_the_reader_has_is_not_sent_again(cast, api, form):
    client, address = api(cast.auditor), f"{REPORTS}{issued(cast).slug}/{form}/"
    etag = client.get(address)["ETag"]
    again = client.get(address, HTTP_IF_NONE_MATCH=etag)
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
    assert len(downloads()) == 1


def test_an_altered_file_is_never_handed_out(cast, api, caplog):
    report = issued(cast)
    path = archive.path_of(report.edition("en").sha256)
    path.chmod(0o600)
    path.write_bytes(content(report, "en") + b"!")
    answer = api(cast.auditor).get(f"{REPORTS}{report.slug}/pdf/")
    assert (answer.status_code, answer.json()["code"]) == (500, "file_altered")
    assert report.edition("en").sha256[:12] in caplog.text
    assert downloads() == []
    path.unlink()


@pytest.mark.parametrize("form", ["pdf", "data.json"])
def test_before_the_issue_there_is_nothing_to_download(cast, api, form):
    answer = api(cast.auditor).get(f"{REPORTS}{order(cast).slug}/{form}/")
    assert (answer.status_code, answer.json()["code"]) == (409, "step_not_open")


def test_a_project_report_is_seen_by_its_partners_and_by_no_other(cast, api):
    slug = issued(cast).slug
    seen = {name: api(user).get(f"{REPORTS}{slug}/pdf/").status_code for name, user in cast.people.items()}
    assert {name for name, status in seen.items() if status == 200} == {
        *("officer", "manager", "second_officer", "administrator", "auditor"),
        *("scoped_auditor", "our_lead", "our_viewer"),
    }
    assert set(seen.values()) == {200, 404}


def test_a_programme_report_is_seen_by_those_who_see_the_programme(cast, api):
    slug = order(cast, kind="programme", project=None).slug
    seen = {
        name for name, user in cast.people.items() if api(user).get(f"{REPORTS}{slug}/").status_code == 200
    }
    assert seen == {"officer", "manager", "second_officer", "administrator", "auditor"}


def test_an_order_is_answered_at_once_with_where_to_look(cast, api):
    answer = api(cast.officer).post(REPORTS, ORDER)
    assert answer.status_code == 202
    body = answer.json()
    assert (body["serial"], body["state"], body["progress"]) == ("NCMM/2026-27/P/0001", "queued", 0)
    assert (body["period"]["start"], body["period"]["end"]) == ("2026-04-01", "2026-05-31")
    assert answer["Location"] == body["progress_url"]
    assert api(cast.officer).get(body["progress_url"]).json() == body


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "transfer"}, "project"),
        ({"kind": "programme"}, "project"),
        ({"project": None}, "project"),
        ({"project": "PRJ-999"}, "project"),
        ({"as_of": "2026-06-16"}, "as_of"),
        ({"period_start": "2026-06-01"}, "period_start"),
        ({"agreement": "AGR-901"}, "agreement"),
        ({"as_off": "2026-05-31"}, "as_off"),
    ],
)
def test_an_order_that_cannot_be_met_is_refused_and_uses_no_serial(cast, api, change, field):
    answer = api(cast.officer).post(REPORTS, {**ORDER, **change})
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not Report.objects.exists()


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_nothing_is_changed_or_deleted_over_the_api(cast, api, method):
    address = f"{REPORTS}{issued(cast).slug}/"
    assert getattr(api(cast.administrator), method)(address).status_code == 405


def test_a_failed_report_is_tried_again_by_those_who_may(cast, api):
    report = order(cast)
    claimed(report).write(state=ReportState.FAILED, failure="The disk was full.", lease_until=None)
    address = f"{REPORTS}{report.slug}/retry/"
    assert api(cast.officer).post(address).status_code == 403
    assert api(cast.our_lead).post(address).status_code == 403
    assert api(cast.their_lead).post(address).status_code == 404
    answer = api(cast.manager).post(address)
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")
    assert api(cast.manager).post(address).status_code == 409
    assert fresh(report).attempt == 0


def test_a_steward_schedules_changes_and_ends(cast, api):
    client = api(cast.manager)
    made = client.post(SCHEDULES, SCHEDULE)
    assert (made.status_code, made.json()["owner"]) == (201, "Post manager")
    address = f"{SCHEDULES}{made.json()['id']}/"
    changed = client.patch(address, {"active": False, "version": 1})
    assert (changed.status_code, changed.json()["active"]) == (200, False)
    assert client.patch(address, {"active": True, "version": 1}).json()["code"] == "stale"
    assert client.patch(address, {"cadence": "yearly"}).status_code == 400
    assert client.delete(address).status_code == 405


def test_a_schedule_names_owner_and_recipients_by_user_name(cast, api):
    addressed(cast.our_lead)
    body = {
        **SCHEDULE,
        "kind": "project",
        "project": "PRJ-901",
        "owner": "officer",
        "recipients": ["our_lead"],
    }
    made = api(cast.manager).post(SCHEDULES, body)
    assert (made.status_code, made.json()["owner"]) == (201, "Post officer")
    address = f"{SCHEDULES}{made.json()['id']}/"
    assert made.json()["recipients"] == ["our_lead"]
    assert api(cast.our_viewer).get(address).json()["recipients"] is None, "no business of a partner"
    changed = api(cast.manager).patch(address, {"owner": "administrator", "recipients": []})
    assert (changed.json()["owner"], changed.json()["recipients"]) == ("Post administrator", [])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"owner": "our_lead"}, "owner"),
        ({"owner": "stranger"}, "owner"),
        ({"recipients": ["their_lead"]}, "recipients"),
        ({"recipients": ["stranger"]}, "recipients"),
        ({"recipients": ["auditor"]}, "recipients"),
        ({"starts_on": "1926-04-01"}, "starts_on"),
        ({"project": "PRJ-901"}, "project"),
        ({"kind": "agreement"}, "agreement"),
    ],
)
@pytest.mark.parametrize("address", [SCHEDULES, f"{SCHEDULES}preview/"])
def test_what_cannot_be_scheduled_is_refused_by_field_before_and_at_the_making(
    cast, api, address, change, field
):
    addressed(cast.their_lead)
    answer = api(cast.manager).post(address, {**SCHEDULE, **change})
    assert answer.status_code == 400
    assert {error["field"].partition(".")[0] for error in answer.json()["errors"]} == {field}
    assert not ReportSchedule.objects.exists()


def test_what_a_schedule_would_do_is_told_and_nothing_is_written(cast, api):
    events = AuditEvent.objects.count()
    answer = api(cast.manager).post(f"{SCHEDULES}preview/", {**SCHEDULE, "starts_on": "2026-03-01"})
    found = answer.json()
    assert answer.status_code == 200
    assert [it["period"]["name"] for it in found["at_once"]] == ["March 2026", "April 2026", "May 2026"]
    assert found["following"][0] == {
        "period": {"start": "2026-06-01", "end": "2026-06-30", "name": "June 2026"},
        "due_at": "2026-07-05T06:00:00+05:30",
    }
    assert len(found["following"]) == 6
    assert (ReportSchedule.objects.count(), Report.objects.count()) == (0, 0)
    assert AuditEvent.objects.count() == events


def test_what_a_schedule_will_do_is_told_to_whoever_sees_it(cast, api):
    row = schedule(cast, kind="project", project=cast.our_project)
    found = api(cast.our_viewer).get(f"{SCHEDULES}{row.pk}/preview/").json()
    assert [it["period"]["name"] for it in found["at_once"]] == ["Q4 2025-26"]
    assert found["owner_problem"] == ""
    assert api(cast.their_viewer).get(f"{SCHEDULES}{row.pk}/preview/").status_code == 404


def test_an_issued_report_is_revised_once_with_its_reason(cast, api):
    old = issued(cast)
    address, client = f"{REPORTS}{old.slug}/revise/", api(cast.officer)
    assert client.post(address, {}).json()["errors"][0]["field"] == "reason"
    assert api(cast.our_lead).post(address, {"reason": "Wrong."}).status_code == 403
    answer = client.post(address, {"reason": "A milestone stood under the wrong project."})
    body = answer.json()
    assert (answer.status_code, body["state"], body["supersedes"]) == (202, "queued", old.serial)
    assert body["revision_reason"] == "A milestone stood under the wrong project."
    assert answer["Location"] == body["progress_url"]
    assert client.post(address, {"reason": "Again."}).json()["code"] == "step_not_open"
    assert (
        api(cast.officer).post(f"{REPORTS}{body['slug']}/revise/", {"reason": "Not issued."}).status_code
        == 409
    )


def test_reports_are_found_by_schedule_agreement_organisation_and_language(cast, api):
    row = schedule(cast)
    order(cast)
    of_agreement = order(cast, kind="agreement", project=None, agreement=cast.our_agreement)
    of_partner = order(cast, kind="partner", project=None, organisation=cast.texmin)
    printed = issued(cast)
    client = api(cast.manager)
    for query, found in (
        ("agreement=AGR-901", [of_agreement.serial]),
        ("organisation=INS-901", [of_partner.serial]),
        ("language=hi", [printed.serial]),
        (f"schedule={row.pk}", []),
    ):
        assert [it["serial"] for it in client.get(f"{REPORTS}?{query}").json()["results"]] == found
    assert client.get(f"{REPORTS}?schedule=987654").status_code == 400


def test_officers_see_schedules_and_make_none(cast, api):
    schedule(cast)
    client = api(cast.officer)
    assert client.get(SCHEDULES).json()["count"] == 1
    assert client.post(SCHEDULES, SCHEDULE).status_code == 403
    assert api(cast.our_lead).get(SCHEDULES).json()["count"] == 0
    assert ReportSchedule.objects.count() == 1


def test_the_list_of_schedules_costs_the_same_for_one_and_for_twenty(cast, api):
    addressed(cast.auditor)
    client, costs = api(cast.manager), []
    client.get(SCHEDULES)  # the first use of a token on a day is written down
    for number in (1, 19):
        for _time in range(number):
            site = project(f"PRJ-8{number}{_time}", cast.texmin)
            schedule(cast, kind="project", project=site, recipients=[cast.auditor])
        with CaptureQueriesContext(connection) as queries:
            assert client.get(SCHEDULES).status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_the_list_costs_as_many_queries_for_one_report_as_for_five(cast, api, django_assert_max_num_queries):
    for _number in range(5):
        order(cast)
    client = api(cast.auditor)
    with django_assert_max_num_queries(5):
        assert len(client.get(REPORTS).json()["results"]) == 5
