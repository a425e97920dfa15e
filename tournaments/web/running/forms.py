"""What operators of a round fill in."""

from django import forms


class LabelsForm(forms.Form):
    """Labels of a round; a reason is needed where one of them corrects an earlier one."""

    file = forms.FileField(
        label="Label file", allow_empty_file=True, error_messages={"required": "Choose a file first."}
    )
    reason = forms.CharField(
        label="Reason, if a label is corrected", required=False, max_length=300, strip=True
    )
