"""The log of downloads of a report, for those who may read its history."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.views.generic import ListView

from projects import permissions
from reports import downloads
from reports.views.reports import OneReport


class ReportDownloads(OneReport, ListView):
    template_name = "reports/download_list.html"
    paginate_by = 50

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.report = self.found()
        permissions.require(self.actor, "history.read", self.report)
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet:
        return downloads.log(self.report)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(report=self.report, **kwargs)
