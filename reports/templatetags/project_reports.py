"""The reports on a project, for its progress page: the pages of the programme know none of ours."""

from __future__ import annotations

from typing import Any

from django import template

from projects import permissions
from projects.models import Project
from projects.permissions import Actor
from reports.models import Report

register = template.Library()
MOST = 5


@register.inclusion_tag("reports/_of_project.html")
def project_reports(project: Project, actor: Actor) -> dict[str, Any]:
    """Return the newest reports on the project that the actor may see; one query."""
    found = list(
        Report.objects.visible_to(actor).filter(project=project).order_by("-as_of", "-pk")[: MOST + 1]
    )
    return {
        "reports": found[:MOST],
        "has_more": len(found) > MOST,
        "project": project,
        "may_take_bundle": permissions.allows(actor, "bundle.download", project),
    }
