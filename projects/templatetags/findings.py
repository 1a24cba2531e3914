"""Findings on the pages of what they are on."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import template
from django.template import Context
from django.urls import reverse

from projects import permissions
from projects.models import Finding
from projects.models.findings import UNSETTLED
from projects.permissions import Actor

register = template.Library()


@register.inclusion_tag("projects/_findings_line.html", takes_context=True)
def findings_line(context: Context, subject: Any) -> dict[str, Any]:
    """Return how many findings the reader sees on a project, an agreement or a milestone, and where to raise one."""
    by, name = context["actor"], str(subject._meta.model_name)
    may_raise = permissions.allows(by, "finding.raise", subject)
    raised_at = f"{reverse('finding-new')}?{urlencode({name: subject.reference})}" if may_raise else ""
    return line(by, {name: subject}, {name: subject.reference}, raised_at)


def line(by: Actor, on: dict[str, Any], asked: dict[str, str], raise_address: str) -> dict[str, Any]:
    """Return the context of the line: findings `on` something, by the parameters `asked` of the list; one query."""
    standing = Finding.objects.visible_to(by).filter(**on).standing()
    return {
        "total": sum(standing.values()),
        "open": sum(standing.get(status, 0) for status in UNSETTLED),
        "rows_address": f"{reverse('finding-list')}?{urlencode(asked)}",
        "raise_address": raise_address,
    }
