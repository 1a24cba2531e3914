"""Shapes of people: who is signed in, and how one signs in."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from projects import permissions
from projects.choices import Role, Scope
from projects.models import Membership, TokenGrant, User
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
    code = serializers.CharField(
        max_length=60,
        required=False,
        allow_blank=True,
        help_text=_(
            "The code of your authenticator app, or a recovery code, where you have set up a second factor."
        ),
    )


class TokenSerializer(serializers.Serializer):
    """A token: send it as `Authorization: Token <token>`. It is shown once; only its digest is kept."""

    token = serializers.CharField(read_only=True)
    expiry = serializers.DateTimeField(read_only=True)


class GrantSerializer(Facts):
    """An access token of yours: what it is called, how far it reaches, when it ends. Without a name it is a sign-in."""

    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices), read_only=True)
    created_at = serializers.DateTimeField(source="token.created", read_only=True)
    expiry = serializers.DateTimeField(source="token.expiry", read_only=True)

    class Meta:
        model = TokenGrant
        fields: ClassVar[tuple[str, ...]] = (
            "reference",
            "name",
            "scopes",
            "created_at",
            "expiry",
            "last_used_on",
        )


class NewGrantSerializer(GrantSerializer):
    """The same with the token itself, which is shown this once; only its digest is kept."""

    token = serializers.CharField(read_only=True, source="text")

    class Meta(GrantSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (*GrantSerializer.Meta.fields, "token")


class MakeToken(Body):
    """A new access token. `read` is always among its scopes."""

    name = serializers.CharField(max_length=80, help_text=_("What it is for; you will recognise it by this."))
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=Scope.choices),
        max_length=len(Scope.values),
        help_text=_("How far it reaches; never further than your roles."),
    )
    expires_on = serializers.DateField(
        help_text=_("The last day on which it is good; at most a year from now.")
    )
