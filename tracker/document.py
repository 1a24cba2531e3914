"""The OpenAPI document and its reader. Both are open and the same for everybody, so nobody's token is looked at."""

from __future__ import annotations

import functools
from typing import Any

from django.utils.translation import get_language
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response


class DocumentView(SpectacularJSONAPIView):
    authentication_classes = ()

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the OpenAPI document in the language of the request."""
        return Response(document(get_language() or "en"))


@functools.cache  # it takes seconds to write, and there are as many as languages in the settings
def document(language: str) -> dict[str, Any]:
    """Return the document in the language that is active now, which is `language`."""
    return SchemaGenerator().get_schema(request=None, public=True)


class ReaderView(SpectacularSwaggerSplitView):
    """Swagger UI from our own host, with its script in an answer of its own: the policy allows none in the page."""

    authentication_classes = ()
    template_name = "api_docs.html"
    url_name = "api:schema"
