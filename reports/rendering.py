"""Runs a drawing function in a process of its own, with limits: a report that eats memory or never ends
harms nobody but itself.

Both ends of the pipe stand here. The parent sends a `Job` and gets bytes or a `RenderError`; the child is a fresh
interpreter, not a fork, so it holds no database connection, no broker socket and no secret of the parent's
environment. This module knows neither Django nor WeasyPrint.
"""

import gc
import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from projects import confinement

NO_SYSTEM_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><cachedir>{cache}</cachedir></fontconfig>
"""


class RenderError(Exception):
    """A drawing that gave no result. `code` is for programs, the message for the person who reads the register."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        # Without this it cannot leave a worker's process: pickling would lose the code.
        return type(self), (self.code, str(self))


@dataclass(frozen=True)
class Limits:
    """What one drawing may use: seconds on the clock, seconds of processor, megabytes of address space."""

    seconds: float = 180
    processor_seconds: int = 150
    megabytes: int = 2048


@dataclass(frozen=True)
class Job:
    """Everything a drawing needs; nothing else can reach it."""

    html: str
    assets: Mapping[str, bytes]
    title: str
    language: str
    created: str
    attachments: Mapping[str, bytes] = field(default_factory=dict)
    identity: str = ""


@dataclass(frozen=True)
class Result:
    content: bytes
    pages: int
    warnings: list[str] = field(default_factory=list)


def run(module: str, job: Job, limits: Limits) -> Result:
    """Return what `python -m module` makes of `job`, or raise RenderError with the reason.

    The child leads a session of its own and is killed with all it started, however this function ends; it also
    dies with the thread that calls this function, so a worker killed with -9 leaves no orphan behind.
    """
    with TemporaryDirectory(prefix="rendering-") as name:
        folder = Path(name)
        errors = folder / "errors"
        with errors.open("wb") as said:
            child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-m", module],
                cwd=confinement.ROOT,
                env=_environment(folder),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                # A file: a pipe would stay open, and be waited for, as long as anything the child started lives.
                stderr=said,
                start_new_session=True,
            )
        try:
            output, _ = child.communicate(_pack(job, limits), timeout=limits.seconds)
        except subprocess.TimeoutExpired as late:
            raise RenderError(
                "timeout", f"The report was not drawn within {limits.seconds:g} seconds."
            ) from late
        finally:
            confinement.end(child)
        return _unpack(child.returncode, output, errors.read_text(errors="replace"), limits)


def serve(draw: Callable[[Job], Result]) -> None:
    """Read one job from stdin, answer on stdout and exit: the whole life of a child."""
    answer = confinement.answers()
    header, job = _read(sys.stdin.buffer)
    confinement.die_with(header["parent"])
    confinement.limit(header["processor_seconds"], header["megabytes"])
    gc.disable()  # one document, then the process ends: collecting costs a third of the time and frees nothing
    try:
        result = draw(job)
    except MemoryError:
        os._exit(confinement.OUT_OF_MEMORY)
    except RenderError as error:
        _answer(answer, {"code": error.code, "message": str(error)}, b"")
    else:
        _answer(answer, {"pages": result.pages, "warnings": result.warnings}, result.content)
    os._exit(0)  # no interpreter shutdown: it walks every object for nothing


def _environment(folder: Path) -> dict[str, str]:
    """Return the child's environment: its own empty home, no system fonts, the same hash order every time."""
    (folder / "fonts.conf").write_text(NO_SYSTEM_FONTS.format(cache=folder / "fontconfig"))
    return confinement.environment() | {
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "FONTCONFIG_FILE": str(folder / "fonts.conf"),
        "LC_ALL": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "MALLOC_ARENA_MAX": "1",
    }


def _pack(job: Job, limits: Limits) -> bytes:
    try:
        html = job.html.encode()
    except UnicodeEncodeError as error:
        raise RenderError(
            "invalid", f"The report holds a character that no text may hold: {error}"
        ) from error
    blobs = [html, *job.assets.values(), *job.attachments.values()]
    header = {
        "parent": os.getpid(),
        "processor_seconds": limits.processor_seconds,
        "megabytes": limits.megabytes,
        "title": job.title,
        "language": job.language,
        "created": job.created,
        "identity": job.identity,
        "assets": list(job.assets),
        "attachments": list(job.attachments),
        "sizes": [len(blob) for blob in blobs],
    }
    return b"".join([json.dumps(header).encode(), b"\n", *blobs])


def _read(stream: BinaryIO) -> tuple[dict, Job]:
    header = json.loads(stream.readline())
    html, *blobs = [stream.read(size) for size in header["sizes"]]
    assets = dict(zip(header["assets"], blobs, strict=False))
    attachments = dict(zip(header["attachments"], blobs[len(assets) :], strict=True))
    known = {name: header[name] for name in ("title", "language", "created", "identity")}
    return header, Job(html.decode(), assets, attachments=attachments, **known)


def _answer(stream: BinaryIO, header: dict, content: bytes) -> None:
    stream.write(json.dumps(header).encode() + b"\n" + content)
    stream.flush()


def _unpack(status: int, output: bytes, errors: str, limits: Limits) -> Result:
    if status == 0:
        head, _, content = output.partition(b"\n")
        answer = json.loads(head)
        if "code" in answer:
            raise RenderError(answer["code"], answer["message"])
        return Result(content, answer["pages"], answer["warnings"])
    if confinement.ran_out(status, errors):
        raise RenderError("memory", f"The report needs more than {limits.megabytes} megabytes of memory.")
    if status == -signal.SIGXCPU:
        raise RenderError(
            "processor", f"The report needs more than {limits.processor_seconds} seconds of processor."
        )
    if status == -signal.SIGKILL:
        raise RenderError(
            "killed", "The drawing process was killed, most likely because the machine ran out of memory."
        )
    last = errors.strip().rsplit("\n", 1)[-1][:500]
    raise RenderError("crash", f"The drawing process ended with status {status}: {last or 'no message'}")


def describe(error: BaseException) -> str:
    """Return the last line of a traceback: what a person needs to find the fault in a template."""
    return traceback.format_exception_only(error)[-1].strip()
