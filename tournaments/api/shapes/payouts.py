"""Payout rules, what-ifs, replays, proposals, and tables for those who keep their own books."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tournaments.api.shapes.common import Shape
from tournaments.api.shapes.money import PayoutShape
from tournaments.models import Proposal
from tournaments.models.amounts import MOST
from tournaments.numerics.payouts import registry
from tournaments.services.calculating import MOST_ENTRIES
from tournaments.services.replaying import MOST_ROUNDS, MOST_VARIANTS, NAME_MOST

CHANGES = (
    "Any of payout_rule, parameters (of that rule, by its own names; the others stay as they are), pool (in "
    "minor units), log_loss_gate, consistency_gate, originality_gate, concordance_gate."
)
BETS = "For rules with stakes alone: what everyone is taken to "


class Claim(Shape):
    """Whether a rule is proof against something, and in what sense."""

    holds = serializers.ChoiceField(("yes", "partly", "no"))
    why = serializers.CharField()


class PayoutRuleShape(Shape):
    """A payout rule in words, and what it takes."""

    name = serializers.CharField()
    sentence = serializers.CharField()
    pool = serializers.CharField(help_text="What the pool is to it.")
    stakes = serializers.BooleanField(help_text="Whether it reads stakes.")
    chosen_here = serializers.BooleanField(help_text="Whether a tournament of this server can choose it.")
    reads = serializers.DictField(
        child=serializers.CharField(),
        help_text="Scores that it reads with its default parameters, with units.",
    )
    parameters = serializers.JSONField(help_text="JSON Schema of its parameters; unit says what one counts.")
    truthful = Claim()
    sybil_proof = Claim()
    copy_proof = Claim()


class PayoutRules(Shape):
    """All of them."""

    rules = PayoutRuleShape(many=True)


class Bets(Shape):
    """What everyone is taken to stake."""

    stake_each = serializers.IntegerField(
        min_value=1,
        max_value=MOST - 1,
        default=None,
        allow_null=True,
        help_text=f"{BETS}stake, in minor units.",
    )
    confidence_each = serializers.IntegerField(
        min_value=1, max_value=10**9, default=None, allow_null=True, help_text=f"{BETS}bid, in 1e-9."
    )


class WhatIfIn(Bets):
    """Other terms for a round."""

    changes = serializers.DictField(child=serializers.JSONField(allow_null=True), help_text=CHANGES)


class Unequal(Shape):
    """How unequally money is shared out; null where nothing is paid."""

    gini = serializers.FloatField(allow_null=True, help_text="0 where all have the same.")
    top_one = serializers.FloatField(allow_null=True, help_text="Share of the one who has most.")
    top_tenth = serializers.FloatField(allow_null=True, help_text="Share of the tenth who have most.")


class DifferenceShape(Shape):
    """What one would get, and gets; lost stakes are negative."""

    alias = serializers.CharField()
    amount = serializers.IntegerField()
    before = serializers.IntegerField()
    difference = serializers.IntegerField()


class Against(Shape):
    """The plan beside what is in force."""

    settled = serializers.BooleanField(help_text="false: beside what the round would pay by its own rules.")
    payouts = DifferenceShape(many=True)
    unequal_before = Unequal()
    unequal = Unequal()


class WhatIfShape(Shape):
    """What a round would pay by other terms. Nothing is written."""

    rule = serializers.CharField()
    parameters = serializers.JSONField()
    inputs_sha256 = serializers.CharField()
    currency = serializers.CharField(required=False)
    currency_digits = serializers.IntegerField(required=False)
    pool = serializers.IntegerField(required=False)
    paid = serializers.IntegerField(required=False)
    burned = serializers.IntegerField(required=False)
    rolled_over = serializers.IntegerField(required=False)
    payouts = PayoutShape(many=True)
    against = Against(required=False)


class VariantIn(Shape):
    """Other terms by a name."""

    name = serializers.CharField(max_length=NAME_MOST)
    changes = serializers.DictField(child=serializers.JSONField(allow_null=True), help_text=CHANGES)


class ReplayIn(Bets):
    """What to compare, over how many rounds."""

    variants = VariantIn(many=True, help_text=f"1 to {MOST_VARIANTS}.")
    last = serializers.IntegerField(min_value=1, max_value=MOST_ROUNDS, default=MOST_ROUNDS)


class OutcomeShape(Shape):
    """What all rounds pay together."""

    name = serializers.CharField()
    paid = serializers.IntegerField()
    burned = serializers.IntegerField()
    rolled_over = serializers.IntegerField()
    unequal = Unequal()


class VariantShape(OutcomeShape):
    """The same of a variant, with everyone's total, those with most in force first."""

    totals = DifferenceShape(many=True)
    gain = serializers.IntegerField(help_text="How many would have more.")
    lose = serializers.IntegerField(help_text="How many would have less.")


