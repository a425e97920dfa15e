"""requirements*.txt: pinned, hashed, installable from anywhere, and in step with pyproject.toml."""

import re
import tomllib
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from aggregator.embedded.stack import CHECKOUT

FILES = {"requirements.txt": ("s3",), "requirements-dev.txt": ("s3", "dev")}


def _project() -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    return project


def _pins(name: str) -> dict[str, str]:
    text = (CHECKOUT / name).read_text()
    return dict(re.findall(r"^([a-z0-9.-]+)==([^ ;\\\n]+)", text, flags=re.MULTILINE))


@pytest.mark.parametrize("name", FILES)
def test_each_requirement_of_the_project_has_a_pin_that_satisfies_it(name: str) -> None:
    project, pins = _project(), _pins(name)
    extras = [one for extra in FILES[name] for one in project["optional-dependencies"][extra]]
    wanted = [Requirement(line) for line in [*project["dependencies"], *extras]]
    unmet = [
        str(one)
        for one in wanted
        if not one.specifier.contains(pins.get(canonicalize_name(one.name), "0"), prereleases=True)
        or canonicalize_name(one.name) not in pins
    ]
    assert unmet == [], "run `make requirements`"


@pytest.mark.parametrize("name", FILES)
def test_every_pin_has_a_hash_and_no_file_names_a_place(name: str) -> None:
    text = (CHECKOUT / name).read_text()
    entries = re.split(r"\n(?=\S)", text)
    assert all("--hash=sha256:" in entry for entry in entries if "==" in entry.split("\n")[0])
    assert not re.search(r"://|^-|^/|file:|find-links|index-url", text, flags=re.MULTILINE)


def test_both_files_pin_the_same_versions() -> None:
    assert _pins("requirements.txt").items() <= _pins("requirements-dev.txt").items()
