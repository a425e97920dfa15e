"""The form of what the check finds."""

from typing import Any

Finding = dict[str, Any]
GOOD, NOTICE, WARNING = "good", "notice", "warning"


def finding(code: str, level: str, text: str, advice: str = "", **figures: float) -> Finding:
    """Return a finding: a stable code, how grave it is, a sentence, what to do, and the figures of it."""
    rounded = {name: round(value, 6) for name, value in figures.items()}
    return {"code": code, "level": level, "text": text, "advice": advice, "figures": rounded}
