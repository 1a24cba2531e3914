"""The program that auditors take home: bare Python, no network, a folder of downloads and an exported register."""

import ast
import hashlib
import json
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.management import CommandError, call_command

from projects.models import audit
from reports import engine, export, seal
from reports.choices import ReportState
from reports.verify_views import PROGRAM
from tests.cast import acting
from tests.reports import issued as made
from tests.reports.issued import failed, issued
from tests.reports.orders import NOW, fresh, order
from tests.reports.test_seal import key  # noqa: F401 - a fixture
from tests.reports.verifying import bytes_of, file_like, revised

# What is worked out from a snapshot does not hang on the engine; test_records.py asks both.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today"), pytest.mark.engine("sqlite")]

BARE = ("-I", "-S")  # no site packages, no environment, not the folder it stands in


def check(folder, *options, bare=True, register="register.json"):
    """Run the program as an auditor does, in an empty folder beside the downloads."""
    (folder / "program").mkdir(exist_ok=True)
    program = folder / "program" / "verify_report.py"
    program.write_bytes(PROGRAM.read_bytes())
    return subprocess.run(
        [
            sys.executable,
            *(BARE if bare else ()),
            str(program),
            str(folder / register),
            str(folder / "downloads"),
            *options,
        ],
        cwd=folder / "program",
        env={},
        capture_output=True,
        text=True,
        check=False,
    )


