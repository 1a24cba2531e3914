"""Which parameters an address understands, and which fields of a record are asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

FIELDS = "fields"


def require_known(request: Request, known: Iterable[str]) -> None:
    """Raise ValidationError at a parameter that the address does not know, or that is given twice.

    A filter that is spelled wrongly must not answer as if everything had been asked for, nor one of two values as if it
    were both.
    """
    names = sorted(known)
    errors = {}
    for name, values in request.query_params.lists():
        if name not in names:
            text = _("There is no such parameter. There are: %(names)s.") % {"names": ", ".join(names) or "–"}
            errors[name] = [ErrorDetail(text, "unknown")]
        elif len(values) > 1:
            errors[name] = [ErrorDetail(_("Give this parameter once."), "repeated")]
    if errors:
        raise ValidationError(errors)


def keep_asked(shape: Any, request: Request) -> None:
    """Take from a shape the fields that `fields` does not name; ValidationError where it names one that is not there."""
    asked = request.query_params.get(FIELDS)
    if asked is None:
        return
    one: Any = shape.child if isinstance(shape, serializers.ListSerializer) else shape
    names = [name.strip() for name in asked.split(",") if name.strip()]
    unknown = sorted(set(names) - set(one.fields))
    if unknown or not names:
        text = _("Unknown fields: %(unknown)s. There are: %(names)s.")
        text %= {"unknown": ", ".join(unknown) or "–", "names": ", ".join(one.fields)}
        raise ValidationError({FIELDS: [ErrorDetail(text, "unknown")]})
    for name in set(one.fields) - set(names):
        one.fields.pop(name)
