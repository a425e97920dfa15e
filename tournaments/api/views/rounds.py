"""Rounds to read: their state and clock, and the files to download."""

from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request
from rest_framework.response import Response

from tournaments.api.base import PAGING, ApiView, documented, page, paged
from tournaments.api.downloads import DOWNLOAD_PARAMETERS, AnyType, Download, answer
from tournaments.api.shapes import common, submissions
from tournaments.models import DatasetFile, Round
from tournaments.services import datasets
from tournaments.services.access import find_round, find_tournament, list_rounds
from tournaments.services.reading import details

TAG = "rounds"
BYTES = "application/octet-stream"
NAMED = ("kind", "filename", "content_type", "size", "sha256")


class Rounds(ApiView):
    """A tournament's rounds."""

    @documented(
        "Rounds, newest first",
        {200: paged("Rounds", common.RoundBrief)},
        tag=TAG,
        path="slug",
        parameters=PAGING,
        operation="rounds_list",
    )
    def get(self, request: Request, slug: str) -> Response:
        def render(one: Round) -> dict[str, Any]:
            return common.RoundBrief(details.brief(one)).data

        found = list_rounds(self.actor, find_tournament(self.actor, slug))
        return Response(page(request, found, render))


class OneRound(ApiView):
    """One round."""

    @documented(
        "A round: state, deadline, the server's clock, rules, counts, log",
        {200: common.RoundWhole},
        tag=TAG,
        path="slug number",
    )
    def get(self, request: Request, slug: str, number: str) -> Response:
        found = find_round(self.actor, slug, number)
        return Response(common.RoundWhole(details.of_round(self.actor, found)).data)


class Datasets(ApiView):
    """A round's files."""

    @documented(
        "Files of a round",
        {200: paged("Datasets", submissions.Dataset)},
        tag=TAG,
        path="slug number",
        parameters=PAGING,
        operation="datasets_list",
    )
    def get(self, request: Request, slug: str, number: str) -> Response:
        round_ = find_round(self.actor, slug, number)

        def render(one: DatasetFile) -> dict[str, Any]:
            path = reverse("api:dataset", args=[slug, str(round_.number), one.kind])
            row = {name: getattr(one, name) for name in NAMED}
            return submissions.Dataset({**row, "url": request.build_absolute_uri(path)}).data

        return Response(page(request, round_.datasets.order_by("kind"), render))


class OneDataset(ApiView):
    """One file, whole or a range of it."""

    content_negotiation_class = AnyType

    @documented(
        "Download a file of a round",
        {(200, BYTES): OpenApiTypes.BINARY, (206, BYTES): OpenApiTypes.BINARY},
        tag=TAG,
        path="slug number kind",
        parameters=DOWNLOAD_PARAMETERS,
        description="Its SHA-256 is in ETag, X-Content-SHA256 and Repr-Digest. Range, If-Range, "
        "If-None-Match and HEAD work as usual.",
    )
    def get(self, request: Request, slug: str, number: str, kind: str) -> HttpResponseBase:
        found = datasets.find(self.actor, slug, number, kind)
        file = datasets.open_file(found)
        return answer(request, Download(file, found.filename, found.content_type, found.size, found.sha256))
