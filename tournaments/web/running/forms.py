"""What operators of a round fill in."""

from typing import Any

from django import forms

from tournaments.services.reading.trail import LOOK, Choices


class LabelsForm(forms.Form):
    """Labels of a round; a reason is needed where one of them corrects an earlier one."""

    file = forms.FileField(
        label="Label file", allow_empty_file=True, error_messages={"required": "Choose a file first."}
    )
    reason = forms.CharField(
        label="Reason, if a label is corrected", required=False, max_length=300, strip=True
    )


class ReasonForm(forms.Form):
    """Why; it is shown in the round's public log."""

    reason = forms.CharField(label="Reason", min_length=3, max_length=300, strip=True)


class AuditForm(forms.Form):
    """Which events of the audit log are wanted; all fields may be empty."""

    action = forms.ChoiceField(label="Action", required=False)
    actor = forms.ChoiceField(label="Who", required=False)
    round = forms.ChoiceField(label="Round", required=False)
    since = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="To", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    q = forms.CharField(
        label="Reason or details",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )

    def __init__(self, *args: Any, known: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        actions = [(one, one.replace("_", " ").capitalize()) for one in known.actions]
        self.fields["action"].choices = [("", "All"), (LOOK, "Looks at predictions"), *actions]  # type: ignore[attr-defined]
        self.fields["actor"].choices = [("", "All"), *((one, one) for one in known.actors)]  # type: ignore[attr-defined]
        self.fields["round"].choices = [("", "All"), *((str(one), str(one)) for one in known.rounds)]  # type: ignore[attr-defined]
