"""A round's numbers as they come out of its stored uploads now, beside the rows that are published.

The functions that compute here are those that the work computes with, and nothing is written. Work that is
still to be done publishes its numbers itself: what waits for it is left out.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.db.models import Model

from tournaments.models import (
    Contribution,
    MetaModel,
    MetaModelWeight,
    Originality,
    Participant,
    Round,
    Score,
    Submission,
    Work,
)
from tournaments.numerics.blending import registry
from tournaments.services import (
    blending,
    contributing,
    files,
    nearness,
    originality,
    phases,
    ranks,
    scoring,
    worth,
)
from tournaments.services import headline as headlines
from tournaments.services.blending import Scene
from tournaments.store import vectors
from tournaments.store.blobs import BlobError

Told = Callable[[int, int], None]
Kind, State = Work.Kind, Round.State
MAKING = (Kind.SCORE_TEST, Kind.ORIGINALITY, Kind.BLEND, Kind.META_MODEL)
"""Work of the close; while some of it is left, the meta-model is not made."""
ALIKE = 1e-9
"""Numbers are published to this: what a processor rounds differently is no difference."""
TOGETHER = 16
"""Submissions compared with the others in one pass."""
DECIDED = ("id", "round", "submission", "override_reason", "overridden_by")
"""What of a row of originality was not measured."""


@dataclass
class Fresh:
    """What one row should say: `row` is the published one, or a new one without a key."""

    what: str
    whose: str
    split: str
    row: Model
    values: dict[str, Any] | None
    """Its fields; None where no such row should be."""
    content: bytes | None = None
    """The blended vector that its `sha256` names."""


@dataclass
class Recomputed:
    """All rows of a round, and how many pieces of work are still to publish theirs."""

    rows: list[Fresh] = field(default_factory=list)
    pending: int = 0


def recompute(round_: Round, told: Told) -> Recomputed:
    """Compute what is due in the round's state from the stored uploads; `told` hears how far it is."""
    recount = _Recount(round_)
    recount.of_submissions(told)
    if round_.state in Round.CLOSED_STATES and not recount.waits(*MAKING):
        recount.of_crowd()
    if round_.state in Round.RESOLVED_STATES:
        recount.of_ranks()
    recount.of_strays()
    return Recomputed(recount.rows, recount.left)


