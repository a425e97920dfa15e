"""Files to download: Range, If-Range, ETag, and the hash to check what came (RFC 9110, RFC 9530)."""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import IO, Any

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header, parse_etags
from drf_spectacular.utils import OpenApiParameter
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from tournaments.api.problems import problem

CHUNK = 1 << 18


class AnyType(BaseContentNegotiation):
    """A file has the one type that it has, whatever the client would rather have."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Return the first renderer; it is not used."""
        return renderers[0], renderers[0].media_type


@dataclass(frozen=True)
class Download:
    """A stored file: what it is called, its type, size and SHA-256, and `file`, open at its beginning."""

    file: IO[Any]
    filename: str
    content_type: str
    size: int
    sha256: str

    @property
    def etag(self) -> str:
        """Return the strong validator: equal bytes, equal tag."""
        return f'"{self.sha256}"'


def answer(request: Request, download: Download) -> HttpResponseBase:
    """Return the file, a range of it, 304 when the client has it, or 416; closes the file when done."""
    start, stop, status = _range(request, download)
    if _has_it(request, download):
        download.file.close()
        return _with_headers(HttpResponse(status=304), download)
    if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        download.file.close()
        response = problem(status, "range_not_satisfiable", f"The file has {download.size:,} bytes.")
        response["Content-Range"] = f"bytes */{download.size}"
        return response
    sent = _with_headers(_body(request, download, start, stop, status), download)
    sent["Content-Length"] = str(stop - start)
    sent["Content-Disposition"] = content_disposition_header(True, download.filename) or "attachment"
    if status == HTTPStatus.PARTIAL_CONTENT:
        sent["Content-Range"] = f"bytes {start}-{stop - 1}/{download.size}"
    return sent


def _body(request: Request, download: Download, start: int, stop: int, status: int) -> HttpResponseBase:
    if request.method == "HEAD":
        download.file.close()
        return HttpResponse(status=status, content_type=download.content_type)
    return StreamingHttpResponse(
        _pieces(download.file, start, stop), status=status, content_type=download.content_type
    )


def _pieces(file: IO[Any], start: int, stop: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        while start < stop and (piece := file.read(min(CHUNK, stop - start))):
            start += len(piece)
            yield piece


def _with_headers(response: HttpResponseBase, download: Download) -> HttpResponseBase:
    digest = base64.b64encode(bytes.fromhex(download.sha256)).decode()
    response["ETag"] = download.etag
    response["Accept-Ranges"] = "bytes"
    response["Repr-Digest"] = f"sha-256=:{digest}:"
    response["X-Content-SHA256"] = download.sha256
    # Whether one may have it is asked each time; the bytes themselves never change.
    response["Cache-Control"] = "private, no-cache"
    return response


def _has_it(request: Request, download: Download) -> bool:
    tags = [tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))]
    return "*" in tags or download.etag in tags


def _range(request: Request, download: Download) -> tuple[int, int, int]:
    """Return [start, stop) of what to send and the status: several ranges at once are answered with all."""
    whole = (0, download.size, HTTPStatus.OK)
    if request.headers.get("If-Range", download.etag) != download.etag:
        return whole
    found = re.fullmatch(r"bytes=([0-9]{0,18})-([0-9]{0,18})", request.headers.get("Range", "").strip())
    first, last = found.groups() if found else ("", "")
    if not (first or last) or (first and last and int(last) < int(first)):
        return whole
    if first:
        start, stop = int(first), min(int(last) + 1 if last else download.size, download.size)
    else:
        start, stop = max(0, download.size - int(last)), download.size
    fits = start < stop
    return start, stop, HTTPStatus.PARTIAL_CONTENT if fits else HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE


def _header(name: str, description: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, description=description)


DOWNLOAD_PARAMETERS = [
    _header("Range", "`bytes=0-99`, `bytes=100-` or `bytes=-100`."),
    _header("If-Range", "Send the range only when this is still the ETag."),
    _header("If-None-Match", "An ETag that you have: 304."),
]
