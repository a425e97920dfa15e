"""The limits of the house style that no linter holds: a function fits a screen, a file is one thought."""

import ast
from pathlib import Path

import pytest

from aggregator.embedded.stack import CHECKOUT

FUNCTION_LINES = 40
FILE_LINES = 300
ROOMS = ("aggregator", "tournaments", "demo", "benchmarks", "tests")


def _files() -> list[Path]:
    return [CHECKOUT / "manage.py", *(file for room in ROOMS for file in (CHECKOUT / room).rglob("*.py"))]


def long_functions(source: str) -> list[str]:
    """The functions of a source text that are longer than a screen, decorators not counted."""
    functions = (
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    lengths = {node.name: (node.end_lineno or node.lineno) - node.lineno + 1 for node in functions}
    return [f"{name}: {length} lines" for name, length in lengths.items() if length > FUNCTION_LINES]


@pytest.mark.parametrize(("body", "found"), [(39, []), (40, ["f: 41 lines"])])
def test_the_measure_of_a_function_is_right(body: int, found: list[str]) -> None:
    assert long_functions("def f():\n" + "    x = 1\n" * body) == found


def test_functions_fit_a_screen() -> None:
    found = {str(file.relative_to(CHECKOUT)): long_functions(file.read_text()) for file in _files()}
    assert {file: names for file, names in found.items() if names and "/migrations/" not in file} == {}


def test_files_are_one_thought() -> None:
    lengths = {str(file.relative_to(CHECKOUT)): len(file.read_text().splitlines()) for file in _files()}
    long = {file: length for file, length in lengths.items() if length > FILE_LINES}
    assert {file: length for file, length in long.items() if "/migrations/" not in file} == {}
