"""What a tournament's money is counted in."""

from django.db import models
from django.db.models import Q

from tournaments.models.amounts import MOST_DIGITS
from tournaments.models.tournament import Tournament

BITCOIN_DIGITS = 8


class Currency(models.Model):
    """A currency of a tournament, or its points: `digits` decimals make its minor unit.

    Written when it is first needed and never changed: another number of digits would turn every amount
    that is booked already into another one.
    """

    class Network(models.TextChoices):
        NONE = ""
        BITCOIN = "bitcoin"
        TESTNET = "testnet"
        REGTEST = "regtest"

    tournament = models.ForeignKey(Tournament, models.PROTECT, related_name="currencies")
    code = models.CharField(max_length=12)
    digits = models.PositiveSmallIntegerField()
    network = models.CharField(
        max_length=8,
        choices=Network,
        blank=True,
        default="",
        db_default="",
        help_text="Of which Bitcoin network it is",
    )

    class Meta:
        verbose_name_plural = "currencies"
        constraints = [
            models.UniqueConstraint(fields=["tournament", "code"], name="currency_once"),
            models.CheckConstraint(condition=Q(code__regex=r"^[A-Z]{2,12}$"), name="currency_in_capitals"),
            models.CheckConstraint(condition=Q(digits__lte=MOST_DIGITS), name="currency_digits_fit"),
            models.CheckConstraint(
                condition=Q(network="") | Q(digits=BITCOIN_DIGITS), name="currency_in_satoshis"
            ),
        ]

    def __str__(self) -> str:
        return self.code
