"""Drivers killed at random moments, each run on what the one before left."""

from __future__ import annotations

import random
import shutil
import subprocess
import time
from typing import TYPE_CHECKING, Any

import polars as pl

from benchmarks.spark._runs import copied, end, latest, released, say, started
from benchmarks.spark._verdict import unlike
from prefstrata.engine._folder import TableFolder, parquet_files

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["kill_often"]

_LATE = 0.95
"""The last part of a run in which it is killed; what is left is the JVM's own end."""


def kill_often(  # noqa: PLR0913 - what runs, where, and what befalls it
    base: Path, engine: dict[str, Any], expected: dict[str, Any], kills: int, seed: int, *, short: bool
) -> tuple[bool, dict[str, Any]]:
    """Kill the driver so often, look at the tables each time, and let it end once.

    A run that ends before its moment is held against the expected release, and the project begins anew: only runs that
    were killed count.

    Returns:
        Whether nothing was ever half-written or unlike, and the manifest of the run that was left alone.
    """
    began = time.monotonic()
    undisturbed = released("Spark, left alone", base, "undisturbed", engine, short=short)
    length = _LATE * (time.monotonic() - began)
    wrong = len(unlike(expected, undisturbed))
    chance = random.Random(seed)  # noqa: S311 - no secret
    folder = copied(base, "spark", engine)
    done = 0
    while done < kills:
        after = chance.uniform(1, length)
        with started(folder, ["run"], short=short) as run:
            try:
                run.wait(after)
            except subprocess.TimeoutExpired:
                end(run)
        if run.returncode in {0, None}:
            said = unlike(expected, latest(folder))
            wrong += len(said)
            say(f"a run ended before its kill at {after:.0f} s; release: {said or 'the same'}; it begins anew")
            shutil.rmtree(folder)
            folder = copied(base, "spark", engine)
            continue
        if run.returncode > 0:
            raise SystemExit(f"a run on what a killed one left ended with {run.returncode}")
        done += 1
        tables, torn = _looked_at(folder / "warehouse" / "spark")
        wrong += len(torn)
        say(f"kill {done} of {kills}, after {after:.0f} s: {tables} tables hold rows, half-written: {torn or 'none'}")
    last = _finished(folder, short=short)
    say(f"kills: {done}/{kills}; half-written tables and unlike releases on the way: {wrong}")
    return wrong == 0, last


def _finished(folder: Path, *, short: bool) -> dict[str, Any]:
    began = time.monotonic()
    with started(folder, ["run"], short=short) as run:
        if run.wait():
            raise SystemExit(f"the last run ended with {run.returncode}")
    say(f"the run after the last kill: {time.monotonic() - began:.0f} s")
    return latest(folder)


def _looked_at(home: Path) -> tuple[int, list[str]]:
    """How many tables hold rows, and those that cannot be read to the last row, or lack a file that is named."""
    state = TableFolder(home).state()
    torn: list[str] = []
    for name, parts in state.items():
        for part in parts:
            try:
                files = parquet_files(home / part)
                if not files:
                    torn.append(name)
                for file in files:
                    pl.read_parquet(file)
            except (OSError, pl.exceptions.PolarsError):
                torn.append(name)
    return sum(1 for parts in state.values() if parts), torn
