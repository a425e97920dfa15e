"""What forecasters have at stake in rounds; the money itself lies in escrow, in the ledger."""

from django.db import models
from django.db.models import Q

from tournaments.models.amounts import Amount
from tournaments.models.ledger import Account
from tournaments.models.people import Forecaster
from tournaments.models.round import Round

MOST_CONFIDENCE = 10**9


class Stake(models.Model):
    """A forecaster's stake in a round: until the close what its escrow holds, from then on `locked`.

    `confidence` is what is bid where the rule is an auction, in 1e-9.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="stakes")
    forecaster = models.ForeignKey(Forecaster, models.PROTECT, related_name="stakes")
    escrow = models.OneToOneField(Account, models.PROTECT, related_name="stake")
    confidence = models.BigIntegerField(null=True)
    locked = Amount(null=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "forecaster"], name="stake_once"),
            models.CheckConstraint(
                condition=Q(confidence__isnull=True) | Q(confidence__gte=1, confidence__lte=MOST_CONFIDENCE),
                name="confidence_above_zero",
            ),
            models.CheckConstraint(
                condition=Q(locked__isnull=True) | Q(locked__gte=0), name="locked_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"stake of {self.forecaster} in {self.round}"
