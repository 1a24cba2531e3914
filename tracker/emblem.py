"""The emblem of the office, where EMBLEM_FILE names one."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe


@require_safe
@cache_control(public=True, max_age=3600)
def emblem(request: HttpRequest) -> HttpResponse:
    """Return the drawing. Opened by itself it may run nothing and load nothing."""
    if not settings.EMBLEM:
        raise Http404
    answer = HttpResponse(settings.EMBLEM, content_type="image/svg+xml")
    answer["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return answer
