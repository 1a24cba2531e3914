"""Measurements, each a program of its own: `make bench-reports`, `bench-api`, `bench-audit`, `load`."""

import sys


def say(line: str) -> None:
    """Write a line to whoever looks on, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
