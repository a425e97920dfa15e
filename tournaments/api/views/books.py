"""A tournament's books, for operators and auditors, and the whole ledger to walk its chain elsewhere."""

import json
from collections.abc import Iterator
from typing import Any

from django.http import HttpResponseBase, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tournaments.api.base import PAGING, ApiView, documented, page, paged, query_parameter
from tournaments.api.downloads import AnyType
from tournaments.api.renderers import cell, lines
from tournaments.api.shapes import books as shapes
from tournaments.api.shapes.common import Shape
from tournaments.models import Account, Transaction
from tournaments.services.access import find_tournament
from tournaments.services.currencies import decimal_text
from tournaments.services.reading import books

TAG = "money"
CSV, JSONL = "csv", "jsonl"
TYPES = {CSV: "text/csv", JSONL: "application/jsonl"}


class AccountQuery(Shape):
    """Which accounts."""

    currency = serializers.CharField(max_length=12, default="")
    kind = serializers.ChoiceField(Account.Kind.values, default="", allow_blank=True)


class TransactionQuery(Shape):
    """Which transactions."""

    kind = serializers.ChoiceField(Transaction.Kind.values, default="", allow_blank=True)


class ExportQuery(Shape):
    """In which form."""

    format = serializers.ChoiceField(list(TYPES), default=CSV)


class Trial(ApiView):
    """Do both sides agree?"""

    @documented(
        "The trial balance of each currency, and the end of the chain; operators and auditors",
        {200: shapes.Books},
        tag=TAG,
        path="slug",
    )
    def get(self, request: Request, slug: str) -> Response:
        tournament = find_tournament(self.actor, slug)
        found = books.trial_balance(self.actor, tournament)
        place, hash_ = books.head(self.actor, tournament)
        return Response(shapes.Books({"head": {"place": place, "hash": hash_}, "currencies": found}).data)


class Accounts(ApiView):
    """Where the money is."""

    @documented(
        "Accounts with what they hold; operators and auditors",
        {200: paged("Accounts", shapes.AccountRow)},
        tag=TAG,
        path="slug",
        parameters=[
            query_parameter("currency", str, "Only those in this currency."),
            query_parameter("kind", str, "Only those of this kind.", enum=Account.Kind.values),
            *PAGING,
        ],
    )
    def get(self, request: Request, slug: str) -> Response:
        asked = self.query(AccountQuery)
        found = books.accounts(
            self.actor, find_tournament(self.actor, slug), asked["currency"], asked["kind"]
        )
        return Response(page(request, found, lambda one: shapes.AccountRow(one).data))


class Transactions(ApiView):
    """What moved it."""

    @documented(
        "Transactions with their places in the chain, newest first; operators and auditors",
        {200: paged("Transactions", shapes.TransactionRow)},
        tag=TAG,
        path="slug",
        parameters=[
            query_parameter("kind", str, "Only those of this kind.", enum=Transaction.Kind.values),
            *PAGING,
        ],
    )
    def get(self, request: Request, slug: str) -> Response:
        asked = self.query(TransactionQuery)
        found = books.transactions(self.actor, find_tournament(self.actor, slug), asked["kind"])
        return Response(page(request, found, lambda one: shapes.TransactionRow(one).data))


class WholeLedger(ApiView):
    """All of it, to be checked by others."""

    content_negotiation_class = AnyType

    @documented(
        "Download the ledger along its chain; operators and auditors",
        {(200, kind): OpenApiTypes.STR for kind in TYPES.values()},
        tag=TAG,
        path="slug",
        parameters=[query_parameter("format", str, "csv unless said.", enum=list(TYPES))],
        description="jsonl has a transaction a line, csv an entry a line. Both have everything that a "
        "transaction's hash is of, so that the chain can be walked without this server; how is on the page "
        "of operations. Each request is logged.",
    )
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        form = self.query(ExportQuery)["format"]
        found = books.export(self.actor, find_tournament(self.actor, slug))
        body = _as_csv(found) if form == CSV else _as_jsonl(found)
        response = StreamingHttpResponse(body, content_type=TYPES[form])
        response["Content-Disposition"] = f'attachment; filename="{slug}-ledger.{form}"'
        return response


def _as_jsonl(found: Iterator[dict[str, Any]]) -> Iterator[str]:
    for one in found:
        yield json.dumps(one, ensure_ascii=False) + "\n"


def _as_csv(found: Iterator[dict[str, Any]]) -> Iterator[str]:
    yield from lines([[*books.LEDGER_COLUMNS, *books.ENTRY_COLUMNS, "amount"]])
    for one in found:
        head = [cell(one[name]) for name in books.LEDGER_COLUMNS]
        for entry in one["entries"]:
            amount = decimal_text(entry["amount_minor_units"], entry["currency_digits"] or 0)
            yield from lines([[*head, *(entry[name] for name in books.ENTRY_COLUMNS), amount]])
