"""The URL map: pages at the root, the API under /api/v1/, Django's admin for administrators."""

from django.contrib import admin
from django.urls import include, path

from projects.progress.due_dates import due_dates
from projects.views.calendar import CalendarFeed
from reports.coming import coming_reports
from tracker import health, metrics
from tracker.emblem import emblem

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("healthz/deep", health.deep, name="healthz-deep"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", metrics.show, name="metrics"),
    path("emblem.svg", emblem, name="emblem"),
    path("admin/", admin.site.urls),
    path("api/v1/", include("tracker.api")),
    # Reports are no part of the programme, yet their due dates belong into its calendar: they meet here.
    path(
        "calendar/feed/<str:secret>.ics",
        CalendarFeed.as_view(sources=(due_dates, coming_reports)),
        name="calendar-feed",
    ),
    path("", include("reports.verify_urls")),
    path("", include("reports.urls")),
    path("", include("projects.urls")),
]

handler400 = "tracker.errors.bad_request"
handler404 = "tracker.errors.not_found"
handler500 = "tracker.errors.server_error"
