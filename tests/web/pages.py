"""What every page must be: well-formed, under the policy, without inline script or style."""

from html.parser import HTMLParser
from typing import Any

from django.test import Client

VOID = {"meta", "link", "input", "br", "img", "hr", "source", "wbr"}
# Elements of drawings may close themselves.
DRAWN = {"line", "circle", "rect", "path", "g", "text"}


class Page(HTMLParser):
    """Reads a page; `faults` lists what is wrong with it, `text` is what people read."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: set[str] = set()
        self.labelled: set[str] = set()
        self.fields: list[dict[str, Any]] = []
        self.links: list[str] = []
        self.faults: list[str] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        self.faults += [f"<{tag}> is not closed" for tag in self.open]
        self.faults += [
            f"field {field.get('name')} has no label"
            for field in self.fields
            if field.get("id") not in self.labelled
        ]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._attributes(tag, dict(attrs), len(attrs))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._attributes(tag, dict(attrs), len(attrs))
        if tag not in VOID | DRAWN:
            self.faults.append(f"<{tag}/> closes itself")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> at {self.getpos()} closes something else")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("script", "style") and data.strip():
            self.faults.append(f"inline {self.open[-1]}")
        self.words.append(data)

    def _attributes(self, tag: str, found: dict[str, str | None], count: int) -> None:
        if len(found) != count:
            self.faults.append(f"<{tag}> has an attribute twice")
        self.faults += [f"<{tag} {name}>" for name in found if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and not found.get("src")):
            self.faults.append(f"inline <{tag}>")
        name = found.get("id")
        if name in self.ids:
            self.faults.append(f"id {name} twice")
        if name:
            self.ids.add(name)
        if tag == "label":
            self.labelled.add(found.get("for") or "")
        if tag in ("input", "select", "textarea") and found.get("type") != "hidden":
            self.fields.append(found)
        if tag == "a":
            self.links.append(found.get("href") or "")


class Looker:
    """A browser that refuses to show a page that is not what every page must be."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get(self, address: str, status: int = 200) -> Page:
        return self._page(self.client.get(address), status)

    def post(self, address: str, data: dict[str, Any] | None = None, status: int = 200) -> Page:
        """Send a form and follow where it leads."""
        return self._page(self.client.post(address, data or {}, follow=True), status)

    def _page(self, response: Any, status: int) -> Page:
        assert response.status_code == status, response.content.decode()[:2_000]
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        page = Page(response.content.decode())
        assert page.faults == []
        assert response.content.startswith(b"<!doctype html>")
        return page
