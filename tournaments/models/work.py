"""The queue's truth: each piece of work that must happen, with its lease and its attempts."""

from django.db import models

from tournaments.models.round import Round
from tournaments.models.submission import Submission


class Work(models.Model):
    """One piece of work on a round or a submission; `part` tells alike pieces apart, such as blends.

    `waiting` until `parts_left` of its parts are done, then `due`; a worker claims it by update
    (`running`, with a lease that it extends), and the transaction that writes the result flips it
    to `done`. A lease that ran out makes it due again; after the last attempt it is `failed`.
    """

    class Kind(models.TextChoices):
        SCORE_VALIDATION = "score_validation"
        CLOSE = "close"
        SCORE_TEST = "score_test"
        ORIGINALITY = "originality"
        BLEND = "blend"
        META_MODEL = "meta_model"
        SCORE_LIVE = "score_live"
        CONCLUDE = "conclude"
        STANDINGS = "standings"
        REMIND = "remind"
        ANNOUNCE = "announce"

    class State(models.TextChoices):
        WAITING = "waiting"
        DUE = "due"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    kind = models.CharField(max_length=20, choices=Kind)
    round = models.ForeignKey(Round, models.CASCADE, related_name="work")
    submission = models.ForeignKey(Submission, models.CASCADE, null=True, blank=True, related_name="work")
    part = models.CharField(max_length=20, blank=True)
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="parts")
    parts_left = models.IntegerField(default=0)
    state = models.CharField(max_length=9, choices=State)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    lease = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "round", "submission", "part"], nulls_distinct=False, name="work_once"
            ),
            models.CheckConstraint(condition=models.Q(parts_left__gte=0), name="parts_left_not_negative"),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(state__in=["due", "running"]),
                name="work_unfinished",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}{f' {self.part}' if self.part else ''} of {self.submission or self.round}"
