"""Accounts and memberships over the API, for administrators who have signed in."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters as filters
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from projects import accounts, second_factor
from projects.account_filters import UserFilter
from projects.api import finding, once
from projects.api.scoped import ScopedViewSet
from projects.api.tokens import is_named_token
from projects.choices import Role
from projects.filters import Sorting, choice, named
from projects.models import Membership, Organisation, User
from projects.serializers.accounts import (
    ChangeDates,
    ChangeUser,
    GrantRole,
    HeldSerializer,
    LinkSerializer,
    OpenUser,
    UserSerializer,
    Why,
)


class Administered(ScopedViewSet):
    """What administrators keep, for whom even reading needs the right. No program does it: people sign in for it."""

    lookup_field = "pk"
    lookup_value_regex = "[0-9]{1,18}"

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        self.require_role()
        return super().list(request, *args, **kwargs)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        row = self.subject()
        finding.require_known(request, self.parameters())
        return Response(self.get_serializer(row).data)

    def refuse_programs(self) -> None:
        """Raise PermissionDenied for an access token with a name: it must not make accounts that outlive it."""
        if is_named_token(self.request):
            raise PermissionDenied(_("An access token keeps no accounts and no roles: sign in."))


class UserViewSet(Administered):
    """The accounts of people. None is ever deleted; a closed one cannot sign in."""

    model = User
    IS_AUDITED = False  # that somebody signed in is no event
    serializer_class = UserSerializer
    filterset_class = UserFilter
    RIGHTS: ClassVar[dict[str, str]] = dict.fromkeys(
        (
            "list",
            "retrieve",
            "create",
            "partial_update",
            "disable",
            "enable",
            "reset_second_factor",
            "password_link",
        ),
        accounts.RIGHT,
    )

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse a key where the answer holds a secret: answers under a key are kept, and this one must not be."""
        super().initial(request, *args, **kwargs)
        if self.action == "password_link" and once.key_of(request) is not None:
            text = _("Send no key: the secret in the answer is kept nowhere, so it cannot be answered twice.")
            raise ValidationError({once.HEADER: [ErrorDetail(text, "invalid")]})

    def rows(self, visible: Any) -> QuerySet:
        held = Membership.objects.valid(self.by.on).select_related("organisation")
        found: QuerySet = visible.prefetch_related(Prefetch("memberships", queryset=held, to_attr="held"))
        return found

    @extend_schema(request=OpenUser, responses={201: UserSerializer})
    def create(self, request: Request) -> Response:
        """Open an account. Nobody can sign in with it before its person has chosen a password (`password-link`)."""
        self.refuse_programs()
        self.require_role()
        return self.answer(accounts.open_account(by=self.by, **self.body(OpenUser)).pk, status=201)

    @extend_schema(request=ChangeUser, responses=UserSerializer)
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change name, post, e-mail or language of an account; the user name stays."""
        user = self.subject()
        self.refuse_programs()
        accounts.change_account(user, by=self.by, **self.body(ChangeUser))
        return self.answer(user.pk)

    @extend_schema(request=Why, responses=UserSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def disable(self, request: Request, **kwargs: Any) -> Response:
        """Close the account: its sessions, tokens and calendar links end at once. Not one's own."""
        user = self.subject()
        self.refuse_programs()
        accounts.close_account(user, by=self.by, **self.body(Why))
        return self.answer(user.pk)

    @extend_schema(request=Why, responses=UserSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def enable(self, request: Request, **kwargs: Any) -> Response:
        """Open a closed account again. Its person chooses a new password (`password-link`)."""
        user = self.subject()
        self.refuse_programs()
        accounts.reopen_account(user, by=self.by, **self.body(Why))
        return self.answer(user.pk)

    @extend_schema(request=Why, responses=UserSerializer)
    @action(detail=True, methods=["post"], filterset_class=None, url_path="reset-second-factor")
    def reset_second_factor(self, request: Request, **kwargs: Any) -> Response:
        """Take a lost second factor away, with its recovery codes; sessions and tokens end at once. Not one's own."""
        user = self.subject()
        self.refuse_programs()
        second_factor.reset(user, by=self.by, **self.body(Why))
        return self.answer(user.pk)

    @extend_schema(request=None, responses={200: LinkSerializer})
    @action(detail=True, methods=["post"], filterset_class=None, url_path="password-link")
    def password_link(self, request: Request, **kwargs: Any) -> Response:
        """The address at which the person chooses a password, once, within three days. It is in this answer alone."""
        user = self.subject()
        self.refuse_programs()
        link = accounts.password_link(user, by=self.by)
        address = request.build_absolute_uri(reverse("set-password", args=link))
        response = Response(LinkSerializer({"address": address}).data)
        response["Cache-Control"] = "no-store"
        return response


class MembershipFilter(filters.FilterSet):
    role = choice(Role.choices, gettext_lazy("Role"))
    organisation = named(Organisation, "organisation", gettext_lazy("Organisation"))
    sort = Sorting(
        fields=(("role", "role"), ("valid_from", "valid_from"), ("valid_to", "valid_to")),
        label=gettext_lazy("Sort by"),
        last="pk",
    )

    class Meta:
        model = Membership
        fields: tuple[str, ...] = ()


class MembershipViewSet(Administered):
    """The roles that people hold, held or will hold."""

    model = Membership
    serializer_class = HeldSerializer
    filterset_class = MembershipFilter
    RIGHTS: ClassVar[dict[str, str]] = dict.fromkeys(
        ("list", "retrieve", "create", "partial_update"), "membership.manage"
    )

    def rows(self, visible: Any) -> QuerySet:
        found: QuerySet = visible.select_related("organisation").order_by("pk")
        return found

    @extend_schema(request=GrantRole, responses={201: HeldSerializer})
    def create(self, request: Request) -> Response:
        """Give a person a role."""
        self.refuse_programs()
        self.require_role()
        body = self.body(GrantRole)
        return self.answer(Membership.grant(body.pop("user"), by=self.by, **body).pk, status=201)

    @extend_schema(request=ChangeDates, responses=HeldSerializer)
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change from when to when a role is held: with a last day it ends. Another role is another membership."""
        row = self.subject()
        self.refuse_programs()
        body = self.body(ChangeDates)
        dates = {name: body.pop(name, getattr(row, name)) for name in ("valid_from", "valid_to")}
        row.change_dates(by=self.by, **dates, **body)
        return self.answer(row.pk)
