"""What happens to a round: it opens, closes, and operators extend, void, exclude or cancel, with a reason."""

from datetime import datetime

from django.db import transaction

from tournaments.models import (
    Exclusion,
    Extension,
    Participant,
    Round,
    Selection,
    VoidRow,
    Work,
)
from tournaments.models.rules import DEFAULT
from tournaments.numerics.blending.registry import default_of
from tournaments.services import audit, evidence, files, ledger, phases, pools, stakes, work
from tournaments.services.access import Actor, need_operator
from tournaments.services.clock import db_now
from tournaments.services.datasets import clusters
from tournaments.services.deadlines import last_deadline
from tournaments.services.errors import Conflict, Invalid, Unknown
from tournaments.services.telling import notices

State = Round.State
VOID_NAMED = 5


def lock(round_: Round) -> Round:
    """Return the round's row under the lock that uploads, the close and every verb here take."""
    return Round.objects.select_for_update(no_key=True).select_related("tournament").get(pk=round_.pk)


def need_state(round_: Round, *states: str) -> None:
    """Refuse with `wrong_state` unless the round is in one of these states."""
    if round_.state not in states:
        allowed = " or ".join(states)
        raise Conflict(
            "wrong_state",
            f"Round {round_.number} is {round_.state}; for this it must be {allowed}.",
            state=round_.state,
        )


def open_round(actor: Actor, round_: Round) -> Round:
    """Open a draft: freeze the tournament's rules into it, fund its pool, and schedule its close.

    Raises Conflict `wrong_state`, `currency_digits_fixed`, `currency_network_fixed`, Invalid
    `closes_in_the_past`, and as `clusters.keep` does.
    """
    by = need_operator(actor, round_.tournament)
    clustered = clusters.keep(round_)  # takes a moment, so not under the lock
    eras = evidence.eras_ahead(round_)
    with transaction.atomic():
        round_ = lock(round_)
        need_state(round_, State.DRAFT)
        now = db_now()
        if not now < round_.closes_at:
            raise Invalid("closes_in_the_past", "The round would close before it opens. Move its deadline.")
        round_.state, round_.opened_at, round_.opens_at = State.OPEN, now, now
        round_.clusters_sha256 = clustered
        _choose_blend(round_, eras)
        fields = ["state", "opened_at", "opens_at", "clusters_sha256", "rules", "rules_sha256"]
        round_.save(update_fields=fields)
        funded = pools.fund(round_, by)
        phases.after_opening(round_)
        notices.opened(round_)
        audit.announce(round_, "opened", f"Round {round_.number} is open until {_utc(round_.closes_at)}.")
        chained = ledger.marked([funded] if funded else [])
        audit.record(by, "round_opened", round_, rules=round_.rules_sha256, **chained)
    return round_


def _choose_blend(round_: Round, eras: int) -> None:
    """Freeze which blend will be the meta-model, where the rules leave it to the resolved eras."""
    rules = round_.read_rules()
    if rules.blend == DEFAULT:
        rules = rules.but(blend=default_of(eras))
        round_.rules, round_.rules_sha256 = rules.to_json(), rules.sha256()


def _utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def close(piece: Work) -> None:
    """Close a round at its deadline: fix the selections and paid places, and start what follows.

    Takes the same lock as every upload, so that each upload is before or after it, never both. When
    the deadline was moved meanwhile, the work becomes due then instead.
    """
    with transaction.atomic():
        round_ = lock(piece.round)
        until = last_deadline(round_)
        if round_.state == State.OPEN and db_now() < until:
            work.postpone(piece, until)
            return
        if round_.state == State.OPEN:
            _close(round_)
        work.finish(piece)


def _close(round_: Round) -> None:
    round_.state, round_.closed_at = State.CLOSED, db_now()
    round_.save(update_fields=["state", "closed_at"])
    selections = Selection.objects.filter(round=round_)
    mine: dict[int, list[Selection]] = {}
    for one in selections.select_related("forecaster__participant").order_by("forecaster"):
        mine.setdefault(one.forecaster.participant_id, []).append(one)
    paid = [_paid_place(own) for own in mine.values()]
    selections.filter(pk__in=paid).update(paid_place=True)
    stakes.lock_all(round_)
    evidence.freeze(round_)
    audit.announce(round_, "closed", f"Round {round_.number} closed with {selections.count()} submissions.")
    phases.after_closing(round_)


def _paid_place(own: list[Selection]) -> int:
    """Return which of a participant's selections, in the order their forecasters were made, may be paid.

    The nominated one; else the first, whatever its score: the best is never picked afterwards.
    """
    nominated = own[0].forecaster.participant.nominated_id
    return next((one.pk for one in own if one.forecaster_id == nominated), own[0].pk)


