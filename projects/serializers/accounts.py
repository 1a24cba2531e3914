"""Shapes of accounts and memberships, as administrators keep them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from projects.choices import OrganisationKind, Role
from projects.models import Membership, Organisation, User
from projects.models.sourced import SOURCE_URL_LENGTH
from projects.serializers.common import (
    NOTE_LENGTH,
    Body,
    Facts,
    Known,
    KnownKey,
    OrganisationBrief,
    Versioned,
)


class HeldSerializer(Facts):
    """A role that a person holds, from a day to a day."""

    user = serializers.IntegerField(source="user_id", read_only=True)
    role = serializers.ChoiceField(choices=Role.choices, read_only=True)
    organisation = OrganisationBrief(read_only=True, allow_null=True)

    class Meta:
        model = Membership
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "user",
            "role",
            "organisation",
            "valid_from",
            "valid_to",
            "version",
        )


class UserSerializer(Facts):
    """An account. `roles` are those that are held today."""

    name = serializers.CharField(source="full_name", read_only=True)
    roles = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "username",
            "name",
            "post",
            "email",
            "language",
            "is_active",
            "last_login",
            "roles",
        )

    @extend_schema_field(HeldSerializer(many=True))
    def get_roles(self, user: Any) -> Any:
        return HeldSerializer(user.held, many=True).data


class LinkSerializer(serializers.Serializer):
    """Where the person chooses a password, once, within three days. It is shown in this answer alone."""

    address = serializers.CharField(read_only=True)


class ChangeUser(Body):
    """What may be changed of an account; what is left out stays."""

    full_name = serializers.CharField(max_length=120, required=False)
    post = serializers.CharField(max_length=120, required=False, allow_blank=True)
    email = serializers.EmailField(required=False, allow_blank=True)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)
    reason = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)


class OpenUser(Body):
    """A new account, without a password: its person chooses one by the link of `password-link`."""

    username = serializers.CharField(max_length=60)
    full_name = serializers.CharField(max_length=120)
    post = serializers.CharField(max_length=120, required=False, allow_blank=True)
    email = serializers.EmailField(required=False, allow_blank=True)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)


class Why(Body):
    reason = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)


class GrantRole(Body):
    """A role for a person, of an organisation or (auditor, administrator) for the whole programme."""

    user = KnownKey(model=User)
    role = serializers.ChoiceField(choices=Role.choices)
    organisation = Known(model=Organisation, required=False, allow_null=True)
    valid_from = serializers.DateField(required=False, allow_null=True)
    valid_to = serializers.DateField(required=False, allow_null=True)
    reason = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)


class ChangeDates(Versioned):
    """From when to when a role is held, both days inclusive; null is open. What is left out stays."""

    valid_from = serializers.DateField(required=False, allow_null=True)
    valid_to = serializers.DateField(required=False, allow_null=True)
    reason = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)


class ChangeOrganisation(Versioned):
    """What may be changed of an organisation; what is left out stays."""

    name = serializers.CharField(max_length=200, required=False)
    short_name = serializers.CharField(max_length=40, required=False)
    kind = serializers.ChoiceField(choices=OrganisationKind.choices, required=False)
    country = serializers.CharField(max_length=60, required=False, allow_blank=True)
    parent_name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    part = serializers.CharField(max_length=200, required=False, allow_blank=True)
    source_url = serializers.URLField(max_length=SOURCE_URL_LENGTH, required=False, allow_blank=True)
    reason = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)


class RecordOrganisation(Body):
    """A new organisation; its reference is given by the tracker."""

    name = serializers.CharField(max_length=200)
    short_name = serializers.CharField(max_length=40)
    kind = serializers.ChoiceField(choices=OrganisationKind.choices, help_text=_("What it is."))
    country = serializers.CharField(max_length=60, required=False, allow_blank=True)
    parent_name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    part = serializers.CharField(max_length=200, required=False, allow_blank=True)
    source_url = serializers.URLField(max_length=SOURCE_URL_LENGTH, required=False, allow_blank=True)
    reason = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)
