"""What participants fill in."""

from typing import Any

from django import forms


class UploadForm(forms.Form):
    """A file of predictions, and whose it is where the file does not say."""

    forecaster = forms.ChoiceField(required=False, label="Forecaster")
    file = forms.FileField(
        label="File",
        allow_empty_file=True,  # its fault is told by the parser, in its words
        error_messages={"required": "Choose a file first."},
    )
    # An Idempotency-Key: the script sends the same one again when the connection was lost.
    key = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    def __init__(self, *args: Any, forecasters: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "As the file's columns say")] if len(forecasters) > 1 else []
        field = self.fields["forecaster"]
        assert isinstance(field, forms.ChoiceField), "It was declared as one."
        field.choices = [*choices, *((name, name) for name in forecasters)]
