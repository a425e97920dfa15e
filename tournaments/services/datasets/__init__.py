"""An operator's files become a round: what is in them, what is wrong with them, and the round itself."""

from tournaments.services.datasets.dividing import Division
from tournaments.services.datasets.downloads import find, open_file
from tournaments.services.datasets.handout import RoundFiles
from tournaments.services.datasets.looking import Look, look
from tournaments.services.datasets.making import create_round, replace_files
from tournaments.services.datasets.reading import TableRefused
from tournaments.services.datasets.tables import Columns

__all__ = [
    "Columns",
    "Division",
    "Look",
    "RoundFiles",
    "TableRefused",
    "create_round",
    "find",
    "look",
    "open_file",
    "replace_files",
]
