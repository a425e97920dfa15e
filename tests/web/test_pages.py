"""The checker of pages itself: it must see what it is there for."""

import pytest

from tests.web.pages import Page


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ("<p><b>x</p>", "closes something else"),
        ("<p>x", "is not closed"),
        ('<p style="color: red">x</p>', "<p style>"),
        ('<button onclick="x()">x</button>', "<button onclick>"),
        ("<script>alert(1)</script>", "inline"),
        ("<style>p {}</style>", "inline"),
        ('<p id="a">x</p><p id="a">y</p>', "id a twice"),
        ('<input name="q">', "has no label"),
        ('<p class="a" class="b">x</p>', "an attribute twice"),
    ],
)
def test_a_faulty_page_is_seen(html, fault):
    assert any(fault in one for one in Page(html).faults)


def test_a_good_page_passes():
    assert Page('<p>x <br><label for="q">Q</label><input id="q" name="q"></p>').faults == []
