"""PostgreSQL and Valkey of one home, started and stopped together."""

from aggregator.embedded.home import Home, write_private
from aggregator.embedded.postgres import Postgres
from aggregator.embedded.valkey import Valkey


class Databases:
    """Both servers; their addresses are written to `run/urls.env` while they are up, for `manage.py`."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.postgres = Postgres(home)
        self.valkey = Valkey(home)

    def start(self) -> dict[str, str]:
        """Start both and return the variables that name them."""
        self.postgres.start()
        self.valkey.start()
        lines = "".join(f"{name}={value}\n" for name, value in self.environment().items())
        write_private(self.home.urls, lines)
        return self.environment()

    def stop(self) -> None:
        """Stop both, also when an earlier launcher started them."""
        self.home.urls.unlink(missing_ok=True)
        self.valkey.stop()
        self.postgres.stop()

    def environment(self) -> dict[str, str]:
        """The variables by which a process finds these databases."""
        return {
            "DATABASE_URL": self.postgres.url("app"),
            "DATABASE_OWNER_URL": self.postgres.url("owner"),
            "REDIS_URL": self.valkey.url,
            "CROWDBLEND_EMBEDDED": "true",
        }
