"""crowd-kit's methods on our votes, in a virtual environment of their own under ``.cache/``.

What a method says of a set of votes is kept there too, under a hash of the votes, the code that asked and the pinned
requirements: the slow ones need not say it again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["PEERS", "QUICK", "environment", "estimates", "run_child"]

_CACHE = Path(".cache/peers")
_REQUIREMENTS = Path("requirements/peers.txt")
_CHILD = Path(__file__).with_name("_peers_child.py")

QUICK = ("majority", "dawid-skene")
PEERS = (*QUICK, "one-coin", "glad", "mace", "kos")


def estimates(sets: Sequence[pl.DataFrame], methods: tuple[str, ...]) -> list[dict[str, pl.DataFrame]]:
    """What each method says of each set of votes: ``item, p_a, p_tie, p_b``, from ``item, rater, choice`` alone."""
    jobs, folders = [], []
    for votes in sets:
        said = votes.select("item", "rater", "choice").sort("item", "rater", "choice")
        # Hashed as text: the bytes of a Parquet file are a matter of the version that wrote it.
        content = said.write_csv().encode() + _CHILD.read_bytes() + _REQUIREMENTS.read_bytes()
        folder = _CACHE / "said" / hashlib.sha256(content).hexdigest()[:20]
        folders.append(folder)
        if missing := [method for method in methods if not (folder / f"{method}.parquet").exists()]:
            folder.mkdir(parents=True, exist_ok=True)
            said.write_parquet(folder / "votes.parquet")
            jobs.append((folder / "votes.parquet", folder, missing))
    run_child(jobs)
    return [{method: pl.read_parquet(folder / f"{method}.parquet") for method in methods} for folder in folders]


def run_child(jobs: Sequence[tuple[Path, Path, Sequence[str]]]) -> None:
    """Run methods on Parquet files of votes; each leaves ``<method>.parquet`` and ``.json`` in the job's folder."""
    if not jobs:
        return
    with TemporaryDirectory() as folder:
        listed = Path(folder) / "jobs.json"
        listed.write_text(json.dumps([[str(file), str(out), list(methods)] for file, out, methods in jobs]), "utf-8")
        subprocess.run([environment(), _CHILD, listed], check=True)  # noqa: S603 - our own file


def environment() -> Path:
    """The Python of the peers' environment, made or brought up to date when it must be."""
    python = _CACHE / "venv/bin/python"
    stamp = _CACHE / "venv/.requirements"
    wanted = _REQUIREMENTS.read_bytes()
    if not stamp.exists() or stamp.read_bytes() != wanted:
        sys.stderr.write(f"peers: installing {_REQUIREMENTS} into {_CACHE}/venv; 550 MB, once\n")
        uv = shutil.which("uv", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", ""))))
        install = ("--quiet", "--require-hashes", "-r", str(_REQUIREMENTS))
        if uv:
            _do(uv, "venv", "--quiet", "--clear", "--python", sys.executable, _CACHE / "venv")
            _do(uv, "pip", "install", "--python", python, *install)
        else:
            _do(sys.executable, "-m", "venv", "--clear", _CACHE / "venv")
            _do(python, "-m", "pip", "install", "--disable-pip-version-check", *install)
        stamp.write_bytes(wanted)
    return python


def _do(*command: str | Path) -> None:
    subprocess.run(command, check=True)  # noqa: S603 - the commands above
