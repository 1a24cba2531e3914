"""Reports in Django's admin: administrators look, nobody changes anything here."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from projects.administration import ReadOnlyAdmin
from reports.models import Report, ReportSchedule


@admin.register(ReportSchedule)
class ReportScheduleAdmin(ReadOnlyAdmin):
    list_display = ("title", "kind", "project", "cadence", "starts_on", "ends_on", "owner", "active")
    list_filter = ("kind", "cadence", "active")
    list_select_related = ("project", "owner")


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    list_display = ("serial", "kind", "project", "period_start", "period_end", "state", "attempt", "late")
    list_filter = ("state", "kind", "late")
    list_select_related = ("project",)
    search_fields = ("serial",)
    exclude = ("snapshot",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).defer("snapshot")
