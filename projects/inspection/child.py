"""The life of a child: limits first, then one file from stdin, one answer on stdout, and the end."""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable
from typing import BinaryIO

from projects import confinement
from projects.inspection.findings import Bounds, Found, Unfit

LARGEST_ANSWER = 8 * confinement.MEGABYTE


def serve(check: Callable[[BinaryIO, Bounds, str], Found]) -> None:
    """Inspect the file on stdin as the order in the arguments says, and answer on stdout."""
    answer = confinement.answers()
    order = json.loads(sys.argv[1])
    confinement.die_with(order["parent"])
    confinement.limit(order["processor_seconds"], order["megabytes"])
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_ANSWER, LARGEST_ANSWER))
    display = b""
    try:
        found = check(sys.stdin.buffer, Bounds(**order["bounds"]), order["content_type"])
    except MemoryError:
        os._exit(confinement.OUT_OF_MEMORY)
    except Unfit as unfit:
        told: dict[str, object] = {"code": unfit.code, "facts": unfit.facts}
    else:
        told, display = {"holds_location": found.holds_location}, found.display
    answer.write(json.dumps(told).encode() + b"\n" + display)
    answer.flush()
    os._exit(0)  # no interpreter shutdown: it walks every object for nothing
