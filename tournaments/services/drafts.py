"""A draft before it opens: its deadline moves freely, and it can take the rules of now."""

from datetime import datetime

from django.db import transaction

from tournaments.models import Round
from tournaments.services import audit, rounds
from tournaments.services.access import Actor, need_operator
from tournaments.services.clock import db_now
from tournaments.services.errors import Invalid


def move_deadline(actor: Actor, round_: Round, closes_at: datetime) -> Round:
    """Set a draft's deadline, earlier or later. Raises Invalid `closes_in_the_past`."""
    by = need_operator(actor, round_.tournament)
    with transaction.atomic():
        round_ = rounds.lock(round_)
        rounds.need_state(round_, Round.State.DRAFT)
        if not closes_at > max(db_now(), round_.opens_at):
            raise Invalid("closes_in_the_past", "The deadline must be in the future.")
        round_.closes_at = closes_at
        round_.save(update_fields=["closes_at"])
        audit.record(by, "deadline_moved", round_, closes_at=closes_at.isoformat())
    return round_


def rules_differ(round_: Round) -> bool:
    """Say whether the tournament's rules have changed since the draft was made, its id column aside."""
    return bool(_rules_of_now(round_) != round_.rules)


def adopt_rules(actor: Actor, round_: Round) -> Round:
    """Give a draft the tournament's rules of now; what its ids are called stays."""
    by = need_operator(actor, round_.tournament)
    with transaction.atomic():
        round_ = rounds.lock(round_)
        rounds.need_state(round_, Round.State.DRAFT)
        round_.rules = _rules_of_now(round_)
        round_.rules_sha256 = round_.read_rules().sha256()
        round_.save(update_fields=["rules", "rules_sha256"])
        audit.record(by, "rules_adopted", round_, rules=round_.rules_sha256)
    return round_


def _rules_of_now(round_: Round) -> dict[str, object]:
    rules = round_.tournament.read_rules()
    return rules.but(id_column=round_.read_rules().id_column).to_json()
