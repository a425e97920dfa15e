"""The data page: files, rows, and programs that run as they stand."""

import contextlib
import html
import io
import re
import subprocess
from typing import Any

import pytest
import requests
from django.test import Client
from requests.adapters import BaseAdapter

from tests.world import drain
from tournaments.models import Submission
from tournaments.services import contests
from tournaments.services.people import keys

pytestmark = pytest.mark.django_db
HERE = "/t/weekly/1/data/"


class Inside(BaseAdapter):
    """Carries what `requests` sends to this very process, so that a program meets the real API."""

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:  # type: ignore[override]
        headers = {name: value for name, value in request.headers.items() if name.lower() != "content-type"}
        answer = Client().generic(
            request.method,
            request.path_url,
            request.body or b"",
            content_type=request.headers.get("Content-Type", ""),
            headers=headers,
        )
        drain()
        response = requests.Response()
        response.status_code = answer.status_code
        response.raw, response._content = io.BytesIO(), answer.getvalue()
        response.headers.update(answer.headers)
        return response

    def close(self) -> None:
        """There is nothing to close."""


@pytest.fixture
def inside(monkeypatch):
    """Whatever `requests` asks for is asked of this process."""
    monkeypatch.setattr(requests.Session, "get_adapter", lambda self, url: Inside())


def programs(browser, address=HERE):
    """The programs on a page, as people copy them."""
    page = browser.client.get(address).content.decode()
    return [html.unescape(text) for text in re.findall(r'<pre id="program[^>]*>(.*?)</pre>', page, re.DOTALL)]


def run(text: str) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(text, "program", "exec"), {})
    return out.getvalue()


def test_files_hashes_rows_and_eras_are_told_to_all_who_may_see_the_round(look, world, open_round):
    page = look().get(HERE)
    for file in open_round.datasets.all():
        assert file.sha256 in page.text
        assert f"/api/v1/tournaments/weekly/rounds/1/datasets/{file.kind}/" in page.links
    assert "Validation 32 4 era1 era4" in page.text
    assert "Live 32 4 era9 era12" in page.text


@pytest.mark.parametrize("half", [False, True])
def test_the_python_program_downloads_predicts_uploads_and_reads_its_score(
    half, look, world, open_round, inside, monkeypatch
):
    _, token = keys.create_key(world.cyd.user, "notebook", ["read", "upload"])
    monkeypatch.setenv("CROWDBLEND_KEY", token.partition("$")[2] if half else token)
    said = run(programs(look("cyd"))[0])
    assert "96 rows, 4 columns" in said
    assert "201 " in said
    sent = Submission.objects.get(participant__alias="Cyd")
    assert said.splitlines()[-1] == str({"validation": sent.scores.get().log_loss})


def test_without_a_key_the_program_of_an_open_round_downloads_for_a_stranger(look, open_round, inside):
    found = programs(look())
    assert len(found) == 2
    assert "CROWDBLEND_KEY" not in "".join(found)
    assert "96 rows, 4 columns" in run(found[0])


def test_the_one_of_the_standard_library_is_python_too(look, world, open_round):
    text = programs(look("cyd"))[2]
    compile(text, "program", "exec")
    assert '"http://testserver/api/v1/tournaments/weekly/rounds/1/submissions/main/' in text


def test_the_shell_expands_the_key_to_a_whole_token(look, world, open_round):
    """`curl` is replaced by an echo: what is left is what the shell makes of the quotes."""
    key, token = keys.create_key(world.cyd.user, "shell", ["read", "upload"])
    text = programs(look("cyd"))[1]
    secret = token.partition("$")[2]
    for given in (token, secret):
        done = subprocess.run(
            ["bash", "-c", f"curl() {{ printf '%s\\n' \"$@\"; }}; sha256sum() {{ cat; }}\n{text}"],
            env={"CROWDBLEND_KEY": given, "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert f"Authorization: Token {token}" in done.stdout.splitlines()
        assert done.stderr == ""
    assert key.public in text


def test_a_closed_rounds_programs_only_download(look, world, open_round):
    world.close(open_round)
    page = look("ann").get(HERE)
    assert "takes no files any more" in page.text
    assert "submissions" not in "".join(programs(look("ann")))


def test_current_is_the_newest_round_and_a_class_is_for_its_members(look, world, open_round):
    assert "Data of round 1" in look().get("/t/weekly/current/data/").text
    contests.create(world.operator.user, "stats", "Statistics", "classroom")
    look("ann").get("/t/stats/current/data/", status=404)


def test_it_asks_little_of_the_database(look, open_round, django_assert_max_num_queries):
    browser = look("ann")
    with django_assert_max_num_queries(12):
        browser.get(HERE)
