"""Two who send the same file at once: one imports it, the other finds that nothing is left to do."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from projects.intake.measurement_rows import MeasurementRows
from projects.intake.milestone_rows import MilestoneRows
from projects.intake.uploaded import Result
from projects.models import Measurement, Milestone, audit
from tests.api.scene import indicator, target
from tests.cast import Cast, acting
from tests.races.conftest import Together

pytestmark = pytest.mark.django_db(transaction=True)

PLANS = b"project,title,type,baseline_on,reference,actual_on\nPRJ-901,Kiln lit,review,2026-12-31,,\n,,,,MST-901,2026-06-01\n"
VALUES = b"target,period_end,value\nTGT-960,2026-05-31,5\nTGT-960,2026-04-30,4\n"


def test_a_file_that_is_sent_twice_at_once_is_imported_once(cast: Cast, together: Together) -> None:
    target("TGT-960", indicator(), project=cast.our_project)

    def sending(kind: type[MilestoneRows | MeasurementRows], content: bytes) -> Callable[[], Result]:
        return lambda: kind(by=acting(cast.officer), now=timezone.now()).take_in(content, dry_run=False)

    for kind, content in ((MilestoneRows, PLANS), (MeasurementRows, VALUES)):
        outcomes = together([sending(kind, content), sending(kind, content)])
        assert sorted(outcome.changed for outcome in outcomes) == [0, 2], outcomes
    assert (Milestone.objects.count(), Measurement.objects.count()) == (3, 2)
    assert audit.first_break() is None
