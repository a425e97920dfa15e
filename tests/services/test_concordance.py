"""The concordance gate: rows are clustered when the round opens, and who patched a split is not paid."""

import numpy as np
import pytest

from tests.world import World
from tournaments.models import Originality, Payout
from tournaments.services import files, rounds, settlement
from tournaments.services.datasets import clusters
from tournaments.services.errors import Invalid
from tournaments.services.reading import ranking

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(tmp_path):
    return World(tmp_path, per_era=60, concordance_gate=0.25, log_loss_gate=False, originality_gate=None)


def like_the_feature(world):
    """One model: what it says depends on the feature alone, the same way on all splits."""
    return 1 / (1 + np.exp(-0.3 * world.noise[0] - 0.05 * world.noise[1]))


def test_rows_are_clustered_when_the_round_opens_and_kept(world):
    draft = world.draft_round()
    assert (draft.clusters_sha256, clusters.read(draft)) == ("", None)
    round_ = rounds.open_round(world.operator, draft)
    found = clusters.read(round_)
    assert found.shape == (round_.row_count,)
    assert set(found.tolist()) == set(range(5))


def test_one_model_passes_and_another_one_on_live_rows_is_not_paid(world):
    round_ = world.open_round()
    honest = like_the_feature(world)
    patched = np.where(world.splits == "live", 1 - honest**3, honest)
    world.submit(world.player("ann"), round_, honest)
    world.submit(world.player("bob"), round_, patched)
    round_ = world.resolve(world.close(round_))
    found = dict(Originality.objects.values_list("submission__participant__alias", "concordance"))
    assert found["Ann"] < 0.25 < found["Bob"]
    settlement.commit(world.operator, round_, "key")
    paid = dict(Payout.objects.values_list("participant__alias", "reason"))
    assert paid == {"Ann": "", "Bob": "not_concordant"}
    passing = ranking.Ranking(round_, "live", public=True).keys(ranking.Wanted(who="passing"), slice(0, 9))
    assert len(passing) == 1


def test_without_features_or_with_one_split_such_a_round_does_not_open(world):
    draft = world.draft_round()
    dataset = draft.datasets.get(kind="tournament")
    content = files.read_bytes(dataset.sha256).decode().splitlines()
    plain = "\n".join(line.rsplit(",", 1)[0] for line in content).encode()
    dataset.sha256 = files.keep_bytes(plain)
    dataset.save()
    with pytest.raises(Invalid) as caught:
        rounds.open_round(world.operator, draft)
    assert caught.value.code == "no_features"
    draft.refresh_from_db()
    assert draft.state == "draft"
    draft.split_rows = {"live": draft.row_count}
    with pytest.raises(Invalid) as caught:
        clusters.keep(draft)
    assert caught.value.code == "one_split"
