"""What was measured: scores, originality, meta-models and their weights."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from tournaments.models.people import Participant, User
from tournaments.models.round import LabelSet, Round
from tournaments.models.submission import Submission
from tournaments.models.tournament import Tournament

# PostgreSQL sorts NaN above every number, so an upper bound keeps NaN and infinity out.
FINITE = 1e9
SKILL = (
    *("brier", "brier_low", "brier_high"),
    *("auc", "auc_low", "auc_high"),
    *("corr", "corr_low", "corr_high"),
    *("sharpe", "sharpe_low", "sharpe_high"),
    "drawdown",
)
"""A score's figures beside the log loss, each with the ends of its interval where it has one."""


def _finite(*names: str) -> list[models.BaseConstraint]:
    return [
        models.CheckConstraint(
            condition=Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__gt": -FINITE, f"{name}__lt": FINITE}),
            name=f"%(class)s_{name}_finite",
        )
        for name in names
    ]


class MetaModel(models.Model):
    """A blend of all selected submissions. The round's rules name the one that is the meta-model;
    the others are kept beside it for comparison. The blended vector is stored under `sha256`: on the test
    rows that it was fitted on it has what was said of them walk-forward.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="meta_models")
    blend = models.CharField(max_length=20)
    headline = models.BooleanField()
    slope = models.FloatField(
        null=True, help_text="What the mean of the voices is stretched by; 1 of probabilities"
    )
    fitted_rows = models.PositiveIntegerField(help_text="Rows whose labels were fitted on")
    fitted_eras = models.PositiveIntegerField(default=0)
    gap = models.FloatField(null=True, help_text="Certified distance from the best fit, nats a row")
    certified = models.BooleanField(default=True, help_text="Whether the gap is small enough")
    settings = models.JSONField(default=dict, help_text="What was chosen on the way, by name")
    leads = models.JSONField(
        default=dict, help_text="Gain minus that of the headline per split, with its paired interval"
    )
    curve = models.JSONField(
        default=list, help_text="Of the headline, from the resolution on: its gain by how many take part"
    )
    forecasters = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    LEVELS = ("level_low", "level_high")
    """What of the settings says in which range an era's mean logit is held."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "blend"], name="blend_once_per_round"),
            models.UniqueConstraint(fields=["round"], condition=Q(headline=True), name="one_headline"),
            *_finite("slope", "gap"),
        ]

    def __str__(self) -> str:
        return f"{self.blend} of {self.round}"

    @property
    def levels(self) -> tuple[float, float] | None:
        """Return the range that an era's mean logit is held in; None where it is not."""
        low, high = (self.settings.get(name) for name in self.LEVELS)
        return None if low is None or high is None else (low, high)


class MetaModelWeight(models.Model):
    """A participant's share of a meta-model; the shares of one meta-model sum to one."""

    meta_model = models.ForeignKey(MetaModel, models.CASCADE, related_name="weights")
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="+")
    weight = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meta_model", "participant"], name="weight_once"),
            *_finite("weight"),
        ]

    def __str__(self) -> str:
        return f"{self.participant}: {self.weight}"


