"""Online feedback on a simulated product: ``python -m benchmarks.online [--events N] [--users N] [--orders N]``.

Prints whether every order of arrival gives the same release, how many intervals hold the truth, how right the weak
layer is beside likes at face value, what a brigade of fifty accounts achieves, what the backflow sampler is worth, and
the cost.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import polars as pl
from rich.console import Console

from benchmarks.online.measure import accuracy, build, coverage, evidence_of, labels, opened, release_of, yields
from benchmarks.online.simulate import brigade, make, write

_COLUMNS = ("id", "session", "who", "plan", "task", "did", "asked", "got", "beside", "made", "place", "at", "received")
_BRIGADE = 10_000_000
_SAY = Console(highlight=False, soft_wrap=True)


def main(arguments: list[str]) -> int:
    """Measure and print; returns 0 when every target holds, else 1."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.online", description=__doc__)
    parser.add_argument("--events", type=int, default=20_000, help="events of the product log")
    parser.add_argument("--users", type=int, default=400, help="its users")
    parser.add_argument("--orders", type=int, default=3, help="orders of arrival; 0 for none")
    parser.add_argument("--order-events", type=int, help="events of each order; a tenth of the events when absent")
    parser.add_argument("--honest", type=int, default=20_000, help="honest events around the brigade")
    options = parser.parse_args(arguments)
    with TemporaryDirectory(prefix="prefstrata-online-") as folder:
        held = [
            _estimates(Path(folder) / "log", options.events, options.users),
            _orders(
                Path(folder) / "orders", options.order_events or options.events // 10, options.users, options.orders
            ),
            _pushed(Path(folder) / "brigade", options.honest, options.users),
        ]
    return 0 if all(held) else 1


def _estimates(folder: Path, events: int, users: int) -> bool:
    world = make(events, users)
    lines = write(world, world.events, folder)
    bare = _bare(folder)
    before = _cpu()
    with opened(folder) as session:
        seconds = evidence_of(session)
        ours = _cpu() - before
        _SAY.print(
            f"{lines:,} lines: ingest {seconds['ingest']:.1f} s, to votes {seconds['votes']:.1f} s;"
            f" {ours:.1f} CPU seconds, {ours / bare:.1f} times DuckDB's bare read ({bare:.2f})"
        )
        cells = coverage(session, world)
        share = float(cells["inside"].to_numpy().mean())
        _SAY.print(
            f"{cells.height} reliabilities, {100 * share:.0f} % of the 90 % intervals hold the truth (wanted: 85)"
        )
        build(session)
        right = accuracy(session, world)
        _SAY.print(
            f"{right.pairs:,} weak pairs: {100 * right.ours:.1f} % right; likes at face value"
            f" {100 * right.likes:.1f} %, with accepts {100 * right.face_value:.1f} %"
        )
        drawn, evenly = yields(session, world)
        _SAY.print(
            f"backflow: {drawn:.3f} changed preferences per annotation, drawn evenly {evenly:.3f}:"
            f" {drawn / max(evenly, 1e-9):.2f} times as many"
        )
    return share >= 0.85 and right.ours > right.face_value and drawn > evenly  # noqa: PLR2004 - the targets


def _orders(folder: Path, events: int, users: int, orders: int) -> bool:
    world = make(events, users)
    found = set()
    for seed in range(1, orders + 1):
        write(world, world.events, folder, seed=seed, files=2 + seed % 7)
        found.add(release_of(folder))
        # The key of the pseudonyms stays: another one gives other names, and rightly another release.
        for made in ("inbox", "releases", "warehouse"):
            shutil.rmtree(folder / made)
    _SAY.print(f"{orders} orders of arrival of {events:,} events: {len(found)} release")
    return len(found) <= 1


def _pushed(folder: Path, honest: int, users: int) -> bool:
    world = make(honest, users)
    said = {}
    for name, events in (("honest", world.events), ("pushed", pl.concat([world.events, brigade(world, 50, 40)]))):
        write(world, events, folder / name)
        with opened(folder / name) as session:
            evidence_of(session)
            build(session)
            said[name] = (
                labels(session).with_columns(side=(pl.col("p_a") - pl.col("p_b")).sign()).select("pair_id", "side")
            )
            silent = session.engine.read("evidence.suspended").filter(pl.col("scope") == "rater")
            raters = session.engine.read("ledger.events").select("rater_id", "session").unique("rater_id")
    pushers = set(raters.filter(pl.col("session").str.slice(1).cast(pl.Int64) >= _BRIGADE)["rater_id"])
    caught = set(silent["subject"])
    found = len(caught & pushers) / len(pushers)
    wrongly = len(caught - pushers) / (raters.height - len(pushers))
    joined = said["honest"].join(said["pushed"], on="pair_id", suffix="_pushed")
    changed = float((joined["side"] != joined["side_pushed"]).to_numpy().mean())
    _SAY.print(
        f"brigade of {len(pushers)} x 40: {100 * found:.0f} % of its accounts quarantined (wanted: 90),"
        f" {100 * wrongly:.2f} %"
        f" of honest users (at most 1), {100 * changed:.3f} % of {joined.height:,} labels changed (at most 0.1)"
    )
    return found >= 0.9 and wrongly <= 0.01 and changed <= 0.001  # noqa: PLR2004 - the targets


def _bare(folder: Path) -> float:
    """CPU seconds of DuckDB's own read of the same lines into a table."""
    columns = ", ".join(f"'{name}': '{'bigint' if name == 'place' else 'varchar'}'" for name in _COLUMNS)
    connection = duckdb.connect()
    before = _cpu()
    reader = f"read_json($files, columns = {{{columns}}}, format = 'newline_delimited')"
    connection.execute(
        f"create table lines as select * from {reader}",  # noqa: S608 - names of our own
        {"files": str(folder / "inbox" / "events-*.jsonl")},
    ).fetchall()
    connection.close()
    return _cpu() - before


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
