"""What templates say of a report; the file of `report_round` is made of the same parts as the page."""

import re
from pathlib import Path
from typing import Any

from django import template
from django.contrib.staticfiles import finders
from django.utils.safestring import SafeString

from tournaments.services.reading.worth import Report
from tournaments.web.running import worth_charts, worth_lines

register = template.Library()
ENDS = re.compile("</(script|style)", re.IGNORECASE)


@register.simple_tag
def worth_of(report: Report) -> dict[str, Any]:
    """Return all that is shown of a report: its finding, the leading figures, every figure, the charts."""
    return {
        "finding": worth_lines.finding(report),
        "heroes": worth_lines.heroes(report),
        "table": worth_lines.table(report),
        "independence": worth_lines.independence(report),
        "charts": worth_charts.of(report),
    }


@register.simple_tag
def inlined(name: str) -> SafeString:
    """Return the text of a static file, to stand in a file that opens without a server."""
    found = finders.find(name)
    assert found is not None, f"There is no static file {name}."
    text = Path(str(found)).read_text(encoding="utf-8")
    assert not ENDS.search(text), f"{name} would end the element that it stands in."
    return SafeString(text)


@register.filter
def at(found: dict[str, Any], key: str) -> Any:
    """Return what stands under a key, an empty row where nothing does."""
    return found.get(key, {})
