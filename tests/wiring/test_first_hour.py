"""The first account and a login link, asked of a real server by many at once; a login without Valkey."""

import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.house import House

pytestmark = pytest.mark.house
MANY = 12
PASSWORD = "a long way home"


class Browser:
    """Reads a form's secret and sends the form."""

    def __init__(self, house: House) -> None:
        self.house, self.session = house, requests.Session()

    def secret(self, path: str) -> str:
        page = self.session.get(self.house.url + path, timeout=30)
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
        assert found, page.text
        return found.group(1)

    def send(self, path: str, secret: str, **form: str) -> requests.Response:
        form["csrfmiddlewaretoken"] = secret
        return self.session.post(self.house.url + path, form, timeout=30)

    def inside(self) -> bool:
        answer = self.session.get(self.house.url + "/account/", allow_redirects=False, timeout=30)
        return answer.status_code == 200


def at_once(house: House, look: str, path: str, **form: str) -> tuple[list[Browser], list[int]]:
    """Open a page in many browsers, then send its form from all of them together; returns who is in."""
    browsers = [Browser(house) for _ in range(MANY)]
    secrets = [browser.secret(look) for browser in browsers]
    together = threading.Barrier(MANY)

    def press(number: int) -> int:
        own = {name: value.replace("NUMBER", str(number)) for name, value in form.items()}
        together.wait(30)
        return browsers[number].send(path, secrets[number], **own).status_code

    with ThreadPoolExecutor(MANY) as pool:
        statuses = list(pool.map(press, range(MANY)))
    return [browser for browser in browsers if browser.inside()], statuses


def address(line: str) -> str:
    return urlsplit(line)._replace(scheme="", netloc="").geturl()


def test_of_many_at_once_one_gets_in_and_everyone_still_does_without_valkey(house: House) -> None:
    link = address(json.loads(house.manage("setup_link", "--json").stdout)["url"])
    token = parse_qs(urlsplit(link).query)["token"][0]
    form = {
        "username": "olgaNUMBER",
        "email": "",
        "password1": PASSWORD,
        "password2": PASSWORD,
        "token": token,
    }
    inside, statuses = at_once(house, link, "/setup/", **form)
    ((name, superuser),) = house.rows("SELECT username, is_superuser FROM tournaments_user")
    assert superuser
    assert (len(inside), sorted(set(statuses))) == (1, [200, 404])

    link = address(json.loads(house.manage("login_link", name, "--json").stdout)["url"])
    inside, statuses = at_once(house, link, link)
    assert (len(inside), sorted(statuses)) == (1, [200] + [410] * (MANY - 1))

    house.databases.valkey.stop()
    browser = Browser(house)
    secret = browser.secret("/login/")
    assert "do not belong together" in browser.send("/login/", secret, login=name, password="x").text
    browser.send("/login/", secret, login=name, password=PASSWORD)
    assert browser.inside()
    house.databases.valkey.start()
