"""Organisations, the people who work for them, and the roles they hold from a day to a day."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar, Self

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from projects import permissions
from projects.choices import OrganisationKind, Role
from projects.models.audit import Audited, AuditedQuerySet, change, create, serialise
from projects.models.lifecycle import locked
from projects.models.references import next_reference
from projects.models.sourced import Sourced


class OrganisationQuerySet(AuditedQuerySet):
    def visible_to(self, by: permissions.Actor) -> Self:
        """Return all for those who see the programme; to partners and scoped auditors, their own and their counterparts."""
        if by.sees_programme:
            return self
        mine = by.partner_of | by.audits
        if not mine:
            return self.none()
        return self.filter(
            Q(pk__in=mine)
            | Q(pk__in=Organisation._base_manager.filter(agreements__parties__in=mine).values("pk"))
            | Q(pk__in=Organisation._base_manager.filter(led_projects__partners__in=mine).values("pk"))
            | Q(pk__in=Organisation._base_manager.filter(partner_projects__lead__in=mine).values("pk"))
            | Q(pk__in=Organisation._base_manager.filter(partner_projects__partners__in=mine).values("pk"))
        )


class Organisation(Sourced, Audited):
    """A ministry, public sector enterprise, institute, centre, company or foreign partner."""

    reference = models.CharField(_("reference"), max_length=20, unique=True)
    short_name = models.CharField(_("short name"), max_length=40)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20, choices=OrganisationKind)
    country = models.CharField(_("country"), max_length=60, blank=True)
    parent_name = models.CharField(_("parent or ministry"), max_length=200, blank=True)
    part = models.CharField(_("part in the programme"), max_length=200, blank=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")

    def __str__(self) -> str:
        return f"{self.short_name} ({self.reference})"

    @property
    def is_ministry(self) -> bool:
        """Whether its people are officers and managers, who see the whole programme, and never leads or viewers."""
        return self.kind in (
            OrganisationKind.GOVERNMENT,
            OrganisationKind.MINISTRY,
            OrganisationKind.DEPARTMENT,
        )

    @classmethod
    def record(cls, *, by: permissions.Actor, reason: str = "", **facts: Any) -> Self:
        """Add an organisation under the next free reference, and return it."""
        permissions.require(by, "organisation.manage")
        with transaction.atomic():
            serialise()
            if cls._base_manager.filter(name__iexact=facts["name"].strip()).exists():
                raise ValidationError({"name": _("There is an organisation of this name already.")})
            row = cls(reference=next_reference(cls, "INS"), **facts)
            return create(row, by=by, action="organisation.create", reason=reason)

    def change(
        self, *, by: permissions.Actor, version: int | None = None, reason: str = "", **changes: Any
    ) -> None:
        """Change what is known of the organisation; StaleError where it is not the `version` that was read.

        Who works for it holds a role that fits its kind: that stays a ministry, or none, while it has members.
        """
        permissions.require(by, "organisation.manage", self)
        with transaction.atomic():
            row = locked(self, version)
            before = row.is_ministry
            moved = {name: value for name, value in changes.items() if getattr(row, name) != value}
            changed = change(row, by=by, action="organisation.change", changes=moved, reason=reason)
            held: Any = changed.memberships
            if changed.is_ministry != before and held.valid(by.on).exclude(role=Role.AUDITOR).exists():
                raise ValidationError(
                    {"kind": _("It has members whose role would not fit: end their memberships first.")}
                )
        self.refresh_from_db()


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, by: permissions.Actor) -> Self:
        """Return people, never system accounts: all of them, or to partners and scoped auditors those of their organisations."""
        people = self.filter(is_system=False)
        if by.sees_programme:
            return people
        mine = Membership._base_manager.filter(organisation__in=by.partner_of | by.audits)
        return people.filter(pk__in=mine.values("user"))


class UserManager(BaseUserManager["User"]):
    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def visible_to(self, by: permissions.Actor) -> UserQuerySet:
        return self.get_queryset().visible_to(by)

    def create_user(self, username: str, password: str | None = None, **fields: object) -> User:
        """Create and return a user; without a password nobody can sign in as them."""
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: object) -> User:
        """Create and return an administrator, for `manage.py createsuperuser`."""
        user = self.create_user(username, password, **fields)
        acting = permissions.Actor(user=user, on=dt.date.min, roles=frozenset({permissions.SYSTEM}))
        create(
            Membership(user=user, role=Role.ADMINISTRATOR),
            by=acting,
            action="membership.create",
            reason="first administrator, from the command line",
        )
        return user

    def system(self, name: str) -> User:
        """Return the account `system:name`, which acts for scheduled work and can never sign in."""
        # Two workers may need the account for the first time at the same moment: both get the one row.
        user, _created = self.get_or_create(
            username=f"system:{name}",
            defaults={
                "full_name": f"System ({name})",
                "is_system": True,
                "password": make_password(None),
            },
        )
        return user


class User(AbstractBaseUser):
    """A person: official name, post and office e-mail, nothing else. Roles are memberships."""

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    username = models.CharField(_("user name"), max_length=60, unique=True)
    full_name = models.CharField(_("official name"), max_length=120, blank=True)
    post = models.CharField(_("post"), max_length=120, blank=True)
    email = models.EmailField(_("office e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=5, default="", blank=True)  # "" until one is chosen
    is_active = models.BooleanField(_("active"), default=True)
    is_system = models.BooleanField(_("system account"), default=False, editable=False)
    date_joined = models.DateTimeField(_("created at"), auto_now_add=True)
    changed_at = models.DateTimeField(
        _("changed at"), auto_now=True, db_index=True
    )  # names stand in many answers

    objects = UserManager()

    class Meta:
        ordering = ("username",)
        verbose_name = _("user")
        constraints = [
            models.CheckConstraint(
                name="system_account_has_no_password",
                condition=Q(is_system=False) | Q(password__startswith="!"),  # noqa: S106 - Django's mark of an unusable password
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        return str(self)

    @property
    def by_post(self) -> str:
        """The post, or the name where no post is recorded: what reports print."""
        return self.post or str(self)


class MembershipQuerySet(AuditedQuerySet):
    def valid(self, on: dt.date) -> Self:
        """Return the memberships that hold on the day `on`, both ends inclusive."""
        return self.filter(Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_to=None) | Q(valid_to__gte=on))


class Membership(Audited):
    """A role that a person holds, for an organisation or (auditor, administrator) for the whole programme."""

    ORGANISATION_PATHS = ("organisation",)

    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("user")
    )
    organisation = models.ForeignKey(
        Organisation,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="memberships",
        verbose_name=_("organisation"),
    )
    role = models.CharField(_("role"), max_length=15, choices=Role)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ("user", "role")
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.CheckConstraint(
                name="membership_has_its_organisation",
                condition=Q(organisation__isnull=False) | Q(role__in=[Role.AUDITOR, Role.ADMINISTRATOR]),
                violation_error_message=_("This role belongs to an organisation: choose one."),
            ),
            models.CheckConstraint(
                name="membership_ends_after_it_begins",
                condition=Q(valid_to=None) | Q(valid_from=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message=_("A membership cannot end before it begins."),
            ),
            # Coalesce rather than nulls_distinct, which SQLite does not know.
            models.UniqueConstraint(
                "user",
                Coalesce("organisation", Value(0)),
                "role",
                Coalesce("valid_from", Value(dt.date(1, 1, 1))),
                name="membership_is_listed_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"

    def clean(self) -> None:
        """Refuse a ministry role outside a ministry, and a partner role inside one."""
        if self.organisation is None:
            return
        ministry = self.organisation.is_ministry
        if self.role in permissions.MINISTRY and not ministry:
            raise ValidationError({"role": _("Officers and managers belong to a ministry or department.")})
        if self.role in permissions.PARTNER and ministry:
            raise ValidationError({"role": _("Leads and viewers belong to a partner, not to a ministry.")})

    @classmethod
    def grant(
        cls,
        user: User,
        *,
        by: permissions.Actor,
        role: str,
        organisation: Organisation | None = None,
        valid_from: dt.date | None = None,
        valid_to: dt.date | None = None,
        reason: str = "",
    ) -> Self:
        """Give the person a role, for an organisation where the role is one of an organisation, and return it."""
        permissions.require(by, "membership.manage")
        row = cls(user=user, organisation=organisation, role=role, valid_from=valid_from, valid_to=valid_to)
        with transaction.atomic():
            serialise()
            row._refuse_twice()
            return create(row, by=by, action="membership.create", reason=reason)

    def change_dates(
        self,
        *,
        by: permissions.Actor,
        valid_from: dt.date | None,
        valid_to: dt.date | None,
        version: int | None = None,
        reason: str = "",
    ) -> None:
        """Change from when to when the role is held, which is also how it is ended. Another role is another membership."""
        permissions.require(by, "membership.manage", self)
        with transaction.atomic():
            serialise()
            row = locked(self, version)
            row.valid_from, row.valid_to = valid_from, valid_to
            row._refuse_own_end(by)
            row._refuse_twice()
            row.refresh_from_db()
            dates = {"valid_from": valid_from, "valid_to": valid_to}
            change(row, by=by, action="membership.change", changes=dates, reason=reason)
        self.refresh_from_db()

    def _refuse_own_end(self, by: permissions.Actor) -> None:
        """An administrator keeps the own role until another one takes it: so there is always one."""
        holds = (self.valid_from is None or self.valid_from <= by.on) and self.valid_to is None
        if self.role == Role.ADMINISTRATOR and self.user_id == by.user.pk and not holds:
            raise ValidationError(
                {"valid_to": _("You cannot end your own administration: another administrator does it.")}
            )

    def _refuse_twice(self) -> None:
        """The same role for the same organisation is held once at a time."""
        same = Membership._base_manager.filter(user=self.user, organisation=self.organisation, role=self.role)
        for other in same.exclude(pk=self.pk):
            ends_before = other.valid_to and self.valid_from and other.valid_to < self.valid_from
            begins_after = other.valid_from and self.valid_to and self.valid_to < other.valid_from
            if not (ends_before or begins_after):
                raise ValidationError(_("This person holds this role there in that time already."))
