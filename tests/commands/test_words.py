"""What people type and what they read: the examples of the modules hold."""

import doctest
from datetime import timedelta
from types import ModuleType

import pytest

from tournaments.management import terminal, words
from tournaments.services.clock import db_now


@pytest.mark.parametrize("module", [terminal, words], ids=lambda module: module.__name__)
def test_the_examples_hold(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.attempted > 2
    assert result.failed == 0


@pytest.mark.parametrize(
    ("text", "hours"), [("90m", 1.5), ("in 2 hours", 2), ("1 d", 24), ("2 weeks", 336), ("30 min", 0.5)]
)
def test_lengths_of_time(text: str, hours: float) -> None:
    assert words.deadline(text) == timedelta(hours=hours)


def test_another_zone_is_brought_to_utc() -> None:
    assert words.deadline("2026-12-01T12:00+02:00") == words.deadline("2026-12-01T10:00Z")


@pytest.mark.django_db
def test_a_length_of_time_counts_from_the_databases_clock() -> None:
    before = db_now()
    assert before < words.moment_of(timedelta(hours=1)) - timedelta(hours=1) < db_now()
