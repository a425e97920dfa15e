"""docs/formulas.md: every worked table in it is computed again.

A worked table is a fenced block under a comment that names a function of `tournaments.numerics`:

    <!-- worked: losses.log_loss -->
    ```
    p     0.8  0.6
    y     1    0
    →     0.56972
    ```

A line is an argument: its name, then its values. One value is a number (`[0.5]` makes it a list), several
are a list, and lines of the same name, each `name[]`, are the rows of a table. `→` is what comes out, to the
digits that are printed; `→ name` is that field of it (`a.b` goes deeper), `–` is None, and what is no number
is compared as a word. `#` begins a remark.

A payout rule, `payouts.registry.settle`, has the columns of its entries as lines, in the order of precedence:
`entries` their names, `stake`, `eligible` (1 or 0) and scores in natural units, and beside them `rule`,
`pool` and its parameters. What comes out are columns of its awards, in that order too, and its totals.
"""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tournaments.numerics.payouts import registry
from tournaments.numerics.payouts.entries import SCORES, Entry
from tournaments.numerics.units import quantise

PAGE = Path(__file__).parents[2] / "docs/formulas.md"
BLOCK = re.compile(r"<!-- worked: ([\w.]+) -->\n+```\w*\n(.*?)```", re.DOTALL)
COLUMNS = {"stake": 0, "eligible": 1}
"""Columns of entries that may be left out, and what they are then."""
NUMBER = re.compile(r"[-−]?\d+(?:\.(\d+))?(?:e-?\d+)?$")


@dataclass
class Worked:
    """One table of the page: the function, its arguments, and what is printed as its result."""

    function: str
    arguments: dict[str, Any] = field(default_factory=dict)
    results: list[tuple[str, list[str]]] = field(default_factory=list)

    @property
    def answer(self) -> Any:
        """What the function gives."""
        if self.function == "payouts.registry.settle":
            return settled(**self.arguments)
        module, _, name = self.function.rpartition(".")
        return getattr(importlib.import_module(f"tournaments.numerics.{module}"), name)(**self.arguments)


def number(word: str) -> Any:
    return float(word.replace("−", "-")) if re.search(r"[.e]", word) else int(word.replace("−", "-"))


def value(words: list[str]) -> Any:
    if len(words) > 1:
        return [number(word) if NUMBER.match(word) else word for word in words]
    (word,) = words
    if not NUMBER.match(word.strip("[]")):
        return word
    return [number(word.strip("[]"))] if word.startswith("[") else number(word)


def settled(rule: str, pool: int, entries: list[str], **lines: Any) -> dict[str, Any]:
    """What a payout rule makes of columns; an empty reason is None."""
    stakes, eligible = (lines.pop(name, [default] * len(entries)) for name, default in COLUMNS.items())
    columns = {name: lines.pop(name) for name in SCORES if name in lines}
    told = [
        Entry(
            key, at, bool(eligible[at]), stakes[at], {name: quantise(of[at]) for name, of in columns.items()}
        )
        for at, key in enumerate(entries)
    ]
    table = registry.settle(rule, told, pool, registry.parameters_of(rule, lines))
    awards = {award.key: award for award in table.awards}
    fields = ("place", "weight", "paid", "burned", "change", "returned")
    found = {name: [getattr(awards[key], name) for key in entries] for name in fields}
    found["reason"] = [awards[key].reason or None for key in entries]
    return {**found, "rolled_over": table.rolled_over, "all_paid": table.paid, "all_burned": table.burned}


def worked(function: str, body: str) -> Worked:
    found = Worked(function)
    for line in body.splitlines():
        name, *words = line.split("#")[0].split() or [""]
        if name == "→":
            plain = len(words) == 1 or NUMBER.match(words[0]) or words[0] == "–"
            path = "" if plain else words.pop(0)
            found.results.append((path, words))
        elif name.endswith("[]"):
            found.arguments.setdefault(name[:-2], []).append([number(word) for word in words])
        elif name:
            found.arguments[name] = value(words)
    return found


def tables(text: str) -> list[Worked]:
    return [worked(function, body) for function, body in BLOCK.findall(text)]


def at(answer: Any, path: str) -> list[Any]:
    """What stands at `a.b` of an answer, as a flat list."""
    for name in path.split(".") if path else []:
        answer = answer[name] if isinstance(answer, dict) else getattr(answer, name)
    flat: list[Any] = np.asarray(answer, dtype=object).ravel().tolist()
    return flat


def says(word: str, told: Any) -> bool:
    """Whether a printed word is a value, to the digits that it has."""
    if word == "–" or told is None:
        return word == "–" and told is None
    if isinstance(told, str | bool | np.bool_):
        return word == str(told)
    if not (printed := NUMBER.match(word)):
        return False
    tolerance = 0.5 * 10.0 ** -len(printed[1] or "") if "e" not in word else 1e-9 * abs(number(word))
    return abs(number(word) - told) <= tolerance * (1 + 1e-9)


FOUND = tables(PAGE.read_text())


@pytest.mark.parametrize("table", FOUND, ids=[f"{i}-{one.function}" for i, one in enumerate(FOUND)])
def test_a_worked_table_is_what_the_function_gives(table: Worked) -> None:
    answer = table.answer
    for path, words in table.results:
        told = at(answer, path)
        assert len(words) == len(told), f"{table.function} {path}: {told}"
        assert all(map(says, words, told)), f"{table.function} {path}: printed {words}, computed {told}"


def test_every_table_of_the_page_is_read_and_says_what_comes_out() -> None:
    assert len(FOUND) == PAGE.read_text().count("<!-- worked:")
    assert [one.function for one in FOUND if not one.results] == []


def test_a_table_that_is_wrong_is_found() -> None:
    body = "p  0.8  0.6\ny  1  0\n→  0.56973\n"
    (wrong,) = tables(f"<!-- worked: losses.log_loss -->\n```\n{body}```\n")
    assert not says(wrong.results[0][1][0], wrong.answer)
    assert says("0.56972", wrong.answer)
    assert (says("–", None), says("–", 0.5), says("one_class", "one_class")) == (True, False, True)


def test_lines_are_numbers_lists_tables_or_words() -> None:
    found = worked("f", "a 0.5 # half\nb [0.5]\nc 1 2\nd[] 1 2\nd[] 3 −4\ne word\n→ f.g –\n→ 1 2\n")
    assert found.arguments == {"a": 0.5, "b": [0.5], "c": [1, 2], "d": [[1, 2], [3, -4]], "e": "word"}
    assert found.results == [("f.g", ["–"]), ("", ["1", "2"])]
