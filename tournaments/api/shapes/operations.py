"""What operators send, and what they and auditors look at."""

from rest_framework import serializers

from tournaments.api.shapes.common import Reason, Shape
from tournaments.models import Work

IDS_MOST = 100_000


class VoidIn(Reason):
    """Rows to take out of every formula."""

    ids = serializers.ListField(
        child=serializers.CharField(max_length=200), allow_empty=False, max_length=IDS_MOST
    )


class ExtendIn(Reason):
    """A later deadline, for all or for one participant."""

    closes_at = serializers.DateTimeField()
    participant = serializers.CharField(max_length=40, required=False, help_text="An alias; all without it.")


class ExcludeIn(Reason):
    """A participant to leave out of the round's blend, ranks and payouts."""

    participant = serializers.CharField(max_length=40, help_text="An alias.")


class OverrideIn(Reason):
    """A submission that is to pass the originality gate all the same."""

    submission = serializers.IntegerField(min_value=1, max_value=2**62)


class Voided(Shape):
    """How many rows were newly voided."""

    voided = serializers.IntegerField()


class Overridden(Shape):
    """A submission that passes by decision."""

    submission = serializers.IntegerField(source="submission_id")
    override_reason = serializers.CharField()


class LabelsKept(Shape):
    """The label version now in force, and what this file changed. Labels themselves are never returned."""

    version = serializers.IntegerField()
    added = serializers.IntegerField()
    corrected = serializers.IntegerField()


class WorkShape(Shape):
    """One piece of work that is not done, or had to be tried again."""

    id = serializers.IntegerField(source="pk")
    kind = serializers.ChoiceField(Work.Kind.choices)
    part = serializers.CharField(allow_blank=True, help_text="Which of several alike: the name of a blend.")
    submission = serializers.IntegerField(source="submission_id", allow_null=True)
    state = serializers.ChoiceField(Work.State.choices)
    attempts = serializers.IntegerField()
    due_at = serializers.DateTimeField()
    lease_until = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    error = serializers.CharField(allow_blank=True)


class AuditShape(Shape):
    """A privileged act, or a look at predictions."""

    id = serializers.IntegerField(source="pk")
    at = serializers.DateTimeField()
    actor = serializers.CharField(source="actor.username", default=None, allow_null=True)
    action = serializers.CharField()
    round = serializers.IntegerField(source="round.number", default=None, allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    details = serializers.DictField()
