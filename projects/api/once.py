"""One effect for one `Idempotency-Key`, however often the request is sent.

The key, the effect and the answer are written in one transaction: whoever asks again after a lost answer, a crash or
a restart gets the first answer, and of many at once one acts while the others wait for its answer. A request that was
refused has no effect and leaves no key behind. (The header is that of the IETF draft "The Idempotency-Key HTTP Header Field".)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import status
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from projects.models import KeyedCall
from projects.models.audit import canonical

HEADER, LONGEST = "Idempotency-Key", 255
KEPT_HEADERS = ("Location", "ETag")
Handler = Callable[..., Any]


class KeyReused(APIException):
    """The key has been used for another request."""

    status_code = status.HTTP_409_CONFLICT
    default_detail = gettext_lazy("This Idempotency-Key was used for another request: take a new one.")
    default_code = "key_reused"


def key_of(request: Request) -> str | None:
    """Return the key of the request, None where it has none; ValidationError where it cannot be one."""
    key: str | None = request.headers.get(HEADER)
    if key is None:
        return None
    key = key.strip().removeprefix('"').removesuffix('"')
    if not 1 <= len(key) <= LONGEST or not (key.isascii() and key.isprintable()):
        text = _("Give a key of 1 to %(longest)d printable ASCII characters, such as a UUID.")
        raise ValidationError({HEADER: [ErrorDetail(text % {"longest": LONGEST}, "invalid")]})
    return key


def answering_once(handler: Handler, key: str, *, user_id: int) -> Handler:
    """Return the handler of a request that carries `key`: it acts once, and is answered the same ever after."""

    def answer(request: Request, *args: Any, **kwargs: Any) -> Any:
        asked = _digest(request)
        with transaction.atomic():
            call, is_new = KeyedCall.begin(user_id=user_id, key=key, asked=asked, now=timezone.now())
            if not is_new:
                return _again(call, asked)
            response = handler(request, *args, **kwargs)
            call.keep(
                status=response.status_code,
                headers={name: response[name] for name in KEPT_HEADERS if name in response},
                answered=JSONRenderer().render(response.data).decode(),
            )
            return response

    return answer


def _again(call: KeyedCall, asked: str) -> Response:
    if call.asked != asked:
        raise KeyReused
    data = json.loads(call.answered) if call.answered else None
    return Response(data, status=call.status, headers={**call.headers, "Idempotency-Replayed": "true"})


def _digest(request: Request) -> str:
    """Return the SHA-256 of method, address and body; of files their content counts, and their name."""
    body = request.data
    if hasattr(body, "lists"):
        told: Any = {name: [_plain(value) for value in values] for name, values in body.lists()}
    else:
        told = body
    asked = canonical([request.method, request.get_full_path(), told])
    return hashlib.sha256(asked.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if not isinstance(value, UploadedFile):
        return value
    digest = hashlib.sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return {"name": value.name, "sha256": digest.hexdigest()}
