"""Rings for a worker: a message with a report's key, after commit, or that mails wait. The row is the job; a lost message costs a minute.

A broker that is frozen or gone never holds anybody up for longer than one time-out, and never raises: the next
tick rings again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from celery import current_app
from django.conf import settings
from kombu import Connection
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

RENDER = "reports.tasks.render"
SEND = "reports.tasks.send"
# One connection for the bell, given up at the first time-out: the pooled one would try for ever (kombu's
# `default_channel` retries without end unless told otherwise).
ONE_TRY = {"max_retries": 0, "socket_timeout": 1.5, "socket_connect_timeout": 1.5, "retry_on_timeout": False}

logger = logging.getLogger(__name__)
Call = tuple[str, list[int]]


def ring(*reports: int) -> bool:
    """Tell the workers that these reports wait, and return whether they could be told; without a broker nobody is."""
    return _rung([(RENDER, [report]) for report in reports])


def ring_for_mails() -> bool:
    """Tell the workers that mails wait, and return whether they could be told."""
    return _rung([(SEND, [])])


def is_heard() -> bool:
    """Whether the broker answers, asked once."""
    try:
        with _connection() as connection:
            channel: Any = connection.default_channel  # opening it asks the broker
            channel.close()
    except (KombuError, RedisError, OSError):
        return False
    return True


def _rung(calls: list[Call]) -> bool:
    if not calls or not settings.REDIS_URL:
        return False
    try:
        _send(calls)
    except (KombuError, RedisError, OSError) as error:
        logger.warning("No bell for %d jobs, the next tick rings again: %s", len(calls), error)
        return False
    return True


def _connection() -> Connection:
    options: dict[str, Any] = {**current_app.conf.broker_transport_options, **ONE_TRY}
    return current_app.connection_for_write(
        settings.REDIS_URL, transport_options=options, connect_timeout=1.5
    )


def _send(calls: Iterable[Call]) -> None:
    with _connection() as connection:
        for task, arguments in calls:
            current_app.send_task(
                task,
                args=arguments,
                connection=connection,
                retry=False,
                ignore_result=True,
                # A bell that nobody heard within a tick is rung again by the next one: they must not pile up.
                expires=settings.TICK_SECONDS,
            )
