"""Which of a round's blends is its meta-model, and what all are compared with: the last step of the close."""

import numpy as np
from django.db import transaction

from tournaments.models import MetaModel, Originality, Round, Rules, Score, Work
from tournaments.numerics.blending import registry
from tournaments.numerics.bootstrap import paired_intervals
from tournaments.numerics.correlations import constant_splits, split_correlations
from tournaments.services import audit, contributing, files, phases, rounds, scoring, work
from tournaments.services.blending import vector_of
from tournaments.services.clock import db_now
from tournaments.services.crowd import Crowd, crowd_of, judged_part
from tournaments.services.frames import Frame, frame_of


def among(rules: Rules, certified: dict[str, bool]) -> str:
    """Return which of the blends that were made, by name and whether certified, is the meta-model.

    That of the rules; where it could not be made, or its solver did not certify it, the fallback.
    """
    return rules.blend if certified.get(rules.blend) else rules.fallback_blend


def join(piece: Work) -> None:
    """When every blend is made: say which is the meta-model, liken all to it, and measure contributions."""
    round_ = Round.objects.select_related("tournament").get(pk=piece.round_id)
    frame = frame_of(round_)
    crowd = crowd_of(round_, frame)
    models = {one.blend: one for one in MetaModel.objects.filter(round=round_)}
    headline = models.get(among(round_.read_rules(), {name: one.certified for name, one in models.items()}))
    likeness, added = {}, None
    if crowd and headline:
        vector = vector_of(headline)
        likeness = likeness_of(round_, frame, crowd, vector)
        added = contributing.measure(
            round_, "test", frame, crowd, contributing.made_of(headline, crowd, vector)
        )
    with transaction.atomic():
        round_ = rounds.lock(round_)
        _raise(round_, headline)
        keep_leads(round_, "test", headline)
        if headline and crowd and added:
            contributing.keep(headline, crowd, added)
        _keep_likeness(round_, likeness)
        Round.objects.filter(pk=round_.pk).update(blended_at=db_now())
        _announce(round_, crowd, headline)
        work.finish(piece)


def _raise(round_: Round, headline: MetaModel | None) -> None:
    MetaModel.objects.filter(round=round_, headline=True).update(headline=False)
    if headline:
        MetaModel.objects.filter(pk=headline.pk).update(headline=True)
    else:
        round_.contributions.all().delete()


def likeness_of(round_: Round, frame: Frame, crowd: Crowd, vector: np.ndarray) -> dict[int, float]:
    """Return the Pearson of each selected submission's g with the meta-model's, by key (FORMULAS section 3).

    What is constant there has no correlation and is left out.
    """
    part = judged_part(frame)
    own = frame.ranks(vector)[part]
    found = {}
    for one in phases.selected(round_):
        # Benchmarks are no part of the crowd, but are likened to it as well.
        g = crowd.judged[one.pk] if one.pk in crowd.judged else frame.ranks(files.vector_of(one))[part]
        pair, ends = np.stack([own, g]), np.array([0, own.size])
        if not constant_splits(pair, ends).any():
            found[one.pk] = float(split_correlations(pair[0], pair[1:], ends)[0, 0])
    return found


Eras = tuple[list[float], list[int]]
"""A score's losses and rows by era."""


def leads_of(round_: Round, scores: dict[str, Eras], headline: str) -> dict[str, dict[str, float | None]]:
    """Return by how much each blend gained more than the headline on one split, with its paired interval.

    Without the headline's score there is nothing to compare with; one era has no interval.
    """
    if headline not in scores:
        return {}
    names = list(scores)
    losses, (own, rows) = np.array([scores[name][0] for name in names]), scores[headline]
    more = (np.array(own) - losses) @ np.array(rows) / sum(rows)
    ends: list[list[float | None]] = [[None, None]] * len(names)
    if len(rows) > 1:
        ends = paired_intervals(losses, own, rows, scoring.draws_of(round_, len(rows))).tolist()
    return {
        name: {"gain": gain, "low": low, "high": high}
        for name, gain, (low, high) in zip(names, more.tolist(), ends, strict=True)
    }


def keep_leads(round_: Round, split: str, headline: MetaModel | None) -> None:
    """Write down how far each blend is ahead of the headline on a split, from the scores that are kept."""
    models = list(MetaModel.objects.filter(round=round_))
    kept = Score.objects.filter(meta_model__in=models, split=split).select_related("meta_model")
    scores = {one.meta_model.blend: (one.era_losses, one.era_rows) for one in kept if one.meta_model}
    found = leads_of(round_, scores, headline.blend if headline else "")
    for one in models:
        one.leads = {name: lead for name, lead in one.leads.items() if name != split}
        one.leads |= {split: found[one.blend]} if one.blend in found else {}
    MetaModel.objects.bulk_update(models, ["leads"])


def _keep_likeness(round_: Round, likeness: dict[int, float]) -> None:
    measured = list(Originality.objects.filter(round=round_))
    for one in measured:
        one.meta_rho = likeness.get(one.submission_id)
    Originality.objects.bulk_update(measured, ["meta_rho"], batch_size=500)


def _announce(round_: Round, crowd: Crowd | None, headline: MetaModel | None) -> None:
    if crowd is None or headline is None:
        audit.announce(round_, "blended", "There is no meta-model: nobody submitted.")
        return
    text = f"The meta-model of {len(crowd.participants)} participants is made: blend “{headline.blend}”."
    wanted = round_.read_rules().blend
    if headline.blend != wanted:
        why = round_.missing_blends.get(wanted, registry.UNCERTIFIED)
        text += f" It stands in for “{wanted}”. {why}"
    audit.announce(round_, "blended", text)


def added_live(round_: Round, headline: MetaModel) -> tuple[Crowd, contributing.Measured] | None:
    """Return the crowd of a round's meta-model, and what each adds on the live rows; None without labels."""
    frame = frame_of(round_)
    crowd = crowd_of(round_, frame)
    if crowd is None:
        return None
    made = contributing.made_of(headline, crowd, vector_of(headline))
    found = contributing.measure(round_, "live", frame, crowd, made)
    return (crowd, found) if found else None
