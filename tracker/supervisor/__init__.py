"""Runs several programs as one: starts them in order, keeps them running, and leaves nothing behind.

A program leads a process group of its own, so that whatever it starts can be found and ended with it. Three
things end a group: the supervisor in its ordinary stop; the caretaker, a process that does nothing but notice
that the supervisor was killed; and the kernel, which signals each program at the death of its parent.
"""

from tracker.supervisor.program import Program
from tracker.supervisor.supervisor import GaveUpError, Supervisor

__all__ = ["GaveUpError", "Program", "Supervisor"]
