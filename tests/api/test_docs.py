"""The schema is whole and valid, and the pages of the documentation run under our own policy."""

import re
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command

from tests.api.stage import Caller, ok, text
from tournaments.api.codes import CODES


def test_the_schema_is_valid_and_gives_no_warning(tmp_path: Any) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yaml"))
    assert "openapi: 3.1.0" in (tmp_path / "schema.yaml").read_text()


def test_every_method_says_what_it_does_and_that_it_may_fail(db: None) -> None:
    paths = ok(Caller().get("/api/schema/?format=json"))["paths"]
    methods = [method for path in paths.values() for method in path.values()]
    assert len(methods) > 35
    for method in methods:
        assert method["summary"]
        assert "application/problem+json" in method["responses"]["default"]["content"]
        assert {"apiKey": []} in method["security"]
    assert len({method["operationId"] for method in methods}) == len(methods)


@pytest.mark.parametrize("path", ["/api/docs/", "/api/docs/errors/"])
def test_a_page_has_no_inline_code_and_nothing_from_elsewhere(db: None, path: str) -> None:
    response = Caller().get(path)
    page = text(response)
    assert response.status_code == 200
    assert "unsafe" not in response["Content-Security-Policy"]
    assert "<style" not in page
    assert re.findall(r"\sstyle=|\son\w+=|javascript:", page) == []
    assert re.findall(r"<script(?![^>]*\ssrc=)", page) == []
    linked = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert linked
    assert all(one.startswith("/") for one in linked)
    files = [one.removeprefix("/static/") for one in linked if one.startswith("/static/")]
    assert files
    assert all(finders.find(file) for file in files)


def test_the_page_starts_from_a_script_of_our_own(db: None) -> None:
    script = Caller().get("/api/docs/?script=")
    assert script["Content-Type"].startswith("application/javascript")
    assert "/api/schema/" in text(script)


def test_every_code_has_a_place_that_its_type_leads_to(db: None) -> None:
    page = text(Caller().get("/api/docs/errors/"))
    assert re.findall(r'<dt id="(\w+)">', page) == sorted(CODES)