class Score(models.Model):
    """One submission's (or meta-model's) metrics on one split (FORMULAS section 2).

    `units` is the log loss in 1e-9 nats, the only form that a rule reads. What is undefined is null
    with its reason in `undefined`.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="scores")
    submission = models.ForeignKey(Submission, models.PROTECT, null=True, blank=True, related_name="scores")
    meta_model = models.ForeignKey(MetaModel, models.CASCADE, null=True, blank=True, related_name="scores")
    split = models.CharField(max_length=10)
    labels = models.ForeignKey(LabelSet, models.PROTECT, related_name="+")
    rows = models.PositiveIntegerField()
    log_loss = models.FloatField()
    units = models.BigIntegerField()
    wager_units = models.BigIntegerField(null=True, help_text="The score that wagers go by, in 1e-9")
    gain = models.FloatField()
    gain_low = models.FloatField(null=True)
    gain_high = models.FloatField(null=True)
    consistency = models.FloatField()
    era_mean = models.FloatField()
    era_sd = models.FloatField(null=True)
    era_worst = models.FloatField()
    era_losses = ArrayField(models.FloatField())
    era_rows = ArrayField(models.PositiveIntegerField())
    brier = models.FloatField(null=True)
    brier_low = models.FloatField(null=True)
    brier_high = models.FloatField(null=True)
    auc = models.FloatField(null=True)
    auc_low = models.FloatField(null=True)
    auc_high = models.FloatField(null=True)
    corr = models.FloatField(null=True, help_text="Mean over the eras where it is defined")
    corr_low = models.FloatField(null=True)
    corr_high = models.FloatField(null=True)
    sharpe = models.FloatField(null=True)
    sharpe_low = models.FloatField(null=True)
    sharpe_high = models.FloatField(null=True)
    drawdown = models.FloatField(null=True)
    era_brier = ArrayField(models.FloatField(null=True), default=list)
    era_auc = ArrayField(models.FloatField(null=True), default=list)
    era_corr = ArrayField(models.FloatField(null=True), default=list)
    calibration = models.JSONField(default=dict, help_text="Equal-count bins, slope and intercept")
    histogram = ArrayField(models.PositiveIntegerField(), default=list, help_text="Rows per 0.05 of p")
    undefined = models.JSONField(default=dict)
    tie_group = models.PositiveIntegerField(null=True)
    rank = models.PositiveIntegerField(null=True, help_text="From the resolution on; null where not ranked")
    tied_with = models.PositiveIntegerField(null=True, help_text="Others of the ranked in the tie group")
    computed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "split"], condition=Q(submission__isnull=False), name="score_once"
            ),
            models.UniqueConstraint(
                fields=["meta_model", "split"], condition=Q(meta_model__isnull=False), name="blend_score_once"
            ),
            models.CheckConstraint(
                condition=Q(submission__isnull=False, meta_model__isnull=True)
                | Q(submission__isnull=True, meta_model__isnull=False),
                name="score_of_one_thing",
            ),
            *_finite("log_loss", "gain", "gain_low", "gain_high", "consistency", *SKILL),
        ]
        indexes = [models.Index(fields=["round", "split", "units"])]

    def __str__(self) -> str:
        return f"score of {self.submission or self.meta_model} on {self.split}"


class Originality(models.Model):
    """A selected submission against the others that have precedence (FORMULAS section 3), at the close."""

    submission = models.OneToOneField(Submission, models.CASCADE, related_name="originality")
    round = models.ForeignKey(Round, models.PROTECT, related_name="originalities")
    precedence = models.PositiveIntegerField()
    originality = models.FloatField(null=True)
    max_abs_rho = models.FloatField()
    nearest = models.ForeignKey(Submission, models.PROTECT, null=True, related_name="+")
    nearest_rho = models.FloatField(null=True)
    crowding = models.FloatField(null=True)
    ks = models.FloatField(null=True)
    residual = models.FloatField(null=True)
    concordance = models.FloatField(null=True, help_text="Where the rules have that gate")
    meta_rho = models.FloatField(null=True, help_text="Correlation with the meta-model, from the blend on")
    undefined = models.JSONField(default=dict)
    passes = models.BooleanField(help_text="Of the rules' gate, before any override")
    override_reason = models.CharField(max_length=300, blank=True)
    overridden_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = _finite(
            *("originality", "max_abs_rho", "nearest_rho", "crowding", "ks", "residual"),
            *("concordance", "meta_rho"),
        )

    def __str__(self) -> str:
        return f"originality of {self.submission_id}"


class Contribution(models.Model):
    """What one participant adds to the meta-model on one split (FORMULAS section 4).

    It goes when its meta-model is made anew. What is undefined is null with its reason in `undefined`.
    """

    meta_model = models.ForeignKey(MetaModel, models.CASCADE, related_name="contributions")
    round = models.ForeignKey(Round, models.PROTECT, related_name="contributions")
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="contributions")
    split = models.CharField(max_length=10)
    labels = models.ForeignKey(LabelSet, models.PROTECT, related_name="+")
    precedence = models.PositiveIntegerField(help_text="Position that orders SRC")
    rows = models.PositiveIntegerField()
    loo = models.FloatField(help_text="Nats a row")
    mmc = models.FloatField(null=True)
    mmc_low = models.FloatField(null=True)
    mmc_high = models.FloatField(null=True)
    cwmm = models.FloatField(null=True)
    src = models.FloatField(null=True, help_text="In order of precedence, nats a row")
    pcs = models.FloatField(null=True, help_text="Mean over random orders, nats a row")
    era_mmc = ArrayField(models.FloatField(), default=list)
    undefined = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "split", "participant"], name="contribution_once"),
            *_finite("loo", "mmc", "mmc_low", "mmc_high", "cwmm", "src", "pcs"),
        ]

    def __str__(self) -> str:
        return f"contribution of {self.participant} on {self.split}"


class Standing(models.Model):
    """A place in a tournament's season (FORMULAS section 2), written anew whenever a round is resolved:
    pages read it, no page computes it. `units` is the gain in 1e-9 nats.

    Benchmarks and the crowd (the meta-models; no participant) stand among the players without a rank.
    """

    tournament = models.ForeignKey(Tournament, models.CASCADE, related_name="standings")
    participant = models.ForeignKey(Participant, models.CASCADE, null=True, related_name="standings")
    rank = models.PositiveIntegerField(null=True)
    rounds = models.PositiveIntegerField(help_text="Rounds played")
    missed = models.PositiveIntegerField()
    gain = models.FloatField()
    units = models.BigIntegerField()
    played_gain_low = models.FloatField(null=True)
    played_gain_high = models.FloatField(null=True)
    eras = models.PositiveIntegerField()
    tie_group = models.PositiveIntegerField(null=True)
    undefined = models.JSONField(default=dict)
    computed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tournament", "participant"], nulls_distinct=False, name="one_standing"
            ),
            *_finite("gain", "played_gain_low", "played_gain_high"),
        ]
        indexes = [models.Index(fields=["tournament", "-units"])]

    def __str__(self) -> str:
        return f"{self.participant or 'The crowd'} is {self.rank} of {self.tournament}"
