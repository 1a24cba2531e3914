"""Parts that several shapes share."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from projects.choices import Precision, Visibility
from projects.models import Organisation
from projects.models.audit import plain
from projects.models.sourced import NOTE_LENGTH as NOTE_LENGTH
from projects.serializers.reading import Reading

SOURCED = ("source_url", "further_source_url", "as_of", "as_of_basis", "notes")

# What a person can claim or plan; "reported" and "derived" describe dates that were found in sources.
OWN_PRECISIONS = [
    (choice.value, choice.label)
    for choice in (
        Precision.DAY,
        Precision.MONTH,
        Precision.QUARTER,
        Precision.FINANCIAL_YEAR,
        Precision.YEAR,
    )
]


class Code(serializers.ChoiceField):
    """A word of a closed list; null where it is not known."""

    def to_representation(self, value: Any) -> Any:
        return None if value == "" else super().to_representation(value)


class Facts(Reading, serializers.ModelSerializer):
    """A shape that is only read: no validators, no writable field."""

    serializer_choice_field = Code

    def build_standard_field(
        self, field_name: str, model_field: Any
    ) -> tuple[type[serializers.Field], dict[str, Any]]:
        made, options = super().build_standard_field(field_name, model_field)
        if model_field.choices and model_field.blank:
            options["allow_null"] = True
        if model_field.blank and issubclass(made, (serializers.URLField, serializers.EmailField)):
            made = serializers.CharField  # empty where it is not known, which is no address
        return made, options

    def get_extra_kwargs(self) -> dict[str, Any]:
        return {
            **{name: {"read_only": True} for name in self.Meta.fields if name not in self._declared_fields},
            **super().get_extra_kwargs(),
        }


class Quantity(serializers.DecimalField):
    """A decimal as a string, exact, without trailing zeros: "35.42"."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_digits": 18, "decimal_places": 4, **kwargs})

    def to_representation(self, value: Decimal) -> str:
        return plain(Decimal(value))


class Reference(serializers.SlugRelatedField):
    """The public reference of a related row; null where there is none, or none that the caller may see."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("slug_field", "reference")
        kwargs.setdefault("read_only", True)
        super().__init__(**kwargs)


@extend_schema_field(OpenApiTypes.STR)
class ReferenceIn(Reference):
    """The same inside a part that has no model of its own to tell the type from."""


class Known(serializers.SlugRelatedField):
    """A reference in a body. What the caller may not see is as unknown as what does not exist."""

    default_error_messages = {
        "does_not_exist": _("Unknown reference."),
        "invalid": _("Unknown reference."),
    }

    def __init__(self, *, model: Any, **kwargs: Any) -> None:
        self.model = model
        kwargs.setdefault("slug_field", "reference")
        super().__init__(queryset=model.objects.none(), **kwargs)

    def get_queryset(self) -> Any:
        return self.model.objects.visible_to(self.context["by"])

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str | int) or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class Post(serializers.CharField):
    """Who did it, by post (by name where no post is recorded); null where nobody did yet."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, allow_null=True, **kwargs)


class OrganisationBrief(Facts):
    """An organisation, named."""

    class Meta:
        model = Organisation
        fields = ("reference", "short_name", "name")


@extend_schema_field(OpenApiTypes.INT)
class KnownKey(Known):
    """The same for rows that have a number instead of a reference."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(slug_field="pk", **kwargs)


class Body(serializers.Serializer):
    """The body of a request. A field that does not exist is refused: a misspelt `version` must not be ignored."""

    def to_internal_value(self, data: Any) -> Any:
        if hasattr(data, "keys"):
            unknown = sorted(set(data.keys()) - set(self.fields))
            if unknown:
                raise serializers.ValidationError(
                    {name: [ErrorDetail(str(_("There is no such field.")), "unknown")] for name in unknown}
                )
        return super().to_internal_value(data)


class Versioned(Body):
    """A step's body with the version that the caller has read."""

    version = serializers.IntegerField(
        required=False,
        min_value=1,
        help_text=_("The version you have read. If the row was changed since, the answer is 409 `stale`."),
    )


class Stated(serializers.BooleanField):
    """Yes or no, and never a guess: what a multipart body leaves out is left out, as in a JSON body."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.default_empty_html = serializers.empty


class Files(serializers.ListField):
    """Files in a multipart body."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "child", serializers.FileField(allow_empty_file=True)
        )  # a later check names the empty file
        kwargs.setdefault(
            "help_text", _("Files, in a multipart body: PDF, images, office documents, CSV or text.")
        )
        super().__init__(**kwargs)


class WithEvidence(serializers.Serializer):
    """The files of a claim."""

    evidence = Files(required=False)
    visibility = serializers.ChoiceField(
        choices=Visibility.choices,
        required=False,
        help_text=_("Who may read the files; leads choose between public and partner."),
    )


class WithDocument(WithEvidence):
    """The files of what is not recorded without them."""

    evidence = Files(allow_empty=False)
