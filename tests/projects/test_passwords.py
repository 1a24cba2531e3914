"""Which passwords are good enough."""

from __future__ import annotations

import hashlib

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from projects.choices import OrganisationKind
from projects.management.commands.load_demonstration import Command
from projects.passwords import Breached, stands_in
from tests.cast import PASSWORD, Cast, organisation


def refused(password: str, user: object = None) -> set[str]:
    try:
        validate_password(password, user)
    except ValidationError as error:
        return {found.code for found in error.error_list}
    return set()


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "gallium tellurium nine",
        "खनिज विकास योजना दस्तावेज़",
        "graphite-tulip-orbit-77",
        "x7Kp2mQ9vB4nT1r",
        "9461730852947163058",
    ],
)
def test_length_is_what_counts_and_no_kind_of_character_is_asked_for(password: str, cast: Cast):
    assert not refused(password, cast.officer)


def test_what_is_short_common_or_made_of_what_everybody_knows_is_refused(cast: Cast):
    assert "password_too_short" in refused("x7Kp2mQ9vB4nT1")
    cast.our_lead.email, cast.our_lead.full_name = "asha.rao@texmin.example", "Asha Rao"
    for password in (
        "password12345678", "qwertyuiop123456", "aaaaaaaaaaaaaaaaaa", "P@ssw0rdP@ssw0rd", "15August1947-1947",
        "CriticalMineralMission", "ncmm-mission-2026!", "our_lead_our_lead_1", "TexminTexmin@2026", "asharaoasharao2026",
        "MissionTracker@123",
    ):  # fmt: skip
        assert "password_guessable" in refused(password, cast.our_lead), password
    # The words of one person are no words of another's.
    assert refused("texmin.asharao.2026", cast.our_lead)
    assert not refused("texmin.asharao.2026", cast.their_lead)


def test_the_operators_list_of_breached_passwords_is_searched_by_halving(tmp_path):
    words = [f"{PASSWORD} {number}" for number in range(500)]
    digests = sorted(hashlib.sha1(word.encode()).hexdigest().upper() for word in words)  # noqa: S324
    path = tmp_path / "breached.txt"
    path.write_text("".join(f"{digest}:{number}\r\n" for number, digest in enumerate(digests)))
    assert all(stands_in(path, digest) for digest in digests)
    assert not any(stands_in(path, digest) for digest in ("0" * 40, "F" * 40, digests[7][:-1] + "0"))
    with pytest.raises(ValidationError, match="breach of another service"):
        Breached(str(path)).validate(words[250])
    Breached(str(path)).validate(PASSWORD)
    Breached("").validate(words[250])


def test_no_two_loads_of_the_demonstration_have_a_password_in_common(db):
    for reference in ("INS-001", "INS-007", "INS-008"):
        kind = OrganisationKind.MINISTRY if reference == "INS-001" else OrganisationKind.COMPANY
        organisation(reference, reference, kind)
    loads = []
    for _load in range(2):
        with transaction.atomic():
            loads.append([password for _account, password in Command()._create_accounts()])
            transaction.set_rollback(True)
    first, second = loads
    assert len(first) == len(second) == 7
    assert len({*first, *second}) == 14
    assert not any(refused(password) for password in (*first, *second))
