"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from projects import display


def site(request: HttpRequest) -> dict[str, object]:
    """Return the product's version, today's date in India, and how the device is shown the pages."""
    return {
        "product_version": settings.VERSION,
        "today": timezone.localdate(),
        "shown": display.shown(request),
    }
