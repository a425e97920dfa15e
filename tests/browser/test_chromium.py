"""Which Chromium is chosen, on machines that have this or that."""

import subprocess

import pytest

from tests.browser.chromium import ADVICE, Machine, NoChromiumError, find, main

DEBIANS, OWN = "/usr/bin/chromium", "/home/ann/.cache/chrome"


class Shelf:
    """A machine: what is there, and what an installation would bring."""

    def __init__(self, installed: str = "", brings: str = "", own: str = "") -> None:
        self.there, self.brings, self.own, self.installations = installed, brings, own, 0

    def install(self) -> None:
        self.installations += 1
        if not self.brings:
            raise subprocess.CalledProcessError(100, "apt-get")
        self.there = self.brings

    def machine(self, named: str = "", root: bool = False) -> Machine:
        return Machine(named, lambda: self.there, root, self.install, lambda: self.own)


@pytest.fixture
def mine(tmp_path):
    path = tmp_path / "my-chromium"
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


def test_the_one_that_is_named_goes_first(mine):
    assert find(Shelf(installed=DEBIANS, own=OWN).machine(named=mine)) == mine


def test_a_named_one_that_is_not_there_is_said_and_no_other_is_taken(tmp_path):
    with pytest.raises(NoChromiumError, match=r"CHROMIUM is .*/nowhere"):
        find(Shelf(installed=DEBIANS).machine(named=str(tmp_path / "nowhere")))


def test_debians_goes_before_playwrights_and_nothing_is_installed():
    shelf = Shelf(installed=DEBIANS, brings=DEBIANS, own=OWN)
    assert find(shelf.machine(root=True)) == DEBIANS
    assert shelf.installations == 0


def test_root_installs_debians_package():
    shelf = Shelf(brings=DEBIANS, own=OWN)
    assert find(shelf.machine(root=True)) == DEBIANS


def test_who_may_not_install_takes_playwrights_own():
    shelf = Shelf(brings=DEBIANS, own=OWN)
    assert find(shelf.machine()) == OWN
    assert shelf.installations == 0


def test_an_installation_that_fails_leaves_playwrights_own():
    shelf = Shelf(own=OWN)
    assert find(shelf.machine(root=True)) == OWN
    assert shelf.installations == 1


def test_without_any_one_sentence_says_what_to_do(monkeypatch, capsys):
    with pytest.raises(NoChromiumError) as raised:
        find(Shelf().machine(root=True))
    assert str(raised.value) == ADVICE
    monkeypatch.setenv("CHROMIUM", "/nowhere")
    assert main() == 1
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
