"""Scores, leaderboards and meta-models. What is undefined is null, with its reason in `undefined`."""

from rest_framework import serializers

from tournaments.api.shapes.common import Shape, Sparse


def _float() -> serializers.FloatField:
    return serializers.FloatField(allow_null=True, required=False)


def _whole() -> serializers.IntegerField:
    return serializers.IntegerField(allow_null=True, required=False)


class SkillShape(Sparse):
    """What is measured beside the log loss; `_low` and `_high` are the ends of a 95% interval over eras."""

    brier = _float()
    brier_low = _float()
    brier_high = _float()
    auc = _float()
    auc_low = _float()
    auc_high = _float()
    corr = serializers.FloatField(
        allow_null=True, required=False, help_text="Mean over the eras where it is defined."
    )
    corr_low = _float()
    corr_high = _float()
    sharpe = serializers.FloatField(
        allow_null=True, required=False, help_text="CORR's mean over eras ÷ its standard deviation."
    )
    sharpe_low = _float()
    sharpe_high = _float()
    drawdown = serializers.FloatField(
        allow_null=True, required=False, help_text="The largest fall of the summed CORR."
    )


class ScoreShape(SkillShape):
    """Metrics on one split. Losses and gains in nats a row; `units` is the loss in 1e-9 nats."""

    log_loss = serializers.FloatField(allow_null=True)
    units = _whole()
    gain = serializers.FloatField(allow_null=True)
    gain_low = _float()
    gain_high = _float()
    consistency = _float()
    era_mean = _float()
    era_sd = _float()
    era_worst = _float()
    eras = _whole()
    rows = _whole()
    tie_group = _whole()
    ladder_step = _float()
    undefined = serializers.DictField(child=serializers.CharField())


class CalibrationBin(Shape):
    """Rows of like probability: what was said, what came of it, and a 95% interval of that."""

    mean_p = serializers.FloatField()
    rate = serializers.FloatField()
    rate_low = serializers.FloatField()
    rate_high = serializers.FloatField()
    rows = serializers.IntegerField()


class CalibrationShape(Shape):
    """Ten bins of equal count, and the slope and intercept of a logistic recalibration."""

    bins = CalibrationBin(many=True)
    slope = serializers.FloatField(allow_null=True)
    intercept = serializers.FloatField(allow_null=True)
    undefined = serializers.DictField(child=serializers.CharField())


class SubmissionScore(ScoreShape):
    """A submission's metrics on one split, with what only its own readers are told."""

    calibration = CalibrationShape(allow_null=True, required=False)
    histogram = serializers.ListField(
        child=serializers.IntegerField(), required=False, help_text="Rows per 0.05 of probability."
    )


class EraShape(Shape):
    """One era of a score; AUC and CORR are null where the era has one class only, CORR also where all
    probabilities are the same.
    """

    era = serializers.CharField()
    rows = serializers.IntegerField()
    log_loss = serializers.FloatField()
    brier = serializers.FloatField(allow_null=True)
    auc = serializers.FloatField(allow_null=True)
    corr = serializers.FloatField(allow_null=True)


class ScoreByEra(SubmissionScore):
    """A submission's metrics on one split, also era by era."""

    by_era = EraShape(many=True, required=False)


class OriginalityShape(Sparse):
    """How original an entry is, measured at the close against those who came first."""

    originality = _float()
    max_abs_rho = _float()
    nearest = serializers.CharField(required=False, allow_null=True)
    nearest_rho = _float()
    crowding = _float()
    ks = _float()
    residual = _float()
    concordance = _float()
    meta_rho = serializers.FloatField(
        allow_null=True, required=False, help_text="Correlation with the meta-model, once it is blended."
    )
    precedence = _whole()
    original = serializers.BooleanField(required=False)
    override_reason = serializers.CharField(required=False, allow_blank=True)
    mixed = serializers.BooleanField(required=False)
    undefined_originality = serializers.DictField(child=serializers.CharField(), required=False)


class BoardRow(SkillShape, OriginalityShape):
    """One entry of a leaderboard; of others only what may be told at this moment."""

    rank = serializers.IntegerField(allow_null=True)
    kind = serializers.ChoiceField(["player", "benchmark", "meta_model", "blend"])
    alias = serializers.CharField()
    forecaster = serializers.CharField(required=False)
    own = serializers.BooleanField(required=False)
    submission = _whole()
    position = _whole()
    received_at = serializers.DateTimeField(required=False)
    paid_place = serializers.BooleanField(required=False)
    split = serializers.CharField(required=False)
    excluded = serializers.BooleanField(required=False)
    gate = serializers.CharField(required=False, allow_blank=True, help_text="Why it is not paid.")
    log_loss = _float()
    units = _whole()
    gain = _float()
    gain_low = _float()
    gain_high = _float()
    consistency = _float()
    era_mean = _float()
    era_sd = _float()
    era_worst = _float()
    eras = _whole()
    rows = _whole()
    tie_group = _whole()
    tied_with = _whole()
    ladder_step = _float()
    undefined = serializers.DictField(child=serializers.CharField(), required=False)


class Weight(Shape):
    """A participant's share of a blend."""

    alias = serializers.CharField()
    weight = serializers.FloatField()


class Lead(Shape):
    """By how much a blend gained more than the meta-model, nats a row, with its paired 95% interval."""

    gain = serializers.FloatField()
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class Blend(Shape):
    """One blend with its weights, and its scores as if it were a submission.

    On test rows it is scored by what it would have said of them at the time.
    """

    blend = serializers.CharField()
    headline = serializers.BooleanField(help_text="Whether it is the meta-model.")
    slope = serializers.FloatField(allow_null=True)
    fitted_rows = serializers.IntegerField()
    fitted_eras = serializers.IntegerField()
    gap = serializers.FloatField(
        allow_null=True,
        help_text="Certified distance from the best fit, nats a row, of what solves for weights.",
    )
    certified = serializers.BooleanField(help_text="Whether the gap is small enough.")
    settings = serializers.DictField(help_text="What was chosen on the way, by name.")
    participants = serializers.IntegerField()
    sha256 = serializers.CharField()
    weights = Weight(many=True)
    scores = serializers.DictField(child=ScoreShape())
    leads = serializers.DictField(child=Lead(), help_text="Against the meta-model, per split.")


class Crowd(Shape):
    """The meta-model against its members, as log losses on one split."""

    split = serializers.CharField()
    forecasters = serializers.IntegerField()
    blend = serializers.CharField(allow_null=True)
    meta_model = serializers.FloatField(allow_null=True)
    best = serializers.FloatField(allow_null=True)
    mean = serializers.FloatField(allow_null=True)
    median = serializers.FloatField(allow_null=True)


class MetaModelShape(Shape):
    """All blends of a round, the meta-model first."""

    blends = Blend(many=True)
    missing = serializers.DictField(
        child=serializers.CharField(), help_text="Blends that could not be made, and why."
    )
    crowd = Crowd(allow_null=True)
