"""Payouts for those who keep their own books: scores and a rule in, a table out. No row is touched."""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from tournaments.models.amounts import DIGITS
from tournaments.numerics.errors import NumericsError
from tournaments.numerics.payouts import registry
from tournaments.numerics.payouts.awards import Table
from tournaments.numerics.payouts.entries import Entry
from tournaments.numerics.units import UNITS
from tournaments.services.access import Actor
from tournaments.services.errors import Forbidden, Invalid
from tournaments.services.settlement.what_if import read_parameters

MOST_ENTRIES, KEY_MOST = 10_000, 100
LARGEST = 10**DIGITS - 1
FIELDS = ("key", "precedence", "eligible", "stake", "scores")
_DECIMAL = re.compile(r"-?\d{1,18}(\.\d{1,30})?", re.ASCII)


def calculate(
    actor: Actor,
    rule: str,
    parameters: Mapping[str, Any],
    pool: int,
    entries: Sequence[Any],
) -> Table[str]:
    """Return what a rule makes of these entries; for whoever is logged in or has a key.

    An entry is {key, scores, precedence?, eligible?, stake?}: by precedence odd units go, the place in the
    list unless said. A score is a whole number of 1e-9, or a decimal text, rounded to that once, halves to
    even. Raises Forbidden `login_needed`, Invalid `invalid_rule`, `too_many_entries`, `bad_entry` with the
    place of the first fault, `bad_pool`.
    """
    if actor.user is None:
        raise Forbidden("login_needed", "Log in, or send an API key.")
    if len(entries) > MOST_ENTRIES:
        raise Invalid("too_many_entries", f"At most {MOST_ENTRIES:,} entries are settled at once.")
    if type(pool) is not int or not 0 <= pool <= LARGEST:
        raise Invalid("bad_pool", f"A pool is a whole number of minor units of at most {DIGITS} digits.")
    given = read_parameters(rule, parameters)
    read = [_entry(place, one) for place, one in enumerate(entries)]
    try:
        return registry.settle(rule, read, pool, given)
    except NumericsError as error:
        raise _of_numerics(error) from error


def _entry(place: int, one: Any) -> Entry[str]:
    if not isinstance(one, dict) or not isinstance(one.get("scores", {}), dict):
        raise _bad(place, "entry", "It is an object with a key and scores.")
    unknown = sorted(set(one) - set(FIELDS))
    if unknown:
        raise _bad(place, unknown[0], "An entry has no such field.")
    key = one.get("key")
    if not isinstance(key, str) or not 1 <= len(key) <= KEY_MOST:
        raise _bad(place, "key", f"A text of 1 to {KEY_MOST} characters.")
    if type(one.get("eligible", True)) is not bool:
        raise _bad(place, "eligible", "true or false.")
    return Entry(
        key=key,
        precedence=_whole(place, "precedence", one.get("precedence", place)),
        eligible=one.get("eligible", True),
        stake=_whole(place, "stake", one.get("stake", 0)),
        scores={name: _score(place, name, value) for name, value in one.get("scores", {}).items()},
    )


def _whole(place: int, name: str, value: Any) -> int:
    if type(value) is not int or abs(value) > LARGEST:
        raise _bad(place, name, f"A whole number of at most {DIGITS} digits.")
    return value


def _score(place: int, name: str, value: Any) -> int:
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return round(Fraction(value) * UNITS)  # exact, halves to even
    if isinstance(value, str):
        raise _bad(place, name, "A decimal with at most 18 digits before the point and 30 behind it.")
    return _whole(place, name, value)


def _bad(place: int, field: str, message: str) -> Invalid:
    return Invalid("bad_entry", f"Entry {place + 1}, {field}: {message}", entry=place + 1, field=field)


def _of_numerics(error: NumericsError) -> Invalid:
    where = {name: str(value) for name, value in error.place.items()}
    return Invalid("bad_entry", error.sentence, **where)
