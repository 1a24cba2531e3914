"""Conditions on requests (RFC 9110, 13): what has not changed is not sent again, what has changed is not overwritten.

Everything that the API tells is audited, so that the last event of the audit trail, the names of the users, the day, the
caller, how far its token reaches, the language and the address decide what is told: from them the tag is made, without
working the answer out. The tag of one record begins with its version, and this is what `If-Match` compares: a change
to another record does not hinder a step.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.request import Request

from projects.models import User
from projects.models.audit import canonical
from projects.models.questions import ask
from projects.permissions import Actor
from projects.tokens import latest


class PreconditionFailed(APIException):
    """The record is no longer what the caller has read."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_detail = gettext_lazy("It was changed since you read it: read again and decide anew.")
    default_code = "precondition_failed"


def state_of_the_whole(request: Request, by: Actor) -> str:
    """Return a short digest that changes whenever the answer to this request may.

    One query; none where the access token brought the state along when it was found, before anything else was read.
    """
    known = getattr(request.auth, "state", None) or ask("state of the whole", _state)[0]
    told = [
        settings.VERSION,
        known,
        by.user.pk,
        None if by.scopes is None else sorted(by.scopes),  # which steps are open, an answer tells too
        by.on,
        get_language(),
        request.headers.get("Accept", ""),
        request.get_full_path(),
    ]
    return hashlib.sha256(canonical(told).encode()).hexdigest()[:24]


def _state() -> QuerySet:
    named = User.objects.order_by("pk").annotate(**latest())
    return named.values_list("last_event", "last_name")[:1]  # type: ignore[misc]  # annotations


def tag(state: str, version: Any = None) -> str:
    """Return the entity tag of an answer, with the version of the record where it is one record."""
    return f'"{state}"' if version is None else f'"{version}.{state}"'


def has_it_already(request: Request, state: str) -> str | None:
    """Return the tag of `If-None-Match` by which the caller holds the present answer, or None."""
    for given in _tags(request.headers.get("If-None-Match", "")):
        if given.rpartition(".")[2] == state:
            return f'"{given}"'
    return None


def matched_version(request: Request, current: Any) -> int | None:
    """Return the version that `If-Match` asks for and the record has; None without the header, or with `*`.

    Raises PreconditionFailed where the record has another one, ValidationError where the header holds no tag.
    """
    header = request.headers.get("If-Match", "").strip()
    if header in ("", "*"):
        return None
    tags = list(_tags(header))
    if not tags:
        text = _("Send the ETag of the record as it was answered, in its quotes.")
        raise ValidationError({"If-Match": [ErrorDetail(text, "invalid")]})
    if current is None or str(current) not in {given.partition(".")[0] for given in tags if "." in given}:
        raise PreconditionFailed
    return int(current)


def require_none(request: Request) -> None:
    """Raise ValidationError where a request that makes a new record carries `If-Match`."""
    if "If-Match" in request.headers:
        text = _("If-Match belongs to a request on one record that exists.")
        raise ValidationError({"If-Match": [ErrorDetail(text, "invalid")]})


def _tags(header: str) -> Iterator[str]:
    """Yield the opaque tags of a header, without quotes; of weak ones too, which our comparison does not need to tell apart."""
    for part in header.split(","):
        text = part.strip().removeprefix("W/")
        if len(text) > 2 and text[0] == text[-1] == '"':
            yield text[1:-1]
