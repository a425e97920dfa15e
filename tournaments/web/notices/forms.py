"""What people fill in about notices."""

from typing import Any

from django import forms

from tournaments.web import words


class KindsForm(forms.Form):
    """Which of the kinds that can come."""

    kinds = forms.MultipleChoiceField(label="Told of", required=False)

    def __init__(self, *args: Any, among: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kinds"].choices = [(kind, words.NOTICES[kind]) for kind in among]  # type: ignore[attr-defined]


class WebhookForm(KindsForm):
    """A webhook: where to send, and what."""

    url = forms.CharField(label="Address", max_length=500, strip=True)
    field_order = ("url", "kinds")
