from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.frontdoor.serving import Served


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Start `manage.py serve` on the test's own folder; arguments and environment as of `Served`."""
    started: list[Served] = []

    def start(*arguments: str, data_dir: Path = tmp_path / "data", **changes: str) -> Served:
        data_dir.mkdir(exist_ok=True, parents=True)
        started.append(Served(data_dir, *arguments, **changes))
        return started[-1]

    yield start
    for served in started:
        if served.data_dir.is_relative_to(tmp_path):  # another's folder has another's processes
            served.end()
