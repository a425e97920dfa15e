"""Where participants are paid, and the batches by which operators pay them."""

import io
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request
from rest_framework.response import Response

from tournaments.api import bodies, downloads
from tournaments.api.base import KEY, PAGING, ApiView, documented, page, paged, query_parameter
from tournaments.api.downloads import DOWNLOAD_PARAMETERS, AnyType, Download
from tournaments.api.examples import BATCH
from tournaments.api.shapes import paying as shapes
from tournaments.api.shapes.common import Reason
from tournaments.models import PayoutBatch
from tournaments.services.access import find_tournament
from tournaments.services.errors import Unknown
from tournaments.services.paying import addresses, batches, files, owed
from tournaments.services.telling.payments import shortened

TAG = "money"
ONE = "slug batch"


def _whole(batch: PayoutBatch) -> dict[str, Any]:
    items = [
        {
            "alias": one.participant.alias,
            "address": shortened(one.address.address)
            if one.address.kind == addresses.BANK
            else str(one.address),
            "kind": one.address.kind,
            "amount": one.amount,
        }
        for one in batch.items.all()
    ]
    made = [(form, files.make(batch, form)) for form in files.forms_of(batch)]
    return {
        **shapes.BatchBrief(batch).data,
        "items": items,
        "files": [{"form": form, "name": one.name, "sha256": one.sha256} for form, one in made],
    }


class PayoutAddresses(ApiView):
    """All of one's own."""

    @documented(
        "Where you are paid, by currency",
        {200: shapes.Addresses},
        tag=TAG,
        path="slug",
        operation="tournaments_payout_addresses_list",
    )
    def get(self, request: Request, slug: str) -> Response:
        found = addresses.mine(self.actor, find_tournament(self.actor, slug))
        return Response(shapes.Addresses({"addresses": found}).data)


class OnePayoutAddress(ApiView):
    """Where one is paid in one currency."""

    @documented("Where you are paid in a currency", {200: shapes.AddressShape}, tag=TAG, path="slug currency")
    def get(self, request: Request, slug: str, currency: str) -> Response:
        found = addresses.mine(self.actor, find_tournament(self.actor, slug))
        one = found.filter(currency__code=currency).first()
        if one is None:
            raise Unknown("no_address", f"You have said nowhere to be paid in {currency[:12]}.")
        return Response(shapes.AddressShape(one).data)

    @documented(
        "Say where you are paid in a currency; scope stake",
        {200: shapes.AddressShape},
        tag=TAG,
        path="slug currency",
        takes=shapes.AddressIn,
        description="A Bitcoin address is checked by checksum, type and network. All members of the "
        "participant are told; usually it is paid to after a day. The one in force, said again, stays.",
    )
    def put(self, request: Request, slug: str, currency: str) -> Response:
        asked = self.body(shapes.AddressIn)
        tournament = find_tournament(self.actor, slug)
        made = addresses.register(self.actor, tournament, currency, asked["address"], asked["holder"])
        return Response(shapes.AddressShape(made).data)

    @documented(
        "Take back where you are paid in a currency; scope stake",
        {200: shapes.AddressShape},
        tag=TAG,
        path="slug currency",
    )
    def delete(self, request: Request, slug: str, currency: str) -> Response:
        retired = addresses.retire(self.actor, find_tournament(self.actor, slug), currency)
        return Response(shapes.AddressShape(retired).data)


class Batches(ApiView):
    """What was collected to be paid."""

    @documented(
        "Payout batches, newest first; operators and auditors",
        {200: paged("Batches", shapes.BatchBrief)},
        tag=TAG,
        path="slug",
        operation="tournaments_batches_list",
        parameters=PAGING,
    )
    def get(self, request: Request, slug: str) -> Response:
        found = batches.listed(self.actor, find_tournament(self.actor, slug))
        return Response(page(request, found, lambda one: shapes.BatchBrief(one).data))

    @documented(
        "Collect what is owed into a new batch; operators only",
        {201: shapes.BatchWhole},
        tag=TAG,
        path="slug",
        takes=shapes.CollectIn,
        parameters=[KEY],
        examples=[BATCH],
        description="What is collected is the participants' no more. Nothing is sent: give the batch's file "
        "to a wallet or a bank, then settle the batch by the payment's reference, or cancel it.",
    )
    def post(self, request: Request, slug: str) -> Response:
        asked = self.body(shapes.CollectIn)
        tournament = find_tournament(self.actor, slug)
        key = bodies.idempotency_key(request)
        made = batches.collect(
            self.actor, tournament, asked["currency"], asked["least"], asked["min_age_hours"], key
        )
        return Response(_whole(made), 201)


