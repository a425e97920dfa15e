"""Amounts of money in the database: whole minor units of up to 38 digits."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.expressions import Combinable

DIGITS = 38
LARGEST = 10**DIGITS - 1
MOST = 10**36
"""What one deposit, pool or stake must be below, so that the sums of a hundred of them still fit."""
MOST_DIGITS = 18
"""The most decimals that a currency's minor unit stands behind the point."""


class Amount(models.DecimalField):
    """A NUMERIC(38, 0) that is an int in Python, in rows and in sums alike.

    It takes ints only: the column itself would round a fraction in silence, and take NaN. BIGINT would end
    at nine coins of eighteen digits.
    """

    if TYPE_CHECKING:
        _pyi_private_set_type: int | Combinable
        _pyi_private_get_type: int  # type: ignore[assignment]
        _pyi_lookup_exact_type: int | Combinable  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "max_digits": DIGITS, "decimal_places": 0})

    def deconstruct(self) -> Any:
        """Leave out of migrations what every amount has."""
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_digits"], kwargs["decimal_places"]
        return name, path, args, kwargs

    def db_check(self, connection: Any) -> str:
        """Refuse NaN, which NUMERIC takes for a number larger than all others."""
        return f"\"{self.column}\" <> 'NaN'"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> int | None:
        """Return an int, of a column or of a sum."""
        return None if value is None else int(value)

    def to_python(self, value: Any) -> Any:
        """Return an int of what a form or a file has; amounts have no fraction."""
        return int(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        """Hand on an int, or an expression, and nothing else."""
        if value is None or type(value) is int or hasattr(value, "resolve_expression"):
            return value
        raise TypeError(f"An amount is an int of minor units, not {value!r}.")

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Hand it to the driver as it is: it knows integers of any size."""
        return value if prepared else self.get_prep_value(value)
