"""Who is here: users, participants with members and forecasters, roles, API keys."""

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower


class User(AbstractUser):
    """Someone who logs in. Plays through a participant, operates through a role.

    `muted` names the kinds of notices that they do not want by email.
    """

    muted = ArrayField(models.CharField(max_length=20), default=list, blank=True)


class Role(models.Model):
    """What a user may do in one tournament beyond playing."""

    class Kind(models.TextChoices):
        OPERATOR = "operator"
        AUDITOR = "auditor"

    tournament = models.ForeignKey("tournaments.Tournament", models.CASCADE, related_name="roles")
    user = models.ForeignKey(User, models.CASCADE, related_name="roles")
    kind = models.CharField(max_length=8, choices=Kind)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tournament", "user", "kind"], name="role_once")]

    def __str__(self) -> str:
        return f"{self.user} is {self.kind} of {self.tournament}"


class Participant(models.Model):
    """The player: scored against others under a public alias, and paid.

    `name`, `external_id` and `group` are for operators only. A benchmark is the operator's own:
    visible, ranked apart, never paid. A ban without an end holds until it is lifted.
    """

    class Kind(models.TextChoices):
        PLAYER = "player"
        BENCHMARK = "benchmark"

    tournament = models.ForeignKey("tournaments.Tournament", models.PROTECT, related_name="participants")
    kind = models.CharField(max_length=9, choices=Kind, default=Kind.PLAYER)
    alias = models.CharField(max_length=40)
    name = models.CharField(max_length=200, blank=True)
    external_id = models.CharField(max_length=200, blank=True)
    group = models.CharField(max_length=80, blank=True)
    nominated = models.ForeignKey("Forecaster", models.PROTECT, null=True, blank=True, related_name="+")
    banned_at = models.DateTimeField(null=True, blank=True)
    banned_until = models.DateTimeField(null=True, blank=True)
    ban_reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("tournament", Lower("alias"), name="alias_once_per_tournament"),
            models.UniqueConstraint(
                fields=["tournament", "external_id"],
                condition=~Q(external_id=""),
                name="external_id_once_per_tournament",
            ),
            # The target of the composite foreign key that keeps a member inside one tournament.
            models.UniqueConstraint(fields=["id", "tournament"], name="participant_in_tournament"),
            models.CheckConstraint(
                condition=Q(banned_until__isnull=True) | Q(banned_at__lt=F("banned_until")),
                name="ban_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.alias


class Member(models.Model):
    """A user who plays for a participant. A user plays for one participant of a tournament at most."""

    participant = models.ForeignKey(Participant, models.CASCADE, related_name="members")
    tournament = models.ForeignKey("tournaments.Tournament", models.CASCADE, related_name="+")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tournament", "user"], name="one_participant_per_user")
        ]

    def __str__(self) -> str:
        return f"{self.user} plays for {self.participant}"


class Forecaster(models.Model):
    """A participant's named source of predictions. The name heads a column in files of several."""

    participant = models.ForeignKey(Participant, models.PROTECT, related_name="forecasters")
    name = models.CharField(max_length=40)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["participant", "name"], name="forecaster_name_once")]

    def __str__(self) -> str:
        return f"{self.participant.alias}/{self.name}"


class ApiKey(models.Model):
    """A key for programs: `Token PUBLIC$SECRET`. The secret is random and long, so SHA-256 suffices."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=80)
    public = models.CharField(max_length=16, unique=True)
    secret_sha256 = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=8))
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__isnull=True) | Q(expires_at__gt=F("created_at")),
                name="key_expires_after_birth",
            )
        ]

    def __str__(self) -> str:
        return f"{self.public} ({self.name})"


class OneTimeLink(models.Model):
    """A link that works once: to log in as `user`, or to become a member of `participant`.

    Operators issue the first kind, so that no mail server is needed; members the second. Only the
    hash of the token is kept; the token is random and long, so SHA-256 suffices.
    """

    class Kind(models.TextChoices):
        LOGIN = "login"
        MEMBER = "member"

    kind = models.CharField(max_length=6, choices=Kind)
    user = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="login_links")
    participant = models.ForeignKey(
        Participant, models.CASCADE, null=True, blank=True, related_name="invitations"
    )
    token_sha256 = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="login", user__isnull=False, participant__isnull=True)
                | Q(kind="member", user__isnull=True, participant__isnull=False),
                name="link_leads_to_one_thing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} link for {self.user or self.participant}"
