"""Tournaments and those who take part."""

from rest_framework import serializers

from tournaments.api.shapes.common import Fault, RulesShape, Shape
from tournaments.api.shapes.submissions import Receipt
from tournaments.models import Participant, Submission


class You(Shape):
    """What the reader is in a tournament."""

    participant = serializers.CharField(allow_null=True, help_text="The alias you play under.")
    operator = serializers.BooleanField()
    overseer = serializers.BooleanField()


class TournamentShape(Shape):
    """A tournament and the rules of its next round."""

    slug = serializers.CharField()
    name = serializers.CharField()
    question = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    rules = RulesShape()
    you = You()


class Standing(Shape):
    """One participant over the season; gain in nats a row, `paid` in minor units where there are rewards."""

    rank = serializers.IntegerField()
    alias = serializers.CharField()
    rounds = serializers.IntegerField()
    missed = serializers.IntegerField()
    gain = serializers.FloatField()
    units = serializers.IntegerField(help_text="The gain in 1e-9 nats.")
    played_gain_low = serializers.FloatField(allow_null=True)
    played_gain_high = serializers.FloatField(allow_null=True)
    eras = serializers.IntegerField()
    paid = serializers.IntegerField(required=False)
    undefined = serializers.DictField(child=serializers.CharField())


class ForecasterName(Shape):
    """A forecaster, by name."""

    name = serializers.CharField(max_length=40)


class ForecasterShape(ForecasterName):
    """One of one's own forecasters."""

    paid_place = serializers.BooleanField(help_text="Whether it takes your one paid place.")
    created_at = serializers.DateTimeField()


class ForecasterStatus(Shape):
    """What a forecaster has in an open round."""

    forecaster = serializers.CharField()
    state = serializers.ChoiceField(["submitted", "rejected", "missing"])
    receipt = Receipt(required=False)
    nearness = serializers.ChoiceField(Submission.Nearness.choices, allow_null=True, required=False)
    pinned = serializers.BooleanField(required=False)
    rejected_at = serializers.DateTimeField(required=False)
    faults = Fault(many=True, required=False)


class RoundStatus(Shape):
    """One's own forecasters in one open round."""

    round = serializers.IntegerField()
    closes_at = serializers.DateTimeField()
    quota = serializers.IntegerField()
    quota_used = serializers.IntegerField()
    forecasters = ForecasterStatus(many=True)


class ParticipantIn(Shape):
    """Someone to let in; a user of that name is made when there is none."""

    username = serializers.CharField(max_length=150)
    alias = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=200, allow_blank=True, default="")
    external_id = serializers.CharField(max_length=200, allow_blank=True, default="")
    kind = serializers.ChoiceField(Participant.Kind.choices, default=Participant.Kind.PLAYER)


class Enrolment(Shape):
    """Someone who was let in. Password and token are shown this once, and only for a user made now."""

    username = serializers.CharField()
    alias = serializers.CharField(source="participant.alias")
    kind = serializers.ChoiceField(Participant.Kind.choices, source="participant.kind")
    password = serializers.CharField(allow_null=True)
    token = serializers.CharField(allow_null=True, help_text="For `Authorization: Token …`.")


class ParticipantShape(Shape):
    """A participant as overseers see it; names, ids and users as operators do."""

    alias = serializers.CharField()
    kind = serializers.ChoiceField(Participant.Kind.choices)
    forecasters = serializers.ListField(child=serializers.CharField())
    banned_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    name = serializers.CharField(required=False, allow_blank=True)
    external_id = serializers.CharField(required=False, allow_blank=True)
    users = serializers.ListField(child=serializers.CharField(), required=False)
