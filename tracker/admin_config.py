"""Puts the administrators' site in place of Django's own."""

from django.contrib.admin.apps import AdminConfig


class AdministratorsConfig(AdminConfig):
    default = False
    default_site = "projects.administration.AdministratorsSite"
