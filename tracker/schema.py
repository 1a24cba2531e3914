"""The OpenAPI document: to each operation the rights it needs and the problems it can answer with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.urls import resolve
from drf_spectacular.authentication import SessionScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.permissions import AllowAny

from projects import throttles
from projects.choices import Role
from projects.permissions import MAY, SECOND_PERSON
from projects.renderers import FORMATS
from tracker.deprecations import ENDINGS
from tracker.errors import MEDIA_TYPE, details

SAFE = ("GET", "HEAD", "OPTIONS")
FIGURES = ("roadmap", "life", "mass_balance", "summary")  # actions that only work figures out for a day

AS_OF = OpenApiParameter(
    "as_of",
    OpenApiTypes.DATE,
    description="The day for which states and figures are asked; today in India where none is given.",
)
FIELDS = OpenApiParameter(
    "fields", description="Only these fields of each record, separated by commas, as in `reference,title`."
)


def _header(name: str, meaning: str) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.HEADER, description=meaning)


KEY = _header(
    "Idempotency-Key", "Any text of yours, such as a UUID: the same request with the same key acts once."
)
IF_MATCH = _header(
    "If-Match", "The `ETag` you have read: if the record was changed since, nothing is written."
)
IF_NONE_MATCH = _header(
    "If-None-Match", "The `ETag` you hold: if nothing has changed, the answer is 304, empty."
)


class ProblemErrorSerializer(serializers.Serializer):
    """One error of a request."""

    field = serializers.CharField(help_text="Dotted path of the field or parameter; empty for the whole.")
    code = serializers.CharField(help_text="Stable, for programs.")
    detail = serializers.CharField(help_text="For people, in the language of the request.")


class ProblemSerializer(serializers.Serializer):
    """Problem details (RFC 9457). `type` and `code` are stable; texts are for people."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    errors = ProblemErrorSerializer(many=True)  # type: ignore[assignment]  # the shape has this member


