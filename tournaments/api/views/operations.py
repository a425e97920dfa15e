"""The operators' verbs on a round, and what operators and auditors look at."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tournaments.api import bodies
from tournaments.api.base import PAGING, ApiView, documented, page, paged, query_parameter
from tournaments.api.shapes import common
from tournaments.api.shapes import operations as shapes
from tournaments.models import Round
from tournaments.services import labels, operations, overrides, resolution, rounds
from tournaments.services.access import find_round, find_submission, find_tournament
from tournaments.services.errors import Unknown
from tournaments.services.people import roster
from tournaments.services.reading import details, trail, workload

TAG = "operations"
PATH = "slug number"
ROUND = {200: common.RoundBrief}


def _brief(round_: Round) -> Response:
    return Response(common.RoundBrief(details.brief(round_)).data)


class LabelsQuery(common.Shape):
    """Why, where labels are corrected."""

    reason = serializers.CharField(max_length=300, allow_blank=True, default="")


class Labels(ApiView):
    """Labels go in here; none comes out."""

    @documented(
        "Upload labels; operators only",
        {200: shapes.LabelsKept},
        tag=TAG,
        path=PATH,
        takes={"text/csv": OpenApiTypes.BINARY, "application/octet-stream": OpenApiTypes.BINARY},
        parameters=[query_parameter("reason", str, "Needed where labels change; shown in the round's log.")],
        description="A file of id and target; rows may come in several files. They cannot be read back.",
    )
    def put(self, request: Request, slug: str, number: str) -> Response:
        reason = self.query(LabelsQuery)["reason"]
        round_ = find_round(self.actor, slug, number)
        kept = labels.upload(self.actor, round_, bodies.raw(request), bodies.filename_of(request), reason)
        return Response(shapes.LabelsKept(kept).data)


class Void(ApiView):
    """Rows leave every formula."""

    @documented("Void rows", {200: shapes.Voided}, tag=TAG, path=PATH, takes=shapes.VoidIn)
    def post(self, request: Request, slug: str, number: str) -> Response:
        asked = self.body(shapes.VoidIn)
        round_ = find_round(self.actor, slug, number)
        voided = rounds.void_rows(self.actor, round_, asked["ids"], asked["reason"])
        return Response(shapes.Voided({"voided": voided}).data)


class Extend(ApiView):
    """A later deadline."""

    @documented("Extend the deadline", ROUND, tag=TAG, path=PATH, takes=shapes.ExtendIn)
    def post(self, request: Request, slug: str, number: str) -> Response:
        asked = self.body(shapes.ExtendIn)
        round_ = find_round(self.actor, slug, number)
        alias = asked.get("participant")
        whom = roster.find_participant(self.actor, round_.tournament, alias) if alias else None
        return _brief(rounds.extend(self.actor, round_, asked["closes_at"], asked["reason"], whom))


class Exclude(ApiView):
    """A participant leaves the round."""

    @documented("Exclude a participant", ROUND, tag=TAG, path=PATH, takes=shapes.ExcludeIn)
    def post(self, request: Request, slug: str, number: str) -> Response:
        asked = self.body(shapes.ExcludeIn)
        round_ = find_round(self.actor, slug, number)
        whom = roster.find_participant(self.actor, round_.tournament, asked["participant"])
        return _brief(rounds.exclude(self.actor, round_, whom, asked["reason"]).round)


class Cancel(ApiView):
    """The end of a round, with refunds."""

    @documented("Cancel a round", ROUND, tag=TAG, path=PATH, takes=common.Reason)
    def post(self, request: Request, slug: str, number: str) -> Response:
        reason = self.body(common.Reason)["reason"]
        return _brief(rounds.cancel(self.actor, find_round(self.actor, slug, number), reason))


class Open(ApiView):
    """A draft becomes a round."""

    @documented("Open a draft: its rules are frozen from now on", ROUND, tag=TAG, path=PATH)
    def post(self, request: Request, slug: str, number: str) -> Response:
        return _brief(rounds.open_round(self.actor, find_round(self.actor, slug, number)))


class Resolve(ApiView):
    """All labels are here."""

    @documented("Start the resolution of a closed round", {202: common.RoundBrief}, tag=TAG, path=PATH)
    def post(self, request: Request, slug: str, number: str) -> Response:
        response = _brief(resolution.resolve(self.actor, find_round(self.actor, slug, number)))
        response.status_code = 202
        return response


class Override(ApiView):
    """A gated submission passes."""

    @documented(
        "Let a submission pass the originality gate",
        {200: shapes.Overridden},
        tag=TAG,
        path=PATH,
        takes=shapes.OverrideIn,
    )
    def post(self, request: Request, slug: str, number: str) -> Response:
        asked = self.body(shapes.OverrideIn)
        round_ = find_round(self.actor, slug, number)
        submission = find_submission(self.actor, asked["submission"])
        if submission.round_id != round_.pk:
            raise Unknown("not_found", f"Round {round_.number} has no submission {submission.pk}.")
        return Response(shapes.Overridden(overrides.override(self.actor, submission, asked["reason"])).data)


class WorkList(ApiView):
    """What is not done."""

    @documented(
        "Unfinished work of a round, and what had to be tried again; operators and auditors",
        {200: paged("WorkList", shapes.WorkShape)},
        tag=TAG,
        path=PATH,
        parameters=PAGING,
    )
    def get(self, request: Request, slug: str, number: str) -> Response:
        found = workload.unfinished_of(self.actor, find_round(self.actor, slug, number))
        return Response(page(request, found, lambda one: shapes.WorkShape(one).data))


class Retry(ApiView):
    """Failed work is due again."""

    @documented("Try a failed piece of work again", {200: shapes.WorkShape}, tag=TAG, path="slug number pk")
    def post(self, request: Request, slug: str, number: str, pk: int) -> Response:
        again = operations.retry(self.actor, find_round(self.actor, slug, number), pk)
        again.refresh_from_db()
        return Response(shapes.WorkShape(again).data)


class Audit(ApiView):
    """Who did what."""

    @documented(
        "The audit log of a tournament; operators and auditors",
        {200: paged("AuditLog", shapes.AuditShape)},
        tag=TAG,
        path="slug",
        parameters=PAGING,
    )
    def get(self, request: Request, slug: str) -> Response:
        def render(one: Any) -> dict[str, Any]:
            return shapes.AuditShape(one).data

        found = trail.events_of(self.actor, find_tournament(self.actor, slug))
        return Response(page(request, found, render))
