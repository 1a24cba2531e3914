"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language

from projects import display


def site(request: HttpRequest) -> dict[str, object]:
    """Return the product's version, today's date in India, how the device is shown the pages, and whose tracker it is."""
    in_hindi = get_language() == "hi" and settings.MINISTRY_NAME_HI
    return {
        "ministry": settings.MINISTRY_NAME_HI if in_hindi else settings.MINISTRY_NAME,
        "has_emblem": bool(settings.EMBLEM),
        "product_version": settings.VERSION,
        "today": timezone.localdate(),
        "shown": display.shown(request),
    }
