"""States and union territories are read from records by name, and never guessed."""

import pytest
from django.core.exceptions import ValidationError

from projects import states
from projects.states import IndianState

pytestmark = pytest.mark.engine("sqlite")


@pytest.mark.parametrize(
    ("region", "country", "kept"),
    [
        ("Odisha", "India", "IN-OD"),
        ("Kerala; Odisha", "India", "IN-KL IN-OD"),
        ("  andhra   pradesh ;Orissa", "India", "IN-AP IN-OD"),
        ("Odisha; Odisha", "India", "IN-OD"),
        ("Bhopal", "India", ""),
        ("Odisha; the coast", "India", ""),
        ("Odisha and Kerala", "India", ""),
        ("", "India", ""),
        ("Punjab", "Pakistan", ""),
        ("Catamarca", "Argentina", ""),
    ],
)
def test_only_what_names_states_of_india_for_sure_is_kept(region, country, kept):
    assert states.from_record(region, country) == kept


def test_codes_are_kept_in_order_each_once():
    assert states.of("IN-KL IN-OD") == (IndianState.KL, IndianState.OD)
    states.require_known("IN-KL IN-OD")
    for wrong in ("IN-OD IN-KL", "IN-OD IN-OD", "OD", "IN-XX"):
        with pytest.raises(ValidationError):
            states.require_known(wrong)
