"""One dataset, one deadline, one resolution, one settlement, and what operators do to it on the way."""

import json

from django.db import models
from django.db.models import F, Q

from tournaments.models.people import Participant, User
from tournaments.models.rules import Rules, read_rules
from tournaments.models.tournament import Tournament


class Round(models.Model):
    """A round. Its rules and seed are frozen when it opens; `next_position` is the commit order."""

    class State(models.TextChoices):
        DRAFT = "draft"
        OPEN = "open"
        CLOSED = "closed"
        RESOLVED = "resolved"
        SETTLED = "settled"
        CANCELLED = "cancelled"

    RESOLVED_STATES = (State.RESOLVED, State.SETTLED)
    CLOSED_STATES = (State.CLOSED, *RESOLVED_STATES)

    tournament = models.ForeignKey(Tournament, models.PROTECT, related_name="rounds")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    rules = models.JSONField()
    rules_sha256 = models.CharField(max_length=64)
    seed = models.BigIntegerField()
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    next_position = models.PositiveIntegerField(default=1)
    rows_sha256 = models.CharField(max_length=64)
    row_count = models.PositiveIntegerField()
    clusters_sha256 = models.CharField(max_length=64, blank=True, help_text="Where concordance is a gate")
    split_rows = models.JSONField()
    ranked = models.JSONField(default=dict, help_text="Ranked per split, kept when the round is resolved")
    missing_blends = models.JSONField(default=dict, help_text="Blends that could not be made, and why")
    findings = models.JSONField(default=list, help_text="What the check of the files found, for operators")
    created_at = models.DateTimeField(auto_now_add=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    blended_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tournament", "number"], name="round_number_once"),
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="closes_after_opening"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "open", "cancelled"]) | Q(closed_at__isnull=False),
                name="closed_has_a_time",
            ),
        ]
        indexes = [models.Index(fields=["tournament", "-number"])]

    def __str__(self) -> str:
        return f"{self.tournament.slug} round {self.number}"

    def read_rules(self) -> Rules:
        """Return the frozen rules of this round."""
        return read_rules(json.dumps(self.rules))


class DatasetFile(models.Model):
    """A file that participants download: training rows, tournament rows."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="datasets")
    kind = models.CharField(max_length=20)
    filename = models.CharField(max_length=120)
    content_type = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "kind"], name="dataset_kind_once")]

    def __str__(self) -> str:
        return f"{self.filename} of {self.round}"


class LabelSet(models.Model):
    """One version of all labels known for a round; a correction is a new version with a reason."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="label_sets")
    version = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    known = models.JSONField(help_text="Rows with a label, per split")
    reason = models.CharField(max_length=300)
    uploaded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "version"], name="label_version_once")]

    def __str__(self) -> str:
        return f"labels {self.version} of {self.round}"


class Evidence(models.Model):
    """An earlier round whose live rows a round's blends may be fitted on, and the labels known of them then.

    Written once, when the round closes.
    """

    round = models.ForeignKey(Round, models.CASCADE, related_name="evidence")
    source = models.ForeignKey(Round, models.PROTECT, related_name="+")
    labels = models.ForeignKey(LabelSet, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "source"], name="evidence_once")]

    def __str__(self) -> str:
        return f"{self.source} before {self.round}"


class VoidRow(models.Model):
    """A row that leaves every formula. `row` is its place in the round's canonical row order."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="void_rows")
    row = models.PositiveIntegerField()
    reason = models.CharField(max_length=300)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "row"], name="row_voided_once")]

    def __str__(self) -> str:
        return f"row {self.row} of {self.round} is void"


class Extension(models.Model):
    """A later deadline for one participant; one for all moves the round's own `closes_at`."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="extensions")
    participant = models.ForeignKey(Participant, models.CASCADE, related_name="+")
    closes_at = models.DateTimeField()
    reason = models.CharField(max_length=300)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "participant"], name="extension_once")]

    def __str__(self) -> str:
        return f"{self.participant} may upload until {self.closes_at}"


class Exclusion(models.Model):
    """A participant who is neither blended, ranked nor paid in this round, and why."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="exclusions")
    participant = models.ForeignKey(Participant, models.CASCADE, related_name="exclusions")
    reason = models.CharField(max_length=300)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "participant"], name="excluded_once")]

    def __str__(self) -> str:
        return f"{self.participant} is out of {self.round}"


class RoundLog(models.Model):
    """The round's public log: what was done to it, shown to all at once. Append-only in the database."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="log")
    at = models.DateTimeField(auto_now_add=True)
    kind = models.CharField(max_length=20)
    text = models.CharField(max_length=500)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text
