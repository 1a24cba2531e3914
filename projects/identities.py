"""Whose account somebody is that a provider of OpenID Connect vouches for. An administrator says it; nobody else, and it gives no right."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from projects import permissions
from projects.models import Identity, TransitionError, User, audit
from projects.permissions import Actor

RIGHT = "user.manage"


def bind(user: User, *, by: Actor, issuer: str, subject: str = "", email: str = "", reason: str = "") -> None:
    """Let the person sign in through the provider: as this subject, or as whoever first comes with this verified e-mail."""
    permissions.require(by, RIGHT, user)
    if bool(subject) == bool(email):
        raise ValidationError(_("Give the subject or the e-mail, one of the two."))
    with transaction.atomic():
        row = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if row.is_system:
            raise ValidationError(_("This is an account of the system."))
        taken = Identity.objects.filter(issuer=issuer).exclude(user=row)
        if taken.filter(**({"subject": subject} if subject else {"email__iexact": email})).exists():
            raise ValidationError(_("Another account is known by this already."))
        before = _facts(Identity.objects.filter(user=row).first())
        made = Identity(user=row, issuer=issuer, subject=subject, email=email)
        made.full_clean(validate_unique=False, validate_constraints=False)
        made.save()
        audit.record(
            row, by=by, action="user.bind_identity", before=before, after=_facts(made), reason=reason
        )


def unbind(user: User, *, by: Actor, reason: str = "") -> None:
    """Let nobody come in through the provider as this person any more; sessions that are open go on."""
    permissions.require(by, RIGHT, user)
    with transaction.atomic():
        found = Identity.objects.select_for_update().filter(user=user).first()
        if found is None:
            raise TransitionError(_("Nothing of this kind is allowed for the account."))
        before = _facts(found)
        found.delete()
        audit.record(user, by=by, action="user.unbind_identity", before=before, after=None, reason=reason)


def account_of(
    *, issuer: str, subject: str, verified_email: str, on: dt.date, request_id: str = ""
) -> User | None:
    """Return the open account that is known by the subject, or by the e-mail, which then stands for this subject for good."""
    known = Identity.objects.filter(issuer=issuer, user__is_active=True).select_related("user")
    found = known.filter(subject=subject).first()
    if found is not None or not verified_email:
        return found.user if found else None
    with transaction.atomic():
        waiting = (
            known.select_for_update(of=("self",)).filter(subject="", email__iexact=verified_email).first()
        )
        if waiting is None:
            return None
        before = _facts(waiting)
        waiting.subject, waiting.email = subject, ""
        waiting.save()
        user = waiting.user
        by = Actor(user=user, on=on, request_id=request_id)
        audit.record(user, by=by, action="user.recognise_identity", before=before, after=_facts(waiting))
    return user


def _facts(row: Identity | None) -> dict[str, str] | None:
    return None if row is None else {"issuer": row.issuer, "subject": row.subject, "email": row.email}
