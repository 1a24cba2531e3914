"""Whether the application lives, can serve, and does its work: for supervisors, load balancers and alarms."""

from __future__ import annotations

import datetime as dt
import shutil
from typing import Any

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from projects import archive
from projects.models import Pulse
from reports import bell, checkpoints, clock
from reports.choices import ReportState
from reports.models import Report, ReportSchedule
from reports.models.register import UNFINISHED

PATIENCE = dt.timedelta(minutes=15)  # what waits longer waits for a person
SILENCE = 5  # turns of the scheduler that may be missed
LEAST_SILENCE = dt.timedelta(minutes=5)
SHOWN = 20
OLDEST_CHECKPOINT = 48  # hours; one is written a day
LEAST_FREE = 1_000_000_000  # bytes; some thousand reports


@require_safe
def alive(request: HttpRequest) -> JsonResponse:
    """Answer 200 as long as the process serves."""
    return JsonResponse({"status": "ok"})


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database answers too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def deep(request: HttpRequest) -> JsonResponse:
    """Answer 200 when reports come as they are owed, else 503 with the names of what is wrong (docs/runbook.md)."""
    try:
        now = clock.now()
        found = {
            "database": "ok",
            **_register(now),
            "tick": _tick(now),
            "chain": checkpoints.chain_head_state(now=now),
        }
    except Error:
        found = {"database": "no answer"}
    found["broker"] = ("ok" if bell.is_heard() else "no answer") if settings.REDIS_URL else "polling"
    found["files"] = "ok" if archive.in_use().answers() else "no answer"
    found["disk"] = {"free_megabytes": shutil.disk_usage(settings.DATA_DIR).free // 1_000_000}
    wrong = _wrong(found)
    status = "wrong" if wrong else "ok"
    return JsonResponse({"status": status, "wrong": wrong, **found}, status=503 if wrong else 200)


def _register(now: dt.datetime) -> dict[str, Any]:
    """Return what the register tells: counts and serials, nothing that a stranger may not know."""
    waiting = Report.objects.filter(state__in=UNFINISHED, queued_at__lte=now - PATIENCE).order_by("queued_at")
    oldest = waiting.values_list("queued_at", flat=True).first()
    failed = Report.objects.filter(state=ReportState.FAILED).order_by("-pk")
    return {
        "waiting": {
            "count": waiting.count(),
            "oldest_minutes": (now - oldest) // dt.timedelta(minutes=1) if oldest else None,
        },
        "failed": {
            "count": failed.count(),
            "serials": list(failed.values_list("serial", flat=True)[:SHOWN]),
        },
        "unregistered": sum(_unregistered(schedule, now) for schedule in _active()),
    }


def _tick(now: dt.datetime) -> dict[str, Any]:
    """Return when owed reports were last looked for: by a scheduler and a worker, or by `run_due`, so these live."""
    last = Pulse.last(Pulse.TICK)
    patience = max(SILENCE * dt.timedelta(seconds=settings.TICK_SECONDS), LEAST_SILENCE)
    return {
        "last": last.isoformat(timespec="seconds") if last else None,
        "age_seconds": (now - last) // dt.timedelta(seconds=1) if last else None,
        "is_silent": last is None or now - last > patience,
    }


def _active() -> list[ReportSchedule]:
    return list(ReportSchedule.objects.filter(active=True).prefetch_related("reports"))


def _unregistered(schedule: ReportSchedule, now: dt.datetime) -> int:
    """Return how many periods were owed before our patience ended and are not registered: nobody ticks."""
    there = {report.period_start for report in schedule.reports.all()}
    return sum(period.start not in there for period in schedule.owed(now - PATIENCE))


def _wrong(found: dict[str, Any]) -> list[str]:
    signs = {
        "database": found["database"] != "ok",
        "broker": found["broker"] == "no answer",
        "files": found["files"] != "ok",
        "waiting": found.get("waiting", {}).get("count"),
        "failed": found.get("failed", {}).get("count"),
        "unregistered": found.get("unregistered"),
        "tick": found.get("tick", {}).get("is_silent"),
        "chain": _is_broken(found.get("chain", {})),
        "disk": found["disk"]["free_megabytes"] * 1_000_000 < LEAST_FREE,
    }
    return [name for name, is_wrong in signs.items() if is_wrong]


def _is_broken(chain: dict[str, Any]) -> bool:
    """Whether the end of the trail does not fit, or nothing has sealed it for too long."""
    return not chain.get("fits", True) or (chain.get("checkpoint_hours") or 0) > OLDEST_CHECKPOINT
