"""A stand-in for the drawing child (`python -m tests.reports.probe`): does what its job's HTML names."""

import json
import os
import subprocess
import sys
import time

from reports.rendering import Job, RenderError, Result, serve


def act(job: Job) -> Result:
    match job.html:
        case "environment":
            return Result(json.dumps(dict(os.environ)).encode(), 0)
        case "chatter":
            print("a library that prints where it likes", flush=True)  # noqa: T201
            return Result(b"the answer", 0)
        case "abort":
            os.abort()
        case "grow":
            return Result(b"x" * 10**10, 0)
        case "spin":
            while True:
                pass
        case "sleep":
            time.sleep(60)
        case "leave a child behind":
            left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
            return Result(str(left.pid).encode(), 0)
        case "refuse":
            raise RenderError("refused", "no")
    raise ValueError(f"no such act: {job.html}")


if __name__ == "__main__":
    serve(act)
