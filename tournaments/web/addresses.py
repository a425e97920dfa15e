"""What stands in addresses."""


class RoundNumber:
    """A round in an address: its number, or `current`. Other words after a tournament are its pages."""

    regex = r"\d{1,9}|current"

    def to_python(self, value: str) -> str:
        """Hand it on as it stands; the service finds the round."""
        return value

    def to_url(self, value: object) -> str:
        """Write a number."""
        return str(value)
