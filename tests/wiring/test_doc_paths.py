"""A path that a page names is there: who checks a claim must find the file that holds it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
PAGES = ("docs/threat-model.md", "docs/architecture.md")
ROOMS = ("tournaments", "aggregator", "tests", "benchmarks", "docs")
ENDINGS = r"py|md|yml|yaml|toml|html|css|js|csv|txt"
PATH = re.compile(rf"(?:[\w.*-]+/)+(?:[\w.*-]+\.(?:{ENDINGS}))?|[\w*-]+\.(?:{ENDINGS})")
"""`services/work.py`, `store/formats/`, `web/running/worth*.py`, `registry.py`. What has other signs in it,
as `web/<room>/` or `/healthz` have, is no path.
"""


def paths_in(text: str) -> list[str]:
    """What stands in backticks, outside of blocks of code, and has the form of a path."""
    prose = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    return [found for found in re.findall(r"`([^`\n]+)`", prose) if PATH.fullmatch(found)]


def places(path: str) -> Iterator[Path]:
    """Where a path may lead: from the top, or from `tournaments/`; a bare name to anywhere in our rooms."""
    roots = [CHECKOUT, CHECKOUT / "tournaments"]
    if "/" in path:
        return (place for root in roots for place in root.glob(path))
    return (place for root in (CHECKOUT / room for room in ROOMS) for place in root.rglob(path))


@pytest.mark.parametrize("page", PAGES)
def test_every_path_of_the_page_exists(page: str) -> None:
    found = paths_in((CHECKOUT / page).read_text())
    assert len(found) > 40
    assert [path for path in found if not (CHECKOUT / path).exists() and not any(places(path))] == []


def test_what_is_a_path_and_what_is_none() -> None:
    text = (
        "`services/work.py` `store/formats/` `web/running/worth*.py` `registry.py` `web/<room>/` `/healthz`"
    )
    assert paths_in(text) == ["services/work.py", "store/formats/", "web/running/worth*.py", "registry.py"]
    assert paths_in("```\n`in/a/block.py`\n```\n`verify_ledger --expect` `blend` `a/b`") == []
    assert not any(places("services/no_such_file.py"))
    assert not any(places("tests/faults/no_such_*.py"))
    assert not any(places("no_such_file.py"))
