"""A payout rule applied to a resolved round: previewed as often as one likes, committed once.

Source: FORMULAS section 6.
"""

from dataclasses import dataclass, replace

from django.db.models import F, Prefetch, QuerySet

from tournaments.models import (
    Account,
    Exclusion,
    Originality,
    Participant,
    Payout,
    Round,
    Rules,
    Score,
    Selection,
    Settlement,
    Transaction,
)
from tournaments.numerics.losses import COIN
from tournaments.numerics.payouts.awards import Award
from tournaments.numerics.payouts.entries import Entry
from tournaments.numerics.payouts.ranked_pool import RankedPool, settle
from tournaments.services import audit, idempotency, ledger, rounds
from tournaments.services.access import Actor, need_operator
from tournaments.services.clock import db_now
from tournaments.services.telling import notices

RULE = "ranked_pool"


@dataclass(frozen=True)
class Line:
    """What one participant gets, or the code of why nothing."""

    participant: Participant
    submission_id: int
    units: int | None
    precedence: int
    reason: str
    award: Award[int] | None
    decision: str = ""
    """Why it passes the originality gate all the same, where operators decided so."""

    @property
    def amount(self) -> int:
        """Return minor units."""
        return self.award.paid if self.award else 0

    @property
    def log_loss(self) -> float | None:
        """Return nats."""
        return None if self.units is None else self.units * 1e-9


@dataclass(frozen=True)
class Plan:
    """A settlement as it would be: Σ paid + rolled over = pool + Σ burned."""

    rule: str
    rules_sha256: str
    currency: str
    currency_digits: int
    pool: int
    paid: int
    rolled_over: int
    lines: list[Line]


def plan(round_: Round) -> Plan:
    """Compute who would be paid what, from stored scores in whole units and nothing else."""
    rules = round_.read_rules()
    pool = ledger.balance(rounds.pool_of(round_)) if rules.pool else 0
    out = set(Exclusion.objects.filter(round=round_).values_list("participant", flat=True))
    lines = [_line(rules, selection, out) for selection in _entries(round_, rules)]
    table = settle([_entry(line) for line in lines], pool, RankedPool(rules.paid_places))
    awards = {award.key: award for award in table.awards}
    lines = [_awarded(line, awards[line.participant.pk]) for line in lines]
    lines.sort(key=_order)
    return Plan(
        rule=RULE,
        rules_sha256=round_.rules_sha256,
        currency=rules.currency,
        currency_digits=rules.currency_digits,
        pool=pool,
        paid=table.paid,
        rolled_over=table.rolled_over,
        lines=lines,
    )


def _entry(line: Line) -> Entry[int]:
    scores = {} if line.units is None else {"log_loss": line.units}
    return Entry(line.participant.pk, line.precedence, not line.reason, scores=scores)


def _order(line: Line) -> tuple[bool, int, int, int]:
    place = line.award.place if line.award else None
    return place is None, place or 0, line.units or 0, line.precedence


def _entries(round_: Round, rules: Rules) -> list[Selection]:
    read = ("submission", "split", "units", "consistency")  # a score's eras and bins are long
    scores = Score.objects.filter(split=rules.paid_split).only(*read)
    measured = ("precedence", "passes", "override_reason", "concordance")
    needed = [
        *("round", "submission__position", "submission__participant__alias"),
        *(f"submission__originality__{name}" for name in measured),
    ]
    return list(
        Selection.objects.filter(
            round=round_, paid_place=True, submission__participant__kind=Participant.Kind.PLAYER
        )
        .select_related("submission__participant", "submission__originality")
        .prefetch_related(Prefetch("submission__scores", scores))
        .only(*needed)
        .order_by("submission__position")
    )


def _line(rules: Rules, selection: Selection, out: set[int]) -> Line:
    submission = selection.submission
    score = next(iter(submission.scores.all()), None)
    originality = getattr(submission, "originality", None)
    excluded = submission.participant_id in out
    return Line(
        participant=submission.participant,
        submission_id=submission.pk,
        units=score.units if score else None,
        precedence=originality.precedence if originality else submission.position,
        reason="excluded" if excluded else why_not(rules, score, originality),
        award=None,
        decision=originality.override_reason if originality else "",
    )


def why_not(rules: Rules, score: Score | None, originality: Originality | None) -> str:
    """Return the code of the first gate that keeps an entry from being ranked, or "" when it passes all."""
    if score is None:
        return "not_scored"
    if rules.log_loss_gate and not score.units < COIN:
        return "not_better_than_a_coin"
    if rules.consistency_gate is not None and not score.consistency >= rules.consistency_gate:
        return "not_consistent"
    if rules.originality_gate is not None and not _original(originality):
        return "not_original"
    if rules.concordance_gate is not None and not _concordant(originality, rules.concordance_gate):
        return "not_concordant"
    return ""


