"""Errors as RFC 9457 problem details, `application/problem+json`, whatever raised them.

    {"type": "/api/docs/errors/#too_late", "title": "Too late", "status": 409, "code": "too_late",
     "detail": "Round 3 closed at …", …what the error carries: faults, closes_at, …}

The status follows from the class of the refusal: Invalid 400, FileRefused 422 (413 when it is too
large), Unknown 404, Forbidden 403 (401 when nobody has said who they are), Conflict 409.
"""

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.utils.encoders import JSONEncoder

from tournaments.api.authentication import CHALLENGE
from tournaments.services.errors import Conflict, FileRefused, Forbidden, Invalid, Refused, Unknown

log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
TYPE = "/api/docs/errors/#"
RETRY_SECONDS = 5
# The narrower class first: a FileRefused is Invalid.
STATUS_OF: dict[type[Refused], int] = {
    FileRefused: 422,
    Invalid: 400,
    Unknown: 404,
    Forbidden: 403,
    Conflict: 409,
}
LOGIN_CODES = ("login_needed", "bad_key")
TOO_LARGE = "too_large"
ADDRESS_HINT = "There is nothing at this address. Addresses of the API end with a slash."


def problem(status: int, code: str, detail: str, more: Mapping[str, Any] | None = None) -> HttpResponse:
    """Return one problem as a response; `more` are further members, which never replace its own."""
    own = {
        "type": TYPE + code,
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "detail": detail,
        "code": code,
    }
    body = JSONEncoder(ensure_ascii=False).encode({**own, **(more or {}), **own})
    response = HttpResponse(body, CONTENT_TYPE, status)
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = CHALLENGE
    return response


def of_refused(refused: Refused) -> HttpResponse:
    """Return what a service refused."""
    if isinstance(refused, FileRefused) and [fault["code"] for fault in refused.faults] == [TOO_LARGE]:
        return problem(413, TOO_LARGE, refused.faults[0]["message"], refused.details)
    status = next(code for kind, code in STATUS_OF.items() if isinstance(refused, kind))
    if refused.code in LOGIN_CODES:
        status = HTTPStatus.UNAUTHORIZED
    return problem(status, refused.code, refused.message, refused.details)


def handler(error: Exception, context: dict[str, Any]) -> HttpResponse:
    """Return the problem that an exception of a view is; REST framework calls this for each."""
    for kinds, answer in _ANSWERS:
        if isinstance(error, kinds):
            return answer(error)
    # Told to the log and to whoever listens, as Django does; to the caller only that it happened.
    log.error("api_failed", exc_info=error)
    got_request_exception.send(sender=None, request=getattr(context.get("request"), "_request", None))
    return problem(500, "server_error", "The server could not do this. It has been logged.")


def _of_rest(error: Any) -> HttpResponse:
    """Return one of REST framework's own errors."""
    if isinstance(error, exceptions.ValidationError):
        errors = list(_flat(error.get_full_details()))
        return problem(400, "invalid", "The request has faults.", {"errors": errors})
    detail = str(error.detail).rstrip(".") + "."
    response = problem(error.status_code, getattr(error.detail, "code", error.default_code), detail)
    wait = getattr(error, "wait", None)
    if wait is not None:
        response["Retry-After"] = str(int(wait))
    return response


def _flat(details: Any, field: str = "") -> Any:
    """Yield {field, code, message} of nested validation details; fields in a list are numbered."""
    if isinstance(details, dict) and isinstance(details.get("message"), str) and "code" in details:
        yield {"field": field or None, "code": str(details["code"]), "message": str(details["message"])}
        return
    named = details.items() if isinstance(details, dict) else enumerate(details)
    for name, inner in named:
        leaf = isinstance(details, list) and isinstance(inner, dict) and "code" in inner
        own = "" if name == "non_field_errors" else str(name)
        yield from _flat(inner, field if leaf else ".".join(part for part in (field, own) if part))


def _of_database(error: Any) -> HttpResponse:
    log.error("database_away", exc_info=error)
    response = problem(503, "unavailable", "The server cannot reach its database. Try again.")
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


def _too_big(error: Any) -> HttpResponse:
    return problem(413, TOO_LARGE, "The body is larger than this address takes.")


def _bad(error: Any) -> HttpResponse:
    return problem(400, "bad_request", "The request cannot be read.")


_ANSWERS: list[tuple[Any, Callable[[Any], HttpResponse]]] = [
    (Refused, of_refused),
    (exceptions.APIException, _of_rest),
    (Http404, lambda error: problem(404, "not_found", ADDRESS_HINT)),
    (PermissionDenied, lambda error: problem(403, "permission_denied", "You may not do this.")),
    (RequestDataTooBig, _too_big),
    ((SuspiciousOperation, BadRequest, UnreadablePostError), _bad),
    ((OperationalError, InterfaceError), _of_database),
]


@csrf_exempt  # nothing is done here, and a mistyped upload should hear what is wrong with it
def not_found(request: HttpRequest, **parts: str) -> HttpResponse:
    """Answer for every address under /api/ that nothing else answers for."""
    return problem(404, "not_found", ADDRESS_HINT)
