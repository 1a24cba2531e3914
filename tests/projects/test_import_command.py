"""What people see of an import: its summary, its refusal, and the demonstration accounts."""

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from projects import permissions
from projects.choices import Role
from projects.models import ImportedRow, Membership, User
from tests import folders
from tests.cast import TODAY, person

pytestmark = pytest.mark.django_db


def run(*arguments: object) -> str:
    out = io.StringIO()
    call_command(*map(str, arguments), stdout=out)
    return out.getvalue()


def test_the_command_says_what_was_added_and_what_was_there(tmp_path: Path) -> None:
    folders.write(tmp_path, folders.small())
    (tmp_path / "funds.csv").write_text("a\n")
    first, second = run("import_programme", tmp_path), run("import_programme", tmp_path)
    assert "projects.csv: 2 added, 0 already there" in first
    assert "projects.csv: 0 added, 2 already there" in second
    assert "funds.csv: ignored" in first


def test_a_dry_run_says_so(tmp_path: Path) -> None:
    assert "nothing was written" in run(
        "import_programme", folders.write(tmp_path, folders.small()), "--dry-run"
    )
    assert ImportedRow.objects.count() == 0


def test_the_command_lists_the_problems_line_by_line(tmp_path: Path) -> None:
    rows = folders.small()
    rows["projects"][0]["kind"] = "castle"
    rows["targets"][0]["unit"] = ""
    with pytest.raises(CommandError) as refusal:
        run("import_programme", folders.write(tmp_path, rows))
    head, *problems = str(refusal.value).splitlines()
    assert head == "Nothing was imported: there are 2 problems."
    assert problems[0].startswith("projects.csv, line 2, column kind: “castle” is not known here.")
    assert problems[1] == "targets.csv, line 2, column unit: is empty: it must be filled."


def test_a_refusal_ends_with_exit_code_1_and_without_a_traceback(tmp_path: Path, root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "import_programme", str(tmp_path / "nowhere")],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "is no folder" in done.stderr
    assert "Traceback" not in done.stderr


def test_demonstration_accounts_are_made_once_and_their_passwords_printed_once() -> None:
    first = run("load_demonstration")
    printed = dict(
        re.findall(r"^  (\w+) +((?:[a-z0-9]{5}-){3}[a-z0-9]{5})  Demonstration", first, re.MULTILINE)
    )
    assert set(printed) == {
        "officer", "manager", "partner", "partner_irel", "viewer", "auditor", "administrator",
    }  # fmt: skip
    assert all(User.objects.get(username=name).check_password(word) for name, word in printed.items())
    assert len(set(printed.values())) == len(printed)
    before = folders.contents()
    second = run("load_demonstration")
    assert folders.contents() == before
    assert not re.search(r"[a-z0-9]{5}-[a-z0-9]{5}", second)


def test_each_demonstration_account_holds_its_one_role_at_a_real_organisation() -> None:
    run("load_demonstration")
    held = Membership.objects.values_list("user__username", "role", "organisation__short_name")
    assert set(held) == {
        ("officer", Role.OFFICER, "MoM"),
        ("manager", Role.MANAGER, "MoM"),
        ("partner", Role.LEAD, "TEXMiN"),
        ("partner_irel", Role.LEAD, "IREL"),
        ("viewer", Role.VIEWER, "TEXMiN"),
        ("auditor", Role.AUDITOR, None),
        ("administrator", Role.ADMINISTRATOR, None),
    }
    assert not User.objects.exclude(full_name="").filter(is_system=False).exists()


def test_an_account_that_is_there_already_is_left_as_it_is() -> None:
    run("load_demonstration")
    User.objects.filter(username="auditor").update(is_active=False)
    assert "there already" in run("load_demonstration")
    auditor = User.objects.get(username="auditor")
    assert not permissions.actor(auditor, on=TODAY).roles


def test_a_name_taken_by_somebody_else_gives_them_no_role() -> None:
    somebody = User.objects.create_user("auditor", "their own password")
    printed = run("load_demonstration")
    assert not re.search(r"^  auditor ", printed, re.MULTILINE)
    assert not somebody.memberships.exists()
    person("another", Role.AUDITOR)  # the cast still works beside it
