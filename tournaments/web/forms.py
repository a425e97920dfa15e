"""What people fill in."""

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

    def __init__(self, *args: Any, forecasters: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "As the file's columns say")] if len(forecasters) > 1 else []
        field = self.fields["forecaster"]
        assert isinstance(field, forms.ChoiceField), "It was declared as one."
        field.choices = [*choices, *((name, name) for name in forecasters)]


class LabelsForm(forms.Form):
    """Labels of a round; a reason is needed where one of them corrects an earlier one."""

    file = forms.FileField(
        label="Label file", allow_empty_file=True, error_messages={"required": "Choose a file first."}
    )
    reason = forms.CharField(
        label="Reason, if a label is corrected", required=False, max_length=300, strip=True
    )


class NameForm(forms.Form):
    """The name of what is about to change for good, typed by hand."""

    name = forms.CharField(max_length=80)

    def __init__(self, *args: Any, expected: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected
        self.fields["name"].label = f"Type {expected} to confirm"

    def clean_name(self) -> str:
        """Accept only the very name."""
        name = str(self.cleaned_data["name"]).strip()
        if name != self.expected:
            raise forms.ValidationError(f"This is not {self.expected}.", code="wrong_name")
        return name
