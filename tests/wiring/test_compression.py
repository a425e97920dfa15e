"""Pages travel compressed, and everything else as it is stored: a part of a file has its place in it."""

import gzip
from typing import Any

import pytest
from django.http import FileResponse, HttpRequest, HttpResponse
from django.test import RequestFactory

from aggregator.compression import PageCompression

LONG = b"one line of many\n" * 200


def answered(response: Any, takes: str = "gzip, br") -> Any:
    def answer(_: HttpRequest) -> Any:
        return response

    return PageCompression(answer)(RequestFactory().get("/", headers={"accept-encoding": takes}))


def test_a_page_is_compressed_and_says_so() -> None:
    page = answered(HttpResponse(LONG, content_type="text/html; charset=utf-8"))
    assert page.headers["Content-Encoding"] == "gzip"
    assert page.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(page.content) == LONG
    assert int(page.headers["Content-Length"]) == len(page.content) < len(LONG)


def test_the_length_of_a_page_tells_nothing_of_what_is_in_it() -> None:
    lengths = {len(answered(HttpResponse(LONG)).content) for _ in range(20)}
    assert len(lengths) > 1


def test_who_takes_no_gzip_gets_the_page_as_it_is() -> None:
    page = answered(HttpResponse(LONG), takes="br")
    assert "Content-Encoding" not in page.headers
    assert page.content == LONG


@pytest.mark.parametrize("kind", ["text/csv", "application/json", "application/octet-stream", ""])
def test_what_is_no_page_stays_as_it_is(kind: str) -> None:
    file = answered(HttpResponse(LONG, headers={"Content-Type": kind}))
    assert "Content-Encoding" not in file.headers
    assert file.content == LONG


def test_a_file_is_handed_on_unread() -> None:
    file = FileResponse(iter([LONG]), content_type="application/vnd.apache.parquet")
    assert answered(file) is file
    assert not file.closed
