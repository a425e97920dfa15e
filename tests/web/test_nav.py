"""A tournament's navigation says where one is, on inner pages too."""

import re

import pytest

from tests.web.test_money_pages import book
from tournaments.models import Account
from tournaments.services import purse

pytestmark = pytest.mark.django_db
STOP = re.compile(r'<a href="(/t/weekly/[^"]*)" aria-current="(page|true)">')


def marked(browser, address):
    """The stop that the navigation marks, and how."""
    html = browser.client.get(address).content.decode()
    nav = html[html.index('<nav class="bar stops"') : html.index("</header>")]
    return STOP.findall(nav)


@pytest.mark.parametrize(
    ("address", "stop", "how"),
    [
        ("", "", "page"),
        ("1/", "", "true"),
        ("current/", "", "true"),
        ("1/monitor/", "", "true"),
        ("rounds/new/", "", "true"),
        ("desk/", "desk/", "page"),
        ("books/", "books/", "page"),
        ("books/accounts/", "books/", "true"),
        ("books/deposit/", "books/", "true"),
        ("batches/", "books/", "true"),
        ("people/add/", "people/", "true"),
        ("roles/", "people/", "true"),
        ("about/", "rules/", "true"),
    ],
)
def test_the_stop_of_a_page_and_of_what_lies_behind_it_is_marked(look, world, open_round, address, stop, how):
    assert marked(look("olga"), f"/t/weekly/{address}") == [(f"/t/weekly/{stop}", how)]


def test_an_account_is_in_the_books_and_an_address_under_money(look, world):
    book(world, purse.deposit, 100)
    account = Account.objects.get(kind="participant")
    assert marked(look("olga"), f"/t/weekly/books/accounts/{account.pk}/") == [("/t/weekly/books/", "true")]
    assert marked(look("ann"), "/t/weekly/money/address/USD/") == [("/t/weekly/money/", "true")]


def test_a_page_of_no_stop_marks_none(look, world):
    assert marked(look("ann"), "/t/weekly/p/Ann/") == []
