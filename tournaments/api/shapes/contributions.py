"""Contributions to the meta-model. What is undefined is null, with its reason in `undefined`."""

from rest_framework import serializers

from tournaments.api.shapes.common import Shape


def _nats(text: str, null: bool = True) -> serializers.FloatField:
    return serializers.FloatField(allow_null=null, help_text=text)


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
