"""Who needs a second factor where the settings say nothing, little, or nonsense."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from tracker import signing_in
from tracker.signing_in import roles

SERVER, HERE = "https://tracker.example.gov.in", "http://127.0.0.1:8000"


def test_a_server_asks_for_a_second_factor_and_the_own_machine_does_not():
    assert roles("", base_url=SERVER) == {"manager", "auditor", "administrator"}
    assert roles("", base_url="http://10.0.0.5:8000") == roles("", base_url=SERVER)
    assert [roles("", base_url=f"http://{host}:8000") for host in ("localhost", "127.0.0.1", "[::1]")] == [
        frozenset()
    ] * 3
    assert roles(" lead, manager", base_url=HERE) == {"lead", "manager"}
    assert roles("none", base_url=SERVER) == frozenset()
    for wrong in ("managers", "none,manager"):
        with pytest.raises(ImproperlyConfigured, match="SECOND_FACTOR_FOR"):
            roles(wrong, base_url=SERVER)


def test_a_time_or_a_number_of_nothing_is_refused():
    signing_in.refuse_none(SESSION_HOURS=1)
    with pytest.raises(ImproperlyConfigured, match="SESSION_HOURS"):
        signing_in.refuse_none(SESSION_HOURS=0)
