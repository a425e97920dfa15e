"""Bitcoin addresses, checked to the last character: checksum, network, type.

Read by btclib (base58check; bech32 of BIP-173, bech32m of BIP-350); what may be paid to is decided here.
"""

import re
from dataclasses import dataclass

from btclib.b32 import witness_from_address
from btclib.b58 import h160_from_address

from tournaments.services.errors import Invalid

PREFIXES = ("bc1", "tb1", "bcrt1")
"""How segwit addresses of the main network, of the test networks and of regtest begin."""
MAIN, TEST, LOCAL = "bitcoin", "testnet", "regtest"
NETWORK_OF = {"mainnet": MAIN, "regtest": LOCAL}
"""btclib's names; every other one is a test network's."""
WITNESS = {(0, 20): "p2wpkh", (0, 32): "p2wsh", (1, 32): "p2tr"}
"""Version and length of a witness program → type. Of any other one nobody knows yet who may spend it."""
BAD = "This is no Bitcoin address: a character is wrong, missing or too many. Copy it from the wallet again."


@dataclass(frozen=True)
class Address:
    """A Bitcoin address as it is stored, and its type."""

    text: str
    kind: str


def read(text: str, network: str) -> Address:
    """Return an address of this network: `bitcoin`, `testnet` or `regtest`.

    Raises Invalid `bad_address`, `wrong_network`, `address_unsupported`.

    >>> read(" BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4 ", "bitcoin").text
    'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'
    """
    text = text.strip()
    if not re.fullmatch(r"[0-9A-Za-z]{14,90}", text):
        raise Invalid("bad_address", BAD)
    if text.lower().startswith(PREFIXES):
        return _segwit(text, network)
    return _base58(text, network)


def _segwit(text: str, network: str) -> Address:
    if text not in (text.lower(), text.upper()):
        raise Invalid(
            "bad_address", "Such an address has small letters or capitals, not both. Copy it again."
        )
    text = text.lower()
    try:
        version, program, theirs = witness_from_address(text)
    except ValueError as error:
        raise Invalid("bad_address", BAD) from error
    theirs = NETWORK_OF.get(theirs, TEST)
    _need(theirs == network, theirs, network)
    kind = WITNESS.get((version, len(program)))
    if kind is None:
        raise Invalid(
            "address_unsupported",
            f"Addresses with witness version {version} of {len(program)} bytes are not paid to: what is sent "
            "there could be taken by anyone.",
        )
    return Address(text, kind)


def _base58(text: str, network: str) -> Address:
    try:
        kind, _, theirs = h160_from_address(text)
    except ValueError as error:
        raise Invalid("bad_address", BAD) from error
    theirs = NETWORK_OF.get(theirs, TEST)
    # Testnet and regtest write them with the same bytes.
    _need((theirs == MAIN) == (network == MAIN), theirs, network)
    return Address(text, kind)


def _need(same: bool, theirs: str, ours: str) -> None:
    if not same:
        raise Invalid(
            "wrong_network",
            f"This is an address of {theirs}; payments here go over {ours}. Copy an address of that network.",
        )