class _Recount:
    """One pass over a round. What is pending is asked first: what it publishes meanwhile is left out too."""

    def __init__(self, round_: Round) -> None:
        self.round, self.rows = round_, list[Fresh]()
        left = Work.objects.filter(round=round_).exclude(state__in=[Work.State.DONE, Work.State.CANCELLED])
        kinds = [*scoring.SPLIT_OF, *MAKING, Kind.CONCLUDE]
        pieces = list(left.filter(kind__in=kinds).values_list("kind", "submission"))
        self.pending, self.left = set(pieces), len(pieces)
        self.scores = {
            (one.submission_id, one.meta_model_id, one.split): one
            for one in Score.objects.filter(round=round_).select_related(
                "submission__participant", "meta_model"
            )
        }
        closed = round_.state in Round.CLOSED_STATES
        self.selected = {one.pk for one in phases.selected(round_)} if closed else set()
        self.precedence: dict[int, int] = {}
        self.placed: dict[str, list[tuple[Submission, Fresh]]] = {"test": [], "live": []}
        self.blends: dict[str, dict[str, headlines.Eras]] = {"test": {}, "live": {}}

    def waits(self, *kinds: str) -> bool:
        """Whether work of these kinds is still to be done."""
        return any(kind in kinds for kind, _ in self.pending)

    def of_submissions(self, told: Told) -> None:
        """Score every submission on the splits that are due, and say again who was first."""
        found = Submission.objects.filter(round=self.round).order_by("position")
        submissions = list(found.select_related("round__tournament", "upload", "participant"))
        near: dict[int, tuple[int, str]] = {}
        for first in range(0, len(submissions), TOGETHER):
            near |= nearness.of_newcomers(submissions[first : first + TOGETHER])
        self.precedence = {pk: position for pk, (position, _) in near.items()}
        for done, one in enumerate(submissions, 1):
            if (Kind.SCORE_VALIDATION, one.pk) not in self.pending:
                values = dict(zip(("precedence", "nearness"), near[one.pk], strict=True))
                self.rows.append(Fresh("submission", _name(one), "", one, values))
            vector = files.vector_of(one)
            for kind, split in scoring.SPLIT_OF.items():
                if self._is_due(split, one.pk) and (kind, one.pk) not in self.pending:
                    self._score(split, vector, submission=one)
            told(done, len(submissions))

    def _is_due(self, split: str, submission: int) -> bool:
        if split == "validation":
            return True
        states = Round.CLOSED_STATES if split == "test" else Round.RESOLVED_STATES
        return self.round.state in states and submission in self.selected

    def _score(
        self,
        split: str,
        vector: np.ndarray,
        submission: Submission | None = None,
        meta_model: MetaModel | None = None,
    ) -> None:
        key = (submission.pk if submission else None, meta_model.pk if meta_model else None, split)
        published = self.scores.pop(key, None)
        measured = scoring.measure(self.round, split, vector)
        if measured is None and published is None:
            return
        row = published or Score(round=self.round, split=split, submission=submission, meta_model=meta_model)
        whose = _name(submission) if submission else f"meta-model {meta_model and meta_model.blend}"
        fresh = Fresh("score", whose, split, row, scoring.values_of(measured) if measured else None)
        self.rows.append(fresh)
        if meta_model and measured:
            eras = (measured.score.era_losses.tolist(), measured.score.era_rows.tolist())
            self.blends[split][meta_model.blend] = eras
        if submission and submission.pk in self.selected and split in self.placed and measured:
            self.placed[split].append((submission, fresh))

    def of_crowd(self) -> None:
        """Measure originality, blend, and say what each of the crowd adds."""
        scene = blending.scene_of(self.round, from_uploads=True)
        stored, missing = _blends_of(scene)
        certified = {name: one.blended.weighing.certified for name, one in stored.items()}
        headline = headlines.among(self.round.read_rules(), certified)
        known = {one.blend: one for one in MetaModel.objects.filter(round=self.round)}
        rows = {name: known.pop(name, MetaModel(round=self.round, blend=name)) for name in stored}
        if scene is None:
            self._originality({})
        else:
            vector = stored[headline].vector
            self._originality(headlines.likeness_of(self.round, scene.frame, scene.crowd, vector))
            fresh = {
                name: self._blend(rows[name], scene, one, name == headline) for name, one in stored.items()
            }
            self._leads(fresh, headline)
            self._curve(fresh, headline, scene, stored[headline])
            self._contributions(rows[headline], scene, stored[headline])
        self.rows += [Fresh("meta-model", one.blend, "", one, None) for one in known.values()]
        self.rows.append(Fresh("round", str(self.round), "", self.round, {"missing_blends": missing}))

    def _originality(self, likeness: dict[int, float]) -> None:
        published = {one.submission_id: one for one in Originality.objects.filter(round=self.round)}
        names = [one.attname for one in Originality._meta.concrete_fields if one.name not in DECIDED]
        for fresh in originality.computed(self.round, self.precedence):
            values = {name: getattr(fresh, name) for name in names}
            values["meta_rho"] = likeness.get(fresh.submission_id)
            row = published.pop(fresh.submission_id, None)
            row = row or Originality(round=self.round, submission=fresh.submission)
            self.rows.append(Fresh("originality", _name(fresh.submission), "", row, values))
        self.rows += [
            Fresh("originality", _name(one.submission), "", one, None) for one in published.values()
        ]

    def _blend(self, row: MetaModel, scene: Scene, one: blending.Made, headline: bool) -> Fresh:
        content = vectors.encode(one.vector)
        values = {"headline": headline, **blending.values_of(scene, one)}
        same = _same_vector(row, one.vector)
        values["sha256"] = row.sha256 if same else hashlib.sha256(content).hexdigest()
        fresh = Fresh("meta-model", row.blend, "", row, values, content)
        self.rows.append(fresh)
        for split in ("test", "live") if self.round.state in Round.RESOLVED_STATES else ("test",):
            self._score(split, one.vector, meta_model=row)
        kept = {weight.participant_id: weight for weight in row.weights.all()} if row.pk else {}
        for participant, share in blending.shares_of(scene, one):
            weight = kept.pop(participant.pk, None) or MetaModelWeight(
                meta_model=row, participant=participant
            )
            whose = f"{participant.alias} in {row.blend}"
            self.rows.append(Fresh("weight", whose, "", weight, {"weight": share}))
        self.rows += [Fresh("weight", str(weight), "", weight, None) for weight in kept.values()]
        return fresh

    def _leads(self, models: dict[str, Fresh], headline: str) -> None:
        found = {
            split: headlines.leads_of(self.round, scores, headline) for split, scores in self.blends.items()
        }
        for name, fresh in models.items():
            assert fresh.values is not None, "What was blended has values."
            fresh.values["leads"] = {split: one[name] for split, one in found.items() if name in one}

    def _curve(self, models: dict[str, Fresh], headline: str, scene: Scene, one: blending.Made) -> None:
        if self.round.state in Round.RESOLVED_STATES:
            made = contributing.Made(headline, one.blended.weighing, one.vector)
            curve = worth.curve_of(self.round, scene.frame, scene.crowd, made)
            for name, fresh in models.items():
                fresh.values = {**(fresh.values or {}), "curve": curve if name == headline else []}

    def _contributions(self, headline: MetaModel, scene: Scene, one: blending.Made) -> None:
        frame, crowd = scene.frame, scene.crowd
        made = contributing.Made(headline.blend, one.blended.weighing, one.vector)
        known = {(one.participant_id, one.split): one for one in self.round.contributions.all()}
        for split in ("test", "live") if self.round.state in Round.RESOLVED_STATES else ("test",):
            measured = contributing.measure(self.round, split, frame, crowd, made, self.precedence)
            for participant, values in contributing.values_of(crowd, measured) if measured else []:
                row = known.pop((participant.pk, split), None) or Contribution(
                    round=self.round, meta_model=headline, participant=participant, split=split
                )
                self.rows.append(Fresh("contribution", participant.alias, split, row, values))
        self.rows += [
            Fresh("contribution", one.participant.alias, one.split, one, None) for one in known.values()
        ]

    def of_ranks(self) -> None:
        """Place the selected who are not excluded, by what was computed here."""
        out = set(self.round.exclusions.values_list("participant", flat=True))
        ranked = {}
        for split, scored in self.placed.items():
            places = [(_bare(one, fresh), fresh) for one, fresh in scored if one.participant_id not in out]
            # Commit order is kept among equals.
            places.sort(key=lambda pair: pair[0].units)
            ranks.place(self.round, [score for score, _ in places])
            for score, fresh in places:
                assert fresh.values is not None, "What is placed was scored."
                fresh.values.update({name: getattr(score, name) for name in ranks.KEPT})
            ranked[split] = sum(1 for score, _ in places if score.rank is not None)
        self.rows.append(Fresh("round", str(self.round), "", self.round, {"ranked": ranked}))

    def of_strays(self) -> None:
        """Name the published scores that nothing gives rise to, unless work on them is under way."""
        blended = not self.waits(*MAKING)
        for (submission, model, split), row in self.scores.items():
            kind = next(kind for kind, name in scoring.SPLIT_OF.items() if name == split)
            if (kind, submission) in self.pending or (split == "live" and self.waits(Kind.CONCLUDE)):
                continue
            if model is None or blended:
                whose = _name(row.submission) if row.submission else f"meta-model {row.meta_model}"
                self.rows.append(Fresh("score", whose, split, row, None))


def _blends_of(scene: Scene | None) -> tuple[dict[str, blending.Made], dict[str, str]]:
    """Return every blend that can be made, by name, and why the others cannot."""
    tried = {name: blending.made_or_why(scene, name) for name in registry.NAMES}
    made = {name: one for name, (one, _) in tried.items() if one}
    return made, {name: why for name, (_, why) in tried.items() if why}


def _name(submission: Submission) -> str:
    benchmark = submission.participant.kind == Participant.Kind.BENCHMARK
    return f"{submission.participant.alias} #{submission.position}{' (benchmark)' if benchmark else ''}"


def _bare(submission: Submission, fresh: Fresh) -> Score:
    values = fresh.values or {}
    read = {name: values[name] for name in ("units", "era_losses", "era_rows")}
    return Score(submission=submission, **read)


def _same_vector(row: MetaModel, whole: np.ndarray) -> bool:
    """Whether the published vector is this one, to what is published."""
    if not row.pk:
        return False
    try:
        kept = blending.vector_of(row)
    except (BlobError, ValueError):
        return False
    return kept.shape == whole.shape and bool((np.abs(kept - whole) <= ALIKE).all())
