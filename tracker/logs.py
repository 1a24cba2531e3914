"""The log: lines for people or JSON for machines, with the request they belong to and without anything secret.

Each day's lines go into a file of their own (DATA_DIR/logs, JSON), to which any number of processes append; nothing is
renamed while others write. Older files than LOG_KEEP_DAYS are removed.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import re
import threading
from contextlib import suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from celery import current_task
from django.utils.functional import LazyObject, empty

REQUIRED_DAYS = 180  # CERT-In's directions of 28 April 2022: logs of 180 days, within India
INDIA = ZoneInfo("Asia/Kolkata")
# The secret part of private links, and what stands behind a word that announces a secret.
SECRET = re.compile(r"(/calendar/feed/|/set-password/)[^\s\"'?/]+")
ANNOUNCED = re.compile(
    r"(?i)(\b(?:[\w-]*password|[\w-]*secret|[\w-]*token|authorization|cookie|sessionid|csrftoken|api[_-]?key)\b[\"']?"
    r"\s*[:=]\s*[bru]?[\"']?(?:token |bearer |basic )?)[^\s\"'&,;{}\[\]()<>]+"
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")

# The request that this thread answers; tracker/access.py sets it.
answering: ContextVar[Any] = ContextVar("answering", default=None)


def without_secrets(text: str) -> str:
    """Return the text with its secrets replaced; addresses stay recognisable."""
    return ANNOUNCED.sub(r"\1…", SECRET.sub(r"\1…", text))


class WithoutSecrets(logging.Filter):
    """Takes what is secret out of a record before it is written."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        clean = without_secrets(text)
        if clean != text:
            record.msg, record.args = clean, None
        return True


class Line(logging.Formatter):
    """A record as a line for people: what came from outside can neither begin a new line nor show a secret."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name of the base
        record.message = _CONTROL.sub(lambda found: repr(found[0])[1:-1], without_secrets(record.message))
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name of the base
        return without_secrets(super().formatException(ei))


class Json(logging.Formatter):
    """A record as one line of JSON with its time in India and the offset, the request, the job and the person."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": dt.datetime.fromtimestamp(record.created, INDIA).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
            "process": record.process,
            **_context(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["exception"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


class DayFiles(logging.Handler):
    """Appends each record to the file of its day, and removes the files that need not be kept any more."""

    def __init__(self, folder: str, keep_days: int) -> None:
        super().__init__()
        self.folder, self.keep_days = Path(folder), keep_days
        self._day: dt.date | None = None
        self._file = -1
        self._guard = threading.Lock()
        os.register_at_fork(after_in_child=self._forget)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = f"{self.format(record)}\n".encode(errors="backslashreplace")
            day = dt.datetime.fromtimestamp(record.created, INDIA).date()
            with self._guard:
                if day != self._day:
                    self._turn(day)
                os.write(self._file, line)  # one write, so that lines of several processes never mix
        except Exception:  # noqa: BLE001 - a full disk must not end what is being logged
            self.handleError(record)

    def close(self) -> None:
        with self._guard:
            self._leave()
        super().close()

    def _turn(self, day: dt.date) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._leave()
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        self._file = os.open(self.folder / f"{day.isoformat()}.jsonl", flags, 0o600)
        self._day = day
        last = f"{(day - dt.timedelta(days=self.keep_days)).isoformat()}.jsonl"
        for old in self.folder.glob("????-??-??.jsonl"):
            if old.name < last:
                with suppress(FileNotFoundError):  # another process was quicker
                    old.unlink()

    def _leave(self) -> None:
        if self._file >= 0:
            os.close(self._file)
        self._file, self._day = -1, None

    def _forget(self) -> None:
        self._guard = threading.Lock()  # its holder may not exist in the child


def configuration(*, level: str, form: str, folder: str, keep_days: int) -> dict[str, Any]:
    """Return the settings of `logging`: to the terminal in `form`, and to the files of the days when they are to be kept."""
    kept = ["files"] if keep_days else []
    handlers: dict[str, Any] = {
        "console": {"class": "logging.StreamHandler", "formatter": form, "filters": ["secrets"]}
    }
    if kept:
        files = {"()": DayFiles, "folder": folder, "keep_days": keep_days}
        handlers["files"] = {**files, "formatter": "json", "filters": ["secrets"]}
    # Django's own loggers of requests have further handlers: what they name is cut where it is made.
    loggers: dict[str, Any] = {name: {"filters": ["secrets"]} for name in ("django.request", "django.server")}
    # A line a request is for machines: on the terminal of somebody who tries it out it would hide all else.
    asked = {"handlers": [*kept, *(["console"] if form == "json" else [])], "propagate": False}
    loggers["tracker.access"] = asked
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "text": {"()": Line, "format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
            "json": {"()": Json},
        },
        "filters": {"secrets": {"()": WithoutSecrets}},
        "handlers": handlers,
        "loggers": loggers,
        "root": {"handlers": ["console", *kept], "level": level},
    }


def person(request: Any) -> int | None:
    """Return the key of who asks, as far as it is known already; nobody is looked up for the log."""
    user = request.__dict__.get("user")
    if isinstance(user, LazyObject) and user.__dict__.get("_wrapped") is empty:
        return None
    return getattr(user, "pk", None)


def _context() -> dict[str, Any]:
    found: dict[str, Any] = {}
    request = answering.get()
    if request is not None:
        found = {"request_id": getattr(request, "request_id", None), "actor": person(request)}
    if current_task:
        found |= {"task": current_task.name, "task_id": current_task.request.id}
    return found
