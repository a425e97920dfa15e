"""The meta-model, or another blend, to take away: its predictions as a file, and what went in."""

import io

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tournaments.api.base import ApiView, documented, query_parameter
from tournaments.api.downloads import DOWNLOAD_PARAMETERS, AnyType, Download, answer
from tournaments.api.shapes.common import Shape
from tournaments.api.shapes.exports import Manifest
from tournaments.services.access import find_round
from tournaments.services.reading import exports

TAG = "boards"
BLEND = query_parameter("blend", str, "Another blend than the meta-model.")


class BlendQuery(Shape):
    """Which blend is asked for."""

    blend = serializers.CharField(max_length=20, default="")


class FileQuery(BlendQuery):
    """Which blend, and in which form."""

    format = serializers.ChoiceField(exports.FORMATS, default=exports.CSV)


class MetaModelPredictions(ApiView):
    """What the meta-model says of each row."""

    content_negotiation_class = AnyType

    @documented(
        "Download the meta-model's predictions; operators only",
        {
            (200, "text/csv"): OpenApiTypes.STR,
            (200, "application/vnd.apache.parquet"): OpenApiTypes.BINARY,
            (206, "text/csv"): OpenApiTypes.STR,
            (206, "application/vnd.apache.parquet"): OpenApiTypes.BINARY,
        },
        tag=TAG,
        path="slug number",
        parameters=[
            BLEND,
            query_parameter("format", str, "csv unless said.", enum=list(exports.FORMATS)),
            *DOWNLOAD_PARAMETERS,
        ],
        description="id, era, split and probability of every row, a void one with 0.5. The file is the same "
        "byte by byte whenever it is asked for; its SHA-256 is in the manifest, in ETag, X-Content-SHA256 "
        "and Repr-Digest. Range, If-Range, If-None-Match and HEAD work as usual. Each request is logged.",
    )
    def get(self, request: Request, slug: str, number: str) -> HttpResponseBase:
        asked = self.query(FileQuery)
        file = exports.take(self.actor, find_round(self.actor, slug, number), asked["blend"], asked["format"])
        body = io.BytesIO(file.content)
        return answer(
            request, Download(body, file.filename, file.content_type, len(file.content), file.sha256)
        )


class MetaModelManifest(ApiView):
    """What the meta-model is made of."""

    @documented(
        "The meta-model's manifest: weights, labels, and the receipt of every input; operators only",
        {200: Manifest},
        tag=TAG,
        path="slug number",
        parameters=[BLEND],
    )
    def get(self, request: Request, slug: str, number: str) -> Response:
        round_ = find_round(self.actor, slug, number)
        found = exports.manifest(self.actor, round_, self.query(BlendQuery)["blend"])
        return Response(Manifest(found).data)
