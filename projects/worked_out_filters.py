"""Filters whose answer the database cannot give: it is worked out on the request's as-of day, by the rules of `progress`.

A number of the dashboard and the list behind it ask the same functions, so that they cannot part.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from projects import edge
from projects.models import Milestone, Project
from projects.permissions import Actor
from projects.progress import milestone_rows, target_rows
from projects.progress.bands import Band
from projects.progress.milestones import MilestoneRow
from projects.progress.projects import late_band, project_figures
from projects.progress.target_states import target_state
from projects.progress.targets import TargetRow

Answers = Callable[[QuerySet, dt.date, Actor], dict[int, Any]]


class WorkedOut(filters.ChoiceFilter):
    """Keeps the rows whose answer is the value; `answers` returns those of the rows by their keys."""

    parent: filters.FilterSet

    def __init__(self, *args: Any, answers: Answers, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.answers = answers

    def filter(self, qs: QuerySet, value: str) -> QuerySet:
        if not value:
            return qs
        request = self.parent.request
        # By their keys: a list's prepared subqueries stand in the outermost query only.
        rows = qs.model.objects.filter(pk__in=list(qs.order_by().values_list("pk", flat=True)))
        found = self.answers(rows, edge.as_of(request), edge.acting(request))
        return qs.filter(pk__in=[key for key, answer in found.items() if answer == value])


def of_milestones(answer: Callable[[MilestoneRow], Any]) -> Answers:
    def answers(rows: Any, on: dt.date, by: Actor) -> dict[int, Any]:
        return {row.milestone.pk: answer(row) for row in milestone_rows(rows, on)}

    return answers


def of_targets(answer: Callable[[TargetRow], Any]) -> Answers:
    def answers(rows: Any, on: dt.date, by: Actor) -> dict[int, Any]:
        return {row.target.pk: answer(row) for row in target_rows(rows, on)}

    return answers


def of_project_delay(*, against_latest: bool) -> Answers:
    def answers(rows: Any, on: dt.date, by: Actor) -> dict[int, Any]:
        milestones = milestone_rows(Milestone.objects.visible_to(by).filter(project__in=rows), on)
        figures = project_figures(Project.objects.filter(pk__in=rows), on, milestones)
        return {row.project.pk: late_band(row, on, against_latest=against_latest) for row in figures.rows}

    return answers


def banded(label: Any, answers: Answers, empty_label: Any) -> WorkedOut:
    """Return a filter by the bands of delay."""
    return WorkedOut(choices=Band.choices, label=label, empty_label=empty_label, answers=answers)


def yes_or_no(answer: Callable[[Any], bool]) -> Callable[[Any], str]:
    """Return the answer as addresses write it."""
    return lambda row: "true" if answer(row) else "false"


STANDING = of_targets(target_state)
