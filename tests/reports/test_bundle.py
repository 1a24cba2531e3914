"""The evidence bundle: what is in it and for whom, that it is the same twice, and that its program finds every change."""

import ast
import datetime as dt
import hashlib
import io
import json
import subprocess
import sys
import zipfile

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command

from projects import archive
from projects.choices import Visibility
from projects.models import Evidence, Finding, audit
from reports import bundle
from tests.cast import TODAY, acting, document, milestone
from tests.reports.issued import issued

# What is put together from records does not hang on the engine.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today"), pytest.mark.engine("sqlite")]
START, END = dt.date(2026, 4, 1), dt.date(2026, 6, 30)
DAY = dt.timedelta(days=1)


@pytest.fixture
def told(cast):
    """Both halves with a report, a claim with a file, an internal file and a finding."""
    for number, project, lead in (
        (1, cast.our_project, cast.our_lead),
        (2, cast.their_project, cast.their_lead),
    ):
        point = milestone(f"MST-95{number}", project)
        file = document(f"प्रमाण ../../{number}: log")
        point.claim(by=acting(lead), actual_on=dt.date(2026, 6, 1), evidence=[file])
        secret = document(f"internal {number}")
        Evidence.add(secret, by=acting(cast.officer), milestone=point, visibility=Visibility.INTERNAL)
        facts = {"kind": "query", "text": f"Which test shows it, {number}?", "due_on": TODAY + DAY}
        Finding.raise_(project, by=acting(cast.auditor), **facts)
    return issued(cast, project=cast.our_project)


def made(cast, user, project=None, start=START, end=END, limit=0):
    file = io.BytesIO()
    result = bundle.write(
        file, project or cast.our_project, start=start, end=end, by=acting(user), limit=limit
    )
    return file.getvalue(), result


def parts(content):
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def test_it_holds_the_reports_files_and_entries_of_the_project_with_their_digests(cast, told):
    content, result = made(cast, cast.auditor)
    found = parts(content)
    manifest = json.loads(found["manifest.json"])
    files = {it["path"]: it for it in manifest["files"]}
    assert set(files) == set(found) - {"manifest.json"}
    assert {hashlib.sha256(found[path]).hexdigest() for path in files} == {
        it["sha256"] for it in files.values()
    }
    for language in ("en", "hi"):
        assert found[f"reports/{told.slug}-{language}.pdf"] == archive.read(told.edition(language).sha256)
    assert found[f"reports/{told.slug}.json"] == told.snapshot.encode()
    evidence = [path for path in files if path.startswith("evidence/")]
    assert [path[len("evidence/000000-") :] for path in evidence] == ["1-log.pdf", "internal-1.pdf"]
    assert files[evidence[0]]["about"]["name"] == "प्रमाण ../../1: log.pdf"
    events = [json.loads(line) for line in found["audit.jsonl"].splitlines()]
    assert {
        "projects.project",
        "projects.milestone",
        "projects.evidence",
        "projects.finding",
        "reports.report",
    } == {event["object_type"] for event in events}
    assert [event["seq"] for event in events] == sorted(event["seq"] for event in events)
    assert manifest["complete"] is True
    text = content.decode("latin-1")
    assert "PRJ-902" not in text
    assert "internal 2" not in text
    # The download is in the trail, and tells what was taken.
    event = audit.history(cast.our_project).last()
    assert (event.action, event.actor) == ("bundle.download", cast.auditor)
    assert (event.after["sha256"], event.after["from"]) == (hashlib.sha256(content).hexdigest(), "2026-04-01")
    assert result.sha256 == event.after["sha256"]


def test_the_same_records_make_the_same_bytes_and_the_period_bounds_them(cast, told):
    before = dt.date(2025, 4, 1), dt.date(2026, 3, 31)
    empty, result = made(cast, cast.auditor, start=before[0], end=before[1])
    assert (result.events, [it["kind"] for it in result.entries]) == (0, ["readme", "program", "audit"])
    # What is recorded in between lies in today's period, not in that one.
    assert made(cast, cast.auditor, start=before[0], end=before[1])[0] == empty
    assert made(cast, cast.manager, start=before[0], end=before[1])[0] == empty
    first, second = (made(cast, cast.auditor)[1] for _ in range(2))
    assert second.events == first.events + 1  # the download before it
    with pytest.raises(ValidationError, match="shorter"):
        made(cast, cast.auditor, limit=10)
    with pytest.raises(ValidationError):
        made(cast, cast.auditor, start=END, end=START)
    assert audit.history(cast.our_project).filter(action="bundle.download").count() == 5


