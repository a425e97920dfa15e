"""Bodies of uploads, in chunks, never whole in memory; and what their headers say."""

import re
from collections.abc import Iterator
from typing import IO, Any

from django.conf import settings
from django.http.request import UnreadablePostError
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request

from tournaments.services.errors import FileRefused, Invalid

CHUNK = 1 << 20
FORM_SLACK = 64 << 10
"""What a form's own fields and boundaries may add to the size of its file."""
_FILENAME = re.compile(r'filename="?([^";]+)"?')


def refuse_too_large(request: Request, slack: int = 0) -> None:
    """Refuse by the announced length, before a byte is read."""
    length = _length(request)
    if length is not None and length > settings.UPLOAD_MAX_BYTES + slack:
        message = f"The upload has {length:,} bytes; at most {settings.UPLOAD_MAX_BYTES:,} are taken."
        raise FileRefused([{"code": "too_large", "message": message, "count": 1, "rows": []}])


def raw(request: Request) -> Iterator[bytes]:
    """Return the chunks of a raw body. Fewer bytes than announced are refused with `incomplete_body`.

    The check comes after the last chunk: whoever takes the chunks must take all before keeping any.
    """
    if (request.content_type or "").startswith("multipart/"):
        raise UnsupportedMediaType(
            request.content_type, "PUT takes the file's bytes as they are. Send a form with POST."
        )
    refuse_too_large(request)
    length = _length(request)
    return _chunks(request._request if length is not None else _chunked(request), length)


def _chunked(request: Request) -> IO[bytes]:
    """Return the stream of a body without announced length, where the server marks its end itself."""
    environ = request.META
    coded = environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked"
    if not (coded and environ.get("wsgi.input_terminated")):
        raise Invalid("length_required", "Send a Content-Length.")
    stream: IO[bytes] = environ["wsgi.input"]
    return stream


def _chunks(stream: Any, length: int | None) -> Iterator[bytes]:
    taken = 0
    try:
        while chunk := stream.read(CHUNK):
            taken += len(chunk)
            yield chunk
    except (OSError, UnreadablePostError) as error:
        raise _incomplete() from error
    if length is not None and taken != length:
        raise _incomplete()


def form(request: Request) -> Any:
    """Return a form's fields; Django holds a large file of it in a temporary one. Refuses as `raw` does."""
    refuse_too_large(request, FORM_SLACK)
    fields = request.data
    # A form cut off in its last part looks whole to Django's parser; only the count of bytes tells.
    stream, length = request._request._stream, _length(request)
    if length is not None and getattr(stream, "_pos", length) != length:
        raise _incomplete()
    return fields


def _incomplete() -> Invalid:
    return Invalid(
        "incomplete_body", "The upload ended before its last byte. Nothing was kept; send it again."
    )


def _length(request: Request) -> int | None:
    text = request.META.get("CONTENT_LENGTH") or ""
    if (text and not text.isascii()) or (text and not text.isdecimal()):
        raise Invalid("bad_content_length", "Content-Length must be a whole number.")
    return int(text) if text else None


def filename_of(request: Request, default: str = "upload") -> str:
    """Return the file's name from ?filename= or Content-Disposition, cleaned."""
    found = _FILENAME.search(request.headers.get("Content-Disposition", ""))
    return clean_name(request.query_params.get("filename") or (found.group(1) if found else ""), default)


def clean_name(name: str, default: str = "upload") -> str:
    """Return the last part of a path, printable characters only."""
    last = re.split(r"[/\\]", name)[-1]
    return "".join(one for one in last if one.isprintable()).strip()[-200:] or default


def idempotency_key(request: Request) -> str:
    """Return the Idempotency-Key, or "" without one."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key.isprintable():
        raise Invalid("bad_idempotency_key", "An Idempotency-Key has printable characters only.")
    return key
