"""`make screenshots`: the README's three pictures, of a round of the demo that was played to its end.

Run under the launcher with a stack of its own: see the Makefile.
"""

import os
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.crowd.entrants import SEATS, crowd
from benchmarks.worlds import flights
from demo import stage, whole
from demo.client import Api
from demo.progress import console, step
from tests.browser.chromium import NoChromiumError, find, flags, this_machine
from tests.browser.looks import settle

FOLDER = stage.CHECKOUT / "docs" / "screenshots"
WIDTH, MOST_BYTES = 1280, 150_000
ROUND = "/t/flights/1/"


def main() -> int:
    """Play, look, and write. Returns the exit status."""
    folder, base = Path(os.environ["VAR_DIR"]), os.environ["BASE_URL"]
    try:
        chromium = find(this_machine())
    except NoChromiumError as reason:
        console.print(str(reason))
        return 1
    with step("Thirty people fit their models", len(SEATS)) as under_way:
        world = flights()
        entrants = crowd(world, on_done=under_way.advance)
    result = whole.play(stage.CONTESTS["flights"], world, entrants, folder, base)
    logins = result["logins"]
    best = next(one["alias"] for one in result["leaderboard"] if one["alias"] in logins)
    api = Api(base, "flights", logins[best]["token"])
    own = api.get("rounds/1/submissions/")["results"][0]["submission"]
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=flags())
        page = browser.new_page(
            base_url=base, viewport={"width": WIDTH, "height": 900}, locale="en-GB", timezone_id="UTC"
        )
        _picture(page, "leaderboard", ROUND, 1_080)
        _log_in(page, logins[best]["username"], logins[best]["password"])
        _picture(page, "submission", f"/s/{own}/", 1_080)
        page.context.clear_cookies()
        _log_in(page, logins["operator"]["user"], logins["operator"]["password"])
        _picture(page, "near-copies", ROUND + "pairs/", 960)
        browser.close()
    return 0


def _log_in(page: Page, user: str, password: str) -> None:
    page.goto("/login/")
    page.get_by_label("User name or email").fill(user)
    page.get_by_label("Password").fill(password)
    page.locator("main").get_by_role("button", name="Log in", exact=True).click()
    page.get_by_role("button", name="Log out").wait_for()


def _picture(page: Page, name: str, path: str, height: int) -> None:
    """Write the upper part of a page; refuses a picture that is too heavy for a README."""
    page.goto(path)
    settle(page)
    target = FOLDER / f"{name}.png"
    area = {"x": 0, "y": 0, "width": WIDTH, "height": height}
    page.screenshot(path=target, full_page=True, clip=area)  # type: ignore[arg-type]
    size = target.stat().st_size
    if size > MOST_BYTES:
        raise RuntimeError(f"{target.name} has {size:,} bytes; at most {MOST_BYTES:,} are wanted.")
    console.print(f"  {target.relative_to(stage.CHECKOUT)}: {size:,} bytes")


if __name__ == "__main__":
    sys.exit(main())
