"""manage.py load_demonstration: the public records of the programme, and one account for each kind of user."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any, NamedTuple

from django.apps import apps
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from projects.choices import Role
from projects.models import Membership, Organisation, User, audit
from projects.permissions import Actor

RECORDS = "programme_data"
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that are mistaken for one another
GROUPS, GROUP_LENGTH = 4, 5


class Account(NamedTuple):
    """A demonstration account: a post, not a person. Without an organisation the role holds for the whole programme."""

    username: str
    post: str
    role: Role
    organisation: str | None = None


ACCOUNTS = (
    Account("officer", "Demonstration officer, Ministry of Mines", Role.OFFICER, "INS-001"),
    Account("manager", "Demonstration manager, Ministry of Mines", Role.MANAGER, "INS-001"),
    Account("partner", "Demonstration lead, TEXMiN", Role.LEAD, "INS-008"),
    Account("partner_irel", "Demonstration lead, IREL", Role.LEAD, "INS-007"),
    Account("viewer", "Demonstration viewer, TEXMiN", Role.VIEWER, "INS-008"),
    Account("auditor", "Demonstration auditor, whole programme", Role.AUDITOR),
    Account("administrator", "Demonstration administrator", Role.ADMINISTRATOR),
)


class Command(BaseCommand):
    help = (
        "Load the public records that come with the tracker and create the demonstration accounts that are not there "
        "yet. Their passwords are printed once. Safe to run again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        # Before the records: their targets take the levels of verification from the library.
        call_command("load_indicators", stdout=self.stdout, stderr=self.stderr)
        call_command("import_programme", records(), stdout=self.stdout, stderr=self.stderr)
        created = self._create_accounts()
        if not created:
            self.stdout.write(_("The demonstration accounts are there already."))
            return
        self.stdout.write("")
        self.stdout.write(_("Demonstration accounts. Their passwords are shown here once and kept nowhere:"))
        self.stdout.write("")
        width = max(len(account.username) for account, _password in created)
        for account, password in created:
            self.stdout.write(f"  {account.username:<{width}}  {password}  {account.post}")
        self.stdout.write("")
        self.stdout.write(_("To set another one: manage.py changepassword USERNAME"))

    def _create_accounts(self) -> list[tuple[Account, str]]:
        """Create the missing accounts and return them with their passwords. One that is there is left as it is."""
        with transaction.atomic():
            there = set(User.objects.values_list("username", flat=True))
            missing = [account for account in ACCOUNTS if account.username not in there]
            if not missing:
                return []
            by = audit.system_actor("demonstration", on=timezone.localdate())
            return [(account, _create(account, by)) for account in missing]


def records() -> Path:
    """Return the folder of the records that come with the tracker."""
    return Path(apps.get_app_config("projects").path) / RECORDS


def _create(account: Account, by: Actor) -> str:
    """Create the account with its role and return its password."""
    password = "-".join(
        "".join(secrets.choice(LETTERS) for _letter in range(GROUP_LENGTH)) for _group in range(GROUPS)
    )
    email = f"{account.username}@demonstration.invalid"  # a name that no mail server ever answers to
    user = User.objects.create_user(account.username, password, post=account.post, email=email)
    organisation = account.organisation and Organisation.objects.get(reference=account.organisation)
    audit.create(
        Membership(user=user, organisation=organisation or None, role=account.role),
        by=by,
        action="membership.create",
        reason="demonstration account",
    )
    return password
