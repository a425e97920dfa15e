"""Charts: what the script is told, the table beside it, and what the policy needs of Plotly."""

import json
import math
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from aggregator.embedded.stack import CHECKOUT
from tests.web.pages import Page
from tournaments.web.charts import BARS, Axis, Chart, Mark, Reference, Series

ERAS = ["a", "b", "c"]
CHART = Chart(
    "Was each era better than a <coin>?",
    x=Axis("Era"),
    y=Axis("Log loss", digits=3),
    series=[
        Series("mine", ERAS, [0.69, None, 0.7], kind=BARS, base=0.693),
        Series("crowd", ERAS[1:], [0.68, 0.681], low=[0.67, 0.671], high=[0.69, 0.691]),
    ],
    references=[Reference(math.log(2), "a coin")],
    marks=[Mark("c", 0.7, "worst")],
    note="Over all rows.",
)


def script() -> str:
    return Path(str(finders.find("vendor/plotly.min.js"))).read_text()


def test_the_script_is_told_values_words_and_what_to_compare_with():
    told = json.loads(CHART.json)
    mine, crowd = told["series"]
    assert mine["y"] == [0.69, None, 0.7]
    assert mine["hover"] == ["mine 0.690, era a", "mine –, era b", "mine 0.700, era c"]
    assert crowd["hover"][0] == "crowd 0.680 (0.670 to 0.690), era b"
    assert told["references"] == [{"value": math.log(2), "label": "a coin", "axis": "y"}]
    assert told["marks"] == [{"x": "c", "y": 0.7, "text": "worst", "role": ""}]


def test_the_table_has_every_value_and_a_dash_where_there_is_none():
    head, rows = CHART.table
    assert head == ["Era", "Mine", "Crowd", "Crowd, from", "Crowd, to"]
    assert rows[1] == ["b", "–", "0.680", "0.670", "0.690"]
    assert rows[0] == ["a", "0.690", "–", "–", "–"]


def test_times_are_sent_with_their_zone_and_written_in_utc_in_the_table():
    at = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
    chart = Chart("Uploads", Axis("Time", time=True), Axis("Uploads"), [Series("uploads", [at], [3])])
    assert json.loads(chart.json)["series"][0]["x"] == ["2026-11-23T12:30:00+00:00"]
    assert chart.table[1] == [["2026-11-23 12:30 UTC", "3"]]


def test_a_number_that_is_none_is_refused_and_not_drawn():
    chart = Chart("Broken", Axis("x"), Axis("y"), [Series("a", [1], [math.nan])])
    with pytest.raises(ValueError):
        _ = chart.json


def test_the_figure_keeps_the_rules_of_every_page():
    page = Page(render_to_string("web/_chart.html", {"chart": CHART}))
    assert page.faults == []
    assert "Was each era better than a <coin>?" in page.text
    assert "Over all rows. The same as a table" in page.text
    assert "0.693" not in page.text  # what a bar stands on is no value of its own


def test_plotly_comes_from_its_wheel_and_only_that_file_of_it():
    assert "plotly.js v" in script()[:200]
    assert not finders.find("vendor/widgetbundle.js")
    assert not finders.find("plotly.min.js")


def test_plotly_makes_no_style_element_that_our_pages_do_not_forestall():
    """An upgrade that fails here would fill the console with what the policy blocks."""
    ours = (CHECKOUT / "tournaments/static/web/plot.js").read_text()
    base = (CHECKOUT / "tournaments/templates/web/base.html").read_text()
    made = re.findall(r'.{120}createElement\("style"\)', script(), re.DOTALL)
    assert len(made) == 2
    assert '"plotly.js-style-"+' in made[0]
    assert 'id="plotly.js-style-global"' in base
    guarded = re.search(r'getElementById\("([0-9a-f]{64})"\)', made[1])
    assert guarded is not None
    assert guarded.group(1) in ours


def test_collectstatic_is_offered_that_file_in_its_folder():
    (one,) = finders.get_finder("aggregator.wheels.WheelFinder").list([])
    assert (one[0], one[1].prefix) == ("plotly.min.js", "vendor")
    assert one[1].size("plotly.min.js") > 1_000_000
