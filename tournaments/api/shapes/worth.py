"""What a meta-model is worth, for those who run the round."""

from typing import Any

from rest_framework import serializers

from tournaments.api.shapes.common import Shape


def _float(help_text: str = "") -> Any:
    return serializers.FloatField(allow_null=True, help_text=help_text)


def _why() -> Any:
    return serializers.DictField(
        child=serializers.CharField(), help_text="Why figures are null: name and reason."
    )


class Gain(Shape):
    """The gain per row over a coin, with its 95% interval over eras."""

    nats = serializers.FloatField()
    nats_low = _float()
    nats_high = _float()
    bits = serializers.FloatField()
    bits_low = _float()
    bits_high = _float()
    undefined = _why()


class HitRate(Shape):
    """How often the side that was held likelier happened."""

    sides = serializers.IntegerField(help_text="Rows whose probability is not exactly 1/2.")
    rate = _float()
    low = _float()
    high = _float()
    undefined = _why()


class EraInformation(Shape):
    """The information coefficient of one era."""

    era = serializers.CharField()
    ic = _float("Spearman of the probabilities with the labels.")


class InformationShape(Shape):
    """Information coefficients, and what is made of them."""

    ic = _float("Mean over the eras that have one.")
    low = _float()
    high = _float()
    sd = _float("Standard deviation over eras, ddof 1.")
    t = _float("ic ÷ (sd ÷ √eras).")
    realised = _float("ic ÷ sd: the information ratio that the eras show.")
    acts_like = _float("1 ÷ sd²: how many independent rows per era would vary as much.")
    eras = EraInformation(many=True)
    undefined = _why()


class GrowthShape(Shape):
    """Log-growth of capital by Kelly bets at even odds, after costs."""

    cost = serializers.FloatField()
    fraction = serializers.FloatField(help_text="Of the whole Kelly stake.")
    bets = serializers.IntegerField(help_text="Rows that are bet on.")
    breadth = serializers.FloatField(help_text="The same per era.")
    stake = _float("Mean stake of a bet, a share of the capital.")
    row = serializers.FloatField(help_text="Per row, nats, each row settled before the next is bet on.")
    row_low = _float()
    row_high = _float()
    era = serializers.FloatField(help_text="Per era, nats, likewise.")
    era_low = _float()
    era_high = _float()
    at_once = serializers.FloatField(
        help_text="Per era, nats, the capital spread equally over the era's bets, all settled together."
    )
    at_once_low = _float()
    at_once_high = _float()
    eras = serializers.ListField(child=serializers.FloatField())
    undefined = _why()


class Growths(Shape):
    """With the whole Kelly stake, and with the fraction that was asked for."""

    whole = GrowthShape()
    part = GrowthShape()


class AtCost(Shape):
    """Growth per row at one cost, nats."""

    cost = serializers.FloatField()
    whole = serializers.FloatField()
    part = serializers.FloatField()
    part_low = _float()
    part_high = _float()


class SinglesShape(Shape):
    """Gains of the ranked on the same rows, one by one."""

    forecasters = serializers.IntegerField()
    best = _float()
    mean = _float()
    median = _float()


class RungShape(Shape):
    """Blends of seeded subsets of so many participants: means, and the ends of the middle 80%."""

    participants = serializers.IntegerField()
    subsets = serializers.IntegerField()
    gain = serializers.FloatField()
    gain_low = serializers.FloatField()
    gain_high = serializers.FloatField()
    hit_rate = _float()
    hit_rate_low = _float()
    hit_rate_high = _float()
    ic = _float()
    ic_low = _float()
    ic_high = _float()


class WorthShape(Shape):
    """What a meta-model is worth to whoever acts on it."""

    tournament = serializers.CharField()
    round = serializers.IntegerField()
    blend = serializers.CharField()
    headline = serializers.BooleanField(help_text="Whether it is the meta-model.")
    split = serializers.CharField(help_text="The rows that it is judged on.")
    rows = serializers.IntegerField()
    participants = serializers.IntegerField()
    cost = serializers.FloatField()
    kelly = serializers.FloatField()
    gain = Gain()
    hit_rate = HitRate()
    information = InformationShape()
    breadth = serializers.FloatField(
        help_text="Rows per era that are bet on; those of one era are correlated."
    )
    grinold = _float("ic · √breadth: the information ratio if these rows were independent.")
    growth = Growths()
    by_cost = AtCost(many=True)
    half_cost = _float("The cost at which half of the whole growth is left.")
    singles = SinglesShape()
    curve = RungShape(many=True, help_text="By the number of participants; of the meta-model alone.")
    why_no_curve = serializers.CharField(allow_blank=True)
