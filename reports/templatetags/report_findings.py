"""The findings on a report, on its page."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.urls import reverse

from projects import permissions
from projects.templatetags.findings import line
from reports.models import Report

register = template.Library()


@register.inclusion_tag("projects/_findings_line.html", takes_context=True)
def report_findings(context: Context, report: Report) -> dict[str, Any]:
    """Return how many findings the reader sees on the report, and where to raise one."""
    by = context["actor"]
    may_raise = report.is_readable and permissions.allows(by, "finding.raise", report)
    raised_at = reverse("report-finding-new", args=[report.slug]) if may_raise else ""
    return line(by, {"report_serial": report.serial}, {"report": report.serial}, raised_at)
