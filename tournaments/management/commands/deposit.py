"""Money in."""

from tournaments.management.booking import BookingFace
from tournaments.services import purse


class Command(BookingFace):
    """Book money that was received from a participant. It only goes into the books."""

    example = "weekly Heron 25.00 'bank transfer 4711'"
    book = staticmethod(purse.deposit)
    done = "received from"
