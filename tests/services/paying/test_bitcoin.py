"""Bitcoin addresses: what is paid to, what is refused, and that no mistyped one passes."""

import pytest

from tests.services.paying.vectors import BAD, GOOD, UNSUPPORTED
from tournaments.models import Currency
from tournaments.models.currencies import BITCOIN_DIGITS
from tournaments.models.rules import NETWORKS, SATOSHI_DIGITS
from tournaments.services.errors import Invalid
from tournaments.services.paying.bitcoin import read

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def code_of(text: str, network: str = "bitcoin") -> str:
    with pytest.raises(Invalid) as error:
        read(text, network)
    return error.value.code


@pytest.mark.parametrize(("network", "text", "kind"), GOOD)
def test_addresses_of_the_standards_are_taken_with_their_type(network: str, text: str, kind: str) -> None:
    found = read(f"  {text}\n", network)
    stored = text if kind in ("p2pkh", "p2sh") else text.lower()
    assert (found.text, found.kind) == (stored, kind)
    assert read(found.text, network) == found


@pytest.mark.parametrize("text", BAD.values(), ids=list(BAD))
def test_what_is_no_address_is_refused(text: str) -> None:
    for network in ("bitcoin", "testnet", "regtest"):
        assert code_of(text, network) == "bad_address"


@pytest.mark.parametrize("text", UNSUPPORTED)
def test_what_nobody_knows_the_rules_of_yet_is_not_paid_to(text: str) -> None:
    assert code_of(text) == "address_unsupported"


def test_an_address_of_another_network_is_refused() -> None:
    for network, text, kind in GOOD:
        for other in ("bitcoin", "testnet", "regtest"):
            same_bytes = kind in ("p2pkh", "p2sh") and "bitcoin" not in (network, other)
            if other != network and not same_bytes:
                assert code_of(text, other) == "wrong_network", (text, other)


@pytest.mark.parametrize(("network", "text", "kind"), GOOD)
def test_one_other_character_at_any_place_is_found(network: str, text: str, kind: str) -> None:
    letters = BASE58 if kind in ("p2pkh", "p2sh") else BECH32
    if text.isupper():
        letters = letters.upper()
    for place, right in enumerate(text):
        for wrong in letters:
            if wrong != right:
                mistyped = text[:place] + wrong + text[place + 1 :]
                assert code_of(mistyped, network) in ("bad_address", "address_unsupported"), mistyped


def test_one_character_lost_doubled_or_exchanged_is_found() -> None:
    for network, text, _ in GOOD:
        for place in range(len(text)):
            lost, doubled = text[:place] + text[place + 1 :], text[:place] + text[place] + text[place:]
            exchanged = text[:place] + text[place : place + 2][::-1] + text[place + 2 :]
            for mistyped in {lost, doubled, exchanged} - {text}:
                assert code_of(mistyped, network) == "bad_address", mistyped


def test_rules_and_currencies_know_the_same_networks() -> None:
    assert list(NETWORKS) == Currency.Network.values
    assert SATOSHI_DIGITS == BITCOIN_DIGITS
