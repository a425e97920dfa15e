"""What a service refuses, and why. A face turns the class into its form: a status, a page, an exit code."""

from typing import Any


class Refused(Exception):
    """A request that cannot be granted: a stable code, a sentence that says what to do, and details."""

    def __init__(self, code: str, message: str, **details: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.details = code, message, details


class Invalid(Refused):
    """The request itself is wrong; sent again unchanged it will be refused again."""


class Unknown(Refused):
    """There is no such thing, or not for the one who asks. Both sound alike, so that nobody can probe."""


class Forbidden(Refused):
    """The one who asks is known, and may not."""


class Conflict(Refused):
    """The thing is not in a state for this."""


class TooMany(Refused):
    """Asked too often; the same request may be granted later."""


class FileRefused(Invalid):
    """A file with faults; `faults` is a list of dicts with code, message, count and rows."""

    def __init__(self, faults: list[dict[str, Any]]) -> None:
        kinds = ", ".join(f["code"] for f in faults)
        super().__init__("file_rejected", f"The file was not accepted ({kinds}).", faults=faults)
        self.faults = faults
