"""Ten thousand money operations, some of them cut off in the middle: database and model agree to the unit.

What holds after them is DESIGN's list: transactions sum to zero, balances are the sums of their entries, no
account is below its floor, paid and rolled over are pool and burned, one settlement of a round is in force.
"""

import pytest
from django.db import connection
from django.db.models import Count, F, Q, Sum

from tests.services.moneyplay import RULES, Play
from tests.world import World
from tournaments.models import Entry, PayoutBatch, Round, Settlement
from tournaments.services.upkeep import books

OPERATIONS, CRASHES = 5_000, 100
EVERY = 500
SEEDS = (2026, 2027)
"""Half of them each, so that two processes do them."""


@pytest.fixture(params=SEEDS)
def play(request, tmp_path, own_database) -> Play:
    with connection.cursor() as cursor:  # what a power cut would lose is not asked here
        cursor.execute("SET synchronous_commit = off")
    return Play(World(tmp_path, **RULES), request.param)


def test_ten_thousand_operations_with_crashes_keep_what_is_always_true(play: Play) -> None:
    for number in range(OPERATIONS):
        cut = number % (OPERATIONS // CRASHES) == 0
        play.turn(crash_at=play.random.randint(1, 30) if cut else None)
        if number % EVERY == 0:
            assert play.bank.differs() == {}, number
    assert play.bank.differs() == {}
    assert books.everything() == []
    check_always_true()
    assert play.crashed > CRASHES / 3
    assert play.done > OPERATIONS / 3
    kinds = set(Entry.objects.values_list("transaction__kind", flat=True))
    assert kinds == {
        *("deposit", "withdrawal", "funding", "stake", "unstake", "payout", "refund", "reversal"),
        *("collection", "sent"),
    }


def check_always_true() -> None:
    unbalanced = Entry.objects.values("transaction", "currency").annotate(sum=Sum("amount")).exclude(sum=0)
    assert list(unbalanced) == []
    leaking = Settlement.objects.exclude(rolled_over=F("pool") + F("burned") - F("paid"))
    assert list(leaking) == []
    twice = Round.objects.annotate(
        n=Count("settlements", filter=Q(settlements__reversed_at__isnull=True))
    ).filter(n__gt=1)
    assert list(twice) == []
    assert set(PayoutBatch.objects.values_list("state", flat=True)) == {"pending", "sent", "cancelled"}
