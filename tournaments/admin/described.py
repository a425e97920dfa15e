"""The rest, described alike: model, columns, what is joined, what is searched."""

from django.db.models import Model

from tournaments import models

WHOSE = ("participant", "round__tournament", "forecaster__participant", "batch__tournament")
"""What may be joined to name an account."""
Described = tuple[type[Model], tuple[str, ...], tuple[str, ...], tuple[str, ...]]


def of_rounds() -> list[Described]:
    """What belongs to rounds, read-only: model, columns, what is joined, what is searched."""
    m = models
    return [
        (m.DatasetFile, ("filename", "round", "kind", "size", "sha256"), ("round__tournament",),
         ("filename", "sha256")),
        (m.LabelSet, ("round", "version", "reason", "uploaded_by", "created_at"),
         ("round__tournament", "uploaded_by"), ("reason",)),
        (m.Evidence, ("round", "source", "labels"),
         ("round__tournament", "source__tournament", "labels__round__tournament"),
         ("round__tournament__slug",)),
        (m.VoidRow, ("round", "row", "reason", "created_at"), ("round__tournament",), ("reason",)),
        (m.Extension, ("round", "participant", "closes_at", "reason"),
         ("round__tournament", "participant"), ("participant__alias", "reason")),
        (m.Exclusion, ("round", "participant", "reason", "created_at"),
         ("round__tournament", "participant"), ("participant__alias", "reason")),
        (m.RoundLog, ("at", "round", "kind", "text"), ("round__tournament",), ("text",)),
        (m.Selection, ("round", "forecaster", "submission", "pinned", "paid_place"),
         ("round__tournament", "forecaster__participant", "submission__round__tournament"),
         ("forecaster__name", "forecaster__participant__alias")),
        (m.MetaModel, ("round", "blend", "headline", "slope", "forecasters", "created_at"),
         ("round__tournament",), ("blend",)),
        (m.MetaModelWeight, ("meta_model", "participant", "weight"),
         ("meta_model__round__tournament", "participant"), ("participant__alias",)),
        (m.Contribution, ("round", "split", "participant", "loo", "mmc", "pcs"),
         ("round__tournament", "participant"), ("participant__alias",)),
    ]  # fmt: skip


def of_people_and_money() -> list[Described]:
    """The rest, described alike."""
    m = models
    return [
        (m.Account, ("tournament", "kind", "participant", "round", "currency", "floor"),
         ("tournament", *WHOSE), ("participant__alias", "currency")),
        (m.Transaction, ("at", "kind", "round", "memo", "actor"), ("round__tournament", "actor"), ("memo",)),
        (m.Entry, ("transaction", "account", "amount", "currency"),
         ("transaction", "account__tournament", *(f"account__{one}" for one in WHOSE)),
         ("transaction__memo",)),
        (m.Currency, ("tournament", "code", "digits"), ("tournament",), ("code",)),
        (m.LedgerHead, ("tournament", "seq", "hash"), ("tournament",), ("hash",)),
        (m.Seal, ("tournament", "seq", "transaction", "hash"), ("tournament", "transaction"), ("hash",)),
        (m.Balance, ("account", "amount", "entries"),
         ("account__tournament", *(f"account__{one}" for one in WHOSE)), ("account__kind",)),
        (m.Settlement, ("round", "rule", "paid", "committed_at"), ("round__tournament",), ("rule",)),
        (m.Payout, ("settlement", "participant", "place", "tied", "amount", "reason"),
         ("settlement__round__tournament", "participant"), ("participant__alias",)),
        (m.Proposal, ("round", "state", "proposed_by"), ("round__tournament", "proposed_by"), ("reason",)),
        (m.Stake, ("round", "forecaster", "locked", "confidence"),
         ("round__tournament", "forecaster__participant"), ("forecaster__participant__alias",)),
        (m.PayoutAddress, ("participant", "currency", "address", "registered_at", "retired_at"),
         ("participant", "currency"), ("participant__alias", "address")),
        (m.PayoutBatch, ("tournament", "number", "currency", "total", "state", "reference"),
         ("tournament", "currency"), ("reference", "reason")),
        (m.PayoutItem, ("batch", "participant", "amount", "address"),
         ("batch__tournament", "participant", "address"), ("participant__alias", "address__address")),
        (m.Work, ("kind", "part", "round", "submission", "state", "due_at", "attempts", "finished_at"),
         ("round__tournament", "submission__round__tournament"), ("kind", "error")),
        (m.OneTimeLink, ("kind", "user", "participant", "created_by", "expires_at", "used_at"),
         ("user", "participant", "created_by"), ("user__username", "participant__alias")),
        (m.Standing, ("tournament", "rank", "participant", "rounds", "gain", "computed_at"),
         ("tournament", "participant"), ("participant__alias",)),
        (m.Webhook, ("user", "url", "kinds", "active", "created_at"), ("user",), ("user__username", "url")),
        (m.Delivery, ("kind", "event", "user", "webhook", "state", "attempts", "sent_at"),
         ("user", "webhook__user"), ("event", "user__username", "error")),
        (m.IdempotencyKey, ("key", "user", "created_at"), ("user",), ("key", "user__username")),
    ]  # fmt: skip
