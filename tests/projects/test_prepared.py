"""Subqueries that are put together once: each day its own answer, and no query in which its table has another name."""

import datetime as dt

import pytest
from django.db import NotSupportedError
from django.db.models import Exists, OuterRef

from projects.models import Project
from tests.cast import TODAY, Cast, acting

pytestmark = pytest.mark.django_db


def overdue(project: Project, on: dt.date) -> int:
    return Project.objects.with_progress(on).get(pk=project.pk).milestones_overdue


def test_each_day_is_asked_about_anew(cast: Cast):
    due = cast.our_milestone.baseline_on
    late = due + dt.timedelta(days=1)
    assert [overdue(cast.our_project, on) for on in (due, late, due)] == [0, 1, 0]
    cast.our_milestone.claim(by=acting(cast.our_lead), actual_on=TODAY)
    assert overdue(cast.our_project, TODAY) == 0


def test_a_query_that_gives_the_table_another_name_is_refused(cast: Cast):
    late = Project.objects.with_progress(TODAY).filter(milestones_overdue__gt=0)
    assert late.exists()
    with pytest.raises(NotSupportedError, match="outermost"):
        Project.objects.filter(Exists(late.filter(parent=OuterRef("pk")))).exists()
