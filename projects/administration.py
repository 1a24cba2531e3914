"""Django's admin, for administrators only: reference data and people; everything audited is read-only or goes through the door."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from projects import permissions
from projects.edge import acting


class AdministratorsSite(admin.AdminSite):
    """The admin site; whoever does not hold the administrator's role today is sent to the sign-in page."""

    site_header = "Mission Tracker"
    site_title = "Mission Tracker"

    def has_permission(self, request: HttpRequest) -> bool:
        return permissions.allows(acting(request), "reference.change")

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect(f"{reverse('sign-in')}?next={request.path}")


class ReadOnlyAdmin(admin.ModelAdmin):
    """Shows a model to administrators and lets nobody change it here."""

    formfield_overrides: ClassVar[Any] = {models.URLField: {"assume_scheme": "https"}}

    def has_module_permission(self, request: HttpRequest) -> bool:
        return permissions.allows(acting(request), "reference.change")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
