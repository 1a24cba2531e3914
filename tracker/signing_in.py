"""What the environment says of signing in, checked at the start: who needs a second factor, and the provider of OpenID Connect."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from projects.choices import Role
from projects.oidc_provider import Provider

DEFAULT = frozenset({Role.MANAGER, Role.AUDITOR, Role.ADMINISTRATOR})
LOCAL = ("127.0.0.1", "localhost", "::1")


def roles(text: str, *, base_url: str) -> frozenset[str]:
    """Return the roles that need a second factor: those named, nobody for `none`.

    Where nothing is said, managers, auditors and administrators, unless the address of the tracker is this machine's
    own: there it is tried out, and the page of signing in says so.
    """
    named = [part.strip() for part in text.split(",") if part.strip()]
    if not named:
        return frozenset() if urlsplit(base_url).hostname in LOCAL else DEFAULT
    if named == ["none"]:
        return frozenset()
    if unknown := sorted(set(named) - set(Role.values)):
        raise ImproperlyConfigured(
            f"SECOND_FACTOR_FOR: {', '.join(unknown)} is none of {', '.join(Role.values)}, none."
        )
    return frozenset(named)


def provider(env: Any) -> Provider | None:
    """Return the provider by which people may sign in; None where none is set, refused where it is set by half."""
    said = {
        "OIDC_ISSUER": env.str("OIDC_ISSUER", default="").strip(),
        "OIDC_CLIENT_ID": env.str("OIDC_CLIENT_ID", default="").strip(),
        "OIDC_CLIENT_SECRET": env.str("OIDC_CLIENT_SECRET", default="").strip(),
    }
    name = env.str("OIDC_NAME", default="").strip()
    allows_http = env.bool("OIDC_ALLOW_HTTP", default=False)
    is_second_factor = env.bool("OIDC_SECOND_FACTOR", default=False)
    if not any(said.values()):
        return None
    if missing := [key for key, value in said.items() if not value]:
        raise ImproperlyConfigured(
            f"Signing in by OpenID Connect is set by half: {', '.join(missing)} is missing."
        )
    issuer = urlsplit(said["OIDC_ISSUER"])
    if issuer.scheme != "https" and not allows_http:
        raise ImproperlyConfigured("OIDC_ISSUER must begin with https://.")
    if not issuer.hostname or issuer.query or issuer.fragment:
        raise ImproperlyConfigured("OIDC_ISSUER is the address of the provider, without ? and #.")
    return Provider(
        issuer=said["OIDC_ISSUER"],
        client_id=said["OIDC_CLIENT_ID"],
        client_secret=said["OIDC_CLIENT_SECRET"],
        name=name or str(issuer.hostname),
        is_second_factor=is_second_factor,
        allows_http=allows_http,
    )


def refuse_none(**numbers: int) -> None:
    """Stop the start where a number that must be at least 1 is not."""
    for name, number in numbers.items():
        if number < 1:
            raise ImproperlyConfigured(f"{name} must be 1 or more.")
