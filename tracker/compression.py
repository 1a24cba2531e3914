"""What is sent small: the text files of the pages, compressed once and kept, and the pages themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from whitenoise.middleware import WhiteNoiseMiddleware

# What no page of ours asks for: Django's admin and the browser of the API are served as they are, from their packages.
LEFT_OUT = (
    "admin",
    "drf_spectacular_sidecar",
    "rest_framework",
    "ext",
    "django-htmx.js",
    "ht*-4*",
    "htmx-2.js",
)


def collect() -> None:
    """Bring the files of the pages into `STATIC_ROOT`, each with its compressed forms. Takes half a second."""
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=list(LEFT_OUT))


class StaticFilesMiddleware(WhiteNoiseMiddleware):
    """Serves a collected file with its compressed forms, and every other one from where its package keeps it.

    A collected file that is older than its source is not served: an update that forgot to collect shows new files all the same.
    """

    def add_file_to_dictionary(self, url: str, path: str, stat_cache: Any = None) -> None:
        source, kept = Path(path), Path(settings.STATIC_ROOT) / url.removeprefix(self.static_prefix)
        if kept != source and kept.is_file() and kept.stat().st_mtime >= source.stat().st_mtime:
            path, stat_cache = str(kept), None
        super().add_file_to_dictionary(url, path, stat_cache)


class PageCompressionMiddleware(GZipMiddleware):
    """Compresses pages for browsers that ask for it; nothing else.

    Not the API, whose tags (ETag) a compressed answer would make weak. A page holds no secret beside what a caller can make
    it repeat: the token of its forms is masked anew in each answer, and the length of each answer is blurred (BREACH).
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        return super().process_response(request, response) if kind == "text/html" else response
