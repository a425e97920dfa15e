"""A tournament and a round as every face shows them whole: rules, deadlines, the clock, counts, the log."""

from typing import Any

from tournaments.models import Participant, Round, Rules, Submission, Tournament
from tournaments.services.access import Actor, reader_in
from tournaments.services.clock import db_now
from tournaments.services.deadlines import deadline, used_quota

MONEY = (
    *("currency", "currency_digits", "network", "pool"),
    *("payout_rule", "paid_places", "contribution", "four_eyes"),
    *("corr_multiplier", "mmc_multiplier", "stake_limit", "risk_threshold", "stake_least", "stake_most"),
)


def rules_json(rules: Rules) -> dict[str, Any]:
    """Return all rules, without those of money where there are no rewards."""
    hidden = MONEY if rules.rewards == "none" else ()
    return {name: value for name, value in rules.to_json().items() if name not in hidden}


def of_tournament(actor: Actor, tournament: Tournament) -> dict[str, Any]:
    """Return a tournament, the rules of its next round, and what the actor is in it."""
    mine = reader_in(actor, tournament)
    return {
        "slug": tournament.slug,
        "name": tournament.name,
        "question": tournament.question,
        "created_at": tournament.created_at,
        "rules": rules_json(tournament.read_rules()),
        "you": {
            "participant": mine.alias if mine else None,
            "operator": actor.operates(tournament),
            "overseer": actor.oversees(tournament),
        },
    }


def of_round(actor: Actor, round_: Round) -> dict[str, Any]:
    """Return a round whole; `closes_at` of `you` is the actor's own deadline, where it was extended."""
    rules = round_.read_rules()
    mine = reader_in(actor, round_.tournament)
    submissions = Submission.objects.filter(round=round_)
    return {
        **brief(round_),
        "server_time": db_now(),
        "rules": rules_json(rules),
        "rules_sha256": round_.rules_sha256,
        # The draws of the intervals are fixed by it; known before the close it would invite to play to them.
        "seed": None if round_.state in (Round.State.DRAFT, Round.State.OPEN) else str(round_.seed),
        "counts": {
            "rows": round_.row_count,
            "splits": round_.split_rows,
            "void_rows": round_.void_rows.count(),
            "submissions": submissions.count(),
            "forecasters": submissions.values("forecaster").distinct().count(),
            "participants": submissions.values("participant").distinct().count(),
        },
        "log": [{"at": line.at, "kind": line.kind, "text": line.text} for line in round_.log.all()],
        "you": _you(round_, mine) if mine else None,
    }


def _you(round_: Round, mine: Participant) -> dict[str, Any]:
    return {
        "participant": mine.alias,
        "closes_at": deadline(round_, mine),
        "quota": round_.read_rules().quota,
        "quota_used": used_quota(round_, mine),
    }


def brief(round_: Round) -> dict[str, Any]:
    """Return a round's number, state and times."""
    return {
        "tournament": round_.tournament.slug,
        "number": round_.number,
        "state": round_.state,
        "opens_at": round_.opens_at,
        "closes_at": round_.closes_at,
        "closed_at": round_.closed_at,
        "blended_at": round_.blended_at,
        "resolved_at": round_.resolved_at,
        "settled_at": round_.settled_at,
        "cancelled_at": round_.cancelled_at,
    }
