"""Money out."""

from tournaments.management.booking import BookingFace
from tournaments.services import purse


class Command(BookingFace):
    """Book money that was sent to a participant, who must have it. It only goes into the books."""

    example = "weekly Heron 25.00 'bank transfer 4712'"
    book = staticmethod(purse.withdraw)
    done = "sent to"