def test_it_is_for_auditors_in_their_scope_and_for_stewards(cast, told):
    for user in (cast.officer, cast.our_lead, cast.our_viewer, cast.nobody):
        with pytest.raises(PermissionDenied):
            made(cast, user)
    with pytest.raises(PermissionDenied):
        made(cast, cast.scoped_auditor, cast.their_project)
    content, _result = made(cast, cast.scoped_auditor)
    manifest = json.loads(parts(content)["manifest.json"])
    assert manifest["complete"] is False
    assert [it["kind"] for it in manifest["files"]].count("evidence") == 2
    for user in (cast.manager, cast.administrator):
        assert made(cast, user)[1].events


# --- the program ---


def check(path, *options):
    """Run the program as an auditor does: bare Python, an empty environment."""
    command = [sys.executable, "-I", "-S", str(bundle.PROGRAM), str(path), *options]
    return subprocess.run(command, env={}, capture_output=True, text=True, check=False)


def zipped(path, files, twice=()):
    with zipfile.ZipFile(path, "w") as target:
        for name, content in files.items():
            target.writestr(name, content)
        for name in twice:
            with pytest.warns(UserWarning, match="Duplicate"):
                target.writestr(name, files[name])
    return path


def test_the_program_says_which_file_is_missing_altered_or_extra(cast, told, tmp_path):
    content, result = made(cast, cast.auditor)
    found = parts(content)
    whole = tmp_path / "bundle.zip"
    whole.write_bytes(content)
    right = check(whole, "--sha256", result.sha256)
    assert (right.returncode, right.stdout.splitlines()[-1]) == (0, "All whole."), right.stdout + right.stderr
    assert check(whole, "--sha256", "0" * 64).returncode == 2
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(whole) as opened:
        opened.extractall(folder)
    assert check(folder).returncode == 0
    pdf, json_, log = (
        next(path for path in found if path.endswith(end)) for end in ("en.pdf", ".json", "log.pdf")
    )
    broken = {name: part for name, part in found.items() if name != pdf}
    broken |= {log: found[log] + b" ", "evidence/added.pdf": b"%PDF-1.7"}
    answer = check(zipped(tmp_path / "broken.zip", broken, twice=[json_]), "--json")
    bad = {it["path"]: it["answer"] for it in json.loads(answer.stdout)["files"] if it["answer"] != "whole"}
    assert bad == {pdf: "missing", log: "altered", "evidence/added.pdf": "extra", json_: "altered"}
    assert answer.returncode == 1
    # A manifest that was written to fit is refused by the trail's own hashes, or by the digest that is told by another way.
    (folder / log).write_bytes(b"other")
    assert f"ALTERED  {log}" in check(folder).stdout
    manifest = json.loads(found["manifest.json"])
    manifest["files"] = [it for it in manifest["files"] if it["path"] != log]
    forged = zipped(tmp_path / "forged.zip", {**found, "manifest.json": json.dumps(manifest)})
    assert "own digest" in check(forged).stderr
    for unfit, text in ((b"no zip", "no ZIP"), (b"", "no ZIP")):
        (tmp_path / "unfit.zip").write_bytes(unfit)
        assert text in check(tmp_path / "unfit.zip").stderr


def signed(found):
    """Return the files with the manifest that a forger would write: it fits what the files are now."""
    manifest = json.loads(found["manifest.json"])
    for entry in manifest["files"]:
        part = found[entry["path"]]
        entry["sha256"], entry["size"] = hashlib.sha256(part).hexdigest(), len(part)
    seqs = [it["seq"] for line in found["audit.jsonl"].splitlines() if "seq" in (it := json.loads(line))]
    manifest["audit"] = {"events": len(seqs), "first": min(seqs), "last": max(seqs)}
    manifest.pop("sha256")
    digest = hashlib.sha256(audit.canonical(manifest).encode()).hexdigest()
    return {**found, "manifest.json": audit.canonical({**manifest, "sha256": digest})}


