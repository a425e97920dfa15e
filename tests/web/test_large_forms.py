"""A form that announces too much is refused before a byte of it is read, whoever sends it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client

from tests.world import user

pytestmark = pytest.mark.django_db
MEGABYTE = 1 << 20


@pytest.fixture
def written(monkeypatch):
    """How many bytes of files reach the disk."""
    pieces = []
    hold = TemporaryFileUploadHandler.receive_data_chunk

    def held(self, raw, start):
        pieces.append(len(raw))
        return hold(self, raw, start)

    monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", held)
    return pieces


def browser(name=""):
    """A browser with a secret of its own making, as anyone can send it."""
    made = Client(enforce_csrf_checks=True)
    if name:
        made.force_login(user(name))
    made.cookies["csrftoken"] = "a" * 32
    return made


def large(megabytes):
    secret = {"csrfmiddlewaretoken": "a" * 32}
    return {**secret, "file": SimpleUploadedFile("p.csv", b"0" * (megabytes * MEGABYTE))}


@pytest.mark.parametrize("address", ["/login/", "/join/", "/t/weekly/1/upload/"])
def test_a_stranger_fills_no_disk(world, open_round, written, address):
    assert browser().post(address, large(4)).status_code == 400
    assert written == []


def test_who_logged_in_sends_as_much_as_a_form_has_files_for(world, open_round, written, settings):
    settings.UPLOAD_MAX_BYTES = 2 * MEGABYTE
    address = "/t/weekly/1/upload/"
    assert browser("ann").post(address, large(8)).status_code == 400
    assert written == []
    answer = browser("ann").post(address, large(5))
    assert answer.status_code == 400
    assert b"larger than 2,097,152 bytes" in answer.content
    assert sum(written) == 5 * MEGABYTE
