"""Players with money and with an address, and the batches that pay them."""

from typing import Any

from tests.services.paying.vectors import GOOD
from tests.world import World
from tournaments.models import Participant, PayoutAddress, PayoutBatch
from tournaments.services import purse
from tournaments.services.access import Actor
from tournaments.services.paying import addresses, batches

BTC = {"rewards": "money", "currency": "BTC", "currency_digits": 8, "network": "regtest", "pool": 0}
TXID = "ab" * 32
AT = [
    "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080",
    "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn",
    "2MzQwSSnBHWHqSAqtTVQ6v47XtaisrJa1Vc",
]
assert {text for _, text, _ in GOOD} >= set(AT)
IBAN = "DE89 3704 0044 0532 0130 00"


class Payer:
    """A world, and what its operator and players do about payments in one currency."""

    def __init__(self, world: World, currency: str = "BTC") -> None:
        self.world, self.currency = world, currency
        self.tournament, self.operator = world.tournament, world.operator
        self.players: dict[str, Actor] = {}

    def filled(self) -> "Payer":
        """Three players with their addresses."""
        for name, amount, text in zip(("ann", "bob", "cyd"), (100_000, 40_000, 546), AT, strict=True):
            self.give(name, amount, text)
        return self

    def give(self, name: str, amount: int, address: str | None = "") -> Actor:
        """Book a deposit of a player, who is added first; `address` None leaves them without one."""
        if name not in self.players:
            self.players[name] = self.world.player(name)
            if address is not None:
                self.register(name, address or f"{IBAN} {name}")
        whom = Participant.objects.get(tournament=self.tournament, alias=name.capitalize())
        purse.deposit(self.operator, self.tournament, whom, self.currency, amount, f"bank {name}")
        return self.players[name]

    def register(self, name: str, address: str) -> PayoutAddress:
        """Say where a player is paid."""
        holder = f"{name.capitalize()} Miller"
        return addresses.register(self.players[name], self.tournament, self.currency, address, holder)

    def collect(self, least: int = 0, age: int = 0, key: str = "", **more: Any) -> PayoutBatch:
        """Collect a batch, addresses of any age."""
        return batches.collect(self.operator, self.tournament, self.currency, least, age, key, **more)

    def held(self, name: str) -> int:
        """What a player has."""
        whom = Participant.objects.get(tournament=self.tournament, alias=name.capitalize())
        return purse.held(self.operator, self.tournament, whom, self.currency)
