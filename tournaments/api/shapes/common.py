"""Problems, and the pieces that several answers share."""

from typing import Any

from rest_framework import serializers

from tournaments.models import Round

Shape = serializers.Serializer[Any]


class Sparse(Shape):
    """A shape that leaves out what its row does not tell; null is for what is undefined."""

    def to_representation(self, instance: dict[str, Any]) -> dict[str, Any]:
        """Return the fields that the row has, and those that every row has."""
        told = super().to_representation(instance)
        return {name: told[name] for name in told if name in instance or self.fields[name].required}


class FaultRow(Shape):
    """One place of a fault in a file."""

    row = serializers.IntegerField(allow_null=True, help_text="Line of a CSV file, its header being line 1.")
    id = serializers.CharField(allow_null=True)
    value = serializers.CharField(allow_null=True)
    column = serializers.CharField(allow_null=True)


class Fault(Shape):
    """One kind of fault in a file: how often, and the first places."""

    code = serializers.CharField()
    message = serializers.CharField()
    count = serializers.IntegerField()
    rows = FaultRow(many=True)


class FieldError(Shape):
    """One fault of a request's fields."""

    field = serializers.CharField(allow_null=True)
    code = serializers.CharField()
    message = serializers.CharField()


class Problem(Shape):
    """RFC 9457 problem details. `code` is stable; `detail` is a sentence for people."""

    type = serializers.CharField(help_text="An address of our own, one for each code.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    faults = Fault(many=True, required=False, help_text="Of a file: every kind at once.")
    errors = FieldError(  # type: ignore[assignment]  # RFC 9457's own example has it
        many=True, required=False, help_text="Of the request's fields."
    )


class Reason(Shape):
    """Why; shown at once in the round's public log."""

    reason = serializers.CharField(max_length=300)


class LogLine(Shape):
    """A line of a round's public log."""

    at = serializers.DateTimeField()
    kind = serializers.CharField()
    text = serializers.CharField()


class RoundBrief(Shape):
    """A round's number, state and times."""

    tournament = serializers.CharField()
    number = serializers.IntegerField()
    state = serializers.ChoiceField(Round.State.choices)
    opens_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    blended_at = serializers.DateTimeField(allow_null=True)
    resolved_at = serializers.DateTimeField(allow_null=True)
    settled_at = serializers.DateTimeField(allow_null=True)
    cancelled_at = serializers.DateTimeField(allow_null=True)


class RoundCounts(Shape):
    """How much of everything."""

    rows = serializers.IntegerField()
    splits = serializers.DictField(child=serializers.IntegerField())
    void_rows = serializers.IntegerField()
    submissions = serializers.IntegerField()
    forecasters = serializers.IntegerField()
    participants = serializers.IntegerField()


class RoundYou(Shape):
    """What holds for the reader's own participant."""

    participant = serializers.CharField()
    closes_at = serializers.DateTimeField(help_text="Your own deadline, where it was extended.")
    quota = serializers.IntegerField()
    quota_used = serializers.IntegerField()


class RulesShape(Shape):
    """The rules; those of money only where there are rewards."""

    id_column = serializers.CharField()
    epsilon = serializers.FloatField()
    allow_extra_ids = serializers.BooleanField()
    allow_constant = serializers.BooleanField()
    quota = serializers.IntegerField()
    feedback = serializers.CharField()
    ladder_step = serializers.FloatField(allow_null=True)
    paid_split = serializers.CharField()
    log_loss_gate = serializers.BooleanField()
    consistency_gate = serializers.FloatField(allow_null=True)
    originality_gate = serializers.FloatField(allow_null=True)
    concordance_gate = serializers.FloatField(allow_null=True)
    blend = serializers.CharField(help_text="Or `default`, until a round opens and freezes which that is.")
    fallback_blend = serializers.CharField(help_text="Speaks where `blend` cannot be made or certified.")
    weight_cap = serializers.FloatField(allow_null=True, help_text="Most that a participant may weigh.")
    weight_cap_forecaster = serializers.FloatField(allow_null=True, help_text="The same, per forecaster.")
    weight_floor = serializers.FloatField(help_text="Least that a participant weighs.")
    label_horizon = serializers.IntegerField(help_text="Eras until an era's labels are known.")
    rewards = serializers.CharField()
    currency = serializers.CharField(required=False)
    currency_digits = serializers.IntegerField(required=False)
    network = serializers.CharField(
        required=False, help_text="Of Bitcoin: bitcoin, testnet or regtest; empty for another currency."
    )
    pool = serializers.IntegerField(required=False, help_text="In minor units.")
    payout_rule = serializers.CharField(required=False, help_text="Listed under `payout-rules/`.")
    paid_places = serializers.IntegerField(required=False, help_text="Of ranked_pool.")
    contribution = serializers.CharField(required=False, help_text="Of contribution_pool: pcs or src.")
    corr_multiplier = serializers.FloatField(required=False, help_text="Of stake_curve: what CORR counts.")
    mmc_multiplier = serializers.FloatField(required=False, help_text="Of stake_curve: what MMC counts.")
    stake_limit = serializers.FloatField(
        required=False, help_text="Of stake_curve: the largest share of a stake that is paid or burned."
    )
    risk_threshold = serializers.IntegerField(
        required=False,
        allow_null=True,
        help_text="Of stake_curve: with more than this at risk in all, in minor units, shares shrink.",
    )
    stake_least = serializers.IntegerField(required=False, help_text="Of rules with stakes: the least one.")
    stake_most = serializers.IntegerField(required=False, allow_null=True, help_text="And the largest one.")
    four_eyes = serializers.BooleanField(
        required=False, help_text="Whether a settlement takes two operators: one proposes, another approves."
    )
    board = serializers.CharField()


class RoundWhole(RoundBrief):
    """A round with its rules, the server's clock, counts and log."""

    server_time = serializers.DateTimeField()
    rules = RulesShape()
    rules_sha256 = serializers.CharField()
    seed = serializers.CharField(allow_null=True, help_text="Of the intervals' draws; null until the close.")
    counts = RoundCounts()
    log = LogLine(many=True)
    you = RoundYou(allow_null=True)
