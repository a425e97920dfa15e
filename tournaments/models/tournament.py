"""The contest: one target, one set of rules, many rounds."""

from django.db import models

from tournaments.models.rules import Rules


class Tournament(models.Model):
    """A contest with one target and one set of rules. `rules` are the defaults of its next round."""

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    question = models.CharField(max_length=300, blank=True)
    rules = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name

    def read_rules(self) -> Rules:
        """Return the rules for the next round; raises RulesError when the row was edited into nonsense."""
        return Rules.from_json(self.rules)
