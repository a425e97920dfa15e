"""How large a form with files may be, decided before its first byte is written anywhere.

Django holds the files of a form in temporary ones as soon as anything asks for the form, and the check of the
form's secret (CSRF) asks before any view does. So without this a stranger could fill the disk.
"""

from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

FILES = 3
"""A form of the pages has at most so many files: an operator's rows, training file and labels."""
SLACK = 1 << 20
"""What the other fields and the boundaries may add."""


class BoundedForms(FileUploadHandler):
    """Comes first and refuses a form that announces too much; what it lets pass the others hold."""

    def handle_raw_input(
        self,
        input_data: IO[bytes],
        META: dict[str, Any],
        content_length: int,
        boundary: bytes | str,
        encoding: str | None = None,
    ) -> None:
        """Refuse with 400, in the API 413, by the announced length; beyond it nothing is read."""
        if content_length > self._most():
            raise RequestDataTooBig("The form is larger than this address takes.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Hand a piece of a file on."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to those that hold it."""

    def _most(self) -> int:
        """Return the bytes that the sender may send: a stranger no files to speak of.

        Who calls the API says so to its views, which refuse by themselves before they read.
        """
        request: Any = self.request
        if request.path.startswith("/api/"):
            return settings.UPLOAD_MAX_BYTES + SLACK
        user = getattr(request, "user", None)
        if user is None or not user.is_authenticated:
            return SLACK
        return FILES * settings.UPLOAD_MAX_BYTES + SLACK
