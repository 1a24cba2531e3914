"""The administration: accounts, memberships, organisations and imports, by administrators, each step on record."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from projects import accounts
from projects.models import (
    AuditEvent,
    CalendarLink,
    Membership,
    Mineral,
    Organisation,
    TokenGrant,
    User,
    audit,
)
from tests.cast import PASSWORD, TODAY, acting
from tests.folders import small, write

pytestmark = pytest.mark.engine("postgres")
CHOSEN = "gallium tellurium nine"


def choose(link: str, password: str) -> int:
    """Choose a password by the link in a browser of its own, and return the status of the last answer."""
    browser = Client()
    page = browser.get(link, follow=True)
    sent = {"new_password1": password, "new_password2": password}
    return browser.post(page.redirect_chain[-1][0] if page.redirect_chain else link, sent).status_code


def test_a_person_comes_in_by_a_link_that_works_once(cast, as_user):
    facts = {"username": "asha.rao", "full_name": "Asha Rao", "language": "en"}
    page = as_user(cast.administrator).post("/administration/users/new/", facts)
    link = page.context["address"]
    assert not User.objects.get(username="asha.rao").has_usable_password()
    assert choose(link, "short") == 200
    assert choose(link, CHOSEN) == 302
    assert choose(link, "another long password") == 200
    browser = Client()
    entered = browser.post("/sign-in/", {"username": "asha.rao", "password": CHOSEN})
    assert entered.status_code == 302
    told = list(audit.history(User.objects.get(username="asha.rao")).values_list("action", flat=True))
    assert told == ["user.create", "user.password_link", "user.set_password"]
    assert not AuditEvent.objects.filter(after__icontains=CHOSEN).exists()
    again = as_user(cast.administrator).post("/administration/users/new/", {**facts, "username": "Asha.Rao"})
    assert "There is an account of this name already" in again.content.decode()


def test_who_is_closed_out_is_out_at_once_and_for_good(cast, as_user):
    browser = as_user(cast.officer)
    _grant, token = TokenGrant.issue(cast.officer, now=timezone.now())
    CalendarLink.issue(cast.officer, name="Telephone", language="en", now=timezone.now())
    api = {"Authorization": f"Token {token}"}
    assert browser.get("/milestones/").status_code == 200
    assert Client().get("/api/v1/me/", headers=api).status_code == 200
    closed = as_user(cast.administrator).post(
        f"/administration/users/{cast.officer.pk}/switch/", {"was_active": "true", "reason": "Left."}
    )
    assert closed.status_code == 302
    for _time in ("while closed", "and when it is open again"):
        assert browser.get("/milestones/").status_code == 302
        assert Client().get("/api/v1/me/", headers=api).status_code == 401
        entered = Client().post("/sign-in/", {"username": "officer", "password": PASSWORD})
        assert entered.status_code == 200
        assert not cast.officer.calendar_links.exists()
        cast.officer.refresh_from_db()
        if not cast.officer.is_active:
            accounts.reopen_account(cast.officer, by=acting(cast.administrator))
    assert cast.officer.memberships.exists()


def test_nobody_closes_the_own_account_or_ends_the_own_administration(cast, as_user):
    browser = as_user(cast.administrator)
    own = f"/administration/users/{cast.administrator.pk}/switch/"
    assert "your own account" in browser.post(own, {"was_active": "true"}).content.decode()
    membership = cast.administrator.memberships.get()
    sent = {"version": 1, "valid_to": "2026-06-14"}
    page = browser.post(f"/administration/memberships/{membership.pk}/change/", sent)
    assert "cannot end your own administration" in page.content.decode()
    membership.refresh_from_db()
    assert membership.valid_to is None


def test_a_role_is_held_on_its_days_only_and_once_at_a_time(cast):
    by = acting(cast.administrator)
    tomorrow = TODAY + dt.timedelta(days=1)
    row = Membership.grant(cast.nobody, by=by, role="auditor", valid_from=tomorrow)
    assert acting(cast.nobody).roles == frozenset()
    assert acting(cast.nobody, on=tomorrow).roles == {"auditor"}
    with pytest.raises(ValidationError, match="already"):
        Membership.grant(cast.nobody, by=by, role="auditor")
    row.change_dates(by=by, valid_from=tomorrow, valid_to=tomorrow)
    assert acting(cast.nobody, on=tomorrow + dt.timedelta(days=1)).roles == frozenset()
    Membership.grant(cast.nobody, by=by, role="auditor", valid_from=tomorrow + dt.timedelta(days=1))
    with pytest.raises(ValidationError, match="ministry"):
        Membership.grant(cast.nobody, by=by, role="officer", organisation=cast.texmin)


def test_an_organisation_with_members_stays_a_ministry_or_none(cast, as_user):
    browser = as_user(cast.administrator)
    facts = {"name": "Texmin Limited", "short_name": "Texmin", "version": 1}
    page = browser.post("/organisations/INS-901/change/", {**facts, "kind": "ministry"})
    assert "end their memberships first" in page.content.decode()
    assert browser.post("/organisations/INS-901/change/", {**facts, "kind": "cpse"}).status_code == 302
    late = browser.post("/organisations/INS-901/change/", {**facts, "kind": "company"})
    assert late.status_code == 409
    made = browser.post("/organisations/new/", {**facts, "name": "Recycler", "kind": "company"})
    row = Organisation.objects.get(name="Recycler")
    assert made["Location"] == f"/organisations/{row.reference}/"
    assert row.reference not in as_user(cast.our_lead).get("/organisations/").content.decode()


def test_files_of_a_programme_are_shown_and_then_imported_as_they_were_shown(cast, as_user, tmp_path):
    write(tmp_path, small())
    files = [SimpleUploadedFile(path.name, path.read_bytes()) for path in sorted(tmp_path.iterdir())]
    browser, address = as_user(cast.administrator), "/administration/import/"
    shown = browser.post(address, {"files": files})
    assert shown.context["outcome"].added > 5
    assert not Mineral.objects.exists()
    held = shown.context["held"]
    assert browser.post(address, {"held": f"{held}x"}).status_code == 200
    assert not Mineral.objects.exists()
    assert browser.post(address, {"held": held}).status_code == 302
    assert Mineral.objects.get().name == "Cerium"
    event = AuditEvent.objects.get(action="programme.upload")
    assert (event.actor, set(event.after)) == (cast.administrator, {path.name for path in tmp_path.iterdir()})
    wrong = browser.post(address, {"files": [SimpleUploadedFile("notes.csv", b"a,b\n")]})
    assert "notes.csv" in wrong.content.decode()


def test_djangos_administration_changes_nothing_that_goes_by_steps(cast, as_user):
    browser, row = as_user(cast.administrator), cast.our_milestone
    address = f"/admin/projects/milestone/{row.pk}/change/"
    assert browser.get(address).status_code == 200
    assert browser.post(address, {"status": "verified"}).status_code == 403
    assert browser.post(f"/admin/projects/milestone/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert as_user(cast.manager).get(address).status_code == 302


def test_a_program_keeps_no_accounts(cast):
    _grant, token = TokenGrant.issue(
        cast.administrator, now=timezone.now(), name="Script", scopes=["read", "log"]
    )
    body = {"username": "made.by.script", "full_name": "Script"}
    answer = Client().post("/api/v1/users/", body, headers={"Authorization": f"Token {token}"})
    assert answer.status_code == 403
    assert not User.objects.filter(username="made.by.script").exists()
