"""The first administrator comes from the command line, with a link instead of a password."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from projects import permissions
from projects.choices import Role
from projects.models import AuditEvent, User, audit
from tests.cast import acting

pytestmark = [pytest.mark.django_db, pytest.mark.engine("postgres")]
PASSWORD = "monazite-sands-of-odisha"


def asked(name: str, *options: str) -> str:
    """Return the path of the link that the command prints."""
    out = StringIO()
    call_command("create_administrator", name, *options, stdout=out)
    (link,) = re.findall(r"^  http://127\.0\.0\.1:8000(/set-password/\S+)$", out.getvalue(), re.MULTILINE)
    return link


def test_the_first_administrator_chooses_a_password_at_a_link_that_works_once(client: Client):
    link = asked("first", "--full-name", "First Administrator", "--email", "first@example.org")
    person = User.objects.get(username="first")
    assert not person.has_usable_password()
    assert (person.full_name, person.email) == ("First Administrator", "first@example.org")
    assert list(person.memberships.values_list("role", "organisation")) == [(Role.ADMINISTRATOR, None)]
    form = client.get(link, follow=True)
    there = form.redirect_chain[-1][0]
    answer = client.post(there, {"new_password1": PASSWORD, "new_password2": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    person.refresh_from_db()
    assert person.check_password(PASSWORD)
    assert permissions.allows(permissions.actor(person, on=acting(person).on), "user.manage")
    again = Client().get(link, follow=True)
    assert not again.redirect_chain
    told = AuditEvent.objects.order_by("seq").values_list("action", "actor__username")
    assert [it for it in told if it[1] == "system:installation"] == [
        ("user.create", "system:installation"),
        ("membership.create", "system:installation"),
        ("user.password_link", "system:installation"),
    ]
    assert audit.first_break() is None


def test_it_gives_an_administrator_a_new_link_and_nobody_else_a_role(cast):
    assert asked(cast.administrator.username)
    for name, said in (
        (cast.officer.username, "is no administrator"),
        ("two words", "without blanks"),
        ("system:reports", "Letters, digits"),
    ):
        with pytest.raises(CommandError, match=said):
            asked(name)
    User.objects.filter(pk=cast.administrator.pk).update(is_active=False)
    with pytest.raises(CommandError, match="is closed"):
        asked(cast.administrator.username)
