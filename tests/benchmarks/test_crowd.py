from dataclasses import replace

import numpy as np
import pytest
from scipy.special import logit

from benchmarks.crowd.entrants import Entrant, crowd, feature_subsets, label
from benchmarks.crowd.likeness import by_split, layout_of, left_over, likeness, ranks
from benchmarks.crowd.roster import COPY, MIX, NOISY_COPY, SEATS
from benchmarks.crowd_edge import blends_of, nearest_honest, wins_of
from benchmarks.crowd_edge import edge_of as measure
from benchmarks.worlds import SMALL, World, flights
from tournaments.numerics.losses import log_loss
from tournaments.numerics.originality import round_originality


@pytest.fixture(scope="module")
def world() -> World:
    return flights(0, SMALL)


@pytest.fixture(scope="module")
def heard() -> list[str]:
    return []


@pytest.fixture(scope="module")
def entrants(world: World, heard: list[str]) -> list[Entrant]:
    return crowd(world, seed=1, on_done=heard.append)


def files_of(entrants: list[Entrant]) -> dict[tuple[str, str], np.ndarray]:
    return {(one.alias, name): p for one in entrants for name, p in one.forecasters.items()}


def by_alias(entrants: list[Entrant]) -> dict[str, Entrant]:
    return {one.alias: one for one in entrants}


def test_thirty_are_honest_and_the_last_three_copy(entrants: list[Entrant]) -> None:
    assert [one.honest for one in entrants] == [True] * 30 + [False] * 3
    assert len(by_alias(entrants)) == 33
    assert all(3 <= len(one.kind.split()) <= 6 for one in entrants)


def test_one_participant_has_three_forecasters_and_the_others_one(entrants: list[Entrant]) -> None:
    several = {one.alias: sorted(one.forecasters) for one in entrants if len(one.forecasters) > 1}
    assert several == {"Three Sisters": ["Alnilam", "Alnitak", "Mintaka"]}
    assert len(files_of(entrants)) == 35


def test_every_file_has_a_probability_for_each_row_and_is_constant_on_no_split(
    world: World, entrants: list[Entrant]
) -> None:
    layout = layout_of(world)
    for p in files_of(entrants).values():
        assert p.shape == (SMALL.tournament,)
        assert ((p > 0) & (p < 1)).all()
        assert all(len(np.unique(part)) > 1 for part in by_split(p, layout))


def test_progress_names_each_forecaster_once(entrants: list[Entrant], heard: list[str]) -> None:
    assert sorted(heard) == sorted(label(seat) for seat in SEATS)


def test_the_crowd_is_the_same_again_and_has_not_seen_the_labels(
    world: World, entrants: list[Entrant]
) -> None:
    flipped = world.labels.assign(target=1 - world.labels["target"])
    again = crowd(replace(world, labels=flipped), seed=1)
    for key, p in files_of(entrants).items():
        np.testing.assert_array_equal(files_of(again)[key], p)


def test_the_copies_are_what_they_say(world: World, entrants: list[Entrant]) -> None:
    people, layout = by_alias(entrants), layout_of(world)
    copy, noisy, mix = people["Magpie"], people["Cuckoo"], people["Chameleon"]
    victim = people[copy.copied[0]].forecasters["main"]
    np.testing.assert_array_equal(copy.forecasters["main"], victim)
    source = logit(people[noisy.copied[0]].forecasters["main"])
    noise = logit(noisy.forecasters["main"]) - source
    assert noise.std() / source.std() == pytest.approx(0.1, rel=0.05)
    first, second = (people[alias].forecasters["main"] for alias in mix.copied)
    np.testing.assert_allclose(mix.forecasters["main"], (first + second) / 2, atol=1e-6)
    honest = np.array([ranks(p, layout) for one in entrants if one.honest for p in one.forecasters.values()])
    assert likeness(ranks(mix.forecasters["main"], layout), honest, layout).max() < 0.95


def test_on_real_flights_copies_are_gated_the_mix_is_named_and_no_honest_one_is_touched(
    world: World, entrants: list[Entrant]
) -> None:
    layout = layout_of(world)
    whose = [one for one in entrants for _ in one.forecasters]
    files = [p for one in entrants for p in one.forecasters.values()]
    g = np.array([ranks(p, layout) for p in files])
    p = np.array([np.concatenate(by_split(one, layout)) for one in files])
    owners = [entrants.index(one) for one in whose]
    found = round_originality(g, p, owners, np.arange(len(files)), layout.starts)
    gated = {one.alias for one, told in zip(whose, found, strict=True) if told.max_abs_rho > 0.95}
    named = {
        one.alias
        for one, told in zip(whose, found, strict=True)
        if told.residual is not None and told.residual < 0.05 and one.alias not in gated
    }
    copies, mixes = {COPY[0], NOISY_COPY[0]}, {MIX[0]}
    assert (gated, named) == (copies, mixes)


def test_no_two_seats_look_at_the_same_features(world: World) -> None:
    training = world.training.filter(like="feature").to_numpy(dtype=np.float32)
    target = world.training["target"].to_numpy()
    subsets = feature_subsets(training, target, seed=3)
    assert [len(subset) for subset in subsets] == [seat.features for seat in SEATS]
    assert len({tuple(subset) for subset in subsets}) == len(SEATS)


def test_the_likeness_of_two_files_is_by_the_worst_split(world: World) -> None:
    layout = layout_of(world)
    p = np.random.default_rng(0).uniform(0.4, 0.6, SMALL.tournament)
    other = np.random.default_rng(1).uniform(0.4, 0.6, SMALL.tournament)
    live = (world.tournament["data_type"] == "live").to_numpy()
    disguised = np.where(live, 1 - p, other)
    g = np.array([ranks(file, layout) for file in (p, disguised, other)])
    mirrored, stranger = likeness(g[0], g[1:], layout)
    assert mirrored == pytest.approx(1.0)
    assert stranger < 0.2


def test_what_two_files_leave_over_of_a_third_is_the_residual_of_their_regression() -> None:
    rng = np.random.default_rng(2)
    first, second, noise = rng.standard_normal((3, 500))
    columns = np.column_stack([first, second + 0.5 * first, 2 * first - second + noise])
    columns = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    _, squares, _, _ = np.linalg.lstsq(columns[:, :2], columns[:, 2])
    assert left_over(columns[:, 2], columns[:, 0], columns[:, 1]) == pytest.approx(squares[0] / 500)


def test_the_edge_compares_blends_with_members_on_live_rows(world: World, entrants: list[Entrant]) -> None:
    edge = measure(world, entrants, seed=1, seconds=0.0)
    layout = layout_of(world)
    y = by_split(world.labels["target"].to_numpy(), layout)[2]
    losses = [log_loss(by_split(p, layout)[2], y) for p in files_of(entrants).values()]
    assert edge.best == pytest.approx(min(losses))
    assert edge.mean == pytest.approx(np.mean(losses))
    assert edge.median == pytest.approx(np.median(losses))
    assert edge.rank == log_loss(blends_of(entrants, world, layout)["rank"], y)
    assert edge.nearest_honest == nearest_honest(entrants, layout)
    better = {"mean": int(edge.rank < edge.mean), "median": int(edge.rank < edge.median)}
    assert wins_of([edge])["rank"].items() >= better.items()
