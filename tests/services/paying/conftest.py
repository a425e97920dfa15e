"""A tournament that pays bitcoins of regtest, and one that pays dollars through a bank.

Made anew for each test: a stage that is put back would get other hashes than the audit log noted.
"""

from pathlib import Path

import pytest

from tests.services.paying.people import BTC, Payer
from tests.world import World


@pytest.fixture
def payer(db: None, tmp_path: Path) -> Payer:
    """Ann has 100,000 satoshis, Bob 40,000, Cyd 546; each has an address."""
    return Payer(World(tmp_path, **BTC)).filled()


@pytest.fixture
def bank(db: None, tmp_path: Path) -> Payer:
    """Ann has 1,000.00 USD, Bob 0.05; each has a bank account."""
    made = Payer(World(tmp_path), "USD")
    made.give("ann", 100_000)
    made.give("bob", 5)
    return made
