"""How mail leaves: EMAIL_URL and DEFAULT_FROM_EMAIL, as Django's settings."""

from email.utils import parseaddr
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

PORTS = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}
SCHEMES = (*PORTS, "filemail", "consolemail")
TO_FILES = "django.core.mail.backends.filebased.EmailBackend"
SENDER = "Mission Tracker <no-reply@localhost>"


def of(env: Any, folder: Path) -> dict[str, Any]:
    """Return Django's settings for mail, or stop with the name of the variable that cannot be used.

    What is wrong is said without the address itself: it may hold a password.
    """
    found: dict[str, Any] = {"EMAIL_BACKEND": TO_FILES, "EMAIL_FILE_PATH": str(folder / "mail")}
    if env.str("EMAIL_URL", default=""):
        found = _server(env)
    return found | {"DEFAULT_FROM_EMAIL": _sender(env.str("DEFAULT_FROM_EMAIL", default="") or SENDER)}


def _server(env: Any) -> dict[str, Any]:
    scheme, there, _rest = env.str("EMAIL_URL").partition("://")
    if not there or scheme not in SCHEMES:
        raise ImproperlyConfigured(
            f"EMAIL_URL must begin with one of {', '.join(f'{it}://' for it in SCHEMES)}."
        )
    try:
        found: dict[str, Any] = env.email_url("EMAIL_URL")
    except (ValueError, ImproperlyConfigured):
        raise ImproperlyConfigured("EMAIL_URL is no address: smtp+tls://user:password@host:587") from None
    if scheme in PORTS and not found["EMAIL_HOST"]:
        raise ImproperlyConfigured("EMAIL_URL names no host: smtp+tls://user:password@host:587")
    if scheme == "filemail" and not Path(found["EMAIL_FILE_PATH"]).is_absolute():
        raise ImproperlyConfigured("EMAIL_URL must name a folder from the root: filemail:////path/to/folder")
    found["EMAIL_PORT"] = found["EMAIL_PORT"] or PORTS.get(scheme)
    for name in ("EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD"):
        found[name] = found[name] or ""
    return found


def _sender(text: str) -> str:
    _name, address = parseaddr(text)
    try:
        validate_email(address)
    except ValidationError:
        raise ImproperlyConfigured(
            "DEFAULT_FROM_EMAIL must be an address, or a name and <an address>."
        ) from None
    if any(sign in text for sign in "\r\n"):
        raise ImproperlyConfigured("DEFAULT_FROM_EMAIL must be one line.")
    return text
