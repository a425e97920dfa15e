"""Programs to copy: download a round's rows, predict, upload, read the score. They run as they stand.

The key's secret never stands in them: it comes from the environment, as the whole token or its second half.
"""

from dataclasses import dataclass
from textwrap import dedent

from tournaments.models import DatasetFile, Round

PUBLIC = "PUBLIC-ID"
"""Stands where the reader has no key yet."""
PACKED = {".gz": '"gzip"', ".zip": '"zip"', ".bz2": '"bz2"'}


@dataclass(frozen=True)
class Place:
    """Where a program sends: the server's address, a round (its number or `current`), and whose it is."""

    server: str
    slug: str
    number: str
    id_column: str
    public: str = ""
    forecaster: str = "main"

    @property
    def round(self) -> str:
        """Return the address of the round's part of the API."""
        return f"{self.server}/api/v1/tournaments/{self.slug}/rounds/{self.number}"

    @property
    def key(self) -> str:
        """Return the public part of the key, or what stands for it."""
        return self.public or PUBLIC


def place_of(round_: Round, server: str, public: str, forecaster: str, number: str = "") -> Place:
    """Return where programs of this round's participant send to."""
    rules = round_.read_rules()
    number = number or str(round_.number)
    return Place(server.rstrip("/"), round_.tournament.slug, number, rules.id_column, public, forecaster)


def python(place: Place, dataset: DatasetFile, upload: bool = True) -> str:
    """Return a program for a notebook: pandas and requests. Without a key or an upload it needs no key."""
    parts = [_IMPORTS, *([_KEY] if place.public or upload else [_NO_KEY]), _DOWN, *([_UP] if upload else [])]
    values = {
        "round": place.round,
        "server": place.server,
        "id": place.id_column,
        "key": place.key,
        "kind": dataset.kind,
        "reader": _reader(dataset),
        "forecaster": place.forecaster,
    }
    text = "\n".join(parts)
    for name, value in values.items():
        text = text.replace(f"<{name}>", value)
    return text


_IMPORTS = """\
import os
from io import BytesIO

import numpy as np
import pandas as pd
import requests

ROUND = "<round>"
ID = "<id>"
"""
_KEY = """\
# CROWDBLEND_KEY is the secret of your key <key>, or the whole token.
SECRET = os.environ["CROWDBLEND_KEY"].split("$")[-1]
KEY = {"Authorization": f"Token <key>${SECRET}"}
"""
_NO_KEY = """\
KEY = {}  # these files are open to all
"""
_DOWN = """\
answer = requests.get(f"{ROUND}/datasets/<kind>/", headers=KEY, timeout=60)
answer.raise_for_status()
file = BytesIO(answer.content)
rows = <reader>
print(f"{len(rows):,} rows, {len(rows.columns):,} columns")
"""
_UP = """\
# Your model goes here. This one knows nothing.
probability = np.random.default_rng().normal(0.5, 0.01, len(rows)).clip(0.01, 0.99)
mine = pd.DataFrame({ID: rows[ID], "probability": probability})

answer = requests.put(
    f"{ROUND}/submissions/<forecaster>/",
    params={"filename": "predictions.csv"},
    data=mine.to_csv(index=False).encode(),
    headers=KEY | {"Content-Type": "text/csv"},
    timeout=60,
)
print(answer.status_code, answer.text)
answer.raise_for_status()

receipt = answer.json()["receipts"][0]
score = f"<server>/api/v1/submissions/{receipt['submission']}/"
scores = requests.get(score, params={"wait": 30}, headers=KEY, timeout=60).json()["scores"]
print({split: one["log_loss"] for split, one in scores.items()})
"""


def _reader(dataset: DatasetFile) -> str:
    if dataset.filename.endswith(".parquet"):
        return "pd.read_parquet(file)"
    packed = next((word for end, word in PACKED.items() if dataset.filename.endswith(end)), "None")
    return f"pd.read_csv(file, dtype={{ID: str}}, compression={packed})"


def bare(place: Place) -> str:
    """Return a program that sends a file with Python's standard library alone."""
    return dedent(f'''\
        import json
        import os
        import urllib.request

        SECRET = os.environ["CROWDBLEND_KEY"].split("$")[-1]
        with open("predictions.csv", "rb") as file:
            request = urllib.request.Request(
                "{place.round}/submissions/{place.forecaster}/?filename=predictions.csv",
                data=file.read(),
                headers={{"Authorization": f"Token {place.key}${{SECRET}}", "Content-Type": "text/csv"}},
                method="PUT",
            )
        with urllib.request.urlopen(request, timeout=60) as answer:
            print(json.load(answer))
    ''')


def curl(place: Place, datasets: list[DatasetFile], upload: bool = True) -> str:
    """Return the same for a shell: each file down, checked against its hash, and predictions up."""
    with_key = place.public or upload
    key = f'-H "Authorization: Token {place.key}\\$${{CROWDBLEND_KEY##*\\$}}" ' if with_key else ""
    lines = []
    for one in datasets:
        lines += [
            f'curl --fail {key}-o {one.filename} "{place.round}/datasets/{one.kind}/"',
            f'echo "{one.sha256}  {one.filename}" | sha256sum --check',
        ]
    if upload:
        address = f"{place.round}/submissions/{place.forecaster}/?filename=predictions.csv"
        lines.append(f'curl --fail-with-body {key}-H "Content-Type: text/csv" -T predictions.csv "{address}"')
    return "\n".join(lines) + "\n"