def extend(
    actor: Actor, round_: Round, closes_at: datetime, reason: str, participant: Participant | None = None
) -> Round:
    """Move an open round's deadline later, for all or for one participant; logged in public."""
    by = need_operator(actor, round_.tournament)
    reason = audit.need_reason(reason)
    with transaction.atomic():
        round_ = lock(round_)
        need_state(round_, State.OPEN)
        if participant and participant.tournament_id != round_.tournament_id:
            raise Unknown("not_found", "This participant does not take part here.")
        if not closes_at > max(round_.closes_at, db_now()):
            raise Invalid("not_later", "An extension moves the deadline later, to a time in the future.")
        if participant:
            values = {"closes_at": closes_at, "reason": reason}
            Extension.objects.update_or_create(round=round_, participant=participant, defaults=values)
        else:
            round_.closes_at = closes_at
            round_.save(update_fields=["closes_at"])
            notices.moved(round_)
        whom = participant.alias if participant else "all"
        audit.announce(round_, "extended", f"The deadline for {whom} is {_utc(closes_at)}: {reason}")
        audit.record(by, "round_extended", round_, reason, whom=whom, closes_at=closes_at.isoformat())
        work.add(Work.Kind.CLOSE, round_, due_at=last_deadline(round_))
    return round_


def void_rows(actor: Actor, round_: Round, ids: list[str], reason: str) -> int:
    """Take rows out of every formula, before the round is resolved; returns how many were newly voided.

    Raises Invalid `unknown_id`, Conflict `wrong_state`.
    """
    by = need_operator(actor, round_.tournament)
    reason = audit.need_reason(reason)
    places = _places(round_, ids)
    with transaction.atomic():
        round_ = lock(round_)
        need_state(round_, State.DRAFT, State.OPEN, State.CLOSED)
        phases.refuse_while_resolving(round_)
        had = set(VoidRow.objects.filter(round=round_).values_list("row", flat=True))
        new = sorted(set(places) - had)
        if len(had) + len(new) == round_.row_count:
            raise Invalid("nothing_left", "Every row would be void. Cancel the round instead.")
        VoidRow.objects.bulk_create(VoidRow(round=round_, row=row, reason=reason) for row in new)
        if new:
            audit.announce(round_, "voided", f"{len(new):,} rows were voided: {reason}")
            audit.record(by, "rows_voided", round_, reason, rows=len(new), first=ids[:VOID_NAMED])
            phases.score_again(round_, ["validation", "test"])
    return len(new)


def _places(round_: Round, ids: list[str]) -> list[int]:
    """Return where ids stand in canonical row order, or refuse with `unknown_id`."""
    places: list[int] = files.find_rows(round_, ids)
    strange = [name for name, place in zip(ids, places, strict=True) if place < 0]
    if strange:
        raise Invalid("unknown_id", f"{len(strange)} ids are not in this round.", ids=strange[:VOID_NAMED])
    return places


def exclude(actor: Actor, round_: Round, participant: Participant, reason: str) -> Exclusion:
    """Take a participant out of a round's blend, ranks and payouts, before it is resolved."""
    by = need_operator(actor, round_.tournament)
    reason = audit.need_reason(reason)
    with transaction.atomic():
        round_ = lock(round_)
        need_state(round_, State.OPEN, State.CLOSED)
        phases.refuse_while_resolving(round_)
        if participant.tournament_id != round_.tournament_id:
            raise Unknown("not_found", "This participant does not take part here.")
        exclusion, new = Exclusion.objects.get_or_create(
            round=round_, participant=participant, defaults={"reason": reason}
        )
        if new:
            audit.announce(round_, "excluded", f"{participant.alias} is excluded: {reason}")
            audit.record(by, "participant_excluded", round_, reason, alias=participant.alias)
            phases.score_again(round_, ["test"])
    return exclusion


def cancel(actor: Actor, round_: Round, reason: str) -> Round:
    """Cancel a round that is not settled: its work ends, its pool and all stakes go back."""
    by = need_operator(actor, round_.tournament)
    reason = audit.need_reason(reason)
    with transaction.atomic():
        round_ = lock(round_)
        need_state(round_, State.DRAFT, State.OPEN, State.CLOSED, State.RESOLVED)
        moved = [*pools.give_back(round_, by), *stakes.release_all(round_, by)]
        resolved = round_.state == State.RESOLVED
        round_.state, round_.cancelled_at = State.CANCELLED, db_now()
        round_.save(update_fields=["state", "cancelled_at"])
        work.cancel_all(round_)
        if resolved:
            phases.season(round_)
        audit.announce(round_, "cancelled", f"Round {round_.number} was cancelled: {reason}")
        audit.record(by, "round_cancelled", round_, reason, **ledger.marked(moved))
    return round_
