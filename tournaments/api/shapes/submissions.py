"""Files in and out: datasets, receipts, submissions."""

from rest_framework import serializers

from tournaments.api.shapes.boards import OriginalityShape, ScoreByEra, SubmissionScore
from tournaments.api.shapes.common import Shape
from tournaments.models import Submission


class Dataset(Shape):
    """A file to download."""

    kind = serializers.CharField()
    filename = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    url = serializers.CharField()


class Warning(Shape):
    """Something odd in a valid file; no label is used to find it."""

    code = serializers.CharField()
    column = serializers.CharField()
    message = serializers.CharField()


class Receipt(Shape):
    """What was received, when, and its place in the round's order."""

    submission = serializers.IntegerField()
    tournament = serializers.CharField()
    round = serializers.IntegerField()
    forecaster = serializers.CharField()
    position = serializers.IntegerField()
    sha256 = serializers.CharField(help_text="Of the bytes as they came.")
    size = serializers.IntegerField()
    filename = serializers.CharField()
    received_at = serializers.DateTimeField()
    warnings = Warning(many=True)
    replayed = serializers.BooleanField(help_text="Whether the very same bytes were here already.")


class Receipts(Shape):
    """One receipt a forecaster."""

    receipts = Receipt(many=True)


class DryRun(Shape):
    """A file that would be accepted: whose column is whose."""

    dry_run = serializers.BooleanField()
    columns = serializers.DictField(child=serializers.CharField())
    warnings = Warning(many=True)


class UploadForm(Shape):
    """A file of predictions as a form."""

    file = serializers.FileField(allow_empty_file=True)
    forecaster = serializers.CharField(max_length=40, allow_blank=True, default="")


class SubmissionShape(Receipt):
    """A submission: its receipt, state and scores, as far as the reader may know them now."""

    participant = serializers.CharField()
    state = serializers.ChoiceField(Submission.State.choices)
    nearness = serializers.ChoiceField(Submission.Nearness.choices, allow_null=True)
    precedence = serializers.IntegerField(allow_null=True)
    selected = serializers.BooleanField()
    pinned = serializers.BooleanField()
    paid_place = serializers.BooleanField()
    scores = serializers.DictField(child=SubmissionScore())
    originality = OriginalityShape(allow_null=True)


class SubmissionDetail(SubmissionShape):
    """A submission with its scores also era by era, where that may be told."""

    scores = serializers.DictField(child=ScoreByEra())


class Chosen(Shape):
    """The submission that counts for a forecaster from now on."""

    submission = serializers.IntegerField(source="submission_id")
    forecaster = serializers.CharField(source="forecaster.name")
    pinned = serializers.BooleanField()
