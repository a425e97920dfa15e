"""Rows. One file a thought; every class is importable from here, as Django expects."""

from tournaments.models.audit import AuditEvent, IdempotencyKey
from tournaments.models.currencies import Currency
from tournaments.models.ledger import Account, Balance, Entry, LedgerHead, Seal, Transaction
from tournaments.models.money import Payout, Proposal, Settlement
from tournaments.models.notices import Delivery, Notice, Webhook
from tournaments.models.paying import PayoutAddress, PayoutBatch, PayoutItem
from tournaments.models.people import ApiKey, Forecaster, Member, OneTimeLink, Participant, Role, User
from tournaments.models.round import (
    DatasetFile,
    Evidence,
    Exclusion,
    Extension,
    LabelSet,
    Round,
    RoundLog,
    VoidRow,
)
from tournaments.models.rules import PRESETS, Rules, RulesError
from tournaments.models.score import (
    Contribution,
    MetaModel,
    MetaModelWeight,
    Originality,
    Score,
    Standing,
)
from tournaments.models.stakes import Stake
from tournaments.models.submission import Rejection, Selection, Submission, Upload
from tournaments.models.tournament import Tournament
from tournaments.models.work import Work

__all__ = [
    "PRESETS",
    "Account",
    "ApiKey",
    "AuditEvent",
    "Balance",
    "Contribution",
    "Currency",
    "DatasetFile",
    "Delivery",
    "Entry",
    "Evidence",
    "Exclusion",
    "Extension",
    "Forecaster",
    "IdempotencyKey",
    "LabelSet",
    "LedgerHead",
    "Member",
    "MetaModel",
    "MetaModelWeight",
    "Notice",
    "OneTimeLink",
    "Originality",
    "Participant",
    "Payout",
    "PayoutAddress",
    "PayoutBatch",
    "PayoutItem",
    "Proposal",
    "Rejection",
    "Role",
    "Round",
    "RoundLog",
    "Rules",
    "RulesError",
    "Score",
    "Seal",
    "Selection",
    "Settlement",
    "Stake",
    "Standing",
    "Submission",
    "Tournament",
    "Transaction",
    "Upload",
    "User",
    "VoidRow",
    "Webhook",
    "Work",
]
