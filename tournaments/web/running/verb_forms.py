"""What operators fill in to change a round, each with its reason."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from tournaments.models import Participant
from tournaments.web.forms import NameForm
from tournaments.web.making.moments import moment_field

HOURS = {"1h": 1, "6h": 6, "24h": 24}
AT = "at"


def _reason() -> forms.CharField:
    return forms.CharField(
        label="Reason", min_length=3, max_length=300, strip=True, help_text="The public log shows it."
    )


class CancelForm(NameForm):
    """Why a round ends, and its name."""

    reason = _reason()
    field_order = ["reason", "name"]


class VoidForm(NameForm):
    """Which rows, why, and the round's name."""

    ids = forms.CharField(
        label="Ids of the rows",
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text="One a line, or with commas or spaces between.",
    )
    file = forms.FileField(
        label="Or a file of ids", required=False, help_text="Text with one id a line, without a header."
    )
    reason = _reason()
    field_order = ["ids", "file", "reason", "name"]

    def text(self) -> str:
        """Return the pasted ids and those of the file, as text."""
        file = self.files.get("file")
        more = file.read().decode("utf-8-sig", "replace") if file else ""
        return f"{self.data.get('ids', '')}\n{more}"

    def clean(self) -> dict[str, Any]:
        """Something has to be given."""
        data = super().clean() or {}
        if not (data.get("ids") or "").strip() and not data.get("file"):
            self.add_error("ids", "Paste ids, or choose a file of them.")
        return data


class WhoForm(forms.Form):
    """A participant, and why. The page draws those to choose from, a few of them at a time."""

    participant = forms.ModelChoiceField(
        Participant.objects.none(), error_messages={"required": "Choose a participant."}
    )
    reason = _reason()

    def __init__(self, *args: Any, participants: QuerySet[Participant], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["participant"]
        assert isinstance(field, forms.ModelChoiceField), "It was declared as one."
        field.queryset = participants

    @property
    def chosen(self) -> str:
        """Return the key of who is chosen, as the page writes it, or ""."""
        return str(self["participant"].value() or "")


class ExtendForm(WhoForm):
    """For whom, until when, and why; for all where the participant is given as empty."""

    by = forms.ChoiceField(
        label="New deadline",
        choices=[
            ("1h", "1 hour later"),
            ("6h", "6 hours later"),
            ("24h", "1 day later"),
            (AT, "At this time"),
        ],
        initial="24h",
        widget=forms.RadioSelect,
    )
    closes_at = moment_field(label="Date and time", required=False)
    field_order = ["participant", "by", "closes_at", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["participant"].required = False

    def clean(self) -> dict[str, Any]:
        """Who has to be said, since nobody is not everybody; and a time of one's own where it was chosen."""
        data = super().clean() or {}
        if "participant" not in self.data:
            self.add_error("participant", "Choose a participant, or all.")
        if data.get("by") == AT and not data.get("closes_at") and "closes_at" not in self.errors:
            self.add_error("closes_at", "Give the date and the time.")
        return data
