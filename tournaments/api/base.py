"""What every view of the API has in common: who asks, checked input, pages of long lists, documentation."""

import io
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from tournaments.api.authentication import actor_of
from tournaments.api.problems import CONTENT_TYPE
from tournaments.api.shapes.common import Problem
from tournaments.services.access import Actor

PAGE, PAGE_MOST = 100, 1_000
View = Callable[..., Any]


class Json(JSONParser):
    """JSON that nests too deep for the parser, or has half a character in it, is the sender's fault."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """Return the data, or refuse with `parse_error`."""
        raw = stream.read()
        try:
            found = super().parse(io.BytesIO(raw), media_type, parser_context)
            if b"\\u" in raw:  # only an escape can be half of a pair, which no answer could repeat
                json.dumps(found, ensure_ascii=False).encode()
        except RecursionError as error:
            raise ParseError("JSON parse error - nested too deep") from error
        except UnicodeEncodeError as error:
            raise ParseError("JSON parse error - half of a surrogate pair") from error
        return found


class ApiView(APIView):
    """A view for anyone: who may do what is decided by the services, for all faces alike."""

    permission_classes = [AllowAny]
    parser_classes = [Json]

    @property
    def actor(self) -> Actor:
        """Return who asks."""
        return actor_of(self.request)

    def body(self, fields: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """Return the checked body, or refuse with every fault."""
        return checked(fields, self.request.data)

    def query(self, fields: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """Return the checked query, or refuse with every fault."""
        return checked(fields, self.request.query_params)


def checked(fields: type[serializers.Serializer[Any]], data: Any) -> dict[str, Any]:
    """Return data that a serializer accepts, or raise its ValidationError."""
    read = fields(data=data)
    read.is_valid(raise_exception=True)
    found: dict[str, Any] = read.validated_data
    return found


class PageQuery(serializers.Serializer[Any]):
    """Which part of a long list is wanted."""

    limit = serializers.IntegerField(min_value=1, max_value=PAGE_MOST, default=PAGE)
    offset = serializers.IntegerField(min_value=0, max_value=2**31, default=0)


def page(
    request: Request,
    rows: Sequence[Any] | QuerySet[Any],
    render: Callable[[Any], dict[str, Any]],
    **more: Any,
) -> dict[str, Any]:
    """Return one page of a list, each row rendered, with `more` beside it."""
    wanted = checked(PageQuery, request.query_params)
    limit, offset = wanted["limit"], wanted["offset"]
    count = rows.count() if isinstance(rows, QuerySet) else len(rows)
    results = [render(row) for row in rows[offset : offset + limit]]
    return {"count": count, "limit": limit, "offset": offset, **more, "results": results}


def paged(name: str, row: type[serializers.Serializer[Any]], **more: Any) -> Any:
    """Return the serializer that describes `page` of these rows."""
    numbers = {key: serializers.IntegerField() for key in ("count", "limit", "offset")}
    return inline_serializer(name, {**numbers, **more, "results": row(many=True)})


def query_parameter(name: str, kind: Any, description: str, **more: Any) -> OpenApiParameter:
    """Describe one parameter of the query."""
    return OpenApiParameter(name, kind, OpenApiParameter.QUERY, description=description, **more)


PAGING = [
    query_parameter("limit", int, f"Rows of a page, {PAGE} unless said, at most {PAGE_MOST}."),
    query_parameter("offset", int, "Rows to leave out."),
]
KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="The same key with the same request gives the same answer; with another request it is 409.",
)
_PATH = {
    "slug": OpenApiParameter("slug", str, OpenApiParameter.PATH, description="The tournament's short name."),
    "number": OpenApiParameter(
        "number", str, OpenApiParameter.PATH, description="The round's number, or `current` for the newest."
    ),
    "pk": OpenApiParameter("id", int, OpenApiParameter.PATH, description="Its id."),
    "alias": OpenApiParameter("alias", str, OpenApiParameter.PATH, description="The participant's alias."),
    "currency": OpenApiParameter("currency", str, OpenApiParameter.PATH, description="Its code."),
    "batch": OpenApiParameter("batch", int, OpenApiParameter.PATH, description="The batch's number."),
    "form": OpenApiParameter(
        "form", str, OpenApiParameter.PATH, description="bank, electrum, sparrow or core."
    ),
    "kind": OpenApiParameter("kind", str, OpenApiParameter.PATH, description="Its name in the list."),
    "forecaster": OpenApiParameter("forecaster", str, OpenApiParameter.PATH, description="Its name."),
}


def documented(
    summary: str,
    answers: dict[Any, Any],
    *,
    tag: str,
    path: str = "",
    takes: Any = None,
    parameters: Iterable[OpenApiParameter] = (),
    description: str = "",
    examples: Sequence[OpenApiExample] = (),
    operation: str | None = None,
) -> Callable[[View], View]:
    """Describe a method in the schema: a summary, what it takes, what it answers; any error is a Problem.

    `path` names the parts of the address: keys of `_PATH`.
    """
    named = [_PATH[word] for word in path.split()]
    decorated: Callable[[View], View] = extend_schema(
        summary=summary,
        description=description or summary,
        tags=[tag],
        operation_id=operation,
        request=takes,
        parameters=[*named, *parameters],
        responses={**answers, ("default", CONTENT_TYPE): Problem},
        examples=list(examples),
    )
    return decorated