class TokenScheme(OpenApiAuthenticationExtension):
    """Tells readers of the document how a token is sent."""

    target_class = "projects.tokens.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the definition of the scheme."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token <token>`, with the token that `POST /api/v1/auth/login/` answers.",
        }


class CookieScheme(SessionScheme):
    """The session of a signed-in browser."""

    target_class = "projects.tokens.SessionAuthentication"


class RightsSchema(AutoSchema):
    """Describes an operation by its docstring, the table of rights, and the problems that its kind can meet."""

    def get_description(self) -> str:  # type: ignore[override]  # drf-spectacular's own signature
        return "\n\n".join(
            part for part in (super().get_description(), f"**Who may:** {self._who()}") if part
        )

    def _who(self) -> str:
        if self._is_open():
            return "everybody, without signing in."
        needed = getattr(self.view, "RIGHTS", {}).get(self._action)
        if needed is None:
            return "whoever is signed in; the answer holds only what the caller may see."
        roles = [str(role.label) for role in Role if role.value in MAY[needed]]
        text = f"{', '.join(roles)} (`{needed}`), on what they may see."
        if Role.LEAD in MAY[needed]:
            text += " A lead acts on what the own organisation leads or takes part in."
        if needed in SECOND_PERSON:
            text += (
                " A second person must decide: whoever made the claim or added evidence to it, or belongs to the"
                " organisation that made it, answers 403."
            )
        return text

    def _is_open(self) -> bool:
        return any(isinstance(permission, AllowAny) for permission in self.view.get_permissions())

    def is_deprecated(self) -> bool:
        """Tell whether the route stands in the table of those that end."""
        return resolve(re.sub(r"\{\w+\}", "1", self.path)).view_name in ENDINGS

    def get_summary(self) -> str:
        """Return what stands in the list of operations: the first sentence, or what lists and details do."""
        things = self.path.removeprefix("/api/v1/").split("/")[0]
        if self._action == "list":
            return f"List {things}"
        if self._action == "retrieve":
            return f"Read one of {things}"
        return re.split(r"[.:;](?:\s|$)| \(", str(super().get_description()))[0]

    def get_override_parameters(self) -> list[Any]:
        given = list(super().get_override_parameters())
        if self._has_figures():
            given.append(AS_OF)
        if self._action in ("list", "retrieve") and hasattr(self.view, "parameters"):
            given.append(FIELDS)
        if self._is_tagged():
            given.append(IF_NONE_MATCH)
        if hasattr(self.view, "is_tagged") and self.method not in SAFE:
            given += [KEY, IF_MATCH] if "{" in self.path else [KEY]
        return given

    def _is_exported(self) -> bool:
        return self._action == "list" and any(isinstance(made, FORMATS) for made in self.view.get_renderers())

    def _is_tagged(self) -> bool:
        return self.method == "GET" and bool(getattr(self.view, "is_tagged", False))

    def _has_figures(self) -> bool:
        """Whether the answer depends on the day that is asked for; a view without actions has one answer."""
        whole = getattr(self.view, "HAS_FIGURES", False) and self._action in ("list", "retrieve", "")
        return whole or self._action in FIGURES

    def _problems(self) -> Iterator[tuple[int, str, str]]:
        """Yield status, code and meaning of what can go wrong with an operation of this kind."""
        writes = self.method not in SAFE
        rights = getattr(self.view, "RIGHTS", {})
        signs_in = "/login/" in self.path
        yield 400, "invalid", "The request has errors; `errors` lists them."
        if signs_in or not self._is_open():
            code = "authentication_failed" if signs_in else "not_authenticated"
            yield 401, code, "Not signed in: no token, an expired or unknown one, or a disabled account."
        if self._action in rights:
            yield 403, "permission_denied", "Your roles do not allow it, or a second person must decide."
        if "{" in self.path or getattr(self.view, "MAY_FIND_NOTHING", False):
            yield 404, "not_found", "Nothing here, or nothing that you may see."
        if self._action in getattr(self.view, "NOT_YET", ()):
            yield 409, "step_not_open", "Not issued yet: there is nothing to download."
        if writes and rights:
            meaning = "`step_not_open`, `stale` (read again), `conflict` (someone was faster) or `key_reused` (another request's key)."
            yield 409, "step_not_open", meaning
            if "{" in self.path:
                yield 412, "precondition_failed", "`If-Match`: changed since you read it."
            yield 413, "too_large", "The body or a file is too large."
        scope = throttles.scope_of(self.view, self.method)
        if writes and not rights:
            yield 413, "too_large", "The body or a file is too large."
        if signs_in:
            yield (
                429,
                "locked_out",
                "Too many failed sign-ins, or `throttled`; `Retry-After` says when to try again.",
            )
        elif scope:
            most, seconds = settings.THROTTLES[scope]
            yield (
                429,
                "throttled",
                f"More than {most} requests in {seconds} s; `Retry-After` says when to ask again.",
            )
        yield (
            503,
            "unavailable",
            "The database or the archive did not answer in time; `Retry-After` says when to try again.",
        )

    def map_renderers(self, attribute: str) -> list[Any]:
        """Leave the files of a list out of the types of its shape; their names are still those of `format`."""
        found: list[Any] = super().map_renderers(attribute)
        files = [made.media_type for made in FORMATS] if attribute == "media_type" else []
        return [it for it in found if it not in files]

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        if direction == "response" and self._is_exported():
            for made in FORMATS:
                bodies["200"]["content"][made.media_type] = {"schema": {"type": "string", "format": "binary"}}
        for status, code, meaning in self._problems():
            if str(status) not in bodies:
                body = self._get_response_for_code(ProblemSerializer, str(status), media_types=[MEDIA_TYPE])
                body["content"][MEDIA_TYPE]["example"] = details(status, code, meaning.replace("`", ""))
                bodies[str(status)] = {**body, "description": meaning}
        if direction == "response" and self._is_tagged():
            bodies["304"] = {"description": "What you hold is as it stands (`If-None-Match`)."}
        return bodies

    @property
    def _action(self) -> str:
        return getattr(self.view, "action", None) or ""
