"""Pages of operators, in light, in dark and on a phone: whole to the eye, the ear and the keyboard."""

import pytest

from tests.browser.looks import look_at
from tests.browser.places import BOOKS, MAKING, RUNNING, Place

PLACES = RUNNING + BOOKS + MAKING


@pytest.mark.parametrize("place", PLACES, ids=[place.name for place in PLACES])
def test_the_page_is_whole(place: Place, shown, regulars):
    assert look_at(place, regulars(shown, place.who), shown) == []
