"""One participant among many is looked for, without JavaScript too, before something is done to them."""

import pytest

from tests.world import World
from tournaments.models import Exclusion, Extension, Participant
from tournaments.services.people import finding

pytestmark = pytest.mark.django_db
EXCLUDE, EXTEND = "/t/weekly/1/exclude/", "/t/weekly/1/extend/"


def crowd(world: World, size: int) -> None:
    """Add participants by the names of p000, p001 and so on, with their external ids."""
    for i in range(Participant.objects.count(), size):
        Participant.objects.create(
            tournament=world.tournament, alias=f"p{i:03}", name=f"Person {i:03}", external_id=f"x-{i}"
        )


def offered(page) -> list[str]:
    """Return the participants that a page offers: fields by name and value."""
    return [field["value"] for field in page.fields if field.get("name") == "participant"]


@pytest.mark.parametrize("address", [EXCLUDE, EXTEND])
def test_an_alias_a_name_or_an_external_id_finds_its_participant(look, world, open_round, address):
    ann = Participant.objects.get(alias="Ann")
    Participant.objects.filter(pk=ann.pk).update(name="Anna Real", external_id="s-77")
    for q in ("ann", "anna re", "S-77"):
        page = look("olga").get(f"{address}?q={q}")
        assert [value for value in offered(page) if value] == [str(ann.pk)]
        assert f"1 matches “{q}”" in page.text
        assert "Anna Real s-77" in page.text


def test_nobody_and_more_than_twenty_are_said(look, world, open_round):
    crowd(world, 40)
    page = look("olga").get(f"{EXCLUDE}?q=zebra")
    assert "Nobody matches “zebra”." in page.text
    assert offered(page) == []
    page = look("olga").get(f"{EXCLUDE}?q=p0")
    assert "More than 20 match “p0”; these are the first 20. Type more of it." in page.text
    assert len(offered(page)) == 20
    assert "The first 20. Look for the others" in look("olga").get(EXCLUDE).text


def test_whom_the_words_name_exactly_comes_first(world, open_round):
    crowd(world, 40)
    last = Participant.objects.create(tournament=world.tournament, alias="zz", external_id="p0")
    assert finding.find(world.operator, open_round, "P0").people[0] == last


def test_who_is_excluded_is_not_offered_again(look, world, open_round):
    ann = Participant.objects.get(alias="Ann")
    page = look("olga").post(f"{EXCLUDE}?q=ann", {"participant": ann.pk, "reason": "two accounts"})
    assert Exclusion.objects.get().participant == ann
    assert str(ann.pk) not in offered(page)
    assert str(ann.pk) in offered(look("olga").get(EXTEND))
    look("olga").post(EXCLUDE, {"participant": ann.pk, "reason": "once more"}, status=400)


def test_who_was_chosen_stays_so_while_a_reason_is_missing(look, world, open_round):
    crowd(world, 40)
    last = Participant.objects.get(alias="p039")
    page = look("olga").post(EXCLUDE, {"participant": last.pk, "reason": ""}, status=400)
    chosen = [field["value"] for field in page.fields if "checked" in field]
    assert chosen == [str(last.pk)]
    assert "p039" in look("olga").get(f"{EXCLUDE}?participant={last.pk}").text
    for nonsense in ("x", "²", "9" * 30):
        look("olga").get(f"{EXCLUDE}?participant={nonsense}&q={nonsense}")


def test_a_deadline_moves_for_all_only_where_all_is_chosen(look, world, open_round):
    data = {"by": "1h", "reason": "server was down"}
    before = open_round.closes_at
    page = look("olga").post(EXTEND, data, status=400)
    assert "Choose a participant, or all." in page.text
    open_round.refresh_from_db()
    assert (open_round.closes_at, Extension.objects.count()) == (before, 0)
    first = next(field for field in look("olga").get(EXTEND).fields if field.get("name") == "participant")
    assert (first["value"], "checked" in first) == ("", True)
    looked = look("olga").get(f"{EXTEND}?q=ann").fields
    assert not [field for field in looked if field.get("name") == "participant" and "checked" in field]


def test_finding_asks_as_little_of_the_database_among_60_as_among_5(
    look, world, open_round, django_assert_max_num_queries
):
    counts = []
    for size in (5, 60):
        crowd(world, size)
        for address in (EXCLUDE, EXTEND, f"{EXCLUDE}?q=p0"):
            olga = look("olga")
            with django_assert_max_num_queries(12) as asked:
                olga.get(address)
            counts.append(len(asked))
    assert counts[:3] == counts[3:]
