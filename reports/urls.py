"""The pages of reports."""

from django.urls import path

from reports import views

_report = "reports/<slug:slug>/"

urlpatterns = [
    path("reports/", views.ReportList.as_view(), name="report-list"),
    path(_report, views.ReportDetail.as_view(), name="report-detail"),
    path(f"{_report}pdf", views.ReportPdf.as_view(), name="report-pdf"),
    path(f"{_report}retry", views.ReportRetry.as_view(), name="report-retry"),
]
