"""An open round's meta-model as it would be now."""

from rest_framework import serializers

from tournaments.api.shapes.boards import Weight
from tournaments.api.shapes.common import Shape


class Preview(Shape):
    """A blend of what is selected at this moment; nothing of it is stored."""

    blend = serializers.CharField()
    why = serializers.CharField(allow_blank=True, help_text="Why it stands in for the blend of the rules.")
    at = serializers.DateTimeField()
    submissions = serializers.IntegerField()
    evidence = serializers.ListField(
        child=serializers.IntegerField(), help_text="Rounds that the weights were learnt from."
    )
    slope = serializers.FloatField()
    weights = Weight(many=True)
