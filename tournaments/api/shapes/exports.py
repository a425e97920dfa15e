"""What a blend is made of, for those who take it away."""

from rest_framework import serializers

from tournaments.api.shapes.common import Shape


class LabelsUsed(Shape):
    """Labels that a blend was fitted on, as they were known when its round closed."""

    round = serializers.IntegerField()
    split = serializers.CharField()
    labels_version = serializers.IntegerField()
    labels_sha256 = serializers.CharField()


class Input(Shape):
    """The receipt of a file that was blended. A participant's files are merged into one voice first."""

    participant = serializers.CharField()
    forecaster = serializers.CharField()
    position = serializers.IntegerField(help_text="The order in which files were accepted.")
    sha256 = serializers.CharField(help_text="Of the upload, byte by byte.")
    size = serializers.IntegerField()
    column = serializers.CharField(help_text="Which column of the upload.")
    accepted_at = serializers.DateTimeField()
    weight = serializers.FloatField(help_text="The participant's share of the blend.")
    merged_from = serializers.IntegerField(help_text="How many files that participant's voice is made of.")


class BlendFile(Shape):
    """A file of a blend's predictions: id, era, split, probability."""

    format = serializers.CharField()
    filename = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    writer = serializers.CharField(
        allow_blank=True, help_text="What wrote it, where another version of that may write other bytes."
    )


class Counted(Shape):
    """Rows and eras that weights were fitted on."""

    rows = serializers.IntegerField()
    eras = serializers.IntegerField()


class Vector(Shape):
    """The blended numbers as they are stored: float64 in canonical row order (split, era, id)."""

    sha256 = serializers.CharField()
    rows = serializers.IntegerField()
    rows_sha256 = serializers.CharField()


class Void(Shape):
    """Rows that leave every formula, and what the files say of them."""

    rows = serializers.IntegerField()
    probability = serializers.FloatField()


class Manifest(Shape):
    """What a blend is made of: enough, with the uploads, to make it again."""

    manifest = serializers.IntegerField(help_text="The version of this form.")
    what = serializers.CharField()
    tournament = serializers.CharField()
    round = serializers.IntegerField()
    blend = serializers.CharField()
    meta_model = serializers.BooleanField()
    mixes = serializers.CharField(help_text="logits, ranks or probabilities.")
    slope = serializers.FloatField(allow_null=True)
    gap = serializers.FloatField(allow_null=True)
    certified = serializers.BooleanField()
    settings = serializers.DictField()
    seed = serializers.CharField()
    rules_sha256 = serializers.CharField()
    vector = Vector()
    void = Void()
    fitted = Counted()
    evidence = LabelsUsed(many=True)
    inputs = Input(many=True)
    files = BlendFile(many=True)
