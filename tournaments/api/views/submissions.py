"""Predictions in, and what became of them."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from tournaments.api import bodies
from tournaments.api.base import KEY, PAGING, ApiView, checked, documented, page, paged, query_parameter
from tournaments.api.downloads import DOWNLOAD_PARAMETERS, AnyType, Download, answer
from tournaments.api.examples import FAULTS, RECEIPTS
from tournaments.api.shapes import submissions as shapes
from tournaments.api.shapes.common import Shape
from tournaments.api.throttling import AnonThrottle, UploadThrottle, UserThrottle
from tournaments.models import Submission
from tournaments.services import deadlines, intake
from tournaments.services.access import find_round, find_submission
from tournaments.services.reading import submissions

TAG = "submissions"
RETRY_SECONDS = 2
_ANSWERS = {200: shapes.DryRun, 201: shapes.Receipts}
_RULES = (
    "A CSV (also .gz or .zip) or Parquet file with an id and a probability for every row of the round, "
    "or one column a forecaster. It is validated at once: 422 lists every fault with its rows. 201 with a "
    "receipt for each forecaster; 200 with the same receipts when these very bytes are what they sent last. "
    "With `dry_run` nothing is kept and no quota is spent."
)
_PARAMETERS = [
    KEY,
    query_parameter("dry_run", bool, "Validate only."),
    query_parameter("filename", str, "What the file is called; or say it in Content-Disposition."),
]


class SubmitQuery(Shape):
    """What may stand in the query of an upload."""

    dry_run = serializers.BooleanField(default=False)
    forecaster = serializers.CharField(max_length=40, allow_blank=True, default="")


class WaitQuery(Shape):
    """How long to wait for the score, in seconds."""

    wait = serializers.FloatField(min_value=0, max_value=3600, default=0)


class UploadView(ApiView):
    """A view that takes files."""

    throttle_classes = [AnonThrottle, UserThrottle, UploadThrottle]
    parser_classes = [MultiPartParser]

    def take(
        self, slug: str, number: str, chunks: Iterable[bytes], filename: str, forecaster: str
    ) -> Response:
        """Hand a file to the intake and return its receipts."""
        round_ = find_round(self.actor, slug, number)
        if self.query(SubmitQuery)["dry_run"]:
            found = intake.check(self.actor, round_, chunks, filename, forecaster)
            shown = {"dry_run": True, "columns": found.columns, "warnings": found.warnings}
            return Response(shapes.DryRun(shown).data)
        key = bodies.idempotency_key(self.request)
        receipts = intake.submit(self.actor, round_, chunks, filename, forecaster, key)
        status = 200 if all(one["replayed"] for one in receipts) else 201
        response = Response(shapes.Receipts({"receipts": receipts}).data, status)
        response["Location"] = reverse("api:submission", args=[receipts[0]["submission"]])
        return response


class Submissions(UploadView):
    """A round's submissions."""

    @documented(
        "Your submissions of a round; all of them for operators and auditors",
        {200: paged("Submissions", shapes.SubmissionShape)},
        tag=TAG,
        path="slug number",
        parameters=PAGING,
    )
    def get(self, request: Request, slug: str, number: str) -> Response:
        def render(one: Submission) -> dict[str, Any]:
            return shapes.SubmissionShape(submissions.describe(self.actor, one)).data

        round_ = find_round(self.actor, slug, number)
        return Response(page(request, submissions.of_round(self.actor, round_), render))

    @documented(
        "Upload predictions as a raw body",
        _ANSWERS,
        tag=TAG,
        path="slug number",
        takes={"text/csv": OpenApiTypes.BINARY, "application/octet-stream": OpenApiTypes.BINARY},
        parameters=[
            *_PARAMETERS,
            query_parameter("forecaster", str, "Whose it is, where the file does not say."),
        ],
        description=_RULES,
        examples=[RECEIPTS, FAULTS],
        operation="submissions_put",
    )
    def put(self, request: Request, slug: str, number: str) -> Response:
        forecaster = self.query(SubmitQuery)["forecaster"]
        return self.take(slug, number, bodies.raw(request), bodies.filename_of(request), forecaster)

    @documented(
        "Upload predictions as a form",
        _ANSWERS,
        tag=TAG,
        path="slug number",
        takes={"multipart/form-data": shapes.UploadForm},
        parameters=_PARAMETERS,
        description=_RULES,
        examples=[RECEIPTS, FAULTS],
    )
    def post(self, request: Request, slug: str, number: str) -> Response:
        form = checked(shapes.UploadForm, bodies.form(request))
        file, name = form["file"], bodies.clean_name(form["file"].name or "")
        return self.take(slug, number, file.chunks(bodies.CHUNK), name, form["forecaster"])


class ForecasterSubmission(UploadView):
    """What one forecaster sends for a round."""

    @documented(
        "Upload a forecaster's predictions as a raw body",
        _ANSWERS,
        tag=TAG,
        path="slug number forecaster",
        takes={"text/csv": OpenApiTypes.BINARY, "application/octet-stream": OpenApiTypes.BINARY},
        parameters=_PARAMETERS,
        description=_RULES,
        examples=[RECEIPTS, FAULTS],
        operation="forecaster_submission_put",
    )
    def put(self, request: Request, slug: str, number: str, forecaster: str) -> Response:
        return self.take(slug, number, bodies.raw(request), bodies.filename_of(request), forecaster)


class OneSubmission(ApiView):
    """One submission."""

    @documented(
        "A submission: receipt, state, scores, also era by era",
        {200: shapes.SubmissionDetail},
        tag=TAG,
        path="pk",
        parameters=[
            query_parameter("wait", float, "Seconds to wait for the score, up to the server's limit.")
        ],
        description="With `wait` the answer comes as soon as it is scored. When it comes before, because the "
        "time is over or too many wait already, Retry-After says when to ask again.",
    )
    def get(self, request: Request, pk: int) -> Response:
        wait = self.query(WaitQuery)["wait"]
        found = submissions.look(self.actor, pk)
        ended = found.state != Submission.State.ACCEPTED
        if wait and not ended:
            ended = submissions.wait(pk, wait)
            found = find_submission(self.actor, pk)
        described = submissions.describe(self.actor, found, by_era=True)
        response = Response(shapes.SubmissionDetail(described).data)
        if not ended:
            response["Retry-After"] = str(RETRY_SECONDS)
        return response


class SubmissionFile(ApiView):
    """The uploaded file itself."""

    content_negotiation_class = AnyType

    @documented(
        "Your upload back, byte by byte",
        {(200, "application/octet-stream"): OpenApiTypes.BINARY},
        tag=TAG,
        path="pk",
        parameters=DOWNLOAD_PARAMETERS,
        operation="submission_file",
    )
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        upload, file = submissions.open_upload(self.actor, pk)
        return answer(
            request, Download(file, upload.filename, "application/octet-stream", upload.size, upload.sha256)
        )


class Select(ApiView):
    """Which submission counts."""

    @documented("Let this submission count for its forecaster", {200: shapes.Chosen}, tag=TAG, path="pk")
    def post(self, request: Request, pk: int) -> Response:
        return Response(shapes.Chosen(deadlines.choose(self.actor, find_submission(self.actor, pk))).data)
