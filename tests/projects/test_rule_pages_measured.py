"""The examples of docs/rules/measurements.md and targets.md, worked out through the program."""

import json
import re
from pathlib import Path

import pytest

from tests.projects.rule_pages import measured as page


@pytest.mark.parametrize(("name", "count"), [("measurements.md", 4), ("targets.md", 4)])
def test_every_example_is_what_the_program_says(name: str, count: int, root: Path) -> None:
    text = (root / "docs/rules" / name).read_text()
    blocks = [json.loads(it) for it in re.findall(r"```rule\n(.*?)\n```", text, re.DOTALL)]
    assert len(blocks) == count
    for block in blocks:
        assert page.check(block["given"]) == block["expected"]
