"""Callers of the API, each with a real key, and what every problem must look like."""

from typing import Any

from rest_framework.test import APIClient

from tournaments.api.codes import CODES
from tournaments.services.access import SCOPES, Actor
from tournaments.services.people import keys

V1 = "/api/v1"
T = f"{V1}/tournaments/weekly"


class Caller(APIClient):
    """Someone who calls: with a key of these scopes, or a stranger."""

    def __init__(self, actor: Actor | None = None, *scopes: str, **more: Any) -> None:
        super().__init__(**more)
        self.actor = actor
        if actor is not None and actor.user is not None:
            _, self.token = keys.create_key(actor.user, "test", list(scopes or SCOPES))
            self.credentials(HTTP_AUTHORIZATION=f"Token {self.token}")

    def upload(self, path: str, body: bytes, method: str = "PUT", kind: str = "text/csv", **more: Any) -> Any:
        """Send a raw body."""
        return self.generic(method, path, body, content_type=kind, **more)  # type: ignore[arg-type]


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """Return the problem that a response must be."""
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json"), text(
        response
    )
    found: dict[str, Any] = response.json()
    assert (found["status"], found["code"]) == (status, code), found
    assert code in CODES, f"{code} is not documented"
    assert CODES[code].startswith(str(status)), f"{code} is documented as {CODES[code]}"
    assert found["type"] == f"/api/docs/errors/#{code}"
    assert found["title"]
    assert found["detail"].endswith(".")
    return found


def text(response: Any) -> str:
    """Return a response's whole body."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return str(content.decode("utf-8", "replace"))


def ok(response: Any, status: int = 200) -> Any:
    """Return the JSON of a response that must be of this status."""
    assert response.status_code == status, text(response)
    return response.json()
