"""The one error of the formulas."""

from __future__ import annotations


class NumericsError(ValueError):
    """An argument that a formula cannot take, found at the formula's door.

    `code` is stable and meant for programs, `sentence` for people, and `place` says where the fault is
    (a row, an era, the name of the argument).

    >>> error = NumericsError("not_a_probability", "p must lie in [0, 1].", row=3)
    >>> error.code, error.place
    ('not_a_probability', {'row': 3})
    >>> str(error)
    'not_a_probability: p must lie in [0, 1]. (row=3)'
    """

    def __init__(self, code: str, sentence: str, **place: object) -> None:
        self.code = code
        self.sentence = sentence
        self.place = place
        where = ", ".join(f"{name}={value}" for name, value in place.items())
        super().__init__(f"{code}: {sentence}" + (f" ({where})" if where else ""))
