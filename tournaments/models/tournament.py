"""The contest: one target, one set of rules, many rounds."""

import json

from django.db import models
from django.db.models import Q

from tournaments.models.rules import Rules, read_rules


class Tournament(models.Model):
    """A contest with one target and one set of rules. `rules` are the defaults of its next round.

    `joining` says how one becomes a participant; operators can add people by hand or roster always.
    """

    class Joining(models.TextChoices):
        CLOSED = "closed"
        OPEN = "open"
        CODE = "code"

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    question = models.CharField(max_length=300, blank=True)
    rules = models.JSONField(default=dict)
    joining = models.CharField(max_length=6, choices=Joining, default=Joining.CLOSED)
    join_code = models.CharField(max_length=16, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["join_code"], condition=~Q(join_code=""), name="join_code_once")
        ]

    def __str__(self) -> str:
        return self.name

    def read_rules(self) -> Rules:
        """Return the rules for the next round; raises RulesError when the row was edited into nonsense."""
        return read_rules(json.dumps(self.rules))
