"""What the log and the metrics tell of a request, and what they keep to themselves."""

import datetime as dt
import json
import logging
import sys
from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from projects.models import Pulse
from reports import clock
from tracker import logs, metrics, pace

CANARY = "canary-7f3a9"
SECRETS = (
    f"/calendar/feed/{CANARY}.ics",
    f"Authorization: Token {CANARY}",
    f"'password': '{CANARY}'",
    f'{{"client_secret": "{CANARY}"}}',
    f"?access_token={CANARY}&page=2",
    f"Cookie: __Host-sessionid={CANARY}; theme=dark",
    f"/set-password/{CANARY}/",
)


def record(message, *args, **more):
    return logging.LogRecord("x", logging.INFO, __file__, 1, message, args, None, **more)


@pytest.mark.parametrize("text", SECRETS)
def test_no_formatter_writes_a_secret_down(text):
    try:
        raise ValueError(text)
    except ValueError:
        failed = record("Failed: %s", text)
        failed.exc_info = sys.exc_info()
    for formatter in (logs.Json(), logs.Line("%(message)s")):
        written = formatter.format(failed)
        assert CANARY not in written
        assert "Failed: " in written
        assert "ValueError" in written


def test_what_came_from_outside_begins_no_line_of_its_own():
    forged = record("Not Found: %s", "/x\n2026-06-15 INFO signed in\u2028")
    assert "\n" not in logs.Line("%(message)s").format(forged)
    assert "\n" not in logs.Json().format(forged)


def test_a_day_has_a_file_and_what_is_too_old_is_removed(tmp_path):
    for day in ("2025-01-01", "2025-12-17", "2025-12-18"):
        (tmp_path / f"{day}.jsonl").write_text("{}\n")
    (tmp_path / "notes.txt").write_text("mine")
    handlers = [logs.DayFiles(str(tmp_path), 180) for _process in range(2)]
    for number, moment in enumerate(("2026-06-15T18:29:59Z", "2026-06-15T18:30:00Z")):
        for handler in handlers:
            handler.setFormatter(logs.Json())
            line = record("line %d", number)
            line.created = dt.datetime.fromisoformat(moment).timestamp()
            handler.handle(line)
    for handler in handlers:
        handler.close()
    kept = sorted(path.name for path in tmp_path.iterdir())
    assert kept == ["2025-12-18.jsonl", "2026-06-15.jsonl", "2026-06-16.jsonl", "notes.txt"]
    lines = [json.loads(line) for line in (tmp_path / "2026-06-16.jsonl").read_text().splitlines()]
    assert [(line["at"], line["message"]) for line in lines] == [
        ("2026-06-16T00:00:00.000+05:30", "line 1")
    ] * 2
    assert (tmp_path / "2026-06-16.jsonl").stat().st_mode & 0o777 == 0o600


@pytest.fixture
def written(tmp_path):
    """The lines of the requests of this test, as they stand in the file of the day."""
    handler = logs.DayFiles(str(tmp_path), 180)
    handler.setFormatter(logs.Json())
    log = logging.getLogger()
    access = logging.getLogger("tracker.access")
    for one in (log, access):
        one.addHandler(handler)
    yield lambda: [json.loads(line) for path in tmp_path.iterdir() for line in path.read_text().splitlines()]
    for one in (log, access):
        one.removeHandler(handler)


def test_a_request_is_one_line_with_who_and_how_and_nothing_secret(cast, written):
    browser = Client(headers={"X-Api-Key": CANARY, "User-Agent": CANARY})
    browser.force_login(cast.officer, "django.contrib.auth.backends.ModelBackend")
    answer = browser.get("/projects/", {"q": CANARY, "token": CANARY})
    browser.post("/sign-in/", {"username": CANARY, "password": CANARY})
    browser.get(f"/calendar/feed/{CANARY}.ics")
    browser.get("/healthz")
    assert CANARY not in json.dumps(written())
    lines = [line for line in written() if line["logger"] == "tracker.access"]
    assert [line["route"] for line in lines] == ["project-list", "sign-in", "calendar-feed"]
    listed = lines[0]
    assert listed["request_id"] == answer["X-Request-ID"]
    assert (listed["actor"], listed["method"], listed["path"]) == (cast.officer.pk, "GET", "/projects/")
    assert (listed["status"], listed["address"]) == (200, "127.0.0.1")
    assert listed["milliseconds"] > 0
    assert listed["at"].endswith("+05:30")


def test_metrics_are_for_those_with_a_key_or_of_a_network(db, settings):
    def asked(**more):
        return Client().get(reverse("metrics"), **more).status_code

    assert asked() == 404
    settings.METRICS_TOKEN = "k" * 32
    assert asked() == asked(headers={"Authorization": "Bearer wrong"}) == 404
    assert asked(headers={"Authorization": f"Bearer {'k' * 32}"}) == 200
    settings.METRICS_TOKEN, settings.METRICS_NETWORKS = "", ["10.1.0.0/16"]
    assert asked(REMOTE_ADDR="10.1.2.3") == 200
    assert asked(REMOTE_ADDR="10.2.2.3") == asked(REMOTE_ADDR="nowhere") == 404
    assert asked(REMOTE_ADDR="10.2.2.3", headers={"X-Forwarded-For": "10.1.2.3"}) == 404
    with pytest.raises(ImproperlyConfigured, match="METRICS_NETWORKS"):
        pace.networks(["10.1.0.0/33"])


def test_metrics_count_requests_by_route_and_tell_what_is_owed(cast, settings):
    settings.METRICS_TOKEN = "k" * 32
    Pulse.beat(Pulse.TICK, now=clock.now() - dt.timedelta(minutes=2))
    browser = Client()
    for made_up in range(5):
        browser.get(f"/nowhere-{made_up}/")
        browser.generic(f"VERB{made_up}", "/healthz")
    browser.get("/healthz")
    text = browser.get("/metrics", headers={"Authorization": f"Bearer {'k' * 32}"}).content.decode()
    told = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert float(told['tracker_requests_total{method="GET",route="none",status="404"}']) >= 5
    assert float(told['tracker_requests_total{method="other",route="healthz",status="405"}']) >= 5
    assert float(told['tracker_request_seconds_count{route="healthz"}']) >= 6
    assert "nowhere" not in text
    assert 'tracker_reports{state="queued"}' in told
    names = "report_oldest_owed_seconds queue_depth mails_owed deliveries_owed audit_head_seq disk_free_bytes database_up"
    assert {f"tracker_{name}" for name in names.split()} <= set(told)
    assert 120 <= float(told["tracker_last_tick_age_seconds"]) < 180
    assert float(told["tracker_audit_head_seq"]) > 0


def test_counts_outlive_a_worker_and_not_a_restart(tmp_path):
    (tmp_path / "counter_1.db").write_bytes(b"")
    (tmp_path / "counter_999999999.db").write_bytes(b"")
    metrics._prepare(tmp_path)  # process 1 lives
    assert len(list(tmp_path.iterdir())) == 2
    (tmp_path / "counter_1.db").unlink()
    metrics._prepare(tmp_path)
    assert not list(tmp_path.iterdir())


def test_nobody_is_looked_up_for_the_log(django_assert_num_queries, db):
    assert logs.person(SimpleNamespace()) is None
    with django_assert_num_queries(0):
        Client().get("/healthz", headers={"Cookie": "sessionid=x"})
