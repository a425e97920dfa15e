"""A deadline in a form: some time from now, or a time of one's own, in UTC unless a script translates."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms

AT = "at"
SPANS = {"1d": timedelta(days=1), "7d": timedelta(days=7), "14d": timedelta(days=14)}
CHOICES = (("1d", "In 1 day"), ("7d", "In 1 week"), ("14d", "In 2 weeks"), (AT, "At this time"))
WRITTEN = "%Y-%m-%dT%H:%M"


def moment_field(**more: Any) -> forms.DateTimeField:
    """Return a field for a moment in UTC; `moments.js` shows it in the reader's zone."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "data-utc": ""}, format=WRITTEN)
    return forms.DateTimeField(widget=widget, input_formats=[WRITTEN, f"{WRITTEN}:%S"], **more)


def full_hour(moment: datetime) -> datetime:
    """Return the next full hour, or the moment itself if it is one.

    >>> full_hour(datetime(2026, 3, 1, 12, 20, tzinfo=UTC)).isoformat()
    '2026-03-01T13:00:00+00:00'
    """
    whole = moment.replace(minute=0, second=0, microsecond=0)
    return whole if whole == moment else whole + timedelta(hours=1)


class DeadlineForm(forms.Form):
    """When a round closes."""

    when = forms.ChoiceField(label="Deadline", choices=CHOICES, initial="7d", widget=forms.RadioSelect)
    closes_at = moment_field(label="Date and time", required=False)

    def clean(self) -> dict[str, Any]:
        """A time of one's own has to be given where it was chosen."""
        data = super().clean() or {}
        if data.get("when") == AT and not data.get("closes_at") and "closes_at" not in self.errors:
            self.add_error("closes_at", "Give the date and the time.")
        return data

    def deadline(self, now: datetime) -> datetime:
        """Return the moment that was chosen; spans end at a full hour."""
        when = self.cleaned_data["when"]
        chosen: datetime = self.cleaned_data["closes_at"] if when == AT else full_hour(now + SPANS[when])
        return chosen.astimezone(UTC)
