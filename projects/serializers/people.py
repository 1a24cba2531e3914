"""Shapes of people: who is signed in, and how one signs in."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from projects import permissions
from projects.choices import Role
from projects.models import Membership, User
from projects.serializers.common import Body, Facts, OrganisationBrief


class MembershipSerializer(Facts):
    """A role that holds today."""

    role = serializers.ChoiceField(choices=Role.choices, read_only=True)
    organisation = OrganisationBrief(read_only=True, allow_null=True)

    class Meta:
        model = Membership
        fields = ("role", "organisation", "valid_from", "valid_to")


class MeSerializer(Facts):
    """Who you are, which roles you hold today, and what they let you do (on your own, where you are a lead)."""

    name = serializers.CharField(source="full_name", read_only=True)
    roles = serializers.SerializerMethodField()
    may = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ("username", "name", "post", "email", "language", "roles", "may")

    @extend_schema_field(MembershipSerializer(many=True))
    def get_roles(self, user: Any) -> Any:
        held = user.memberships.valid(self.context["by"].on).select_related("organisation")
        return MembershipSerializer(held, many=True).data

    def get_may(self, user: Any) -> list[str]:
        by = self.context["by"]
        return sorted(action for action in permissions.MAY if by.role_for(action))


class SignInBody(Body):
    username = serializers.CharField(max_length=60)
    password = serializers.CharField(
        max_length=1000, trim_whitespace=False, style={"input_type": "password"}, write_only=True
    )


class TokenSerializer(serializers.Serializer):
    """A token: send it as `Authorization: Token <token>`. It is shown once; only its digest is kept."""

    token = serializers.CharField(read_only=True)
    expiry = serializers.DateTimeField(read_only=True)
