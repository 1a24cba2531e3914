"""manage.py create_administrator NAME: an account that may administer, and the link at which its person chooses a password."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from projects import accounts, permissions
from projects.choices import Role
from projects.models import Membership, TransitionError, User, audit

REASON = "from the command line of the server"


class Command(BaseCommand):
    help = (
        "Opens the account of an administrator and prints the link, good once and for a limited time, at which the person chooses a "
        "password; no password is ever set or shown. For an administrator who is there already, only a new link is made."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="user name: letters, digits and . _ @ + -")
        parser.add_argument("--full-name", default="", help="official name")
        parser.add_argument("--post", default="", help="post")
        parser.add_argument("--email", default="", help="office e-mail")

    def handle(self, *, username: str, **options: Any) -> None:
        # Whoever has the server's shell has its database: the trail says that it was they, and that is all there is to guard.
        by = permissions.Actor(
            user=User.objects.system("installation"),
            on=timezone.localdate(),
            roles=frozenset({permissions.SYSTEM, Role.ADMINISTRATOR}),
        )
        try:
            with transaction.atomic():
                person = _administrator(
                    username, by=by, **{it: options[it] for it in ("full_name", "post", "email")}
                )
                link = accounts.password_link(person, by=by)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except TransitionError as error:
            raise CommandError(str(error)) from error
        hours = settings.PASSWORD_RESET_TIMEOUT // 3600
        self.stdout.write(
            f"{person.username} is an administrator. Within {hours} hours, choose a password at\n"
            f"  {settings.BASE_URL}{reverse('set-password', args=link)}\n"
            "The link works once. Whoever has it has the account: give it to nobody else."
        )


def _administrator(username: str, *, by: permissions.Actor, **facts: str) -> User:
    """Return the account of this name, opened if there is none; refuse that of somebody who is no administrator."""
    person = User.objects.filter(username=username).first()
    if person is None:
        person = accounts.open_account(by=by, username=username, **facts)
        audit.create(
            Membership(user=person, role=Role.ADMINISTRATOR),
            by=by,
            action="membership.create",
            reason=REASON,
        )
    elif not person.memberships.valid(by.on).filter(role=Role.ADMINISTRATOR).exists():
        raise ValidationError(
            f"{username} has an account and is no administrator: an administrator gives the role on the pages."
        )
    return person
