"""`manage.py serve`: the whole application on one machine, with one command and one Ctrl-C."""

import fcntl
import http.client
import os
import socket
import sys
from argparse import ArgumentParser
from contextlib import suppress
from functools import partial
from io import StringIO
from pathlib import Path
from typing import TextIO

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection, connections, transaction
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from projects.models import User
from reports import bell
from tracker import broker, celery_app, compression
from tracker.supervisor import GaveUpError, Program, Supervisor

DEMONSTRATION = ("load_demonstration", "load_demonstration_schedules")
POLL_SECONDS = 15
WEB_WORKERS = min(4, os.cpu_count() or 1)
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - compared, not bound


class Command(BaseCommand):
    help = "Prepare the database, then run web server, worker and scheduler together until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"), help="address (env HOST)")
        parser.add_argument("--port", default=os.environ.get("PORT", "8000"), help="port (env PORT)")
        parser.add_argument(
            "--without-demonstration",
            action="store_true",
            help="do not load the demonstration data and users",
        )

    def handle(self, *, host: str, port: str, without_demonstration: bool, **options: object) -> None:
        number = _port(port)
        self.news = StringIO()  # the passwords of new accounts: shown last, where the eye is
        self.address = _url(ANY_ADDRESS.get(host, host), number)
        for folder in (settings.RUN_DIR, settings.STATIC_ROOT):
            folder.mkdir(parents=True, exist_ok=True)
        settings.RUN_DIR.chmod(0o700)
        try:
            with _only_one(settings.RUN_DIR / "serve.lock", self.address) as lock:
                _check_free(host, number)
                self._prepare(demonstration=not without_demonstration)
                self._supervise(host, number, lock)
        except KeyboardInterrupt:
            raise CommandError("Stopped before it was ready.", returncode=130) from None
        except GaveUpError as failure:
            raise CommandError(f"{failure} Everything was stopped.") from None
        finally:
            self._tell_news()
        self.stdout.write("Mission Tracker has stopped.")

    def _prepare(self, *, demonstration: bool) -> None:
        """Bring the database up to date, and fill an empty one with the demonstration programme."""
        try:
            connection.ensure_connection()
        except OperationalError as error:
            raise CommandError(f"The database of DATABASE_URL cannot be used: {error}") from None
        call_command("migrate", interactive=False, verbosity=0)
        call_command("load_indicators", stdout=StringIO())
        # Nobody can sign in yet, so this is no programme that is already at work: its data stay its own.
        if demonstration and not User.objects.filter(is_system=False).exists():
            self.stdout.write("Loading the demonstration programme ...")
            self.stdout.flush()
            with transaction.atomic():  # stopped in the middle, the next start begins anew
                for command in DEMONSTRATION:
                    call_command(command, stdout=self.news)
        connections.close_all()
        compression.collect()

    def _supervise(self, host: str, port: int, lock: TextIO) -> None:
        jobs = broker.choose(settings.REDIS_URL, settings.RUN_DIR)
        environment = os.environ | {"PYTHONUNBUFFERED": "1", "REDIS_URL": jobs.url, "PORT": str(port)}
        environment.setdefault("BASE_URL", self.address)
        self.jobs = jobs
        Supervisor(
            [*_job_programs(jobs), _web(host, port, self.address)],
            environment=environment,
            folder=settings.BASE_DIR,
            when_ready=self._begin,
            kept=[lock.fileno()],
            removed=[jobs.folder] if jobs.folder else [],
        ).run()

    def _begin(self) -> None:
        """Say where to look, and have owed reports looked for now rather than at the scheduler's first turn."""
        self._say_where()
        if not self.jobs.url:
            return  # the runner looks at once
        # Should it not be heard, the scheduler's first turn comes all the same.
        with suppress(KombuError, RedisError, OSError):
            line = celery_app.connection_for_write(self.jobs.url, transport_options=bell.ONE_TRY)
            with line:
                celery_app.send_task("reports.tasks.tick", connection=line, retry=False)

    def _say_where(self) -> None:
        database = settings.DATABASES["default"]
        place = (
            database["NAME"] if connection.vendor == "sqlite" else f"{database['HOST']}/{database['NAME']}"
        )
        self.stdout.write(
            f"\nMission Tracker is ready: {self.address}/\n"
            f"  API        {self.address}/api/v1/docs/\n"
            f"  database   {connection.display_name}, {place}\n"
            f"  jobs       {self.jobs.description}\n"
            f"  stop       Ctrl-C\n"
        )
        self._tell_news()
        self.stdout.flush()

    def _tell_news(self) -> None:
        """Print what loading the demonstration said, once, also when the start then failed."""
        if self.news.getvalue():
            self.stdout.write(self.news.getvalue())
            self.news = StringIO()


def _job_programs(jobs: broker.Broker) -> list[Program]:
    """Return what issues reports in the background: Celery's worker and scheduler, or the polling runner."""
    if not jobs.url:
        runner = [sys.executable, "manage.py", "run_due", "--every", str(POLL_SECONDS)]
        return [Program("runner", runner, grace=20)]
    celery = [sys.executable, "-m", "celery", "--quiet", "--app", "tracker"]
    level = os.environ.get("LOG_LEVEL", "INFO")
    worker = ["worker", "--concurrency", "2", "--loglevel", level, "--without-gossip", "--without-mingle"]
    schedule = ["--schedule", str(settings.CELERY_BEAT_SCHEDULE_FILENAME)]
    return [
        *([jobs.program] if jobs.program else []),
        Program("worker", [*celery, *worker], grace=20),
        Program("scheduler", [*celery, "beat", "--loglevel", level, *schedule]),
    ]


def _web(host: str, port: int, address: str) -> Program:
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)),
        *("--workers", str(WEB_WORKERS), "--blocking-threads", "4", "--no-ws"),
        *("--respawn-failed-workers", "--workers-kill-timeout", "5", "tracker.wsgi:application"),
    ]
    return Program("web", command, answers=partial(_serves, address))


def _serves(address: str) -> bool:
    """Does the application behind this address answer, so that a page would come?"""
    own_name = next((name for name in settings.ALLOWED_HOSTS if not name.startswith(("*", "."))), None)
    client = http.client.HTTPConnection(address.partition("://")[2], timeout=2)
    try:
        client.request("GET", "/readyz", headers={"Host": own_name} if own_name else {})
        return client.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        client.close()


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise CommandError(f"PORT is {text!r}; it must be a number from 1 to 65535.")
    return int(text)


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _check_free(host: str, port: int) -> None:
    """Refuse a port that somebody listens on: the server itself would share it without a word."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} of {host} cannot be used ({error.strerror}). Choose another: make run PORT={port + 1}"
            ) from None


def _only_one(path: Path, address: str) -> TextIO:
    """Return the lock of this DATA_DIR, or say who holds it. It is free again when every holder has ended."""
    lock = path.open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        holder = lock.read().strip() or "it has not said which"
        lock.close()
        raise CommandError(
            f"Mission Tracker already runs on {settings.DATA_DIR} ({holder}). Stop it first, or set DATA_DIR."
        ) from None
    lock.truncate(0)
    lock.write(f"process {os.getpid()}, {address}/\n")
    lock.flush()
    return lock
