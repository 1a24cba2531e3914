"""docs/api.md and docs/rights.md say what is so: the commands run, the codes exist, the roles do what the table says."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command

from projects.models import AuditEvent, Evidence, Milestone, Project, User
from projects.permissions import MAY, SYSTEM
from reports.models import Report
from tests.api.rights import API
from tests.reports.issued import content, issued

ACCOUNTS = ("officer", "manager", "partner", "auditor")


def text(root: Path, name: str) -> str:
    return (root / "docs" / name).read_text()


def commands(page: str) -> str:
    return "\n".join(re.findall(r"^```sh\n(.*?)^```", page, flags=re.DOTALL | re.MULTILINE))


@pytest.fixture
def _today() -> None:
    """The server of this test runs by the true clock, as its reader's does."""


@pytest.fixture
def demonstration(transactional_db: None, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """Return the passwords, by variable, of the demonstration accounts; a report is issued."""
    call_command("load_demonstration")
    passwords = dict(re.findall(r"^  (\w+) +(\S+)  ", capsys.readouterr().out, flags=re.MULTILINE))
    project = Project.objects.get(reference="PRJ-025")
    issued(SimpleNamespace(our_project=project, officer=User.objects.get(username="officer")))  # type: ignore[arg-type]
    return {f"{name.upper()}_PASSWORD": passwords[name] for name in ACCOUNTS}


def test_the_commands_of_the_tour_do_what_it_says(
    root: Path, demonstration: dict[str, str], live_server: Any, tmp_path: Path
):
    script = "set -euo pipefail\n" + commands(text(root, "api.md"))
    environment = {"PATH": os.environ["PATH"], "BASE": live_server.url, **demonstration}
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    milestone = Milestone.objects.get(title="Appraisal of the first 20 dumps reported")
    assert (milestone.status, milestone.claimed_by.username, milestone.verified_by.username) == (
        "verified",
        "partner",
        "manager",
    )
    assert Evidence.objects.get(milestone=milestone).name == "appraisal.txt"
    issued_one = Report.objects.get(state="issued")
    assert (tmp_path / "evidence.txt").read_bytes() == (tmp_path / "appraisal.txt").read_bytes()
    assert (tmp_path / "report.pdf").read_bytes() == content(issued_one, "en")
    assert (tmp_path / "report.json").read_text() == Report.objects.get(state="issued").snapshot
    assert AuditEvent.objects.filter(action="report.download", actor__username="auditor").count() == 3
    assert Report.objects.filter(state="queued", project__reference="PRJ-025").count() == 1


def test_every_resource_stands_in_the_tour(root: Path):
    lists = {name.removesuffix("-list") for name in API if name.endswith("-list")}
    plural = {
        "evidence": "evidence",
        "reliance": "reliance",
        "fundline": "fund-lines",
        "readiness": "readiness",
        "knowhowitem": "know-how-items",
        "transferstep": "transfer-steps",
        "replicationrun": "replication-runs",
        "duty": "duties",
        "dutydone": "duties-done",
        "sectorneed": "sector-needs",
        "token": "auth/tokens",
        "webhook-delivery": "webhook-deliveries",
        "calendar-link": "auth/calendar-links",
    }
    page = text(root, "api.md")
    assert [name for name in lists if f"`{plural.get(name, name + 's')}/`" not in page] == []


def test_every_code_of_a_problem_stands_in_the_tour(root: Path):
    used = set(re.findall(r'details\(\s*\d+, "(\w+)"', (root / "tracker" / "errors.py").read_text()))
    used |= set(re.findall(r'answer\(\d+, "(\w+)"', (root / "tracker" / "errors.py").read_text()))
    assert len(used) > 8
    page = text(root, "api.md")
    assert [code for code in used if f"`{code}`" not in page] == []


def test_every_action_and_role_stands_in_the_page_on_rights(root: Path):
    page = text(root, "rights.md")
    assert [action for action in MAY if f"`{action}`" not in page] == []
    for role in set().union(*MAY.values()):
        assert role in page


def test_the_table_on_rights_says_what_the_code_does(root: Path):
    rows = re.findall(r"^\| `([a-z._]+)` \|(.*)\|$", text(root, "rights.md"), flags=re.MULTILINE)
    columns = ("officer", "manager", "lead", "auditor", "administrator")
    assert {action for action, _cells in rows} == set(MAY) - {"programme.import"}
    for action, cells in rows:
        marked = {role for role, cell in zip(columns, cells.split("|")[1:], strict=True) if cell.strip()}
        assert marked == set(MAY[action]) - {SYSTEM}, action  # commands have no column
