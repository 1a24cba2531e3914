"""The pages of reports."""

from django.urls import path

from reports.views import reports

_report = "reports/<slug:slug>/"

urlpatterns = [
    path("reports/", reports.ReportList.as_view(), name="report-list"),
    path(_report, reports.ReportDetail.as_view(), name="report-detail"),
    path(f"{_report}pdf", reports.ReportPdf.as_view(), name="report-pdf"),
    path(f"{_report}retry", reports.ReportRetry.as_view(), name="report-retry"),
]
