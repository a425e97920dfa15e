"""The blends on a round's page, the files that operators take away, a participant's place in the crowd."""

import doctest

import pytest

from tests.world import drain
from tournaments.models import AuditEvent, Forecaster, MetaModel, MetaModelWeight, Round, Score
from tournaments.numerics.blending import registry
from tournaments.services.reading import blends, exports
from tournaments.store.blobs import BlobError
from tournaments.web.boards import blends as shown
from tournaments.web.formats import figure_text, share

pytestmark = pytest.mark.django_db
ROUND = "/t/weekly/1/"
FILES = ("predictions", "manifest")


def cells(page, name):
    """What stands in a blend's line of the table, from its name on."""
    return page.text.partition(f" {name} ")[2]


def test_the_examples_hold():
    assert doctest.testmod(shown).failed == 0


def test_before_a_round_is_blended_it_has_no_blends_to_show(look, open_round):
    assert blends.of_round(open_round) is None
    for name in ("", "ann", "olga"):
        page = look(name).get(ROUND).text
        assert "blends, and why" not in page
        assert "Take the meta-model away" not in page


def test_every_blend_stands_beside_every_forecaster_and_the_missing_say_why(look, resolved):
    page = look().get(ROUND)
    assert f"All {len(registry.NAMES)} blends, and why “rank” is the meta-model" in page.text
    assert "“rank” is the meta-model, as the round's rules say: mean of era-wise ranks." in page.text
    for model in MetaModel.objects.all():
        live = Score.objects.get(meta_model=model, split="live")
        assert figure_text("gain", live.gain) in cells(page, model.blend.capitalize())
    assert resolved.missing_blends
    for why in resolved.missing_blends.values():
        assert f"n/a, because {why[0].lower()}{why[1:]}" in page.text
    assert "judged by what it would have said of each era from labels known before it" in page.text


def test_what_is_not_resolved_yet_shows_its_test_rows_alone(look, closed):
    page = look().get(ROUND).text
    assert "Test gain" in page
    assert "Live gain" not in page


def test_voices_are_one_over_the_sum_of_squares(closed):
    model = MetaModel.objects.get(headline=True)
    people = [one.participant_id for one in model.weights.all()]
    for person, weight in zip(people, (0.5, 0.25, 0.25), strict=True):
        MetaModelWeight.objects.filter(meta_model=model, participant=person).update(weight=weight)
    found = blends.of_round(closed)
    assert found is not None
    assert found.headline is not None
    assert found.headline.voices == pytest.approx(1 / (0.25 + 0.0625 + 0.0625))
    assert found.headline.largest == 0.5


def test_a_blend_that_stands_in_says_why_and_an_uncertified_one_how_far_it_is(look, closed):
    why = "It needs 5 resolved eras; there are 4."
    Round.objects.update(rules={**closed.rules, "blend": "stack"}, missing_blends={"stack": why})
    page = look().get(ROUND).text
    assert f"“rank” is the meta-model in place of “stack”, which the rules name. {why}" in page
    MetaModel.objects.filter(blend="score").update(blend="greedy", gap=3e-5, certified=False)
    Round.objects.update(rules={**closed.rules, "blend": "greedy"}, missing_blends={})
    page = look().get(ROUND).text
    assert "“greedy”, which the rules name. Its solver did not certify the weights" in page
    assert "not: 3e−05" in page


def test_a_lead_within_its_interval_is_a_tie(look, resolved):
    for name, lead in (("equal", (1e-3, -1e-3, 3e-3)), ("score", (1e-3, 5e-4, 3e-3))):
        found = dict(zip(("gain", "low", "high"), lead, strict=True))
        MetaModel.objects.filter(blend=name).update(leads={"live": found})
    page = look().get(ROUND)
    assert "+10.0, a tie" in cells(page, "Equal")
    assert "+10.0 " in cells(page, "Score")
    assert page.text.count(", a tie") == 1 + sum(
        one.leads["live"]["low"] <= 0 <= one.leads["live"]["high"]
        for one in MetaModel.objects.exclude(blend__in=["equal", "score"]).filter(headline=False)
    )


def test_operators_find_both_files_their_hashes_and_the_manifest(look, world, closed):
    page = look("olga").get(ROUND)
    model = MetaModel.objects.get(headline=True)
    for one in exports.files_of(model):
        assert one["filename"] in page.text
        assert one["sha256"] in page.text
    file, manifest = (f"/api/v1/tournaments/weekly/rounds/1/meta-model/{one}/" for one in FILES)
    assert {f"{file}?format=csv", f"{file}?format=parquet", manifest} <= set(page.links)
    assert f"{file}?blend=equal" in page.links
    assert not AuditEvent.objects.filter(action="meta_model_downloaded").exists()
    response = look("olga").client.get(f"{file}?format=parquet")
    assert response.status_code == 200
    assert AuditEvent.objects.get(action="meta_model_downloaded").details["format"] == "parquet"


def test_others_find_no_files_to_take(look, closed):
    for name in ("", "ann"):
        page = look(name).get(ROUND)
        assert "Take the meta-model away" not in page.text
        assert not any("meta-model/" in link for link in page.links)


def test_a_damaged_vector_does_not_take_the_page_away(look, closed, monkeypatch):
    def gone(_):
        raise BlobError("missing", "0" * 64, "The stored file is missing.")

    exports._hash.cache_clear()
    exports._content.cache_clear()
    monkeypatch.setattr("tournaments.services.files.read_bytes", gone)
    assert "damaged or gone" in look("olga").get(ROUND).text


def test_nobody_submitted_is_no_fault(look, world):
    round_ = world.open_round()
    drain()
    world.close(round_)
    page = look("olga").get(ROUND).text
    assert "Nobody submitted in this round" in page
    assert "blends, and why" not in page


def test_a_participants_page_tells_of_its_weights_and_why(look, world, resolved):
    page = look().get("/t/weekly/p/Ann/").text
    weight = MetaModelWeight.objects.get(participant__alias="Ann", meta_model__headline=True).weight
    assert f"It weighs {share(weight)} in round 1." in page
    assert "It is part of the crowd for the first time. It ranks the rows as one other does:" in page
    second = world.open_round()
    for noise, actor in ((11, world.ann), (12, world.bob)):
        world.submit(actor, second, world.skill(0.4, noise=noise))
    drain()
    world.resolve(world.close(second))
    page = look().get("/t/weekly/p/Ann/").text
    assert "It weighs 50.00% in round 2, up from 25.00%." in page
    assert "In “rank” all voices weigh the same: 1/2." in page
    assert "It weighed more than its equal share in 0 of 2 rounds" in page


def test_who_was_in_no_crowd_yet_has_no_such_section(look, closed):
    assert "In the crowd" not in look().get("/t/weekly/p/Ann/").text
    assert "In the crowd" in look("ann").get(forecaster()).text
    assert "In the crowd" not in look("olga").get("/t/weekly/p/Bench/").text


def forecaster():
    return f"/t/weekly/f/{Forecaster.objects.get(participant__alias='Ann').pk}/"
