"""What each adds to the crowd, kept at the close and at the resolution, against plain forms."""

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numerai_tools.scoring import correlation_contribution
from sklearn.metrics import log_loss

from tests.staging import Stages
from tests.world import World, drain
from tournaments.models import Contribution, MetaModel, Participant, Round, Submission
from tournaments.services import amendments, blending, rounds
from tournaments.services.labels import read as read_labels
from tournaments.services.people import players

pytestmark = pytest.mark.django_db
stages = Stages(__name__)
ALIASES = ("Ann", "Bob", "Cyd", "Dan", "Eve")


@stages.step
def world(tmp_path: Any) -> World:
    return World(tmp_path, blend="equal")


@stages.step
def closed(world: World) -> tuple[Round, dict[str, Any]]:
    """A closed round: Dan copies Ann, Eve has two forecasters, Ben is a benchmark."""
    round_ = world.open_round()
    people = {alias: world.player(alias.lower()) for alias in ALIASES}
    sent = {
        "Ann": world.skill(0.5, noise=1),
        "Bob": world.skill(0.4, noise=2),
        "Cyd": world.skill(-0.8, noise=3),
    }
    sent["Dan"] = sent["Ann"]
    for alias, p in sent.items():
        world.submit(people[alias], round_, p)
    two = [world.skill(0.3, noise=4), world.skill(0.3, noise=5)]
    for name, p in zip(("one", "two"), two, strict=True):
        players.add_forecaster(people["Eve"], world.tournament, name)
        world.submit(people["Eve"], round_, p, forecaster=name)
    benchmark = world.player("ben", kind=Participant.Kind.BENCHMARK)
    world.submit(benchmark, round_, world.skill(0.9, noise=6))
    drain()
    sent["Eve"] = 1 / (1 + np.exp(-np.mean([np.log(p / (1 - p)) for p in two], axis=0)))
    return world.close(round_), sent


def kept(round_: Round, split: str) -> dict[str, Contribution]:
    rows = Contribution.objects.filter(round=round_, split=split).select_related("participant")
    return {row.participant.alias: row for row in rows}


def values(round_: Round) -> list[Any]:
    columns = ("split", "participant", "precedence", "loo", "mmc", "mmc_low", "cwmm", "src", "pcs", "era_mmc")
    rows = Contribution.objects.filter(round=round_).order_by("split", "participant")
    return list(rows.values_list(*columns))


def test_players_alone_contribute_and_to_each_split_in_its_time(world: World, closed: Any) -> None:
    round_, _ = closed
    assert sorted(kept(round_, "test")) == sorted(ALIASES)
    assert kept(round_, "live") == {}
    round_ = world.resolve(round_)
    assert sorted(kept(round_, "live")) == sorted(ALIASES)
    headline = MetaModel.objects.get(round=round_, headline=True)
    assert {row.meta_model for row in Contribution.objects.filter(round=round_)} == {headline}


def test_loo_is_the_loss_of_the_blend_made_again_without_each(world: World, closed: Any) -> None:
    round_, sent = closed
    world.resolve(round_)
    z = {alias: np.log(p / (1 - p)) for alias, p in sent.items()}
    for split in ("test", "live"):
        rows = world.splits == split

        def loss(players: Any, rows: Any = rows) -> float:
            blend = np.mean([z[alias] for alias in players], axis=0)
            return float(log_loss(world.y[rows], 1 / (1 + np.exp(-blend[rows]))))

        for alias, row in kept(round_, split).items():
            without = loss([other for other in ALIASES if other != alias])
            assert row.loo == pytest.approx(without - loss(ALIASES), abs=1e-9)


