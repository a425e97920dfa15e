"""An open round blended as it stands, by API."""

import io
from typing import Any

import pyarrow.parquet as pq

from tests.api.stage import Caller, T, ok, problem
from tests.world import World
from tournaments.models import Round

NOW = f"{T}/rounds/1/meta-model/now/"


def test_it_tells_who_would_weigh_what(olga: Caller, opened: Round) -> None:
    found = ok(olga.get(NOW))
    assert found["blend"] == "rank"
    assert found["weights"] == [{"alias": "Ann", "weight": 0.5}, {"alias": "Bob", "weight": 0.5}]
    assert (found["submissions"], found["evidence"], found["why"]) == (2, [], "")


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def test_what_it_says_comes_as_csv_and_as_parquet(olga: Caller, opened: Round) -> None:
    text = olga.get(f"{NOW}predictions/")
    assert text["Content-Type"].startswith("text/csv")
    rows = body(text).decode().splitlines()
    table = pq.read_table(io.BytesIO(body(olga.get(f"{NOW}predictions/?format=parquet"))))
    assert [float(row.split(",")[3]) for row in rows[1:]] == table.column("probability").to_pylist()
    assert len(rows) == 1 + opened.row_count


def test_blends_that_cannot_be_made_are_refused(olga: Caller, opened: Round) -> None:
    problem(olga.get(f"{NOW}?blend=stack"), 409, "too_few_eras")
    problem(olga.get(f"{NOW}?blend=stake"), 409, "no_stakes")
    problem(olga.get(f"{NOW}?blend=nonsense"), 404, "unknown_blend")


def test_it_is_for_operators_of_an_open_round(world: World, ann: Caller, olga: Caller, opened: Round) -> None:
    problem(ann.get(NOW), 403, "operator_only")
    problem(Caller().get(NOW), 401, "login_needed")
    world.close(opened)
    problem(olga.get(NOW), 409, "wrong_state")
