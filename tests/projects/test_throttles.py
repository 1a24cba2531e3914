"""Windows of counts, and which of the addresses of a request is believed."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory

from projects import throttles
from projects.models import Tally
from tracker import pace


@pytest.mark.django_db
def test_a_window_begins_with_its_first_request_and_ends_for_good():
    told = [Tally.count("one", now=now, seconds=60) for now in (1000, 1059, 1060, 1061)]
    assert told == [(1, 1060), (2, 1060), (1, 1120), (2, 1120)]
    assert Tally.count("another", now=1061, seconds=60) == (1, 1121)


@pytest.mark.django_db
def test_only_counts_that_are_over_are_forgotten():
    Tally.count("old", now=1000, seconds=60)
    Tally.count("young", now=1030, seconds=60)
    assert Tally.forget(now=1060) == 1
    assert Tally.objects.get().caller == "young"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "found"),
    [
        (0, "198.51.100.7", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "203.0.113.5, 198.51.100.7", "198.51.100.7"),
        (2, "203.0.113.5, 198.51.100.7, 198.51.100.8", "198.51.100.7"),
        (2, "198.51.100.8", "198.51.100.8"),
        (1, "nonsense", None),
        (1, "2001:db8:0:1::7", "2001:db8:0:1::7"),
        (1, "::ffff:198.51.100.7", "198.51.100.7"),
    ],
)
def test_only_what_our_own_proxies_say_of_the_address_is_believed(settings, proxies, forwarded, found):
    settings.PROXIES = proxies
    request = RequestFactory(REMOTE_ADDR="192.0.2.1").get("/", headers={"X-Forwarded-For": forwarded})
    assert throttles.address(request) == found


def test_who_has_a_network_of_addresses_is_one_caller():
    assert throttles.network("2001:db8:0:1::7") == throttles.network("2001:db8:0:1:ffff::8")
    assert throttles.network("2001:db8:0:1::7") != throttles.network("2001:db8:0:2::7")
    assert throttles.network("192.0.2.1") != throttles.network("192.0.2.2")
    assert throttles.network(None) == "unknown"


def test_no_address_can_be_read_from_a_count():
    names = {
        throttles.digest(scope, who) for scope in ("verify", "write") for who in ("192.0.2.1", "192.0.2.2")
    }
    assert len(names) == 4
    assert not any("192" in name for name in names if len(name) != 64)


def test_the_settings_replace_single_rates_and_refuse_what_is_none():
    assert pace.rates("write=5/hour, heavy=1/second")["write"] == (5, 3600)
    assert pace.rates("")["verify"] == (60, 60)
    for wrong in ("writes=5/hour", "write=5", "write=0/hour", "write=5/week"):
        with pytest.raises(ImproperlyConfigured, match="THROTTLES"):
            pace.rates(wrong)