def test_mmc_is_numerai_tools_of_the_published_meta_model(world: World, closed: Any) -> None:
    round_, sent = closed
    headline = MetaModel.objects.get(round=round_, headline=True)
    meta = dict(zip(ids_in_order(world), blending.vector_of(headline), strict=True))
    theirs: dict[str, list[float]] = {alias: [] for alias in ALIASES}
    for era in dict.fromkeys(world.eras[world.splits == "test"]):
        at = np.flatnonzero((world.splits == "test") & (world.eras == era))
        index = [world.ids[i] for i in at]
        frame = pd.DataFrame({alias: sent[alias][at] for alias in ALIASES}, index=index)
        found = correlation_contribution(
            frame, pd.Series([meta[one] for one in index], index), pd.Series(world.y[at], index)
        )
        for alias in ALIASES:
            theirs[alias].append(float(found[alias]))
    for alias, row in kept(round_, "test").items():
        assert row.era_mmc == pytest.approx(theirs[alias], abs=1e-9)
        assert row.mmc == pytest.approx(np.mean(theirs[alias]), abs=1e-9)
        assert row.mmc_low < row.mmc < row.mmc_high


def ids_in_order(world: World) -> list[str]:
    """The ids in canonical row order: split, era, id."""
    place = {split: i for i, split in enumerate(("validation", "test", "live"))}
    order = sorted(
        range(len(world.ids)),
        key=lambda i: (place[str(world.splits[i])], int(world.eras[i][3:]), world.ids[i]),
    )
    return [world.ids[i] for i in order]


def test_the_copy_comes_after_its_original_and_earns_nothing(closed: Any) -> None:
    round_, _ = closed
    found = kept(round_, "test")
    assert found["Ann"].precedence < found["Dan"].precedence
    assert (found["Dan"].src, found["Dan"].pcs) == (0.0, 0.0)
    assert all(row.src >= 0 and row.pcs >= 0 for row in found.values())


def test_the_place_of_merged_forecasters_is_that_of_the_last(closed: Any) -> None:
    round_, _ = closed
    last = Submission.objects.get(round=round_, forecaster__name="two")
    assert kept(round_, "test")["Eve"].precedence == last.position


def test_an_excluded_participant_leaves_and_comes_back_the_same(world: World, closed: Any) -> None:
    round_, _ = closed
    before = values(round_)
    cyd = Participant.objects.get(alias="Cyd")
    rounds.exclude(world.operator, round_, cyd, "asked to leave")
    drain()
    assert sorted(kept(round_, "test")) == ["Ann", "Bob", "Dan", "Eve"]
    assert values(round_) != before
    amendments.readmit(world.operator, round_, cyd, "came back")
    drain()
    assert values(round_) == before


def test_void_rows_leave_these_figures_too(world: World, closed: Any) -> None:
    round_, _ = closed
    ids = [one for one, split in zip(world.ids, world.splits, strict=True) if split == "test"][:3]
    rounds.void_rows(world.operator, round_, ids, "the source withdrew them")
    drain()
    known = read_labels(round_, "test")
    assert known is not None
    assert {row.rows for row in kept(round_, "test").values()} == {known.rows}
    assert [b - a for a, b in pairwise(known.starts)] != [8] * 4


def test_one_alone_is_measured_against_a_coin(world: World) -> None:
    round_ = world.open_round()
    p = world.skill(0.5, noise=1)
    world.submit(world.player("ann"), round_, p)
    drain()
    row = kept(world.close(round_), "test")["Ann"]
    rows = world.splits == "test"
    assert row.loo == pytest.approx(np.log(2) - log_loss(world.y[rows], p[rows]), abs=1e-9)
    assert (row.mmc, row.cwmm, row.era_mmc) == (None, None, [])
    assert row.undefined == dict.fromkeys(("mmc", "mmc_low", "mmc_high", "cwmm"), "alone")
    assert row.src == row.pcs


def test_without_submissions_there_is_nothing_to_measure(world: World) -> None:
    round_ = world.resolve(world.close(world.open_round()))
    assert round_.state == Round.State.RESOLVED
    assert not Contribution.objects.exists()
