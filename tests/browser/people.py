"""Someone in front of a browser: what they do on pages, in words."""

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Response, expect

from tests.browser.stage import Contest
from tests.browser.watch import Watch
from tests.house import House

DROP = """([zone, name, type, content]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([content], name, { type }));
    for (const kind of ["dragenter", "dragover", "drop"])
        zone.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: transfer }));
}"""


class Person:
    """A browser context with one page, the watch over it, and the clicks counted."""

    def __init__(self, context: BrowserContext, house: House, shots: Path) -> None:
        self.context, self.shots = context, shots
        self.watch = Watch(context, house)
        self.page = context.new_page()
        self.clicks = self.typed = 0

    # -- Getting about ---------------------------------------------------------------------------------

    def go(self, path: str) -> Response:
        """Open an address."""
        answer = self.page.goto(path)
        assert answer is not None
        return answer

    def log_in(self, contest: Contest, user: str) -> None:
        """Log in with name and password; a second visit takes the first one's session."""
        login = contest.secrets[user]
        if "session" in login:
            self.context.add_cookies(login["session"])
            return
        self.go("/login/")
        self.fill("User name or email", user)
        self.fill("Password", login["password"])
        self.main.get_by_role("button", name="Log in", exact=True).click()
        self.watch.check()
        expect(self.page.get_by_role("button", name="Log out")).to_be_visible()
        login["session"] = self.context.cookies()

    def number_in(self, path: str, link: str) -> str:
        """Return the number at the end of the address that a page's link leads to."""
        self.go(path)
        address = self.main.get_by_role("link", name=link, exact=True).first.get_attribute("href") or ""
        return address.strip("/").rsplit("/", 1)[-1]

    # -- Acting ----------------------------------------------------------------------------------------

    @property
    def main(self) -> Locator:
        """The page without its frame."""
        return self.page.locator("main")

    def press(self, name: str, **options: Any) -> None:
        """Click a button or a link by what stands on it."""
        self.clicks += 1
        found = self.main.get_by_role("button", name=name, **options)
        found.or_(self.main.get_by_role("link", name=name, **options)).first.click()

    def home(self) -> None:
        """Go to the first page by the name of the house."""
        self.clicks += 1
        self.page.get_by_role("banner").get_by_role("link", name="Crowdblend").click()

    def fill(self, label: str, text: str) -> None:
        """Type into the field with a label."""
        self.typed += 1
        self.main.get_by_label(label).first.fill(text)

    def confirm(self, button: str, typed: str = "") -> None:
        """Type the name that is asked for, or another one, and press the button."""
        field = self.main.get_by_label(re.compile("^Type .+ to confirm"))
        label = self.main.get_by_text(re.compile("^Type .+ to confirm")).inner_text()
        self.typed += 1
        field.fill(typed or label.removeprefix("Type ").removesuffix(" to confirm"))
        self.press(button)

    def give(self, label: str, name: str, content: bytes) -> None:
        """Choose a file in a field."""
        self.clicks += 1
        file = {"name": name, "mimeType": "text/csv", "buffer": content}
        self.main.get_by_label(label).first.set_input_files(file)  # type: ignore[arg-type]

    def drop(self, name: str, content: bytes) -> None:
        """Drag a file from elsewhere and drop it on the drop zone."""
        self.clicks += 1
        zone = self.main.locator(".drop").first
        self.page.evaluate(DROP, [zone.element_handle(), name, "text/csv", content.decode()])

    # -- Seeing ----------------------------------------------------------------------------------------

    def sees(self, text: str | re.Pattern[str]) -> Locator:
        """Wait until a text is on the page; returns its first place."""
        found = self.main.get_by_text(text).first
        expect(found).to_be_visible()
        return found

    def reads(self, title: str) -> Locator:
        """Wait until a heading is on the page."""
        found = self.main.get_by_role("heading", name=title, exact=True).first
        expect(found).to_be_visible()
        return found

    def shoot(self, name: str) -> None:
        """Keep a picture of the whole page."""
        self.page.screenshot(path=self.shots / f"{name}.png", full_page=True)
