"""Threads that press the button at the same moment, each on a connection of its own, with real transactions."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import connection

Together = Callable[[Sequence[Callable[[], Any]]], list[Any]]


@pytest.fixture
def together() -> Together:
    """Return a function that runs acts at once and returns what each returned or raised."""

    def run(acts: Sequence[Callable[[], Any]]) -> list[Any]:
        barrier = threading.Barrier(len(acts), timeout=30)
        outcomes: list[Any] = [None] * len(acts)

        def take(position: int, act: Callable[[], Any]) -> None:
            try:
                connection.ensure_connection()
                barrier.wait()
                outcomes[position] = act()
            except Exception as error:  # noqa: BLE001 - what was raised is the outcome
                outcomes[position] = error
            finally:
                connection.close()

        threads = [threading.Thread(target=take, args=pair, daemon=True) for pair in enumerate(acts)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert not any(thread.is_alive() for thread in threads), "somebody still waits for a lock"
        return outcomes

    return run
