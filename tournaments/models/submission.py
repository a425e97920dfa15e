"""What participants send: uploads, the submissions in them, rejected files, and which ones count."""

from django.db import models
from django.db.models import F, Q

from tournaments.models.people import Forecaster, Participant, User
from tournaments.models.round import Round


class Upload(models.Model):
    """One accepted file as received; its bytes are stored under `sha256` and never change."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="uploads")
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="uploads")
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    filename = models.CharField(max_length=200)
    received_at = models.DateTimeField(help_text="The database's clock, inside the accepting transaction")

    class Meta:
        indexes = [models.Index(fields=["round", "participant"])]

    def __str__(self) -> str:
        return f"{self.filename} by {self.participant}"


class Submission(models.Model):
    """One column of an upload: a forecaster's predictions for a round.

    `position` is the commit order of the round. `precedence` is the position of the participant's
    earliest submission with this content (FORMULAS section 3), written when it is scored.
    """

    class State(models.TextChoices):
        ACCEPTED = "accepted"
        SCORED = "scored"
        FAILED = "failed"

    class Nearness(models.TextChoices):
        CLEAR = "clear"
        NEAR = "near"
        TOO_NEAR = "too_near"

    round = models.ForeignKey(Round, models.PROTECT, related_name="submissions")
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="submissions")
    forecaster = models.ForeignKey(Forecaster, models.PROTECT, related_name="submissions")
    upload = models.ForeignKey(Upload, models.PROTECT, related_name="submissions")
    column = models.CharField(max_length=64)
    position = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.ACCEPTED)
    warnings = models.JSONField(default=list)
    precedence = models.PositiveIntegerField(null=True, blank=True)
    nearness = models.CharField(max_length=8, choices=Nearness, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "position"], name="position_once"),
            models.UniqueConstraint(fields=["upload", "column"], name="column_once_per_upload"),
            models.CheckConstraint(
                condition=Q(precedence__isnull=True) | Q(precedence__lte=F("position")),
                name="precedence_not_after_position",
            ),
        ]
        indexes = [models.Index(fields=["participant", "-id"])]

    def __str__(self) -> str:
        return f"submission {self.position} of {self.round}"


class Rejection(models.Model):
    """A file that was refused, with every fault; its bytes are not kept."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="rejections")
    participant = models.ForeignKey(Participant, models.CASCADE, related_name="rejections")
    forecaster = models.ForeignKey(Forecaster, models.CASCADE, null=True, related_name="rejections")
    filename = models.CharField(max_length=200)
    faults = models.JSONField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["round", "participant", "-id"])]

    def __str__(self) -> str:
        return f"{self.filename} was rejected"


class Selection(models.Model):
    """The submission that counts for a forecaster: the latest, unless `pinned` by the participant.

    Fixed when the round closes; `paid_place` marks the nominated forecaster's from then on.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="selections")
    forecaster = models.ForeignKey(Forecaster, models.PROTECT, related_name="selections")
    submission = models.OneToOneField(Submission, models.PROTECT, related_name="selection")
    pinned = models.BooleanField(default=False)
    paid_place = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "forecaster"], name="one_selected")]

    def __str__(self) -> str:
        return f"{self.submission} is selected"
