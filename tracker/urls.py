"""The URL map: pages at the root, the API under /api/v1/, Django's admin for administrators."""

from django.contrib import admin
from django.urls import include, path

from tracker import health

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("healthz/deep", health.deep, name="healthz-deep"),
    path("readyz", health.ready, name="readyz"),
    path("admin/", admin.site.urls),
    path("api/v1/", include("tracker.api")),
    path("", include("reports.verify_urls")),
    path("", include("reports.urls")),
    path("", include("projects.urls")),
]

handler400 = "tracker.errors.bad_request"
handler404 = "tracker.errors.not_found"
handler500 = "tracker.errors.server_error"
