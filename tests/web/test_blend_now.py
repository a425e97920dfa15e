"""An open round blended as it stands, on a page."""

import pytest

pytestmark = pytest.mark.django_db
NOW = "/t/weekly/1/now/"


def test_an_operator_sees_who_would_weigh_what_and_takes_it_away(look, open_round):
    olga = look("olga")
    assert NOW in olga.get("/t/weekly/desk/").links
    page = olga.get(NOW)
    assert "Rank" in page.text
    assert "Ann 0.5000 Bob 0.5000" in page.text
    assert "nothing is learnt yet" in page.text
    (link,) = [link for link in page.links if "format=csv" in link]
    file = olga.client.get(link)
    body = b"".join(file.streaming_content).decode()
    assert file["Content-Type"] == "text/csv; charset=utf-8"
    assert body.splitlines()[0] == "id,era,split,probability"
    assert len(body.splitlines()) == 1 + open_round.row_count


def test_what_cannot_be_blended_says_why(look, world, open_round):
    olga, empty = look("olga"), world.open_round()
    assert "Nobody has a submission in round 2 yet." in olga.get(NOW.replace("1", str(empty.number))).text
    assert "Nobody here was there in an earlier round." in olga.get(f"{NOW}?blend=stack").text
    assert "Rank" in olga.get(f"{NOW}?blend=nonsense").text


def test_it_is_for_operators_while_the_round_is_open(look, world, open_round):
    look("ann").get(NOW, status=403)
    world.close(open_round)
    look("olga").get(NOW, status=409)
