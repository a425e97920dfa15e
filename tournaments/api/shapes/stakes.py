"""Stakes: one's own, and, from the close on, everybody's."""

from rest_framework import serializers

from tournaments.api.shapes.common import Shape
from tournaments.models.amounts import MOST
from tournaments.models.stakes import MOST_CONFIDENCE

BID = "What is bid where the rule is an auction, in 1e-9: 200000000 for 0.2."


class StakeIn(Shape):
    """What one's forecaster is to have at stake."""

    forecaster = serializers.CharField(max_length=40, default="main", help_text="One's own, by name.")
    amount = serializers.IntegerField(
        min_value=0, max_value=MOST - 1, help_text="In all, in minor units; 0 takes it back."
    )
    confidence = serializers.IntegerField(
        min_value=1, max_value=MOST_CONFIDENCE, default=None, allow_null=True, help_text=BID
    )


class OwnStake(Shape):
    """What one's forecaster has at stake."""

    forecaster = serializers.CharField()
    amount = serializers.IntegerField(help_text="In minor units.")
    confidence = serializers.IntegerField(allow_null=True, help_text=BID)
    state = serializers.CharField(help_text="open, locked at the close, settled or refunded.")
    won = serializers.IntegerField(allow_null=True, help_text="On top of the stake; null until settled.")
    burned = serializers.IntegerField(allow_null=True, help_text="Lost of the stake; null until settled.")


class OwnStakes(Shape):
    """All of one's own in a round, and what there is to stake."""

    currency = serializers.CharField()
    currency_digits = serializers.IntegerField()
    least = serializers.IntegerField(help_text="The least stake that the round takes, in minor units.")
    most = serializers.IntegerField(allow_null=True)
    balance = serializers.IntegerField(help_text="What one has besides, in minor units.")
    stakes = OwnStake(many=True)


class StakeShape(Shape):
    """What somebody's forecaster has at stake."""

    alias = serializers.CharField(source="forecaster.participant.alias")
    forecaster = serializers.CharField(source="forecaster.name")
    amount = serializers.IntegerField()
    confidence = serializers.IntegerField(allow_null=True)


class Stakes(Shape):
    """Everybody's, the largest first."""

    total = serializers.IntegerField(help_text="In minor units.")
    stakes = StakeShape(many=True)
