"""Early warning: every rule with what it finds, and what is likely to be late."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.views.generic import TemplateView

from projects.models import Agreement, Milestone, Project, Target
from projects.progress.stages import GateRow
from projects.progress.warnings import OpenDate, early_warning
from projects.views.page import Page


class Warnings(Page, TemplateView):
    template_name = "projects/warnings.html"
    section = "warnings"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = early_warning(self.on, self.actor)
        return super().get_context_data(
            warning=found,
            rules=[
                (rule, [(row, address(row.subject), title(row.subject)) for row in rows])
                for rule, rows in found.rules
                if rows
            ],
            silent=[rule for rule, rows in found.rules if not rows],
            dates=[(it, *_named(it)) for it in found.dates],
            **kwargs,
        )


def address(subject: Any) -> str:
    """Return the page of a record under a rule."""
    if isinstance(subject, Milestone | Target | Project | Agreement):
        return reverse(f"{subject._meta.model_name}-detail", args=[subject.reference])
    return ""


def title(subject: Any) -> str:
    return str(subject.name if isinstance(subject, Project) else subject.title)


def _named(it: OpenDate) -> tuple[str, str, str]:
    """Return reference, title and page of an open date."""
    if isinstance(it.subject, GateRow):
        reference = it.project.reference if it.project else ""
        return reference, str(it.subject.rule.gate.label), reverse("project-roadmap", args=[reference])
    milestone = it.subject.milestone
    return milestone.reference, milestone.title, address(milestone)
