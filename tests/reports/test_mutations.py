"""No single changed figure is issued: each makes the report fail, is named, and is told to whoever watches the log.

Every number, decimal and day of a snapshot counts, whatever kind of report it is. The seed is printed with a failure.
"""

import json
import logging
import random
from typing import Any, NamedTuple

import pytest

from projects.permissions import Actor
from reports import checks, engine, figures
from reports.checks import records
from reports.choices import ReportState
from reports.figures import changes
from reports.models import Edition, Report
from tests.breadth import up_to
from tests.cast import acting
from tests.reports import mutations, stage
from tests.reports.orders import fresh

# Three minutes of arithmetic: what the checks ask of a database, test_records.py asks of both.
pytestmark = [pytest.mark.django_db, pytest.mark.engine("sqlite")]

KINDS = [str(kind) for kind in figures.SECTIONS]
SEED = 20260930
THROUGH_THE_ENGINE = up_to(60, 220)  # over all kinds
AT_MOST = up_to(150, 600)  # of one kind, without the engine
Snapshot = dict[str, Any]


class Scene(NamedTuple):
    by: Actor
    earlier: Snapshot
    report: Report
    """Registered and no more."""
    snapshot: Snapshot
    """What its figures would be; without its changes."""


def scene(kind: str) -> Scene:
    owner = stage.fill()
    earlier = stage.issued(kind, owner, stage.EARLIER)
    report = stage.report_of(kind, owner, stage.LATER)
    by = acting(owner, stage.NOW.date())
    report.compared_with = earlier
    made = json.loads(json.dumps(figures.snapshot(report, by=by, now=stage.NOW)))
    return Scene(by, json.loads(earlier.snapshot), report, made)


@pytest.mark.parametrize("kind", KINDS)
def test_no_report_with_a_single_changed_figure_is_issued(kind, monkeypatch, caplog):
    """Through the engine, as the worker calls it; what changed the figure is the only thing that is not real."""
    found, chance = scene(kind), random.Random(f"{SEED} {kind}")
    paths = mutations.figures(found.snapshot)
    chosen = chance.sample(paths, min(len(paths), -(-THROUGH_THE_ENGINE // len(KINDS))))
    caplog.set_level(logging.ERROR, logger="reports.engine")
    slipped_through = []
    for path in chosen:
        wrong = mutations.changed(found.snapshot, path, chance)
        monkeypatch.setattr(figures, "snapshot", lambda *_report, wrong=wrong, **_by: wrong)
        caplog.clear()
        failed = engine.render(found.report.pk, moment=lambda: stage.NOW)
        assert failed is not None
        if not is_refused(failed, caplog) or not is_named(path, failed.failure):
            slipped_through.append((mutations.name(path), failed.failure))
        engine.retry(failed, by=found.by, now=stage.NOW)
    assert slipped_through == [], f"seed {SEED} {kind}"
    assert len(chosen) * len(KINDS) >= THROUGH_THE_ENGINE - len(KINDS)


def is_refused(failed: Report, caplog: pytest.LogCaptureFixture) -> bool:
    """Whether the report failed as it must: with the reason, nothing kept, nothing issued, an error in the log."""
    return (
        failed.state == ReportState.FAILED
        and failed.failure.startswith("The figures contradict each other: ")
        and fresh(failed).snapshot == ""
        and not Edition.objects.filter(report=failed).exists()
        and any(failed.serial in record.getMessage() for record in caplog.records)
    )


def is_named(path: mutations.Path, failure: str) -> bool:
    """Whether the reason names the figure that was changed: by its own key or, for a part of it, by the key above."""
    keys = [key for key in path if isinstance(key, str)]
    return any(key in failure for key in keys[-2:])


@pytest.mark.parametrize("kind", KINDS)
def test_every_figure_of_a_report_has_a_witness(kind):
    """All of a small report, a part of a large one."""
    found, chance = scene(kind), random.Random(f"{SEED} {kind}")
    assert refusals(found, found.snapshot) == []
    known, paths = records.read(found.snapshot, by=found.by), mutations.figures(found.snapshot)
    chosen = paths if len(paths) <= AT_MOST else chance.sample(paths, AT_MOST)
    missed = []
    for path in chosen:
        wrong = mutations.changed(found.snapshot, path, chance)
        if not (checks.failures(wrong) or list(records.compare(wrong, known))):
            missed.append(mutations.name(path))
    assert missed == [], f"seed {SEED} {kind}"


def refusals(found: Scene, snapshot: Snapshot) -> list[checks.Failure]:
    return records.failures(snapshot, by=found.by) + checks.failures(snapshot)


@pytest.mark.parametrize("kind", KINDS)
def test_every_figure_of_the_changes_since_the_last_report_has_a_witness(kind):
    found, chance = scene(kind), random.Random(f"{SEED} {kind}")
    found.snapshot["changes"] = changes.changes(found.earlier, found.snapshot)
    # A copy, because the changes share their dates with the sections: one altered would be both.
    snapshot = json.loads(json.dumps(found.snapshot))
    assert checks.failures(snapshot, found.earlier) == []
    paths = list(mutations.below(snapshot["changes"], ("changes",)))
    assert paths
    missed = [
        mutations.name(path)
        for path in (paths if len(paths) <= AT_MOST else chance.sample(paths, AT_MOST))
        if not checks.failures(mutations.changed(snapshot, path, chance), found.earlier)
    ]
    assert missed == [], f"seed {SEED} {kind}"