def told(folder, *options):
    """Return what it says of each file, by name."""
    result = json.loads(check(folder, "--json", *options).stdout)
    return {one["file"].rsplit("/", 1)[1]: (one["answer"], one["serial"]) for one in result["files"]}, result


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder for downloads; files that are not drawn name their serial as drawn ones do."""
    monkeypatch.setattr(made, "content", file_like)
    (tmp_path / "downloads").mkdir()
    return tmp_path


def put(folder, name, content):
    (folder / "downloads" / name).write_bytes(content)


def register(folder, by):
    (folder / "register.json").write_bytes(export.register(by=by, now=NOW))


@pytest.mark.django_db(transaction=True)
def test_reports_as_they_are_downloaded_are_genuine_and_hold_the_figures_of_the_register(cast, api, folder):
    report = engine.render(order(cast).pk)
    assert report.state == ReportState.ISSUED, report.failure
    client = api(cast.auditor)
    for name, path in (
        ("en.pdf", "pdf/?language=en"),
        ("hi.PDF", "pdf/?language=hi"),
        ("data.json", "data.json/"),
    ):
        put(folder, name, client.get(f"/api/v1/reports/{report.slug}/{path}").content)
    (folder / "register.json").write_bytes(client.get("/api/v1/reports/register.json/").content)
    done = check(folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "All genuine." in done.stdout
    answers, result = told(folder)
    assert answers == dict.fromkeys(("en.pdf", "hi.PDF", "data.json"), ("genuine", report.serial))
    assert [one["figures_inside"] for one in result["files"]] == [None, "same", "same"]
    whole = (folder / "downloads" / "en.pdf").read_bytes()
    for number, share in enumerate((0.05, 0.2, 0.5, 0.7, 0.99)):
        place = int(len(whole) * share)
        put(folder, f"changed-{number}.pdf", whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        put(folder, f"cut-{number}.pdf", whole[:place])
        put(folder, f"longer-{number}.pdf", whole + b"\n" * (number + 1))
    answers, _result = told(folder)
    for name, answer in answers.items():
        assert answer == ("genuine" if "-" not in name else "altered", report.serial), name
    assert check(folder).returncode == 1


def test_each_answer_is_given(cast, folder):
    old = issued(cast)
    new = revised(cast, old)
    put(folder, "old.pdf", bytes_of(old, "en"))
    put(folder, "new.pdf", bytes_of(new, "hi"))
    put(folder, "altered.pdf", bytes_of(new, "en").replace(b"abcdefghi", b"abcdefghj"))
    put(folder, "figures.json", fresh(new).snapshot.encode())
    put(folder, "other.json", fresh(new).snapshot.replace('"late":false', '"late":true').encode())
    put(folder, "foreign.pdf", b"%PDF-1.7 something else")
    put(folder, "letter.txt", b"Dear auditor")
    register(folder, acting(cast.auditor))
    answers, result = told(folder)
    assert answers == {
        "old.pdf": ("superseded", old.serial),
        "new.pdf": ("genuine", new.serial),
        "altered.pdf": ("altered", new.serial),
        "figures.json": ("genuine", new.serial),
        "other.json": ("altered", new.serial),
        "foreign.pdf": ("unknown", None),
    }
    assert (
        next(one for one in result["files"] if one["file"].endswith("old.pdf"))["replaced_by"] == new.serial
    )
    assert [path.rsplit("/", 1)[1] for path in result["not_looked_at"]] == ["letter.txt"]
    done = check(folder)
    assert done.returncode == 1
    assert f"replaced by {new.serial}" in done.stdout
    assert "NOT ALL GENUINE." in done.stdout


def test_a_number_that_is_missing_from_the_register_is_named(cast, folder):
    first = issued(cast)
    failed(cast)
    last = issued(cast)
    content = json.loads(export.register(by=acting(cast.auditor), now=NOW))
    put(folder, "a.pdf", bytes_of(last, "en"))
    register(folder, acting(cast.auditor))
    assert check(folder).returncode == 0  # the failed one is accounted for
    for taken in (first.serial, last.serial):
        left = {**content, "reports": [row for row in content["reports"] if row["serial"] != taken]}
        del left["sha256"]
        sealed = {**left, "sha256": audit_digest(left)}
        (folder / "register.json").write_text(json.dumps(sealed))
        done = check(folder)
        assert done.returncode == 1
        assert f"MISSING from the register: {taken}" in done.stdout


def audit_digest(content):
    return hashlib.sha256(audit.canonical(content).encode()).hexdigest()


def test_who_sees_a_part_gets_a_part_and_no_word_of_gaps(cast, folder):
    theirs, ours = issued(cast, project=cast.their_project), issued(cast)
    content = json.loads(export.register(by=acting(cast.scoped_auditor), now=NOW))
    assert [row["serial"] for row in content["reports"]] == [ours.serial]
    assert theirs.serial not in json.dumps(content)
    assert (content["complete"], content["counters"]) == (False, {})
    put(folder, "a.pdf", bytes_of(ours, "en"))
    register(folder, acting(cast.scoped_auditor))
    done = check(folder)
    assert done.returncode == 0
    assert "a part of the programme only" in done.stdout


def test_a_register_that_was_altered_or_is_another_is_refused(cast, folder):
    issued(cast)
    register(folder, acting(cast.auditor))
    path = folder / "register.json"
    put(folder, "a.pdf", b"x")
    whole = path.read_text()
    path.write_text(whole.replace('"state":"issued"', '"state":"superseded"'))
    assert "was altered" in check(folder).stderr
    path.write_text(whole)
    assert "not the one you expect" in check(folder, "--sha256", "0" * 64).stderr
    for wrong in ("", "[]", '{"schema":"x"}', "{"):
        path.write_text(wrong)
        assert check(folder).returncode == 2


def test_an_empty_folder_is_not_all_genuine(cast, folder):
    register(folder, acting(cast.auditor))
    assert check(folder).returncode == 1


def test_without_pyhanko_it_says_what_checking_a_seal_needs(cast, folder):
    register(folder, acting(cast.auditor))
    refused = check(folder, "--seal", "seal.pem")
    assert refused.returncode == 2
    assert "pip install pyhanko" in refused.stderr


@pytest.mark.django_db(transaction=True)
def test_a_sealed_report_is_genuine_and_its_seal_sound(cast, folder, key):  # noqa: F811
    report = engine.render(order(cast).pk)
    put(folder, "a.pdf", bytes_of(report, "en"))
    register(folder, acting(cast.auditor))
    done = check(folder)
    assert done.returncode == 0
    assert "1 files bear a server's seal that was not checked" in done.stdout
    certificate = folder / "seal.pem"
    certificate.write_bytes(seal.key(now=NOW).certificate.public_bytes(Encoding.PEM))
    done = check(folder, "--seal", str(certificate), "--json", bare=False)
    assert [one["seal"] for one in json.loads(done.stdout)["files"]] == ["sound"], done.stderr


def test_the_program_is_handed_out_as_it_is_and_needs_no_newer_python(client):
    answer = client.get("/verify/verify_report.py")
    assert (answer.status_code, answer.content) == (200, PROGRAM.read_bytes())
    assert "attachment" in answer["Content-Disposition"]
    tree = ast.parse(PROGRAM.read_text(), feature_version=(3, 9))
    names = {
        alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    names |= {
        node.module.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
    }
    assert names - set(sys.stdlib_module_names) <= {"pyhanko", "pyhanko_certvalidator"}


def test_the_register_is_exported_by_a_command_as_a_person_may_see_it(cast, tmp_path, capsys):
    issued(cast, project=cast.their_project)
    ours = issued(cast)
    path = tmp_path / "register.json"
    call_command("export_register", str(path), "--for", "scoped_auditor")
    assert [row["serial"] for row in json.loads(path.read_bytes())["reports"]] == [ours.serial]
    call_command("export_register", str(path))
    assert len(json.loads(path.read_bytes())["reports"]) == 2
    assert "SHA-256" in capsys.readouterr().out
    with pytest.raises(CommandError, match="There is no user"):
        call_command("export_register", str(path), "--for", "stranger")


def test_over_the_api_everybody_gets_the_register_of_what_they_see(cast, api):
    theirs, ours = issued(cast, project=cast.their_project), issued(cast)
    seen = {
        name: {row["serial"] for row in api(user).get("/api/v1/reports/register.json/").json()["reports"]}
        for name, user in cast.people.items()
    }
    assert seen["auditor"] == {ours.serial, theirs.serial}
    assert seen["our_viewer"] == seen["scoped_auditor"] == {ours.serial}
    assert seen["nobody"] == set()
