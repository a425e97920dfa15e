"""What no page may do, wherever a test leads it: errors, breaches of its policy, requests to other hosts."""

import contextlib
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

from tests.house import House

OURS = "127.0.0.1"


class Watch:
    """Listens to all pages of a context. Breaches of the policy reach it as console errors."""

    def __init__(self, context: BrowserContext, house: House) -> None:
        self.house = house
        self.faults: list[str] = []
        context.on("response", self._response)
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"console {message.type}: {message.text} at {message.location.get('url')}")

    def _error(self, error: WebError) -> None:
        self.faults.append(f"page error: {error.error.message}")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.hostname != OURS:
            self.faults.append(f"request to {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.faults.append(f"{response.status} of {response.url}\n{self.house.log_ends(20)}")

    @contextlib.contextmanager
    def expecting(self, pattern: str) -> Iterator[None]:
        """Let faults that match the pattern pass while the block runs; one must come."""
        before = len(self.faults)
        yield
        new = self.faults[before:]
        left = [one for one in new if not re.search(pattern, one)]
        assert len(left) < len(new), f"nothing matched {pattern}: {new}"
        self.faults[before:] = left

    def drop(self, pattern: str) -> None:
        """Forget what matches the pattern."""
        self.faults = [one for one in self.faults if not re.search(pattern, one)]

    def check(self) -> None:
        """Fail with what was seen."""
        seen, self.faults = self.faults, []
        assert seen == []
