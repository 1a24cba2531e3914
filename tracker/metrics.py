"""`/metrics` for Prometheus: requests as they were counted by all processes, and the state of the work as the database has it."""

from __future__ import annotations

import datetime as dt
import fcntl
import hmac
import ipaddress
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import Error
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from projects import throttles
from projects.choices import DeliveryState
from projects.models import Delivery, Pulse, audit
from reports import clock
from reports.choices import MailState, ReportState
from reports.models import Mail, Report
from reports.models.register import UNFINISHED

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
_ROW = re.compile(r"_(\d+)\.db\Z")

_requests: tuple[Counter, Histogram] | None = None


def is_on() -> bool:
    return bool(settings.METRICS_TOKEN or settings.METRICS_NETWORKS)


def count(*, route: str, method: str, status: int, seconds: float) -> None:
    """Count one request under the name of its route; there are as many series as routes, whatever is asked for."""
    if not is_on():
        return
    requests, durations = _counted()
    name = route or "none"
    requests.labels(name, method if method in METHODS else "other", str(status)).inc()
    durations.labels(name).observe(seconds)


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Answer with all metrics to whoever bears the token or asks from an allowed network; to others there is no such page."""
    if not _may(request):
        raise Http404
    registry = CollectorRegistry()
    _counted()
    MultiProcessCollector(registry)
    registry.register(Work())
    return HttpResponse(generate_latest(registry), content_type="text/plain; version=0.0.4; charset=utf-8")


class Work:
    """What is owed, waits and works, asked of the database at the moment of the scrape."""

    def collect(self) -> Iterator[Metric]:
        try:
            yield from list(self._of_the_database(clock.now()))
            answers = 1
        except Error:
            answers = 0
        yield _gauge("tracker_database_up", "Whether the database answers", answers)
        yield _gauge(
            "tracker_disk_free_bytes", "Free where DATA_DIR is", shutil.disk_usage(settings.DATA_DIR).free
        )

    @staticmethod
    def _of_the_database(now: dt.datetime) -> Iterator[Metric]:
        states = GaugeMetricFamily(
            "tracker_reports", "Reports of the register by their state", labels=["state"]
        )
        found = dict(Report.objects.order_by().values_list("state").annotate(number=Count("pk")))
        for state in ReportState.values:
            states.add_metric([state], found.get(state, 0))
        yield states
        queued = (
            Report.objects.filter(state__in=UNFINISHED)
            .order_by("queued_at")
            .values_list("queued_at", flat=True)
        )
        oldest = queued.first()
        waits = (now - oldest).total_seconds() if oldest else 0
        yield _gauge(
            "tracker_report_oldest_owed_seconds", "How long the oldest unfinished report has waited", waits
        )
        runnable = Report.objects.runnable(now).count()
        yield _gauge("tracker_queue_depth", "Reports that a worker could take now", runnable)
        mails = Mail.objects.filter(state=MailState.QUEUED).count()
        yield _gauge("tracker_mails_owed", "Mails that wait to be sent", mails)
        deliveries = Delivery.objects.filter(state=DeliveryState.WAITING).count()
        yield _gauge("tracker_deliveries_owed", "Messages to webhooks that wait to be sent", deliveries)
        yield _gauge("tracker_audit_head_seq", "Number of the last event of the audit trail", audit.head()[0])
        tick = Pulse.last(Pulse.TICK)
        if tick:
            age = (now - tick).total_seconds()
            yield _gauge("tracker_last_tick_age_seconds", "Since owed reports were last looked for", age)


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=value)


def _may(request: HttpRequest) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    token = settings.METRICS_TOKEN
    if token and scheme == "Bearer" and hmac.compare_digest(given.encode(), token.encode()):
        return True
    try:
        address = ipaddress.ip_address(throttles.address(request) or "")
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(network) for network in settings.METRICS_NETWORKS)


def _counted() -> tuple[Counter, Histogram]:
    """Return the counts of this process, made when they are first needed: each process keeps them in a file."""
    global _requests
    if _requests is None:
        _prepare(settings.RUN_DIR / "metrics")
        registry = CollectorRegistry()
        names = ("route", "method", "status")
        requests = Counter("tracker_requests", "Requests answered", names, registry=registry)
        seconds = "tracker_request_seconds"
        durations = Histogram(seconds, "How long answers took", ("route",), buckets=BOUNDS, registry=registry)
        _requests = requests, durations
    return _requests


def _prepare(folder: Path) -> None:
    """Empty the folder when nobody who counted there lives: the first process of a start. Counts of workers that were replaced stay."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        files = {path: int(found[1]) for path in folder.glob("*.db") if (found := _ROW.search(path.name))}
        if not any(Path(f"/proc/{pid}").exists() for pid in files.values()):
            for path in files:
                with suppress(FileNotFoundError):
                    path.unlink()
    finally:
        os.close(lock)
