"""Pages of strangers and participants, in light, in dark and on a phone: whole to eye, ear and keyboard."""

import pytest

from tests.browser.looks import look_at
from tests.browser.places import PLAYER, SELF, STRANGER, Place

PLACES = STRANGER + SELF + PLAYER


@pytest.mark.parametrize("place", PLACES, ids=[place.name for place in PLACES])
def test_the_page_is_whole(place: Place, shown, regulars):
    assert look_at(place, regulars(shown, place.who), shown) == []
