"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone


def site(request: HttpRequest) -> dict[str, object]:
    """Return the product's version and today's date in India."""
    return {"product_version": settings.VERSION, "today": timezone.localdate()}
