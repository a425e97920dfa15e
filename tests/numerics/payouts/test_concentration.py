"""How unequal amounts are, by hand and against the mean of all differences."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournaments.numerics.errors import NumericsError
from tournaments.numerics.payouts.concentration import gini, top_share

AMOUNTS = st.lists(st.integers(0, 10**37), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        ([7, 7, 7, 7], Fraction(0)),
        ([0, 0, 0, 10], Fraction(3, 4)),
        # Differences of 1, 2, 4, 5 in pairs: 1+3+4+2+3+1 = 14 of 2 · 4 · 12 / 2 = 48.
        ([5, 1, 4, 2], Fraction(14, 48)),
        ([9], Fraction(0)),
        ([0, 0], None),
        ([], None),
    ],
)
def test_the_gini_of_small_tables_is_what_the_hand_computes(amounts, expected):
    assert gini(amounts) == expected


@given(AMOUNTS)
def test_the_gini_is_half_the_mean_difference_over_the_mean_exactly(amounts):
    size, total = len(amounts), sum(amounts)
    apart = sum(abs(a - b) for a in amounts for b in amounts)
    assert gini(amounts) == (Fraction(apart, 2 * size * total) if total else None)


@given(AMOUNTS, st.integers(0, 14))
def test_a_top_share_grows_from_nothing_to_all(amounts, count):
    if not sum(amounts):
        assert top_share(amounts, count) is None
        return
    assert 0 <= top_share(amounts, count) <= top_share(amounts, count + 1) <= 1
    assert top_share(amounts, len(amounts)) == 1
    assert top_share(amounts, 1) == Fraction(max(amounts), sum(amounts))


@pytest.mark.parametrize("call", [lambda x: gini(x), lambda x: top_share(x, 1)])
def test_what_is_lost_or_no_integer_is_refused(call):
    for amounts, code in (
        ([1, -1], "negative_amount"),
        ([1.0], "not_an_integer"),
        ([True], "not_an_integer"),
    ):
        with pytest.raises(NumericsError) as error:
            call(amounts)
        assert error.value.code == code
    with pytest.raises(NumericsError):
        top_share([1], -1)
