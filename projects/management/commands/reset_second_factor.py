"""manage.py reset_second_factor: lets in somebody who has lost telephone and recovery codes, where no administrator is left to do it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from projects import second_factor
from projects.models import TransitionError, User, audit


class Command(BaseCommand):
    help = (
        "Take the second factor of an account away, with its recovery codes, sessions and access tokens. It is recorded "
        "in the audit trail. Administrators do the same on the account's page."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument(
            "--reason", required=True, help="who asked for it, and how you know that it was they"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"], is_system=False).first()
        if user is None:
            raise CommandError(f"There is no account {options['username']}.")
        by = audit.system_actor("console", on=timezone.localdate())
        try:
            second_factor.reset(user, by=by, reason=options["reason"])
        except TransitionError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"The second factor of {user.username} is taken away. Its sessions and tokens have ended."
        )
