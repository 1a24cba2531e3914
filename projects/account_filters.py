"""The filter of the list of users, for page and API."""

from __future__ import annotations

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy

from projects import edge
from projects.choices import Role
from projects.filters import SearchFilter, Sorting, choice, named, yes_no
from projects.models import Membership, Organisation, User


class UserFilter(filters.FilterSet):
    q = SearchFilter(fields=("username", "full_name", "post"))
    is_active = yes_no(gettext_lazy("Open"))
    role = choice(Role.choices, gettext_lazy("Role"))
    organisation = named(Organisation, "memberships__organisation", gettext_lazy("Organisation"))
    sort = Sorting(
        fields=(("username", "username"), ("full_name", "full_name"), ("last_login", "last_login")),
        field_labels={
            "username": gettext_lazy("user name"),
            "full_name": gettext_lazy("official name"),
            "last_login": gettext_lazy("last sign-in"),
        },
        label=gettext_lazy("Sort by"),
        last="username",
    )

    class Meta:
        model = User
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """Ask the memberships of today once, so that role and organisation are those of one membership."""
        given = self.form.cleaned_data
        held = Membership.objects.valid(edge.acting(self.request).on)
        asked = Q(role=given["role"]) if given.get("role") else Q()
        asked &= Q(organisation=given["organisation"]) if given.get("organisation") else Q()
        for name in ("q", "is_active"):
            queryset = self.filters[name].filter(queryset, given[name])
        if asked:
            queryset = queryset.filter(pk__in=held.filter(asked).values("user"))
        return self.filters["sort"].filter(queryset, given["sort"])
