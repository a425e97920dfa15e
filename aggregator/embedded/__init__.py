"""PostgreSQL and Valkey from wheels, for machines where no URL names outside ones.

`python -m aggregator.embedded --help` is the launcher. The classes serve the tests, which start whole houses.
"""

from aggregator.embedded.databases import Databases
from aggregator.embedded.home import Home, Refused
from aggregator.embedded.stack import Stack

__all__ = ["Databases", "Home", "Refused", "Stack"]