class ReplayShape(Shape):
    """Past rounds paid again. Nothing is written."""

    currency = serializers.CharField()
    currency_digits = serializers.IntegerField()
    rounds = serializers.ListField(child=serializers.IntegerField())
    left_out = serializers.ListField(
        child=serializers.IntegerField(), help_text="Rounds without rewards, or in another currency."
    )
    in_force = OutcomeShape()
    variants = VariantShape(many=True)


class EntryIn(Shape):
    """One who takes part."""

    key = serializers.CharField(max_length=100, help_text="Distinct.")
    scores = serializers.DictField(
        child=serializers.JSONField(),
        help_text="By the names that the rule reads: a whole number of 1e-9, or a decimal as text.",
    )
    precedence = serializers.IntegerField(
        required=False, help_text="By what odd units go, lowest first; the place in the list unless said."
    )
    eligible = serializers.BooleanField(required=False)
    stake = serializers.IntegerField(required=False, help_text="In minor units.")


@extend_schema_field(EntryIn(many=True))
class Entries(serializers.ListField):
    """Checked by the service: ten thousand of them one by one here would take a second."""


class CalculateIn(Shape):
    """Scores and a rule."""

    rule = serializers.ChoiceField(registry.NAMES)
    parameters = serializers.DictField(child=serializers.JSONField(allow_null=True), default=dict)
    pool = serializers.IntegerField(min_value=0, max_value=10**38 - 1, help_text="In minor units.")
    entries = Entries(max_length=MOST_ENTRIES)


class AwardShape(Shape):
    """What one gets: `paid` comes on top of the stake, `burned` is lost of it."""

    key = serializers.CharField()
    place = serializers.IntegerField(allow_null=True)
    tied = serializers.BooleanField()
    stake = serializers.IntegerField()
    paid = serializers.IntegerField()
    burned = serializers.IntegerField()
    returned = serializers.IntegerField(help_text="stake + paid - burned")
    reason = serializers.CharField(allow_blank=True)


class TableShape(Shape):
    """paid + rolled_over = pool + burned, exactly."""

    rule = serializers.CharField()
    parameters = serializers.JSONField(help_text="Defaults included.")
    pool = serializers.IntegerField()
    paid = serializers.IntegerField()
    burned = serializers.IntegerField()
    rolled_over = serializers.IntegerField()
    awards = AwardShape(many=True)


class ProposalShape(Shape):
    """A settlement that waits for another operator, or did."""

    id = serializers.IntegerField(source="pk")
    state = serializers.ChoiceField(Proposal.State.choices)
    inputs_sha256 = serializers.CharField(help_text="Of all that the rule read.")
    pool = serializers.IntegerField(required=False)
    paid = serializers.IntegerField(required=False)
    rolled_over = serializers.IntegerField(required=False)
    proposed_by = serializers.CharField(source="proposed_by.username")
    proposed_at = serializers.DateTimeField()
    decided_by = serializers.CharField(source="decided_by.username", default=None, allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    settlement = serializers.IntegerField(source="settlement_id", allow_null=True)
