"""What a process that handles untrusted bytes is held to: it dies with its parent, and within limits of memory and time.

Knows neither Django nor what the process does; it is imported by children that start in milliseconds.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

PR_SET_PDEATHSIG = 1
MEGABYTE = 1024 * 1024
OUT_OF_MEMORY = 71  # how a child ends that finds no memory: there may be none left to say more
SIGNS_OF_MEMORY = ("MemoryError", "Cannot allocate memory", "failed to allocate", "bad_alloc")
# Only these variables reach a child; DATABASE_URL and SECRET_KEY do not.
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH")

# From where a child finds the modules of this program.
ROOT = Path(__file__).resolve().parent.parent


def environment() -> dict[str, str]:
    """Return what of this process's environment a child may know."""
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ}


def answers() -> BinaryIO:
    """Return the stream for this process's answer, and nothing else: libraries print where they like, which goes to stderr now."""
    stream = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return stream


def ran_out(status: int, errors: str) -> bool:
    """Whether a child that ended so had no memory left."""
    return status == OUT_OF_MEMORY or any(sign in errors for sign in SIGNS_OF_MEMORY)


def die_with(parent: int) -> None:
    """Ask the kernel to kill this process when its parent dies, and leave at once when it has died already."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def limit(processor_seconds: int, megabytes: int) -> None:
    """Bound the processor time and the address space of this process; it leaves no core behind."""
    resource.setrlimit(resource.RLIMIT_AS, (megabytes * MEGABYTE, megabytes * MEGABYTE))
    resource.setrlimit(resource.RLIMIT_CPU, (processor_seconds, processor_seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def end(child: subprocess.Popen) -> None:
    """Kill the child and everything in its group; the group may outlive a child that has already ended."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    for stream in (child.stdin, child.stdout):
        if stream:
            with suppress(BrokenPipeError):
                stream.close()
