"""`make demo`: one whole round on real data, over HTTP, as users would play it; then it serves until Ctrl-C.

Run under the launcher with a stack of its own (web, worker, beat): see the Makefile. The world is named by
the first argument, `flights` (default) or `market`; with ONCE=1 it exits, status 0 only if all held.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.crowd.entrants import SEATS, crowd
from benchmarks.worlds import flights, market
from demo import report, stage, wagers, whole
from demo.progress import console, step

WORLDS = {"flights": flights, "market": market}


def main() -> int:
    """Play, report, write demo.json, and serve until Ctrl-C unless ONCE is set. Returns the exit status."""
    name = sys.argv[1] if len(sys.argv) > 1 and sys.argv[1] else "flights"
    if name not in stage.CONTESTS:
        console.print(f"DATA is {name}, but must be one of {', '.join(stage.CONTESTS)}.")
        return 2
    began = time.monotonic()
    folder, base = Path(os.environ["VAR_DIR"]), os.environ["BASE_URL"]
    with step(f"The data: {stage.CONTESTS[name].name}"):
        world = WORLDS[name]()
    with step("Thirty people fit their models", len(SEATS)) as under_way:
        entrants = crowd(world, on_done=under_way.advance)
    result = whole.play(stage.CONTESTS[name], world, entrants, folder, base)
    report.show(result)
    staked = wagers.play(world, entrants, folder, base)
    report.show_wagers(staked)
    result["checks"] += staked["checks"]
    result["wagers"] = staked
    target = folder / "demo.json"
    target.touch(mode=0o600)  # it has passwords
    target.write_text(json.dumps(result, indent=1, default=str) + "\n")
    _logins(result["logins"], base)
    held = result["checks"]
    console.print(
        f"\n{sum(c['holds'] for c in held)} of {len(held)} things that had to hold held; "
        f"{time.monotonic() - began:.0f} s in all. The same in {folder.name}/demo.json."
    )
    broken = [c["sentence"] for c in held if not c["holds"]]
    for sentence in broken:
        console.print(f"  did not hold: {sentence}")
    if not os.environ.get("ONCE"):
        console.print(f"\n[bold]Crowdblend is at {base}[/bold] (Ctrl-C stops it).")
        _serve_until_stopped()
    return 1 if broken else 0


def _logins(logins: dict[str, Any], base: str) -> None:
    console.print(f"\n[bold]Logins[/bold] at {base}/login/ (all of them, with API tokens, in demo.json)")
    for who in list(logins)[:4]:
        login = logins[who]
        console.print(f"  {login.get('username') or login['user']:<22} {login['password']}   {who}")


def _serve_until_stopped() -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        signal.pause()
    except KeyboardInterrupt:
        console.print("Stopping.")


if __name__ == "__main__":
    sys.exit(main())
