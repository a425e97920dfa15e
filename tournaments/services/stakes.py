"""Stakes: what forecasters put at risk in a round, in escrow until it is settled or cancelled.

One escrow a forecaster and round. Until the deadline a stake can be set anew, to nothing too; at the close it
is locked, and only the settlement, its reversal or a refund moves it: the database holds to that as well.
"""

from collections import Counter
from dataclasses import dataclass

from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from tournaments.models import (
    Account,
    Balance,
    Forecaster,
    Participant,
    Payout,
    Round,
    Rules,
    Stake,
    Transaction,
    User,
)
from tournaments.models.amounts import Amount
from tournaments.models.payout_rules import BID_RULES, STAKED_RULES
from tournaments.models.stakes import MOST_CONFIDENCE
from tournaments.services import idempotency, ledger
from tournaments.services.access import STAKE, Actor, need_participant, visible
from tournaments.services.deadlines import refuse_unless_open
from tournaments.services.errors import Conflict, Forbidden, Invalid, Refused
from tournaments.services.people import players

Kind, State = Account.Kind, Round.State


@dataclass(frozen=True)
class AtRisk:
    """What a forecaster has at stake, in minor units, and the confidence that was bid, in 1e-9."""

    pk: int
    forecaster: Forecaster
    amount: int
    confidence: int | None


@dataclass(frozen=True)
class Mine:
    """A forecaster's stake as its participant sees it: minor units, and the confidence that was bid, in 1e-9.

    `won` and `burned` are None until a settlement is in force.
    """

    round: Round
    forecaster: str
    amount: int
    confidence: int | None
    state: str
    won: int | None = None
    burned: int | None = None


def taken(rules: Rules) -> bool:
    """Say whether rounds of these rules take stakes."""
    return rules.rewards != "none" and rules.payout_rule in STAKED_RULES


def stake(
    actor: Actor, round_: Round, forecaster: str, amount: int, confidence: int | None = None, key: str = ""
) -> Stake:
    """Set what one's own forecaster has at stake in an open round, in minor units; 0 takes it back.

    `confidence`, in 1e-9, is what is bid where the rule is an auction. `key` is an Idempotency-Key. Raises
    Conflict `not_staked_here`, `round_not_open`, `too_late`, `not_enough`, Invalid `bad_stake`,
    `stake_too_small`, `stake_too_large`, `confidence_needed`, `bad_confidence`, Unknown `unknown_forecaster`,
    Forbidden `excluded`.
    """
    participant = need_participant(actor, round_.tournament, STAKE)
    of = players.find_forecaster(participant, forecaster)
    if actor.user is None:  # who plays is logged in
        raise Forbidden("login_needed", "Log in first.")
    by = actor.user
    rules = round_.read_rules()
    _check(rules, amount, confidence)
    print_ = idempotency.fingerprint("stake", round_.pk, of.pk, amount, confidence)
    answer = idempotency.once(
        by, key, print_, lambda: {"stake": _set(by, round_, participant, of, amount, confidence).pk}
    )
    return Stake.objects.select_related("forecaster", "round__tournament").get(pk=answer["stake"])


def _check(rules: Rules, amount: int, confidence: int | None) -> None:
    if not taken(rules):
        raise Conflict("not_staked_here", "This round takes no stakes.")
    if type(amount) is not int or amount < 0:
        raise Invalid("bad_stake", "A stake is a whole number of minor units, 0 to take it back.")
    if amount and amount < rules.stake_least:
        raise Invalid("stake_too_small", "This round asks for a larger stake.", least=rules.stake_least)
    if rules.stake_most is not None and amount > rules.stake_most:
        raise Invalid("stake_too_large", "This round allows only a smaller stake.", most=rules.stake_most)
    bids = rules.payout_rule in BID_RULES
    if bids and amount and confidence is None:
        raise Invalid("confidence_needed", "This round is an auction: say the confidence that you bid.")
    if confidence is not None and not (
        bids and type(confidence) is int and 1 <= confidence <= MOST_CONFIDENCE
    ):
        raise Invalid(
            "bad_confidence",
            "A confidence is above 0 and at most 1."
            if bids
            else "Only an auction reads a confidence; this round is none.",
        )


def _set(
    by: User, round_: Round, participant: Participant, of: Forecaster, amount: int, confidence: int | None
) -> Stake:
    locked = Round.objects.select_for_update(no_key=True).select_related("tournament").get(pk=round_.pk)
    refuse_unless_open(locked, participant, of_files=False)
    code = locked.read_rules().currency
    tournament = locked.tournament
    own = ledger.account(tournament, Kind.PARTICIPANT, code, participant)
    escrow = ledger.account(tournament, Kind.ESCROW, code, participant, locked, of)
    more = amount - ledger.balance(escrow)
    if more:
        kind = Transaction.Kind.STAKE if more > 0 else Transaction.Kind.UNSTAKE
        memo = f"Stake of {participant.alias} / {of.name} in round {locked.number}"
        ledger.post(kind, [(own, -more), (escrow, more)], memo, round_=locked, actor=by)
    made, _ = Stake.objects.update_or_create(
        round=locked, forecaster=of, defaults={"escrow": escrow, "confidence": confidence}
    )
    return made


