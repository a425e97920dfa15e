"""What people and programs are told: webhooks, and the outbox of everything that is on its way."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from tournaments.models.people import User


class Notice(models.TextChoices):
    """The kinds of notices; each can be switched off by whom it would reach."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    SCORED = "scored"
    OPENED = "opened"
    CLOSING_SOON = "closing_soon"
    REMINDER = "reminder"
    RESOLVED = "resolved"
    PAID = "paid"
    ADDRESS_CHANGED = "address_changed"
    PAID_OUT = "paid_out"


OF_MONEY = (Notice.PAID, Notice.ADDRESS_CHANGED, Notice.PAID_OUT)
"""What nobody is told of where nothing is to be won."""
ALWAYS = (Notice.ADDRESS_CHANGED,)
"""What is mailed whatever a user muted: who took over their login must not be able to silence it."""


class Webhook(models.Model):
    """An address of a user's own that is told what happens, signed with `secret`."""

    user = models.ForeignKey(User, models.CASCADE, related_name="webhooks")
    url = models.CharField(max_length=500)
    secret = models.CharField(max_length=80)
    kinds = ArrayField(models.CharField(max_length=20, choices=Notice))
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.url


class Delivery(models.Model):
    """One notice on its way to one address, by email or to a webhook.

    Written in the transaction of what it tells, and sent later: what was rolled back is never told,
    what was committed is told at least once. `event` names what happened, so that no address is told
    of it twice.
    """

    class State(models.TextChoices):
        DUE = "due"
        RUNNING = "running"
        SENT = "sent"
        FAILED = "failed"

    user = models.ForeignKey(User, models.CASCADE, related_name="deliveries")
    webhook = models.ForeignKey(Webhook, models.CASCADE, null=True, blank=True, related_name="deliveries")
    kind = models.CharField(max_length=20, choices=Notice)
    event = models.CharField(max_length=120)
    body = models.JSONField()
    state = models.CharField(max_length=8, choices=State, default=State.DUE)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    lease = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True, help_text="The webhook's last answer")
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["event", "user", "webhook"], nulls_distinct=False, name="told_once"
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state__in=["due", "running"]), name="delivery_due"),
            models.Index(fields=["user", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.webhook or self.user}"
