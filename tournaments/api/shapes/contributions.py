"""Contributions to the meta-model. What is undefined is null, with its reason in `undefined`."""

from rest_framework import serializers

from tournaments.api.shapes.common import Shape


def _nats(text: str, null: bool = True) -> serializers.FloatField:
    return serializers.FloatField(allow_null=null, help_text=text)


class ReasonShape(Shape):
    """One thing that is known of why a weight moved."""

    code = serializers.CharField()
    figures = serializers.DictField()
    against = serializers.BooleanField(help_text="Whether it points the other way than the weight went.")


class AddedShape(Shape):
    """What was added to a meta-model on the most telling rows that may be shown."""

    split = serializers.CharField()
    loo = _nats("Gain of the meta-model minus its gain without this participant, nats a row.", null=False)
    mmc = _nats("Meta-model contribution.")
    mmc_low = _nats("95% interval over eras.")
    mmc_high = _nats("95% interval over eras.")
    cwmm = _nats("Correlation with the meta-model.")
    src = _nats("Sequential residual contribution.")
    pcs = _nats("The mean of it over 100 random orders.")
    undefined = serializers.DictField(child=serializers.CharField())


class StandShape(Shape):
    """A participant in one round's meta-model: what it weighs in each blend, what it added, why it moved."""

    round = serializers.IntegerField()
    state = serializers.CharField()
    blend = serializers.CharField(help_text="The blend that is the meta-model.")
    weight = serializers.FloatField()
    moved = serializers.FloatField(
        allow_null=True, help_text="Since the round played before; null where there is none."
    )
    equal = serializers.FloatField(help_text="What each weighs where all weigh the same.")
    weights = serializers.DictField(child=serializers.FloatField(), help_text="By blend.")
    added = AddedShape(allow_null=True)
    reasons = ReasonShape(many=True)


class ContributionShape(Shape):
    """What one participant adds to the meta-model on one split; a participant's forecasters are merged."""

    participant = serializers.CharField()
    own = serializers.BooleanField()
    split = serializers.CharField()
    precedence = serializers.IntegerField(help_text="Position that orders `src`.")
    rows = serializers.IntegerField()
    loo = _nats("Gain of the meta-model minus its gain without this participant, nats a row.", null=False)
    mmc = _nats("Meta-model contribution, mean over eras, as numerai-tools scales it.")
    mmc_low = _nats("95% interval over eras.")
    mmc_high = _nats("95% interval over eras.")
    cwmm = _nats("Correlation with the meta-model.")
    src = _nats("Sequential residual contribution in order of precedence, nats a row.")
    pcs = _nats("The mean of it over 100 random orders, nats a row.")
    era_mmc = serializers.ListField(child=serializers.FloatField(), help_text="MMC of each era.")
    undefined = serializers.DictField(child=serializers.CharField())
