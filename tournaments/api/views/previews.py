"""The meta-model of an open round as it would be now, for operators."""

import hashlib
import io

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request
from rest_framework.response import Response

from tournaments.api.base import ApiView, documented, query_parameter
from tournaments.api.downloads import AnyType, Download, answer
from tournaments.api.shapes.previews import Preview
from tournaments.api.views.exports import TAG, BlendQuery, FileQuery
from tournaments.services import preview
from tournaments.services.access import find_round
from tournaments.store.exports import CONTENT_TYPES, FORMATS

BLEND = query_parameter("blend", str, "Another blend than that of the round's rules.")
ABOUT = (
    "Made anew on each request from the submissions that are selected at this moment, and not stored. "
    "Weights are learnt from earlier rounds alone: this round's test labels are read when it closes. Each "
    "look is logged."
)


class MetaModelNow(ApiView):
    """Who would weigh what if the round closed now."""

    @documented(
        "Blend an open round as it stands: who weighs what; operators only",
        {200: Preview},
        tag=TAG,
        path="slug number",
        parameters=[BLEND],
        description=ABOUT,
    )
    def get(self, request: Request, slug: str, number: str) -> Response:
        round_ = find_round(self.actor, slug, number)
        found = preview.now(self.actor, round_, self.query(BlendQuery)["blend"])
        return Response(Preview(found.numbers).data)


class MetaModelNowPredictions(ApiView):
    """What the meta-model would say if the round closed now."""

    content_negotiation_class = AnyType

    @documented(
        "Blend an open round as it stands: its predictions; operators only",
        {
            (200, "text/csv"): OpenApiTypes.STR,
            (200, "application/vnd.apache.parquet"): OpenApiTypes.BINARY,
        },
        tag=TAG,
        path="slug number",
        parameters=[BLEND, query_parameter("format", str, "csv unless said.", enum=list(FORMATS))],
        description=ABOUT,
    )
    def get(self, request: Request, slug: str, number: str) -> HttpResponseBase:
        asked, round_ = self.query(FileQuery), find_round(self.actor, slug, number)
        found = preview.now(self.actor, round_, asked["blend"])
        kind = asked["format"]
        content = preview.as_file(round_, found, kind)
        name = f"{slug}-{round_.number}-{found.blend}-at-{found.at:%Y%m%dT%H%M%SZ}.{kind}"
        file = Download(
            io.BytesIO(content), name, CONTENT_TYPES[kind], len(content), hashlib.sha256(content).hexdigest()
        )
        return answer(request, file)
