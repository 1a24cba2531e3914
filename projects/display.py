"""How the pages are shown to one person: language, theme, size of text, and whether keys lead somewhere.

Every device keeps its choice in cookies. The language is kept with the account as well: mails are written in it, and a device on which
nothing was chosen takes it over when its person signs in. None of it is a fact of the programme, so none of it is audited.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from projects.models import User

YEAR = 365 * 24 * 60 * 60


class Theme(models.TextChoices):
    DEVICE = "", _("As the device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")
    CONTRAST = "contrast", _("High contrast")


class Text(models.TextChoices):
    NORMAL = "", _("Normal")
    LARGE = "large", _("Large")
    LARGER = "larger", _("Larger")


class Shortcuts(models.TextChoices):
    ON = "", _("On")
    OFF = "off", _("Off")


COOKIES: dict[str, type[models.TextChoices]] = {"theme": Theme, "text": Text, "shortcuts": Shortcuts}


def shown(request: HttpRequest) -> dict[str, str]:
    """Return theme, size of text and shortcuts of the device, "" where none is chosen; what a cookie makes up counts as none."""
    found = {name: request.COOKIES.get(_cookie(name), "") for name in COOKIES}
    return {name: value if value in COOKIES[name].values else "" for name, value in found.items()}


def remember(response: HttpResponse, *, user: Any, language: str = "", **chosen: str) -> None:
    """Keep on the device what was chosen, and the language with the account of a person who has signed in."""
    for name, value in chosen.items():
        _keep(response, _cookie(name), value)
    if language:
        _keep(response, settings.LANGUAGE_COOKIE_NAME, language)
        if user.is_authenticated and user.language != language:
            User.objects.filter(pk=user.pk).update(language=language, changed_at=timezone.now())


def take_over(request: HttpRequest, response: HttpResponse) -> None:
    """Give a device without a language of its own that of the person who signs in, if they have ever chosen one."""
    language = getattr(request.user, "language", "")
    if language and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        _keep(response, settings.LANGUAGE_COOKIE_NAME, language)


def _cookie(name: str) -> str:
    return f"{settings.COOKIE_PREFIX}{name}"


def _keep(response: HttpResponse, name: str, value: str) -> None:
    if value:
        secure = settings.SESSION_COOKIE_SECURE
        response.set_cookie(name, value, max_age=YEAR, secure=secure, httponly=True, samesite="Lax")
    else:
        response.delete_cookie(name, samesite="Lax")
