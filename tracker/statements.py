"""How long the database may work at one statement of the web server."""

from __future__ import annotations

from django.conf import settings
from django.db import connections


def bound() -> None:
    """Let PostgreSQL end what a request asks of it after STATEMENT_SECONDS; call it before the first connection.

    Only the web server does: migrations, imports and reports take the time that they need.
    """
    kept = connections.settings["default"]
    if kept["ENGINE"] == "django.db.backends.postgresql" and settings.STATEMENT_SECONDS:
        options = kept.setdefault("OPTIONS", {})
        given = options.get("options", "")
        options["options"] = f"{given} -c statement_timeout={settings.STATEMENT_SECONDS}s".strip()
