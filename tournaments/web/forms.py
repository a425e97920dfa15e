"""What more than one room asks people to fill in."""

from decimal import Decimal
from typing import Any

from django import forms


def shifted(value: Decimal, places: int) -> Decimal:
    """Return value · 10^places, exactly: Decimal's own way rounds to 28 digits.

    >>> shifted(Decimal("12.34"), 2), shifted(Decimal(10**36 + 1), -2)
    (Decimal('1234'), Decimal('10000000000000000000000000000000000.01'))
    """
    sign, digits, exponent = value.as_tuple()
    return Decimal((sign, digits, int(exponent) + places))


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
