"""Parameters of the rules: frozen dataclasses of integers and words that check and describe themselves.

There is no float among them: a rate is an integer of millionths, an amount one of minor units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from tournaments.numerics.errors import NumericsError

MILLION = 10**6
LARGEST = 10**38 - 1
"""Amounts have up to 38 digits."""


def whole(
    default: int | None, least: int, most: int, unit: str, sentence: str, *, optional: bool = False
) -> Any:
    """A field for an integer between bounds, or None where it is optional."""
    kind: dict[str, Any] = {"type": ["integer", "null"] if optional else "integer"}
    schema = {**kind, "minimum": least, "maximum": most, "unit": unit, "description": sentence}
    return field(default=default, metadata=schema)


def choice(default: str, options: Sequence[str], sentence: str) -> Any:
    """A field for one of some words."""
    schema = {"type": "string", "enum": list(options), "description": sentence}
    return field(default=default, metadata=schema)


@dataclass(frozen=True)
class Parameters:
    """What every rule's parameters can do. Raises NumericsError: as `_check`."""

    def __post_init__(self) -> None:
        for one in fields(self):
            _check(one.name, getattr(self, one.name), one.metadata)

    @property
    def reads(self) -> tuple[str, ...]:
        """Names of the scores (`entries.SCORES`) that the rule reads with these parameters."""
        raise NotImplementedError


Some = TypeVar("Some", bound=Parameters)


def _check(name: str, value: object, schema: Mapping[str, Any]) -> None:
    """Codes: `not_an_integer`, `out_of_range`, `not_a_choice`."""
    if "enum" in schema:
        if value not in schema["enum"]:
            options = ", ".join(schema["enum"])
            raise NumericsError("not_a_choice", f"It must be one of {options}.", name=name)
        return
    if value is None and "null" in schema["type"]:
        return
    if type(value) is not int:
        raise NumericsError("not_an_integer", "It must be an integer.", name=name)
    low, high = schema["minimum"], schema["maximum"]
    if not low <= value <= high:
        raise NumericsError("out_of_range", f"It must lie between {low} and {high}.", name=name)


def read(kind: type[Some], values: Mapping[str, Any]) -> Some:
    """Parameters from a JSON object, defaults for those that it does not name.

    Raises NumericsError: `unknown_parameter`, and as `Parameters`.
    """
    unknown = sorted(set(values) - {one.name for one in fields(kind)})
    if unknown:
        raise NumericsError("unknown_parameter", "The rule has no such parameter.", name=unknown[0])
    return kind(**values)


def schema(kind: type[Parameters]) -> dict[str, Any]:
    """The JSON schema of a rule's parameters. `unit` says of what an integer counts.

    >>> schema(Parameters)["properties"]
    {}
    """
    properties = {one.name: {**one.metadata, "default": one.default} for one in fields(kind)}
    return {"type": "object", "properties": properties, "additionalProperties": False}
