"""What every page must hold to the eye, the ear and the keyboard."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.browser.people import Person
from tests.browser.places import Place
from tests.browser.stage import Contest

WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
GRAVE = ("serious", "critical")
MOST_STOPS = 24
MOST_SHIFT = 0.1

SHIFT = """() => new Promise((done) => {
    let sum = 0;
    const watch = new PerformanceObserver((list) => add(list.getEntries()));
    const add = (found) => { for (const one of found) if (!one.hadRecentInput) sum += one.value; };
    watch.observe({ type: "layout-shift", buffered: true });
    requestAnimationFrame(() => requestAnimationFrame(() => { add(watch.takeRecords()); done(sum); }));
})"""
# Controls of the page itself that Tab should reach; of radio buttons only the group has a stop.
CONTROLS = """() => [...document.querySelectorAll(
        "a[href], button, input, select, textarea, summary, [tabindex='0']")]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled
        && one.type !== "hidden" && one.type !== "radio" && one.tabIndex >= 0
        && !one.closest("[inert]")).length"""
STOP = """() => {
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    window.walked = window.walked ?? new Set();
    // A date has several stops of its own.
    const still = window.last === one;
    const again = !still && window.walked.has(one);
    window.walked.add(one);
    window.last = one;
    const part = one.closest(".drop") && one.type === "file" ? one.closest(".drop") : one;
    const shown = [one, part].some((each) => {
        const style = getComputedStyle(each);
        const lined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
        return lined || style.boxShadow !== "none";
    });
    return { again, still, shown, radio: one.type === "radio", what: one.outerHTML.slice(0, 120) };
}"""
WIDER = """() => {
    const room = document.scrollingElement.clientWidth;
    if (document.scrollingElement.scrollWidth <= room) return [];
    return [...document.querySelectorAll("body *")]
        .filter((one) => one.getBoundingClientRect().right > room + 0.5
            && !one.closest(".scroll") && getComputedStyle(one).position !== "fixed")
        .slice(0, 5).map((one) => one.outerHTML.slice(0, 120)).concat(["wider than the page"]);
}"""
DRAWN = "(chart) => chart.querySelector('svg.main-svg')"


def settle(page: Page) -> None:
    """Wait until fonts are here and the charts are drawn, which begins when they come into view."""
    page.wait_for_load_state("load")
    page.evaluate("() => document.fonts.ready.then(() => true)")
    for chart in page.locator("[data-chart]:visible").all():
        chart.scroll_into_view_if_needed()
        page.wait_for_function(DRAWN, arg=chart.element_handle())
    page.evaluate("() => scrollTo(0, 0)")


def violations(page: Page, only: list[str] | None = None) -> list[str]:
    """Return what axe-core finds that is serious or critical; `only` some of its rules."""
    options: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
    if only:
        options["runOnly"] = only
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("(options) => axe.run(options).then((found) => found.violations)", options)
    return [
        f"{one['id']} ({one['impact']}): {node['html'][:160]} {node.get('failureSummary', '')}"
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


def shift(page: Page) -> float:
    """Return how much of the page moved while it loaded: Chromium's cumulative layout shift."""
    moved: float = page.evaluate(SHIFT)
    return moved


def wider(page: Page) -> list[str]:
    """Return what is wider than the page; nothing may be, but inside of what scrolls by itself."""
    found: list[str] = page.evaluate(WIDER)
    return found


def unreachable(page: Page) -> list[str]:
    """Walk the page by Tab and return what is wrong: a stop without visible focus, controls never reached."""
    count = page.evaluate(CONTROLS)
    faults, reached = [], 0
    for _ in range(MOST_STOPS + MOST_STOPS // 4):
        page.keyboard.press("Tab")
        # After the last stop Tab leaves the page, and comes to the first.
        stop = page.evaluate(STOP)
        if stop is None:
            continue
        if stop["again"]:
            break
        reached += not (stop["radio"] or stop["still"])
        if not (stop["shown"] or stop["still"]):
            faults.append(f"no visible focus: {stop['what']}")
    if reached < min(count, MOST_STOPS):
        faults.append(f"Tab reaches {reached} of {count} controls")
    return faults


def glance(person: Person, name: str) -> None:
    """Look at a page in the middle of a story, without going there again; fails with what is wrong."""
    settle(person.page)
    assert violations(person.page) == []
    person.shoot(name)


def look(person: Person, name: str) -> list[str]:
    """Look at the page that the person has open, in each way; returns all that is wrong with it."""
    page, faults = person.page, []
    settle(page)
    if (moved := shift(page)) >= MOST_SHIFT:
        faults.append(f"{moved:.3f} of the page moved while it loaded")
    faults += violations(page)
    person.shoot(f"{name}-light")
    faults += unreachable(page)
    page.evaluate("() => document.activeElement.blur()")
    page.emulate_media(color_scheme="dark")
    faults += [f"dark: {one}" for one in violations(page, ["color-contrast"])]
    person.shoot(f"{name}-dark")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.reload()
    settle(page)
    faults += [f"at 390 px: {one}" for one in wider(page)]
    person.shoot(f"{name}-phone")
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    return faults


def look_at(place: Place, person: Person, contest: Contest) -> list[str]:
    """Let a person open a page and look at it; returns all that is wrong."""
    answer = person.go(place.path.format(**contest.known))
    assert answer.status == place.status
    faults = look(person, place.name)
    if place.status >= 400:
        person.watch.drop(f"status of {place.status}")
    person.watch.check()
    return faults
