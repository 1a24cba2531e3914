"""The filter of findings, shared by page and API."""

from __future__ import annotations

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from projects.choices import FindingKind, FindingState
from projects.filters import SearchFilter, Sorting, choice, day, named
from projects.models import Agreement, Finding, Milestone, Project


class FindingFilter(filters.FilterSet):
    """For `Finding.objects.visible_to(actor)`."""

    q = SearchFilter(fields=("reference", "text", "paragraph", "report_serial"))
    status = choice(FindingState.choices, _("Status"))
    kind = choice(FindingKind.choices, _("Kind"))
    project = named(Project, "project", _("Project"))
    agreement = named(Agreement, "agreement", _("Agreement"))
    milestone = named(Milestone, "milestone", _("Milestone"))
    report = filters.CharFilter(field_name="report_serial", label=_("Report (serial)"))
    due_before = day("due_on", "lte", _("Reply due by"))
    raised_from = day("raised_on", "gte", _("Raised from"))
    raised_to = day("raised_on", "lte", _("Raised until"))
    sort = Sorting(
        fields=(("due_on", "due"), ("raised_on", "raised"), ("reference", "reference")),
        field_labels={
            "due_on": _("Reply due"),
            "raised_on": _("Day on which it was raised"),
            "reference": _("Reference"),
        },
        label=_("Sort by"),
    )

    class Meta:
        model = Finding
        fields: tuple[str, ...] = ()