def _concordant(found: Originality | None, gate: float) -> bool:
    return found is not None and (found.concordance is None or found.concordance < gate)


def _original(found: Originality | None) -> bool:
    return found is not None and (found.passes or bool(found.override_reason))


def _awarded(line: Line, award: Award[int]) -> Line:
    return replace(line, reason=line.reason or award.reason, award=award)


def preview(actor: Actor, round_: Round) -> Plan:
    """Return the settlement as it would be committed now; operators only, writes nothing."""
    need_operator(actor, round_.tournament)
    rounds.need_state(round_, Round.State.RESOLVED, Round.State.SETTLED)
    return plan(round_)


def commit(actor: Actor, round_: Round, key: str = "") -> Settlement:
    """Settle a resolved round: payouts and ledger in one transaction; asked again, the same settlement.

    `key` is an Idempotency-Key. Raises Conflict `wrong_state`, `idempotency_key_reused`.
    """
    by = need_operator(actor, round_.tournament)
    print_ = idempotency.fingerprint("settle", round_.pk)
    answer = idempotency.once(by, key, print_, lambda: {"settlement": _commit(actor, round_).pk})
    return Settlement.objects.select_related("round__tournament").get(pk=answer["settlement"])


def history(round_: Round) -> list[Settlement]:
    """Return all settlements of a round with their payouts, the newest first; one at most is in force."""
    found = Settlement.objects.filter(round=round_).select_related("round__tournament")
    return list(found.prefetch_related("payouts__participant").order_by("-pk"))


def effective(round_: Round) -> Settlement | None:
    """Return the round's settlement in force, if it is settled."""
    return Settlement.objects.filter(round=round_, reversed_at__isnull=True).first()


def payouts_of(settlement: Settlement) -> QuerySet[Payout]:
    """Return a settlement's payouts with their participants: the placed in order, then the others."""
    found = settlement.payouts.select_related("participant")
    return found.order_by(F("place").asc(nulls_last=True), "units", "pk")


def amounts_of(settlement: Settlement, aliases: list[str]) -> dict[str, int]:
    """Return what a settlement pays to some of the participants, by alias, in minor units."""
    found = settlement.payouts.filter(participant__alias__in=aliases)
    return dict(found.values_list("participant__alias", "amount"))


def _commit(actor: Actor, round_: Round) -> Settlement:
    round_ = rounds.lock(round_)
    settled = effective(round_)
    if settled:
        return settled
    rounds.need_state(round_, Round.State.RESOLVED)
    made = plan(round_)
    settlement = Settlement.objects.create(
        round=round_,
        rule=made.rule,
        rules_sha256=made.rules_sha256,
        currency=made.currency,
        pool=made.pool,
        paid=made.paid,
        rolled_over=made.rolled_over,
        transaction=_pay(round_, made, actor),
        committed_by=actor.user,
    )
    Payout.objects.bulk_create(_payout(settlement, line, made) for line in made.lines)
    round_.state, round_.settled_at = Round.State.SETTLED, db_now()
    round_.save(update_fields=["state", "settled_at"])
    done = "final" if round_.read_rules().rewards == "none" else "settled"
    audit.announce(round_, "settled", f"Round {round_.number} is {done}.")
    audit.record(actor.user, "settled", round_, pool=made.pool, paid=made.paid)
    notices.to_all(round_)
    return settlement


def _pay(round_: Round, made: Plan, actor: Actor) -> Transaction | None:
    if not made.pool:
        return None
    tournament, kind = round_.tournament, Account.Kind.PARTICIPANT
    lines = [(rounds.pool_of(round_), -made.pool), (rounds.rollover_of(round_), made.rolled_over)]
    for line in made.lines:
        if line.amount:
            lines.append((ledger.account(tournament, kind, made.currency, line.participant), line.amount))
    memo = f"Payouts of round {round_.number}"
    return ledger.post(Transaction.Kind.PAYOUT, lines, memo, round_=round_, actor=actor.user)


def _payout(settlement: Settlement, line: Line, made: Plan) -> Payout:
    award = line.award
    place = award.place if award else None
    tied = sum(1 for other in made.lines if place and other.award and other.award.place == place)
    return Payout(
        settlement=settlement,
        participant=line.participant,
        submission_id=line.submission_id,
        place=place,
        tied=max(1, tied),
        units=line.units,
        weight=str(award.weight if award else 0),
        amount=line.amount,
        reason=line.reason,
    )
