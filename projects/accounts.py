"""Accounts of people: opened, changed, closed and opened again by administrators; never deleted.

A password is chosen by the person alone, through a link that works once. To close an account takes its password away,
so that what was signed in with it, sessions and tokens, is over for good and not only until it is opened again.
"""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _
from knox.models import AuthToken

from projects import permissions
from projects.models import SignIn, TransitionError, User, audit
from projects.permissions import Actor

RIGHT = "user.manage"
CHANGEABLE = frozenset({"full_name", "post", "email", "language"})
USERNAME = re.compile(r"[A-Za-z0-9_.@+-]+")


def open_account(*, by: Actor, username: str, **facts: Any) -> User:
    """Return a new account. Nobody can sign in with it before its person has chosen a password (`password_link`)."""
    permissions.require(by, RIGHT)
    _refuse_others(facts)
    username = User.normalize_username(username.strip())
    if not USERNAME.fullmatch(username):
        raise ValidationError({"username": _("Letters, digits and . _ @ + - only, without blanks.")})
    with transaction.atomic():
        audit.serialise()
        if User.objects.filter(username__iexact=username).exists():
            raise ValidationError({"username": _("There is an account of this name already.")})
        user = User(username=username, **facts)
        user.set_unusable_password()
        user.full_clean()
        user.save(force_insert=True)
        audit.record(user, by=by, action="user.create", before=None, after={"username": username, **facts})
    return user


def change_account(user: User, *, by: Actor, reason: str = "", **changes: Any) -> None:
    """Change name, post, e-mail or language; the user name stays, since the trail tells it."""
    permissions.require(by, RIGHT, user)
    _refuse_others(changes)
    with transaction.atomic():
        row = _locked(user)
        moved = {name: value for name, value in changes.items() if getattr(row, name) != value}
        if moved:
            _write(row, moved, by=by, action="user.change", reason=reason)
    user.refresh_from_db()


def close_account(user: User, *, by: Actor, reason: str = "") -> None:
    """Close the account at once: password, tokens and calendar links are gone, and no session of it goes on."""
    permissions.require(by, RIGHT, user)
    if user.pk == by.user.pk:
        raise ValidationError(_("You cannot close your own account: another administrator does it."))
    with transaction.atomic():
        row = _locked(user)
        if not row.is_active:
            raise TransitionError(_("This account is closed already."))
        row.set_unusable_password()
        _write(row, {"is_active": False}, by=by, action="user.disable", reason=reason)
        end_everything(row)
        row.calendar_links.all().delete()
    user.refresh_from_db()


def reopen_account(user: User, *, by: Actor, reason: str = "") -> None:
    """Open a closed account again; its person chooses a new password (`password_link`)."""
    permissions.require(by, RIGHT, user)
    with transaction.atomic():
        row = _locked(user)
        if row.is_active:
            raise TransitionError(_("This account is open already."))
        _write(row, {"is_active": True}, by=by, action="user.enable", reason=reason)
    user.refresh_from_db()


def password_link(user: User, *, by: Actor) -> tuple[str, str]:
    """Return the two parts of the address at which the person chooses a password, once, within PASSWORD_RESET_TIMEOUT.

    The password that there is stays good until then.
    """
    permissions.require(by, RIGHT, user)
    with transaction.atomic():
        row = _locked(user)
        if not row.is_active:
            raise TransitionError(_("This account is closed: open it first."))
        audit.record(row, by=by, action="user.password_link", before=None, after=None)
    return urlsafe_base64_encode(force_bytes(row.pk)), default_token_generator.make_token(row)


def choose_password(user: User, password: str, *, by: Actor, keep: str | None = None) -> None:
    """Give the account the password that its person has chosen; what was signed in with another one ends.

    `keep` is the key of the session in which it is chosen, if there is one.
    """
    with transaction.atomic():
        row = _locked(user)
        if not row.is_active:
            raise ValidationError(_("This account is closed."))
        row.set_password(password)
        row.save(update_fields=["password", "changed_at"])
        end_everything(row, but=keep)
        audit.record(row, by=by, action="user.set_password", before=None, after=None)
    user.password = row.password


def end_everything(user: User, *, but: str | None = None) -> None:
    """End what the person is signed in with: every token, and every session but the one with this key."""
    AuthToken.objects.filter(user=user).delete()
    SignIn.objects.filter(user=user).exclude(session_key=but or "").delete()


def _locked(user: User) -> User:
    """Return the account locked, as it stands now; system accounts are nobody's to change."""
    row = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if row.is_system:
        raise ValidationError(_("This is an account of the system."))
    return row


def _write(row: User, changes: dict[str, Any], *, by: Actor, action: str, reason: str) -> None:
    before = {name: getattr(row, name) for name in changes}
    for name, value in changes.items():
        setattr(row, name, value)
    row.full_clean()
    row.save(force_update=True)
    audit.record(row, by=by, action=action, before=before, after=changes, reason=reason)


def _refuse_others(facts: dict[str, Any]) -> None:
    if unknown := set(facts) - CHANGEABLE:
        raise TypeError(f"not changeable: {sorted(unknown)}")
