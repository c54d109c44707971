"""crowd-kit's methods on our votes, in a virtual environment of their own under ``.cache/``.

What a method says of a set of votes is kept there too, under a hash of the votes, the code that asked and the pinned
requirements: the slow ones need not say it again.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

__all__ = ["PEERS", "QUICK", "environment", "estimates", "run_child"]

_CACHE = Path(".cache/peers")
_REQUIREMENTS = Path("requirements/peers.txt")
_CHILD = Path(__file__).with_name("_peers_child.py")

QUICK = ("majority", "dawid-skene")
PEERS = (*QUICK, "one-coin", "glad", "mace", "kos")


def estimates(votes: pl.DataFrame, methods: tuple[str, ...]) -> dict[str, pl.DataFrame]:
    """What each method says: ``item, p_a, p_tie, p_b``, from ``item, rater, choice`` alone."""
    said = votes.select("item", "rater", "choice").sort("item", "rater", "choice")
    # Hashed as text: the bytes of a Parquet file are a matter of the version that wrote it.
    key = hashlib.sha256(said.write_csv().encode() + _CHILD.read_bytes() + _REQUIREMENTS.read_bytes()).hexdigest()[:20]
    kept = _CACHE / "said" / key
    missing = [method for method in methods if not (kept / f"{method}.parquet").exists()]
    if missing:
        kept.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=kept) as folder:
            file = Path(folder) / "votes.parquet"
            said.write_parquet(file)
            run_child(file, Path(folder), *missing)
            for method in missing:
                (Path(folder) / f"{method}.parquet").rename(kept / f"{method}.parquet")
    return {method: pl.read_parquet(kept / f"{method}.parquet") for method in methods}


def run_child(votes: Path, folder: Path, *methods: str) -> None:
    """Run the methods on a Parquet file of votes; each leaves ``<method>.parquet`` and ``.json`` in the folder."""
    subprocess.run([environment(), _CHILD, votes, folder, *methods], check=True)  # noqa: S603 - our own file


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