def could(participant: Participant, round_: Round) -> bool:
    """Say whether a participant could stake in a round now, and has nothing at stake in it."""
    rules = round_.read_rules()
    if not taken(rules):
        return False
    try:
        refuse_unless_open(round_, participant, of_files=False)
    except Refused:
        return False
    if any(map(_amount, _held(Stake.objects.filter(round=round_, forecaster__participant=participant)))):
        return False
    return _balance(participant, rules) >= rules.stake_least


def lock_all(round_: Round) -> None:
    """Fix what is at stake in a round that closes: from now on it is what the escrows hold now."""
    held = Balance.objects.filter(account=OuterRef("escrow")).values("amount")
    nothing = Value(0, output_field=Amount())
    Stake.objects.filter(round=round_).update(locked=Coalesce(Subquery(held), nothing))


def release_all(round_: Round, by: User | None) -> list[Transaction]:
    """Give back all that is at stake in a round that is cancelled; returns the transaction, if any."""
    held = Account.objects.filter(kind=Kind.ESCROW, round=round_, kept__amount__gt=0)
    lines = []
    for escrow in held.select_related("kept", "participant", "tournament").order_by("pk"):
        own = ledger.account(escrow.tournament, Kind.PARTICIPANT, escrow.currency, escrow.participant)
        lines += [(escrow, -escrow.kept.amount), (own, escrow.kept.amount)]
    if not lines:
        return []
    memo = f"Round {round_.number} was cancelled: stakes go back"
    return [ledger.post(Transaction.Kind.REFUND, lines, memo, round_=round_, actor=by)]


def of_round(round_: Round) -> list[AtRisk]:
    """Return what is at stake in a round, in the order in which it first was, without those of nothing."""
    found = _held(Stake.objects.filter(round=round_)).select_related("forecaster__participant").order_by("pk")
    every = [AtRisk(one.pk, one.forecaster, _amount(one), one.confidence) for one in found]
    return [one for one in every if one.amount]


def of_participants(round_: Round) -> dict[int, int]:
    """Return participant → what all their forecasters have at stake in a round, in minor units."""
    sums: Counter[int] = Counter()
    for one in of_round(round_):
        sums[one.forecaster.participant_id] += one.amount
    return dict(sums)


def shown(actor: Actor, round_: Round) -> list[AtRisk]:
    """Return who has what at stake: from the close on for whoever sees the board, before it for overseers.

    Raises Conflict `stakes_hidden`.
    """
    seen = visible(actor, round_.tournament) and round_.state not in (State.DRAFT, State.OPEN)
    if not (seen or actor.oversees(round_.tournament)):
        raise Conflict("stakes_hidden", "What others stake is shown from the close on.")
    return sorted(of_round(round_), key=lambda one: (-one.amount, one.pk))


@dataclass(frozen=True)
class Own:
    """One's stakes in a round, what the round takes, and what one has besides, in minor units."""

    currency: str
    currency_digits: int
    least: int
    most: int | None
    balance: int
    stakes: list[Mine]


def own(actor: Actor, round_: Round) -> Own:
    """Return one's own stakes in a round. Raises Conflict `not_staked_here`."""
    participant = need_participant(actor, round_.tournament)
    rules = round_.read_rules()
    if not taken(rules):
        raise Conflict("not_staked_here", "This round takes no stakes.")
    return Own(
        rules.currency,
        rules.currency_digits,
        rules.stake_least,
        rules.stake_most,
        _balance(participant, rules),
        mine(participant, Round.objects.filter(pk=round_.pk)),
    )


def mine(participant: Participant, rounds: QuerySet[Round]) -> list[Mine]:
    """Return a participant's own stakes in rounds, the newest round first."""
    known = Stake.objects.filter(forecaster__participant=participant, round__in=rounds)
    known = _held(known.select_related("forecaster", "round__tournament"))
    settled = Payout.objects.filter(
        participant=participant, settlement__round__in=rounds, settlement__reversed_at__isnull=True
    ).values_list("settlement__round", "forecaster", "amount", "burned")
    ends: dict[tuple[int, int | None], tuple[int, int]] = {
        (round_, forecaster): (won, burned) for round_, forecaster, won, burned in settled
    }
    return [_mine(one, ends) for one in known.order_by("-round__number", "pk") if _amount(one)]


def _mine(one: Stake, ends: dict[tuple[int, int | None], tuple[int, int]]) -> Mine:
    won, burned = ends.get((one.round_id, one.forecaster_id), (None, None))
    if one.round.state == State.CANCELLED:
        state = "refunded"
    elif won is not None:
        state = "settled"
    else:
        state = "open" if one.locked is None else "locked"
    return Mine(one.round, one.forecaster.name, _amount(one), one.confidence, state, won, burned)


def _balance(participant: Participant, rules: Rules) -> int:
    """Return what a participant has besides, in minor units of what a round pays in."""
    held = Balance.objects.filter(
        account__kind=Kind.PARTICIPANT, account__participant=participant, account__currency=rules.currency
    )
    return held.values_list("amount", flat=True).first() or 0


def _held(found: QuerySet[Stake]) -> QuerySet[Stake]:
    nothing = Value(0, output_field=Amount())
    return found.annotate(held=Coalesce(F("locked"), F("escrow__kept__amount"), nothing))


def _amount(one: Stake) -> int:
    amount: int = one.held  # type: ignore[attr-defined]
    return amount
