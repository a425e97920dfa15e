"""What stands in a cell of a table that people open with a spreadsheet."""

import re

NUMBER = re.compile(r"-\d+(\.\d+)?", re.ASCII)


def plain(text: str) -> str:
    """Return text that no spreadsheet takes for a formula; a number below zero is none.

    >>> plain("=1+1"), plain("Ann"), plain("-1+1"), plain("-0.05")
    ("'=1+1", 'Ann', "'-1+1", '-0.05')
    """
    formula = text[:1] in ("=", "+", "-", "@", "\t", "\r") and not NUMBER.fullmatch(text)
    return f"'{text}" if formula else text
