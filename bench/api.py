"""Measures the API on a database far larger than India's programme, beside a floor in the same run (`make bench-api`).

Everything runs on one machine: PostgreSQL, the server that `make run` starts, and wrk, which asks. So figures tell what requests
cost beside each other, not what a server reaches by itself.
"""

import argparse
import base64
import os
import platform
import secrets
import shutil
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import django

from bench import say

HERE = Path(__file__).parent
ROOT = HERE.parent
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Asked:
    """One kind of request: its name, its address, what it carries, and the address of its floor."""

    name: str
    path: str
    headers: dict[str, str]
    floor: str = ""
    expects: int = 200


@dataclass(frozen=True)
class Measure:
    per_second: float
    p50: float
    p95: float
    errors: int


@dataclass(frozen=True)
class Served:
    process: subprocess.Popen[bytes]
    address: str


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=10, help="of each measurement")
    parser.add_argument("--connections", type=int, default=8)
    asked = parser.parse_args()
    if shutil.which("wrk") is None:
        say(
            "wrk is not installed, which sends the requests. Run: apt-get install --no-install-recommends wrk"
        )
        return 1
    from tests import services  # noqa: PLC0415 - what is below needs its environment first

    folder = services.new_folder()
    (folder / "static").mkdir()
    database = services.start_postgres()
    environment = {
        **os.environ,
        "DATABASE_URL": database.url,
        "DATA_DIR": str(folder),
        "SECRET_KEY": secrets.token_urlsafe(64),
        "ALLOWED_HOSTS": HOST,
        "LOG_LEVEL": "WARNING",
    }
    os.environ.update(environment)
    servers: list[Served] = []
    try:
        requests = _prepare(folder)
        servers += [_serve(environment, "tracker.settings", services.free_port())]
        servers += [_serve(environment, "bench.floor", services.free_port())]
        _report(requests, *(it.address for it in servers), asked)
    finally:
        for server in servers:
            server.process.terminate()
        for server in servers:
            server.process.wait(20)
        database.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _prepare(folder: Path) -> list[Asked]:
    """Fill the database and return what is asked of it."""
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - Django stands only now
    from django.test import Client  # noqa: PLC0415 - as above

    from bench import records  # noqa: PLC0415 - as above
    from projects.models import Milestone, User  # noqa: PLC0415 - as above

    start = time.monotonic()
    call_command("migrate", verbosity=0)
    token, report = records.fill()
    say(
        f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}; "
        f"{records.PROJECTS:,} projects, {records.MILESTONES:,} milestones, {records.EVENTS:,} audit events, "
        f"filled in {time.monotonic() - start:.0f} s\n"
    )
    client = Client(HTTP_HOST=HOST)
    client.force_login(User.objects.get(username="officer"), "django.contrib.auth.backends.ModelBackend")
    page = {"Cookie": f"sessionid={client.cookies['sessionid'].value}"}
    api = {"Authorization": f"Token {token}"}
    known = client.get("/api/v1/projects/?sector=ev", headers=api)["ETag"]
    keys = list(
        Milestone.objects.order_by("pk").values_list("pk", flat=True)[:: records.MILESTONES * 9 // 10]
    )
    one = "PRJ-000010"
    first, deep = (f"/api/v1/milestones/?cursor={_cursor(key)}" for key in (keys[0], keys[-1]))
    return [
        Asked(
            "list of 50 projects, counts and a filter", "/api/v1/projects/?sector=ev", api, "/projects/ev/"
        ),
        Asked(
            "the same, known by its tag: 304",
            "/api/v1/projects/?sector=ev",
            {**api, "If-None-Match": known},
            "/projects/ev/",
            304,
        ),
        Asked("one project", f"/api/v1/projects/{one}/", api, f"/project/{one}/"),
        Asked("its 20 milestones", f"/api/v1/milestones/?project={one}", api, f"/milestones-of/{one}/"),
        Asked("50 milestones from the first on", first, api, f"/milestones/{keys[0]}/"),
        Asked("50 milestones from the 90,000th on", deep, api, f"/milestones/{keys[-1]}/"),
        Asked("progress page of a project", f"/projects/{one}/", page),
        Asked("download of a PDF of 1 MB", f"/api/v1/reports/{report}/pdf/", api),
    ]


def _cursor(after: int) -> str:
    return base64.b64encode(f"p={after}".encode()).decode().replace("=", "%3D")


def _serve(environment: dict[str, str], settings: str, port: int) -> Served:
    """Start the server as `make run` does, with these settings, and wait until it answers."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", HOST, "--port", str(port)),
            *(
                "--workers",
                str(min(4, os.cpu_count() or 1)),
                "--blocking-threads",
                "4",
                "--no-ws",
                "tracker.wsgi:application",
            ),
        ],
        cwd=ROOT,
        env={**environment, "DJANGO_SETTINGS_MODULE": settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://{HOST}:{port}"
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/nothing-here/", timeout=5)  # noqa: S310 - our own server
        except urllib.error.HTTPError:
            return Served(process, address)
        except OSError:
            time.sleep(0.2)
    process.kill()
    raise RuntimeError(f"The server with {settings} does not answer.")


def _report(requests: list[Asked], ours: str, floor: str, asked: argparse.Namespace) -> None:
    say("| request | requests/s | p50 ms | p95 ms | floor requests/s | ours : floor |")
    say("|---|---|---|---|---|---|")
    for one in requests:
        _check(ours + one.path, one)
        measured = _measure(ours + one.path, one.headers, asked)
        beside = _measure(floor + one.floor, {}, asked) if one.floor else None
        ratio = (
            f"{beside.per_second:.0f} | {measured.per_second / beside.per_second:.2f}" if beside else " | "
        )
        errors = f" ({measured.errors} errors)" if measured.errors else ""
        say(
            f"| {one.name}{errors} | {measured.per_second:.0f} | {measured.p50:.1f} | {measured.p95:.1f} | {ratio} |"
        )


def _check(address: str, one: Asked) -> None:
    """A request that is answered with an error is measured by nobody."""
    request = urllib.request.Request(address, headers=one.headers)  # noqa: S310 - our own server
    try:
        status = urllib.request.urlopen(request, timeout=30).status  # noqa: S310 - as above
    except urllib.error.HTTPError as error:
        status = error.code
    if status != one.expects:
        raise RuntimeError(f"{one.name}: {address} answered {status}, not {one.expects}.")


def _measure(address: str, headers: dict[str, str], asked: argparse.Namespace) -> Measure:
    carried = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t1", f"-c{asked.connections}", "-s", str(HERE / "percentiles.lua"), *carried]
    subprocess.run([*command, "-d2s", address], capture_output=True, check=True)  # warm
    done = subprocess.run(
        [*command, f"-d{asked.seconds}s", address], capture_output=True, text=True, check=True
    )
    (line,) = (it for it in done.stdout.splitlines() if it.startswith("RESULT"))
    count, micros, p50, p95, broken, refused = (int(part) for part in line.split()[1:])
    return Measure(count / micros * 1e6, p50 / 1000, p95 / 1000, broken + refused)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
    sys.exit(main())
