"""What was done, by whom, and answers already given."""

from django.db import models

from tournaments.models.people import User
from tournaments.models.round import Round
from tournaments.models.tournament import Tournament


class AuditEvent(models.Model):
    """A privileged act, or a look at labels or predictions. Append-only in the database."""

    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=40)
    tournament = models.ForeignKey(Tournament, models.PROTECT, null=True, related_name="+")
    round = models.ForeignKey(Round, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["tournament", "-id"])]

    def __str__(self) -> str:
        return f"{self.action} by {self.actor or 'the server'}"


class IdempotencyKey(models.Model):
    """An answer that was given to a key, written in the same transaction as its effect."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of the request")
    answer = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return self.key
