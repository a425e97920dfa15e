"""A participant's or operator's program: a few lines over HTTP, as anyone could write them."""

from collections.abc import Callable
from typing import Any

import httpx

PATIENCE = 60.0  # seconds that a busy server may take to answer


class Problem(Exception):
    """The server refused: its problem details (RFC 9457), with the stable `code` in front."""

    def __init__(self, status: int, details: dict[str, Any]) -> None:
        super().__init__(f"{status} {details.get('code')}: {details.get('detail')}")
        self.status, self.details = status, details
        self.code: str = details.get("code", "")

    @property
    def faults(self) -> list[str]:
        """The codes of the faults of a file, in the order listed."""
        return [fault["code"] for fault in self.details.get("faults", [])]


class Api:
    """One key's view of a tournament. Paths are relative to /api/v1/tournaments/SLUG/."""

    def __init__(self, base: str, slug: str, token: str) -> None:
        self.slug = slug
        self.http = httpx.Client(
            base_url=f"{base}/api/v1/",
            headers={"Authorization": f"Token {token}"},
            timeout=PATIENCE,
        )

    def call(self, method: str, path: str, **options: Any) -> Any:
        """Send a request and return its JSON; raises Problem for every refusal."""
        answer = self.http.request(method, f"tournaments/{self.slug}/{path}", **options)
        if answer.is_error:
            raise Problem(answer.status_code, _details(answer))
        return answer.json() if answer.content else None

    def get(self, path: str, **params: Any) -> Any:
        """Read."""
        return self.call("GET", path, params=params)

    def post(self, path: str, body: dict[str, Any] | None = None, key: str = "") -> Any:
        """Act, with an Idempotency-Key where money hangs on it."""
        return self.call("POST", path, json=body or {}, headers={"Idempotency-Key": key} if key else {})

    def text(self, path: str) -> str:
        """Read a file."""
        answer = self.http.get(f"tournaments/{self.slug}/{path}")
        if answer.is_error:
            raise Problem(answer.status_code, _details(answer))
        return answer.text

    def upload(self, content: bytes, filename: str, forecaster: str = "", dry_run: bool = False) -> Any:
        """Upload predictions for the current round as a raw body; returns the receipts."""
        path = "rounds/current/submissions/" + (f"{forecaster}/" if forecaster else "")
        params: dict[str, str] = {"filename": filename} | ({"dry_run": "1"} if dry_run else {})
        return self.call("PUT", path, content=content, params=params)

    def scored(self, submission: int) -> dict[str, Any]:
        """Wait until a submission is scored."""
        while True:
            answer = self.http.get(f"submissions/{submission}/", params={"wait": 30})
            if answer.is_error:
                raise Problem(answer.status_code, _details(answer))
            found: dict[str, Any] = answer.json()
            if found["state"] != "accepted":
                return found

    def close(self) -> None:
        """Give the connections back."""
        self.http.close()


def _details(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {"code": "not_json", "detail": answer.text[:200]}
    return found if isinstance(found, dict) else {"detail": str(found)}


def refusal(act: Callable[[], Any]) -> Problem | None:
    """Do what should be refused; returns the refusal, or None when it was not."""
    try:
        act()
    except Problem as problem:
        return problem
    return None
