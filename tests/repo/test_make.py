"""The front door as a reader meets it: `make help`, and the commands that the documents name."""

import re
import subprocess

from django.core.management import get_commands


def targets(root) -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", (root / "Makefile").read_text(), re.MULTILINE))


def test_make_help_lists_every_target(root):
    listed = subprocess.run(["make", "help"], cwd=root, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"^  make ([a-z-]+) +\S", listed, re.MULTILINE)) == targets(root)


def test_make_alone_helps(root):
    plain, asked = (
        subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
        for command in (["make"], ["make", "help"])
    )
    assert plain == asked


def test_every_target_is_phony(root):
    declared = re.search(r"^\.PHONY:((?:.*\\\n)*.*)", (root / "Makefile").read_text(), re.MULTILINE)
    assert set(declared.group(1).replace("\\", " ").split()) == targets(root)


def test_ci_calls_targets_and_nothing_else(root):
    assert re.findall(r"^part (\S+)$", (root / ".ci" / "run").read_text(), re.MULTILINE) == ["check", "test"]
    assert (root / ".ci" / "run").stat().st_mode & 0o111


def test_the_readme_opens_with_the_two_commands(root):
    top = "\n".join((root / "README.md").read_text().splitlines()[:40])
    assert "make run" in top
    assert "make test" in top


def documents(root):
    return sorted([*root.glob("*.md"), *(root / "docs").rglob("*.md")])


def test_every_command_that_a_document_names_exists(root):
    known = {"make": targets(root), "manage.py": set(get_commands())}
    unknown = [
        f"{path.relative_to(root)}: {program} {name}"
        for path in documents(root)
        for program, name in re.findall(
            r"(?:`|^|/|python )(make|manage\.py) ([a-z_-]+)", path.read_text(), re.MULTILINE
        )
        if name not in known[program]
    ]
    assert not unknown, "\n".join(unknown)


def test_every_file_that_a_document_links_to_exists(root):
    missing = [
        f"{path.relative_to(root)}: {target}"
        for path in documents(root)
        for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", path.read_text())
        if not (path.parent / target).exists()
    ]
    assert not missing, "\n".join(missing)
