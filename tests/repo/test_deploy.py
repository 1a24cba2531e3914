"""The files of deployment are parsed, held against the code, and where their program is there, read by it. Docker is not needed."""

from __future__ import annotations

import http.client
import http.server
import json
import os
import re
import shlex
import shutil
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from tests import services
from tests.repo.test_settings import documented
from tracker import alive, bootstrap
from tracker.limits import FORM_FIELDS

OURS = ("web", "worker", "beat")
NOT_OF_THE_TRACKER = {"POSTGRES_PASSWORD"}


def words(text: str) -> list[str]:
    """Return the words of a Dockerfile's or a unit's command, its continued lines joined."""
    return shlex.split(text.replace("\\\n", " "))


# --- the image ---


def test_the_image_is_pinned_unprivileged_and_has_only_what_it_needs(root: Path):
    text = (root / "Dockerfile").read_text()
    stages = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert len(stages) == 2
    assert len(set(stages)) == 1, "built by another Python than the one that runs it"
    assert re.fullmatch(r"python:3\.\d+-slim-bookworm", stages[0])
    last = text[text.rindex("FROM ") :]
    assert re.findall(r"^USER (\S+)", last, re.MULTILINE) == ["10001:10001"]
    installed = re.search(r"--no-install-recommends((?: |\\|\n|[a-z0-9.-])+?)&&", last)
    assert installed
    assert set(words(installed[1])) == set(bootstrap.LIBRARIES.values())
    assert text.count("rm -rf /var/lib/apt/lists/*") == text.count("apt-get install")
    assert "--require-hashes" in text
    for wrong in (r"^ADD ", r":latest", r"\bsudo\b", r"curl .*\|", r"^ENV .*(SECRET|PASSWORD)", r"chmod 777"):
        assert not re.search(wrong, text, re.MULTILINE), wrong
    assert last.index("USER ") < last.index("HEALTHCHECK") < last.index("\nCMD ")


def test_nothing_goes_into_the_image_but_what_runs(root: Path):
    lines = (root / ".dockerignore").read_text().splitlines()
    first, *rest = [it for it in lines if it and not it.startswith("#")]
    assert first == "*"
    let_in = {it[1:] for it in rest if it.startswith("!")}
    assert all((root / it).exists() for it in let_in)
    packages = {it.parent.name for it in root.glob("*/__init__.py")} - {"tests", "bench"}
    assert packages | {"manage.py", "requirements.txt", "templates", "locale"} <= let_in
    assert let_in.isdisjoint({"tests", "var", ".git", "deploy", "bench"})


# --- compose ---


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((settings.BASE_DIR / "compose.yaml").read_text())
    return found


def test_every_container_is_read_only_bounded_and_looked_after(compose):
    assert set(compose["services"]) == {*OURS, "migrate", "database", "broker"}
    for name, it in compose["services"].items():
        assert it["read_only"] is True, name
        assert it["cap_drop"] == ["ALL"], name
        assert "cap_add" not in it, name
        assert "privileged" not in it, name
        assert it["security_opt"] == ["no-new-privileges:true"], name
        assert it.get("user", "ours") not in ("root", "0"), name
        assert not it["image"].endswith(":latest"), name
        assert ":" in it["image"], name
        assert "docker.sock" not in str(it), name
        assert all(port.startswith("127.0.0.1:") for port in it.get("ports", [])), name
        if name != "migrate":
            assert "test" in it.get("healthcheck", {"test": "the image's"}), name
            assert {"mem_limit", "pids_limit"} <= set(it), name
    for volume in compose["volumes"]:
        assert any(f"{volume}:" in mount for it in compose["services"].values() for mount in it["volumes"]), (
            volume
        )


