"""Long lists of which only a part is read: what is asked for is asked of the database."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, overload

Row = dict[str, Any]


class Parts(Sequence[Row]):
    """A sequence of rows behind two questions: how many there are, and those at a place of the order."""

    def __init__(self, count: Callable[[], int], read: Callable[[slice], list[Row]]) -> None:
        self._count, self._read = count, read

    def __len__(self) -> int:
        return self._count()

    @overload
    def __getitem__(self, wanted: int) -> Row: ...
    @overload
    def __getitem__(self, wanted: slice) -> list[Row]: ...
    def __getitem__(self, wanted: int | slice) -> Row | list[Row]:
        if isinstance(wanted, slice):
            return self._read(wanted)
        return self._read(slice(wanted, wanted + 1))[0]

    def __iter__(self) -> Iterator[Row]:
        return iter(self._read(slice(None)))
