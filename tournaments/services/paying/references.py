"""What a payment is called outside: a transaction id, or a bank's reference."""

import re

from tournaments.services.errors import Invalid
from tournaments.services.purse import REFERENCE_MOST


def read_reference(text: str, network: str) -> str:
    """Return the reference as it is kept. Raises Invalid `bad_reference`.

    >>> read_reference(" " + "AB" * 32, "bitcoin") == "ab" * 32
    True
    >>> read_reference("SEPA  4711", "")
    'SEPA 4711'
    """
    text = " ".join(text.split())
    if network:
        text = text.lower()
        if not re.fullmatch(r"[0-9a-f]{64}", text):
            raise Invalid(
                "bad_reference",
                "Give the transaction's id: 64 hexadecimal digits, as the wallet shows it once it is sent.",
            )
    elif not (1 <= len(text) <= REFERENCE_MOST and text.isprintable()):
        raise Invalid(
            "bad_reference", f"Say by what the bank finds the payment, in 1 to {REFERENCE_MOST} characters."
        )
    return text
