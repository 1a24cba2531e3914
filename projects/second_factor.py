"""The second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes for a day without it.

Set up and taken away by the person; administrators take it away where a telephone is lost. Nobody reads a secret again.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import os
import re
import secrets
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from projects import accounts, guessing, permissions, sealing
from projects.models import RecoveryCode, SecondFactor, TransitionError, User, audit
from projects.permissions import Actor

ISSUER = "Mission Tracker"
STEP, WINDOW, DIGITS = 30, 1, 6  # seconds; steps before and after; as every app understands
SECRET_BYTES = 20
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that are mistaken for one another
CODES, GROUPS, GROUP_LENGTH = 10, 6, 4
RESET = "user.manage"


def is_on(user: User) -> bool:
    return SecondFactor.objects.filter(pk=user.pk).exists()


def new_secret() -> str:
    """Return a fresh secret as apps take it: 32 letters and digits."""
    return base64.b32encode(os.urandom(SECRET_BYTES)).decode()


def address(user: User, secret: str) -> str:
    """Return what the square code says, and an app reads."""
    asked = {"secret": secret, "issuer": ISSUER, "digits": DIGITS, "period": STEP}
    return f"otpauth://totp/{quote(ISSUER)}:{quote(user.username)}?{urlencode(asked, quote_via=quote)}"


def offered(user: User, secret: str) -> str:
    """Return the secret sealed for this person: what the page of setting up carries until a code confirms it."""
    return sealing.sealed(f"{user.pk}:{secret}")


def taken(user: User, offer: str) -> str:
    """Return the secret of an offer; ValidationError where it was not made for this person, or is an hour old."""
    try:
        owner, _colon, secret = sealing.opened(offer, seconds=3600).partition(":")
    except sealing.Unreadable:
        owner, secret = "", ""
    if owner != str(user.pk) or not secret:
        raise ValidationError(_("This page was open for too long: begin again."))
    return secret


def enrol(user: User, secret: str, code: str, *, by: Actor, now: dt.datetime) -> list[str]:
    """Make the secret the person's second factor, since the code shows that an app has it; return the recovery codes."""
    step = _step_of(secret, code, now)
    if step is None:
        raise ValidationError(
            {"code": _("This is not the current code. Is the clock of your telephone right?")}
        )
    with transaction.atomic():
        row = _locked(user)
        if is_on(row):
            raise TransitionError(_("A second factor is set up already: take it away first."))
        SecondFactor.objects.create(user=row, secret=offered(row, secret), last_step=step, since=now)
        audit.record(row, by=by, action="user.enrol_second_factor", before=None, after=None)
        return _new_codes(row)


def accepts(user: User, code: str, *, by: Actor, now: dt.datetime) -> bool:
    """Whether the code is one of the app's, not used yet, or a recovery code, which is used up by this."""
    code = re.sub(r"[\s-]", "", code).lower()
    factor = SecondFactor.objects.filter(pk=user.pk).first()
    if factor is None:
        return False
    if len(code) == DIGITS:
        secret = _secret_of(factor)
        step = _step_of(secret, code, now)
        return step is not None and factor.spend(step, secret=offered(user, secret))
    with transaction.atomic():
        unused = RecoveryCode.objects.filter(user=user, digest=_digest(code), used_at=None)
        if not unused.update(used_at=now):
            return False
        audit.record(user, by=by, action="user.use_recovery_code", before=None, after=None)
    return True


def renew_codes(user: User, *, by: Actor) -> list[str]:
    """Return new recovery codes; those before them are good no more."""
    with transaction.atomic():
        row = _locked(user)
        if not is_on(row):
            raise TransitionError(_("No second factor is set up."))
        audit.record(row, by=by, action="user.renew_recovery_codes", before=None, after=None)
        return _new_codes(row)


def remove(user: User, *, by: Actor, action: str = "user.remove_second_factor", reason: str = "") -> None:
    """Take the second factor and its recovery codes away; TransitionError where there is none."""
    with transaction.atomic():
        row = _locked(user)
        if not SecondFactor.objects.filter(pk=row.pk).delete()[0]:
            raise TransitionError(_("No second factor is set up."))
        RecoveryCode.objects.filter(user=row).delete()
        audit.record(row, by=by, action=action, before=None, after=None, reason=reason)


def reset(user: User, *, by: Actor, reason: str = "") -> None:
    """Take away the second factor of somebody who lost it, in the name of an administrator; never the own.

    What the person is signed in with ends, and wrong codes and passwords are forgotten.
    """
    if permissions.SYSTEM not in by.roles:  # the console of the machine, where nobody may be left to ask
        permissions.require(by, RESET, user)
    if user.pk == by.user.pk:
        raise ValidationError(
            _("You cannot reset your own second factor: use a recovery code, or ask another administrator.")
        )
    with transaction.atomic():
        remove(user, by=by, action="user.reset_second_factor", reason=reason)
        accounts.end_everything(user)
        guessing.forget(user)


def codes_left(user: User) -> int:
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def _secret_of(factor: SecondFactor) -> str:
    owner, _colon, secret = sealing.opened(factor.secret).partition(":")
    if owner != str(factor.pk):
        raise sealing.Unreadable  # a secret that was moved here from another account
    return secret


def _step_of(secret: str, code: str, now: dt.datetime) -> int | None:
    """Return the time step of which the secret makes this code, the latest first; None where there is none near."""
    current = int(now.timestamp()) // STEP
    for step in range(current + WINDOW, current - WINDOW - 1, -1):
        made = TOTP(base64.b32decode(secret), DIGITS, SHA1(), STEP).generate(step * STEP)  # noqa: S303  # nosec B303 - what apps understand
        if hmac.compare_digest(made, code.encode()):
            return step
    return None


def _new_codes(user: User) -> list[str]:
    RecoveryCode.objects.filter(user=user).delete()
    codes = ["".join(secrets.choice(LETTERS) for _i in range(GROUPS * GROUP_LENGTH)) for _n in range(CODES)]
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=_digest(code)) for code in codes)
    return ["-".join(re.findall("." * GROUP_LENGTH, code)) for code in codes]


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def _locked(user: User) -> User:
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)
