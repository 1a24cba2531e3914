"""The main job with real processes: PostgreSQL, Redis, a Celery worker, beat and the web server.

Web server and worker are two machines: each has a folder of its own, and the files lie on a server of the S3 protocol.

An officer claims a milestone, the manager verifies it and schedules the project's report, the schedule issues it,
and the auditor downloads the PDF over the API and finds the milestone in it. Nothing is mocked and nothing is
read from the database: all is seen over HTTP, as people and programs see it.
"""

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterator

import boto3
import pytest
from django.utils import timezone

from projects import formats
from reports.choices import Cadence
from reports.periods import period_of, preceding
from tests import services
from tests.processes import Caller, Installation, until
from tests.reports.records import pdftotext

pytestmark = [pytest.mark.processes, pytest.mark.engine("postgres")]

API = "/api/v1"
PROJECT, MILESTONE, TITLE = "PRJ-017", "MST-066", "Neodymium output of 200 t"


@pytest.fixture
def installation(tmp_path, empty_database_url, redis_server) -> Iterator[Installation]:
    objects = services.start_object_store()
    keys = {"S3_ACCESS_KEY_ID": "tests", "S3_SECRET_ACCESS_KEY": "only-in-tests"}
    client = boto3.client(
        "s3",
        endpoint_url=objects.url,
        region_name="us-east-1",
        aws_access_key_id=keys["S3_ACCESS_KEY_ID"],
        aws_secret_access_key=keys["S3_SECRET_ACCESS_KEY"],
    )
    client.create_bucket(Bucket="files", ObjectLockEnabledForBucket=True)
    found = Installation(
        tmp_path,
        DATABASE_URL=empty_database_url,
        REDIS_URL=redis_server.url,
        TICK_SECONDS="2",
        SECRET_KEY=secrets.token_urlsafe(64),
        S3_ENDPOINT_URL=objects.url,
        S3_BUCKET="files",
        S3_OBJECT_LOCK_DAYS="30",
        **keys,
    )
    yield found
    found.end()
    objects.stop()


@pytest.fixture
def other(installation) -> Iterator[Installation]:
    found = installation.other_machine()
    yield found
    found.end()


def test_the_main_job(installation, other):
    installation.prepare()
    address = installation.web()
    worker = other.worker()
    installation.beat()
    # The last quarter that is over and due, whatever day the test runs on.
    quarter = preceding(
        Cadence.QUARTERLY, period_of(Cadence.QUARTERLY, timezone.localdate() - dt.timedelta(5))
    )
    achieved_on = quarter.start

    # The officer, at a browser: signs in and claims the milestone.
    officer = at_a_browser(installation, address, "officer")
    claimed = officer.fill_in(
        f"/milestones/{MILESTONE}/claim/",
        actual_on=achieved_on.isoformat(),
        precision="day",
        note="Output as certified.",
        visibility="partner",
    )
    assert claimed.url.endswith(f"/milestones/{MILESTONE}/"), claimed.text
    assert "is claimed as achieved" in claimed.text

    # The manager, over the API: verifies it as a second person, and schedules the project's report.
    manager = with_a_token(installation, address, "manager")
    assert officer.fill_in(f"/milestones/{MILESTONE}/verify/").status == 403, "the claimant cannot verify"
    assert manager.post(f"{API}/milestones/{MILESTONE}/verify/", {}).json["status"] == "verified"
    scheduled = manager.post(
        f"{API}/schedules/",
        {
            "title": "Quarterly",
            "kind": "project",
            "project": PROJECT,
            "cadence": "quarterly",
            "due_day": 5,
            "starts_on": quarter.start.isoformat(),
        },
    )
    assert scheduled.status == 201, scheduled.text

    # Nobody does anything more: beat ticks, the worker makes the report. The auditor looks, over the API.
    auditor = with_a_token(installation, address, "auditor")
    report = until(
        lambda: next(
            iter(auditor.get(f"{API}/reports/?project={PROJECT}&state=issued").json["results"]), None
        ),
        worker.log,
    )
    assert report["period"]["start"] == quarter.start.isoformat()
    assert [it["language"] for it in report["editions"]] == ["en", "hi"]
    edition = report["editions"][0]
    pdf = auditor.get(edition["url"])
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert hashlib.sha256(pdf.body).hexdigest() == edition["sha256"]
    paper = pdftotext(pdf.body)
    for wanted in (
        report["serial"],
        TITLE,
        formats.day(achieved_on),
        "Demonstration officer, Ministry of Mines",
    ):
        assert wanted in paper
    figures = auditor.get(report["figures"]["url"]).json
    (row,) = [row for row in figures["milestones"]["rows"] if row["reference"] == MILESTONE]
    assert (row["state"], row["actual"]["on"]) == ("achieved", achieved_on.isoformat())
    assert auditor.get(edition["url"], **{"If-None-Match": pdf.headers["ETag"]}).status == 304

    # The partner whose project it is sees it; a partner of another organisation sees neither report nor milestone.
    ours = with_a_token(installation, address, "partner_irel")
    theirs = with_a_token(installation, address, "partner")
    for path in (report["progress_url"], edition["url"], f"{API}/milestones/{MILESTONE}/"):
        assert (ours.get(path).status, theirs.get(path).status) == (200, 404), path

    # Nothing of it lies on either machine, and a third one that looks after the register finds all in its place.
    for machine in (installation, other):
        assert not [path for path in (machine.data_dir / "files").rglob("*") if path.is_file()]
    assert "The register is whole" in installation.manage("verify_register")

    # All of it is in the audit trail, and the auditor sees it.
    events = auditor.get(f"{API}/reports/{report['slug']}/history/").json["results"]
    assert [(event["action"], event["username"]) for event in events] == [
        ("report.owe", "system:reports"),
        ("report.issue", "system:reports"),
        ("report.download", "auditor"),
        ("report.download", "auditor"),
        ("report.download", "partner_irel"),
    ]


def at_a_browser(installation: Installation, address: str, name: str) -> Caller:
    person = Caller(address)
    page = person.fill_in("/sign-in/", username=name, password=installation.passwords[name])
    assert not page.url.endswith("/sign-in/"), page.text
    return person


def with_a_token(installation: Installation, address: str, name: str) -> Caller:
    body = {"username": name, "password": installation.passwords[name]}
    return Caller(address, Caller(address).post(f"{API}/auth/login/", body).json["token"])
