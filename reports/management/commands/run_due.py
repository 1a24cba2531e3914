"""`manage.py run_due`: issues what is owed without a broker, by calling the functions that the workers call."""

from __future__ import annotations

import logging
import signal
import threading
from argparse import ArgumentParser
from types import FrameType

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, close_old_connections

from projects import deliveries, digests
from projects.models import pending
from reports import checkpoints, clock, engine, mails, notices
from reports.models import Report

DEFAULT_SECONDS = 15

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Register the reports that are owed, make those that wait, send their mails, tell webhooks and people; goes on until it is stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="end when nothing waits any more")
        parser.add_argument(
            "--every",
            type=float,
            default=DEFAULT_SECONDS,
            metavar="SECONDS",
            help=f"look again after so many seconds (default {DEFAULT_SECONDS})",
        )

    def handle(self, *, once: bool, every: float, **options: object) -> None:
        if every <= 0:
            raise CommandError("--every must be more than 0 seconds.")
        stop = threading.Event()
        if once:
            self._round(stop)
            return

        def end(_number: int, _frame: FrameType | None) -> None:
            stop.set()  # the report that is being made is finished first

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, end)
        while not stop.is_set():
            try:
                self._round(stop)
            except DatabaseError:  # gone for a moment; the rows will be there when it is back
                logger.exception("The database did not answer; looking again in %s seconds", every)
            finally:
                close_old_connections()
            stop.wait(every)

    def _round(self, stop: threading.Event) -> None:
        engine.tick(now=clock.now())
        self._make(stop)
        if not stop.is_set():
            mails.send_due(now=clock.now())
        if not stop.is_set():
            deliveries.run(now=clock.now())
        if not stop.is_set():
            notices.owe(now=clock.now())
            digests.run(now=clock.now())
        checkpoints.write_due(now=clock.now())
        pending.expire(now=clock.now())

    def _make(self, stop: threading.Event) -> None:
        while not stop.is_set():
            waiting = Report.objects.runnable(clock.now()).order_by("pk").values_list("pk", flat=True).first()
            if waiting is None:
                return
            report = engine.render(waiting)
            if report is not None:
                self.stdout.write(f"{report.serial}: {report.state}")
                self.stdout.flush()
