"""What a participant added to the crowd, on the page of the submission that counts."""

import pytest

from tournaments.models import Contribution, Submission
from tournaments.web.formats import figure_text
from tournaments.web.playing.adding import sentences

pytestmark = pytest.mark.django_db
TITLE = "What it added to the crowd"


def test_before_the_close_there_is_no_such_section(look, open_round):
    sent = Submission.objects.get(participant__alias="Ann")
    assert TITLE not in look("ann").get(f"/s/{sent.pk}/").text


def test_after_the_resolution_both_splits_are_told_in_words_and_figures(look, resolved):
    sent = Submission.objects.get(participant__alias="Bob")
    page = look("bob").get(f"/s/{sent.pk}/").text
    assert TITLE in page
    for split in ("test", "live"):
        kept = Contribution.objects.get(participant__alias="Bob", split=split)
        assert figure_text("loo", kept.loo) in page
        low, high = (figure_text("mmc", end) for end in (kept.mmc_low, kept.mmc_high))
        assert f"{low} to {high}" in page
    assert "On live rows the meta-model would have been" in page
    assert "PCS: the mean over 100 orders" in page


def test_a_copy_is_told_that_it_adds_nothing_of_its_own(look, resolved):
    copy = Submission.objects.get(participant__alias="Cyd")
    assert "is worth 0.00 · 1e-4 nats a row, PCS" in look("cyd").get(f"/s/{copy.pk}/").text


def test_a_benchmark_adds_nothing(look, resolved):
    sent = Submission.objects.get(participant__alias="Bench")
    assert TITLE not in look("bench").get(f"/s/{sent.pk}/").text


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"loo": 3e-4}, "worse without it, by 3.00 · 1e-4 nats"),
        ({"loo": -3e-4}, "better without it, by 3.00 · 1e-4 nats"),
        ({"loo": 0.0}, "as good without it"),
        ({"loo": 3e-4, "undefined": {"mmc": "alone"}}, "against a coin it gains 3.00"),
        ({"loo": -3e-4, "undefined": {"mmc": "alone"}}, "against a coin it loses 3.00"),
        ({"mmc": 0.02}, "goes with the outcomes, MMC +0.0200."),
        ({"mmc": -0.02, "mmc_low": -0.05, "mmc_high": 0.01}, "chance alone could do"),
        ({"mmc": 0.02, "mmc_low": 0.01, "mmc_high": 0.03}, "more than chance would do"),
        ({"cwmm": 0.95}, "much the same as the meta-model: CWMM 0.950."),
        ({"cwmm": 0.5}, "in part what the meta-model says"),
        ({"cwmm": -0.1}, "its own way: CWMM −0.100."),
    ],
)
def test_figures_become_sentences(found, said):
    whole = {"split": "live", "loo": 0.0, "mmc": None, "cwmm": None, "pcs": None, **found}
    assert any(said in sentence for sentence in sentences(whole))
