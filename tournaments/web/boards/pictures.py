"""Charts of a player's rounds."""

from collections.abc import Sequence

from tournaments.services.reading.histories import Played
from tournaments.web.charts import DOTS, LINE, MANY, OWN, Axis, Chart, Reference, Series
from tournaments.web.formats import NATS


def gains(played: Sequence[Played]) -> Chart:
    """Draw the gain of each round with its interval, missed rounds as gaps, beside the crowd's."""
    rounds = sorted((one for one in played if one.crowd is not None), key=lambda one: one.round.number)
    places = [float(one.round.number) for one in rounds]
    figures = [one.row if one.row.get("gain") is not None else {} for one in rounds]
    return Chart(
        _title(rounds),
        x=Axis("Round", whole=True),
        y=Axis("Gain", "1e-4 nats", digits=1, signed=True),
        series=[
            Series(
                "gain",
                places,
                [_nats(row.get("gain")) for row in figures],
                kind=DOTS,
                role=OWN,
                low=[_nats(row.get("gain_low")) for row in figures],
                high=[_nats(row.get("gain_high")) for row in figures],
            ),
            Series("crowd", places, [_nats(one.crowd) for one in rounds], kind=LINE, role=MANY),
        ],
        references=[Reference(0.0, "a coin")],
        note="Gain on the rows that each round is judged by, with its 95% interval over eras. A missed round "
        "has no dot.",
    )


def _title(rounds: Sequence[Played]) -> str:
    """Say how often the player was better than the crowd."""
    both = [one for one in rounds if one.row.get("gain") is not None and one.crowd is not None]
    ahead = sum(1 for one in both if one.row["gain"] > (one.crowd or 0.0))
    return f"Better than the crowd in {ahead} of {len(both)} rounds"


def _nats(gain: float | None) -> float | None:
    return None if gain is None else gain * NATS