class OwedNow(ApiView):
    """The same, before it is done."""

    @documented(
        "Who would be paid by a batch now, and who not and why; operators and auditors",
        {200: shapes.OwedShape},
        tag=TAG,
        path="slug",
        parameters=[
            query_parameter("currency", str, "That of the rules unless said."),
            query_parameter("least", int, "Who is owed less is left out; minor units."),
            query_parameter("min_age_hours", int, "Who registered their address later is left out."),
        ],
        description="`shared` names participants that want to be paid at one and the same address.",
    )
    def get(self, request: Request, slug: str) -> Response:
        asked = self.query(shapes.OwedQuery)
        tournament = find_tournament(self.actor, slug)
        currency = asked["currency"] or tournament.read_rules().currency
        found = owed.owed(self.actor, tournament, currency, asked["least"], asked["min_age_hours"])
        return Response(shapes.OwedShape(found).data)


class OneBatch(ApiView):
    """One of them."""

    @documented(
        "A batch with its payments and files; operators and auditors",
        {200: shapes.BatchWhole},
        tag=TAG,
        path=ONE,
    )
    def get(self, request: Request, slug: str, batch: int) -> Response:
        return Response(_whole(batches.find(self.actor, find_tournament(self.actor, slug), batch)))


class BatchFile(ApiView):
    """What a wallet or a bank takes."""

    content_negotiation_class = AnyType

    @documented(
        "Download a batch as a file for a wallet or a bank; operators and auditors",
        {(200, "text/csv"): OpenApiTypes.STR, (200, "application/json"): OpenApiTypes.STR},
        tag=TAG,
        path=f"{ONE} form",
        parameters=DOWNLOAD_PARAMETERS,
        description="Amounts for Electrum and Sparrow are satoshis: set the wallet's unit to sat first. Each "
        "download is logged. A cancelled batch has no files.",
    )
    def get(self, request: Request, slug: str, batch: int, form: str) -> HttpResponseBase:
        found = batches.find(self.actor, find_tournament(self.actor, slug), batch)
        made = files.download(self.actor, found, form)
        file, size = io.BytesIO(made.content), len(made.content)
        return downloads.answer(request, Download(file, made.name, made.content_type, size, made.sha256))


class SettleBatch(ApiView):
    """It was sent."""

    @documented(
        "Book that a batch was sent, by the payment's reference; operators only",
        {200: shapes.BatchWhole},
        tag=TAG,
        path=ONE,
        takes=shapes.SettleIn,
        parameters=[KEY],
        description="It cannot be taken back. Whoever was paid is told.",
    )
    def post(self, request: Request, slug: str, batch: int) -> Response:
        asked = self.body(shapes.SettleIn)
        found = batches.find(self.actor, find_tournament(self.actor, slug), batch)
        key = bodies.idempotency_key(request)
        return Response(_whole(batches.settle(self.actor, found, asked["reference"], key)))


class CancelBatch(ApiView):
    """It was not."""

    @documented(
        "Give back what a batch collected, because nothing of it was sent; operators only",
        {200: shapes.BatchWhole},
        tag=TAG,
        path=ONE,
        takes=Reason,
        parameters=[KEY],
        description="Ask wallet or bank first: what was sent and is cancelled here is owed again.",
    )
    def post(self, request: Request, slug: str, batch: int) -> Response:
        asked = self.body(Reason)
        found = batches.find(self.actor, find_tournament(self.actor, slug), batch)
        key = bodies.idempotency_key(request)
        return Response(_whole(batches.cancel(self.actor, found, asked["reason"], key)))