def test_nothing_of_the_new_version_runs_before_its_tables(compose):
    for name in OURS:
        waits = compose["services"][name]["depends_on"]
        assert waits["migrate"] == {"condition": "service_completed_successfully"}, name
        assert waits["broker"] == {"condition": "service_healthy"}, name
    assert compose["services"]["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert "migrate --no-input" in compose["services"]["migrate"]["command"][2]


# --- the same programs everywhere ---


def unit(name: str) -> dict[str, list[str]]:
    """Return the directives of a unit; those that are given twice have two values."""
    found: dict[str, list[str]] = {}
    for line in (
        (settings.BASE_DIR / "deploy" / "systemd" / f"tracker-{name}.service").read_text().splitlines()
    ):
        key, is_one, value = line.partition("=")
        if is_one and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


def options(command: list[str]) -> list[str]:
    """Return a command without what differs by machine: the interpreter, the address, and where beat writes."""
    text = " ".join(command[command.index("-m") :]).replace("%%h", "%h")
    return re.sub(r"(--host|--schedule) \S+ ", "", text).split()


def test_image_compose_and_units_run_the_same_programs(root: Path, compose):
    units = {name: options(shlex.split(unit(name)["ExecStart"][0])) for name in OURS}
    image = json.loads((root / "Dockerfile").read_text().rpartition("\nCMD ")[2])
    assert options(image) == units["web"]
    for name in ("worker", "beat"):
        assert options(compose["services"][name]["command"]) == units[name]
    help_of = subprocess.run(
        [sys.executable, "-m", "granian", "--help"], capture_output=True, text=True, check=True
    ).stdout
    for option in units["web"]:
        assert not option.startswith("--") or option in help_of, option


# --- variables ---


def test_every_variable_of_the_examples_is_one_of_the_tracker(root: Path, compose):
    known = documented(root) | NOT_OF_THE_TRACKER
    example = (root / "deploy" / "tracker.env.example").read_text()
    named = set(re.findall(r"^#?([A-Z][A-Z0-9_]*)=", example, re.MULTILINE))
    assert {"SECRET_KEY", "BASE_URL", "ALLOWED_HOSTS", "DATABASE_URL", "PROXIES"} <= named
    assert named <= known
    for name in (*OURS, "migrate"):
        assert set(compose["services"][name]["environment"]) <= known
    assert set(re.findall(r"\$\{(\w+)", (root / "compose.yaml").read_text())) <= named
    for secret in ("SECRET_KEY", "S3_SECRET_ACCESS_KEY", "REPORT_SEAL_PASSWORD"):
        assert re.search(rf"^#?{secret}=$", example, re.MULTILINE), f"{secret} has a value in the example"


# --- systemd ---


@pytest.mark.parametrize("name", OURS)
def test_a_unit_is_confined_and_systemd_reads_it(name: str, tmp_path: Path):
    found = unit(name)
    assert found["ProtectSystem"] == ["strict"]
    assert found["NoNewPrivileges"] == ["yes"]
    assert found["CapabilityBoundingSet"] == [""]
    assert found["User"] == ["tracker"]
    assert found["EnvironmentFile"] == ["/etc/tracker/tracker.env"]
    assert found["Restart"] == ["always"]
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed: the unit was parsed only")
    text = (settings.BASE_DIR / "deploy" / "systemd" / f"tracker-{name}.service").read_text()
    copy = tmp_path / f"tracker-{name}.service"
    copy.write_text(
        text.replace("/opt/tracker/.venv/bin/python", sys.executable).replace("file:///opt", "file:/opt")
    )
    verified = subprocess.run(
        [program, "verify", "--man=no", copy], capture_output=True, text=True, check=False
    )
    complaints = [line for line in verified.stderr.splitlines() if copy.name in line]
    assert complaints == []
    judged = subprocess.run(
        [program, "security", "--offline=true", "--threshold=20", "--no-pager", copy],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert judged.returncode == 0, judged.stdout[-300:]


# --- nginx ---


class _Echo(http.server.BaseHTTPRequestHandler):
    """Answers with the headers that came and the length of the body."""

    def do_GET(self) -> None:
        length = len(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        body = json.dumps({**{it.lower(): value for it, value in self.headers.items()}, "_": length}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - the name by which the standard library looks for it

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@contextmanager
def nginx(folder: Path, upstream: int) -> Iterator[int]:
    """Run the example before a server of ours, with its ports and its certificate exchanged; yield its TLS port."""
    plain, tls = services.free_port(), services.free_port()
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=tracker.example", "-keyout", folder / "key.pem", "-out", folder / "fullchain.pem",
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    text = (settings.BASE_DIR / "deploy" / "nginx.conf").read_text()
    text = re.sub(r" *listen \[::\].*\n", "", text)
    text = re.sub(r"listen 80;", f"listen 127.0.0.1:{plain};", text)
    text = re.sub(r"listen 443", f"listen 127.0.0.1:{tls}", text)
    text = text.replace("127.0.0.1:8000", f"127.0.0.1:{upstream}").replace("/etc/ssl/tracker", str(folder))
    paths = "".join(
        f"{it}_temp_path {folder}/{it};" for it in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = folder / "nginx.conf"
    whole.write_text(
        ("user root;" if os.geteuid() == 0 else "")  # its folders are ours
        + f"daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
        f"http {{ access_log off; {paths}\n{text}\n}}\n"
    )
    command = ["/usr/sbin/nginx", "-c", str(whole), "-p", str(folder), "-e", f"{folder}/error.log"]
    tried = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr
    assert "[warn]" not in tried.stderr
    process = subprocess.Popen(command)
    try:
        yield tls
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def upstream() -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


def asked(port: int, path: str = "/", body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
    """Return status and body, asked for by the name of the example, in the handshake as in the header."""
    unknown = ssl.create_default_context()
    unknown.check_hostname, unknown.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        unknown.wrap_socket(plain, server_hostname="tracker.example") as line,
        closing(http.client.HTTPConnection("127.0.0.1", port)) as client,
    ):
        client.sock = line
        client.request("POST" if body else "GET", path, body, {"Host": "tracker.example", **headers})
        answer = client.getresponse()
        return answer.status, answer.read()


def test_nginx_believes_no_header_of_the_caller_and_takes_what_the_tracker_takes(
    tmp_path: Path, upstream: int
):
    text = (settings.BASE_DIR / "deploy" / "nginx.conf").read_text()
    (limit,) = re.findall(r"client_max_body_size (\d+)m;", text)
    most = 25_000_000 * settings.EVIDENCE_MAX_FILES + FORM_FIELDS
    assert most <= int(limit) * 1024 * 1024 < most * 1.1
    if not Path("/usr/sbin/nginx").exists():
        pytest.skip("nginx is not installed: the example was read only")
    with nginx(tmp_path, upstream) as port:
        forged = {
            "X-Forwarded-For": "8.8.8.8",
            "X-Forwarded-Proto": "http",
            "X-Forwarded-Host": "evil.example",
        }
        said = json.loads(asked(port, **forged)[1])
        # The address that nginx heard stands last, which is the one that PROXIES=1 believes.
        assert said["x-forwarded-for"] == "8.8.8.8, 127.0.0.1"
        assert (said["x-forwarded-proto"], said["host"]) == ("https", "tracker.example")
        assert not {"x-forwarded-host", "forwarded"} & set(said)
        assert json.loads(asked(port, "/", b"x" * 3_000_000)[1])["_"] == 3_000_000
        assert asked(port, **{"Content-Length": str(int(limit) * 1024 * 1024 + 1)})[0] == 413
        assert asked(port, "/healthz/deep")[0] == 200


# --- the health check ---


def test_a_container_is_well_when_its_server_answers_by_its_own_name(upstream: int, monkeypatch, capsys):
    monkeypatch.setenv("PORT", str(upstream))
    monkeypatch.setenv("ALLOWED_HOSTS", ".example,tracker.example")
    assert alive.main() == 0
    monkeypatch.setenv("PORT", str(services.free_port()))
    assert alive.main() == 1
    assert "no answer" in capsys.readouterr().err
