"""What administrators maintain in Django's admin: people, memberships and reference data, each change audited."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import UserChangeForm, UserCreationForm
from django.contrib.auth.models import Group
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from knox.models import AuthToken

from projects.administration import ReadOnlyAdmin
from projects.edge import acting
from projects.models import (
    Agreement,
    Amendment,
    AuditEvent,
    Clearance,
    Duty,
    DutyDone,
    Feed,
    FundLine,
    GatePlan,
    Indicator,
    KnowHowItem,
    Measurement,
    Membership,
    Milestone,
    Mineral,
    MineralListing,
    Organisation,
    Project,
    Readiness,
    ReplicationRun,
    StageGate,
    Target,
    Training,
    Transfer,
    TransferStep,
    User,
    audit,
    locked,
)


class AuditedAdmin(ReadOnlyAdmin):
    """Lets administrators add and change rows, each through the audited door; nothing is deleted."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:  # noqa: FBT001
        by, name = acting(request), obj._meta.model_name
        if not change:
            audit.create(obj, by=by, action=f"{name}.create", reason=str(_("in the administration")))
            return
        with transaction.atomic():
            stored = locked(obj)
            changes = {field: form.cleaned_data[field] for field in form.changed_data}
            if changes:
                audit.change(
                    stored,
                    by=by,
                    action=f"{name}.change",
                    changes=changes,
                    reason=str(_("in the administration")),
                )


@admin.register(Organisation)
class OrganisationAdmin(AuditedAdmin):
    list_display = ("reference", "short_name", "name", "kind", "country")
    list_filter = ("kind", "country")
    search_fields = ("reference", "short_name", "name")


@admin.register(Mineral)
class MineralAdmin(AuditedAdmin):
    list_display = ("reference", "name", "symbol")
    search_fields = ("name", "symbol")


@admin.register(MineralListing)
class MineralListingAdmin(AuditedAdmin):
    list_display = ("mineral", "official_list", "listed_from", "listed_to")
    list_filter = ("official_list",)
    list_select_related = ("mineral",)


@admin.register(Indicator)
class IndicatorAdmin(ReadOnlyAdmin):
    """Kept on the pages of the library, which refuse what would give measured values another meaning."""

    list_display = ("code", "name", "unit", "measure_basis", "minimum_level")
    search_fields = ("code", "name")


@admin.register(Membership)
class MembershipAdmin(AuditedAdmin):
    list_display = ("user", "role", "organisation", "valid_from", "valid_to")
    list_filter = ("role",)
    list_select_related = ("user", "organisation")
    autocomplete_fields = ("user", "organisation")


class PersonCreationForm(UserCreationForm):
    class Meta:
        model = User
        fields = ("username", "full_name", "post", "email")


class PersonChangeForm(UserChangeForm):
    class Meta:
        model = User
        fields = ("username", "full_name", "post", "email", "language", "is_active")


@admin.register(User)
class PersonAdmin(AuditedAdmin, DjangoUserAdmin):
    """People: their sign-in and post; what they may do stands in their memberships."""

    form = PersonChangeForm
    add_form = PersonCreationForm
    list_display = ("username", "full_name", "post", "is_active", "last_login")
    list_filter = ("is_active",)
    search_fields = ("username", "full_name", "post")
    ordering = ("username",)
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password", "is_active")}),
        (_("Person"), {"fields": ("full_name", "post", "email", "language")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": (
                    "username",
                    "usable_password",
                    "password1",
                    "password2",
                    "full_name",
                    "post",
                    "email",
                )
            },
        ),
    )

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:  # noqa: FBT001
        """Save the person with an event that names the changed fields, never the password."""
        with transaction.atomic():
            obj.save()
            shown = {
                name: form.cleaned_data.get(name) for name in form.changed_data if "password" not in name
            }
            audit.record(
                obj,
                by=acting(request),
                action="user.change" if change else "user.create",
                before=None,
                after=shown,
            )


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ("seq", "at", "actor", "role", "action", "object_label")
    list_filter = ("action",)
    list_select_related = ("actor",)
    show_full_result_count = False


# Roles are memberships and tokens are private: neither is looked after here, and both would ask for rights that
# our users do not have.
admin.site.unregister([Group, AuthToken])
admin.site.register(
    [
        Agreement,
        Amendment,
        Clearance,
        Duty,
        DutyDone,
        Feed,
        FundLine,
        GatePlan,
        KnowHowItem,
        Measurement,
        Milestone,
        Project,
        Readiness,
        ReplicationRun,
        StageGate,
        Target,
        Training,
        Transfer,
        TransferStep,
    ],
    ReadOnlyAdmin,
)
