"""The two locks: complete, hashed, and of one mind."""

import re

import pytest


def pins(path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", path.read_text(), re.MULTILINE | re.IGNORECASE))


def test_developers_use_the_versions_that_run_in_production(root):
    runtime, dev = pins(root / "requirements.txt"), pins(root / "requirements-dev.txt")
    assert {name: dev.get(name) for name in runtime} == runtime


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_every_library_that_is_asked_for_is_locked(root, name):
    asked = re.findall(r"^([a-zA-Z0-9._-]+)", (root / f"{name}.in").read_text(), re.MULTILINE)
    locked = {pin.lower() for pin in pins(root / f"{name}.txt")}
    assert {word.lower() for word in asked} - locked - {"-r"} == set()


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_pin_has_a_hash(root, name):
    entries = re.split(r"\n(?=[a-zA-Z0-9])", (root / name).read_text())
    assert [entry.split()[0] for entry in entries if "==" in entry and "--hash=sha256:" not in entry] == []