def test_the_program_checks_the_entries_of_the_trail_themselves(cast, told, tmp_path):
    content, _result = made(cast, cast.auditor)
    found = parts(content)
    lines = found["audit.jsonl"].splitlines(keepends=True)
    numbers = [json.loads(line)["seq"] for line in lines]
    at = next(
        place for place, seq in enumerate(numbers) if seq + 1 in numbers
    )  # whose successor refers to it
    rehashed = json.loads(lines[at])
    rehashed["reason"] = "Never said."
    covered = {name: value for name, value in rehashed.items() if name not in ("hash", "actor_post")}
    rehashed["hash"] = hashlib.sha256(audit.canonical(covered).encode()).hexdigest()
    reworded = lines[at].replace(b'"reason":"', b'"reason":"Not so: ')
    for number, (changed, said) in enumerate(
        (
            ([*lines[:at], reworded, *lines[at + 1 :]], "its content is not that"),
            (
                [*lines[:at], audit.canonical(rehashed).encode() + b"\n", *lines[at + 1 :]],
                "does not continue",
            ),
            ([lines[1], lines[0], *lines[2:]], "does not come after"),
            ([*lines, b"{}\n"], "is no entry"),
        )
    ):
        files = signed({**found, "audit.jsonl": b"".join(changed)})
        answer = check(zipped(tmp_path / f"{number}.zip", files))
        assert answer.returncode == 1, answer.stderr
        assert said in answer.stdout
        assert "ALTERED" not in answer.stdout
    manifest = json.loads(found["manifest.json"])
    (figures,) = [entry for entry in manifest["files"] if entry["kind"] == "figures"]
    figures["about"]["head"] = {"seq": numbers[at], "hash": "0" * 64}
    other = zipped(tmp_path / "head.zip", signed({**found, "manifest.json": json.dumps(manifest)}))
    assert f"entry {numbers[at]} is not the head of the chain" in check(other).stdout


def test_what_the_archive_lost_is_named_and_not_replaced(cast, told, tmp_path):
    lost = Evidence.objects.order_by("pk").first()
    path = archive.path_of(lost.sha256)
    path.chmod(0o640)
    path.write_bytes(b"other")
    content, result = made(cast, cast.auditor)
    assert [it["why"] for it in result.missing] == [f"The file {lost.sha256[:12]} was altered on disk."]
    (tmp_path / "bundle.zip").write_bytes(content)
    answer = check(tmp_path / "bundle.zip")
    assert answer.returncode == 1
    assert "LOST     evidence/" in answer.stdout
    assert audit.history(cast.our_project).last().after["missing"] == 1


def test_the_program_imports_the_standard_library_alone():
    tree = ast.parse(bundle.PROGRAM.read_text())
    names = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    names |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def test_the_command_writes_it_whole_or_as_a_person_sees_it(cast, told, tmp_path, capsys):
    path = tmp_path / "own.zip"
    call_command("evidence_bundle", "PRJ-901", "2026-04-01", "2026-06-30", str(path))
    assert hashlib.sha256(path.read_bytes()).hexdigest() in capsys.readouterr().out
    assert check(path).returncode == 0
    asked = ("2026-04-01", "2026-06-30", str(path))
    for project, reader, text in (
        ("PRJ-901", "", "exists already"),
        ("PRJ-902", "scoped_auditor", "no project"),
        ("PRJ-999", "", "no project"),
        ("PRJ-901", "somebody", "no user"),
    ):
        with pytest.raises(CommandError, match=text):
            call_command("evidence_bundle", project, *asked, **({"reader": reader} if reader else {}))
    with pytest.raises(CommandError, match="does not allow"):
        call_command("evidence_bundle", "PRJ-901", *asked[:2], str(tmp_path / "x.zip"), reader="officer")
    assert not (tmp_path / "x.zip").exists()
