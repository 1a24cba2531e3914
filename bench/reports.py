"""Times the printing of programme reports, side by side with WeasyPrint alone (`make bench-reports`).

Each row is measured in a worker of its own that has drawn a page before; time counts from the snapshot to the bytes,
memory is the peak of the drawing child. Ends with 1 when a limit is broken. Seconds of processor are what the same
work takes where nothing else runs, since one drawing uses one processor: a busy machine alone breaks no limit.
"""

import argparse
import multiprocessing
import os
import platform
import resource
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

import django

from bench import say
from bench.documents import programme

LIMITS = {100: (12, 400), 500: (60, 1500)}  # projects: seconds, megabytes
PAGE = '<!doctype html><link rel="stylesheet" href="asset:print.css"><body><h1>x</h1></body>'


@dataclass(frozen=True)
class Measure:
    seconds: float
    processor: float
    megabytes: float
    pages: int
    kilobytes: int

    @property
    def speed(self) -> float:
        return self.pages / self.seconds


def measure(projects: int, language: str, how: str) -> Measure:
    """Return what one drawing took, in a fresh worker."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_work, (projects, language, how))


def _work(projects: int, language: str, how: str) -> Measure:
    django.setup()
    from reports import document, pdf  # noqa: PLC0415 - Django stands only now
    from reports.rendering import Job, Limits, run  # noqa: PLC0415 - as above

    snapshot = programme(projects)
    created = datetime.fromisoformat(snapshot["meta"]["frozen_at"])
    limits = Limits(seconds=600, processor_seconds=600)

    def draw(html: str, assets: dict[str, bytes]) -> tuple[bytes, int]:
        title = document.title(snapshot, language)
        if how == "plain":
            result = run("bench.plain", Job(html, assets, title, language, created.isoformat()), limits)
            return result.content, result.pages
        drawn = pdf.render(
            html, assets=assets, title=title, language=language, created=created, identity="x", limits=limits
        )
        return drawn, drawn.pages

    document.html(programme(1), language)
    draw(PAGE, document.assets())
    before, start = _processor(), time.perf_counter()
    content, pages = draw(*document.html(snapshot, language))
    seconds, processor = time.perf_counter() - start, _processor() - before
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return Measure(seconds, processor, peak, pages, len(content) // 1024)


def _processor() -> float:
    """Return the seconds of processor that this worker and its children have used: other work does not show in it."""
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, nargs="+", default=list(LIMITS))
    parser.add_argument("--languages", nargs="+", default=["en", "hi"])
    asked = parser.parse_args()
    say(
        f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}, "
        f"WeasyPrint {version('weasyprint')}, load before {os.getloadavg()[0]:.1f}\n"
    )
    say(
        "| projects | language | drawn by | seconds | processor seconds | peak MB | pages | pages/s | KB | ours : plain |"
    )
    say("|---|---|---|---|---|---|---|---|---|---|")
    broken: list[str] = []
    busy: list[str] = []
    for projects in asked.projects:
        for language in asked.languages:
            plain = measure(projects, language, "plain")
            ours = measure(projects, language, "ours")
            say(_row(projects, language, "WeasyPrint alone", plain, ""))
            ratio = (
                f"{ours.processor / plain.processor:.2f} time, {ours.megabytes / plain.megabytes:.2f} memory"
            )
            say(_row(projects, language, "`pdf.render`", ours, ratio))
            seconds, megabytes = LIMITS.get(projects, (float("inf"), float("inf")))
            if ours.megabytes > megabytes or ours.processor > seconds:
                broken.append(f"{projects} projects, {language}: the limit is {seconds} s and {megabytes} MB")
            elif ours.seconds > seconds:
                busy.append(
                    f"{projects} projects, {language}: {seconds} s are kept only where nothing else runs"
                )
    say("\n" + ("\n".join(broken + busy) or "All limits are kept."))
    return 1 if broken else 0


def _row(projects: int, language: str, name: str, one: Measure, ratio: str) -> str:
    figures = f"{one.seconds:.1f} | {one.processor:.1f} | {one.megabytes:.0f} | {one.pages} | {one.speed:.1f} | {one.kilobytes}"
    return f"| {projects} | {language} | {name} | {figures} | {ratio} |"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
    sys.exit(main())
