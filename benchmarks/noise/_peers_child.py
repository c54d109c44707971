"""Runs in the peers' own environment: ``python _peers_child.py JOBS.json``, a list of ``[votes, folder, methods]``.

Reads ``item, rater, choice``, writes for each method ``METHOD.parquet`` with ``item, p_a, p_tie, p_b`` and
``METHOD.json`` with the seconds it took, by the clock and of all cores, and the peak memory of this process so far.
Imports nothing of ours: crowd-kit lives in an environment of its own. Importing it takes longer than most methods, so
many sets go through one process.
"""

import json
import resource
import sys
import time
from pathlib import Path

import pandas as pd
from crowdkit.aggregation import GLAD, KOS, MACE, DawidSkene, MajorityVote, OneCoinDawidSkene

CHOICES = ("a", "tie", "b")
# As crowd-kit ships them, but for the seeds, and for MACE's ten restarts, which take a minute each at our sizes.
METHODS = {
    "majority": MajorityVote,
    "dawid-skene": lambda: DawidSkene(n_iter=100),
    "dawid-skene-20": lambda: DawidSkene(n_iter=20, tol=0),
    "one-coin": lambda: OneCoinDawidSkene(n_iter=100),
    "glad": GLAD,
    "mace": lambda: MACE(n_restarts=2, random_state=0),
    "kos": lambda: KOS(random_state=0),
}


def estimate(method: str, votes: pd.DataFrame) -> pd.DataFrame:
    """The method's probability of each choice, a row per item."""
    return kos(votes) if method == "kos" else METHODS[method]().fit_predict_proba(votes)


def kos(votes: pd.DataFrame) -> pd.DataFrame:
    """KOS has no ties, and gives labels in place of probabilities; no row at all where crowd-kit's cannot answer.

    A rater with a single item, or an item with a single rater, has nobody to send a message to, and crowd-kit stops
    with a KeyError where an item receives exactly zero. So those are left out, again and again; even then it may stop.
    """
    said = votes[votes["label"] != "tie"]
    size = -1
    while size != len(said):
        size = len(said)
        for one, other in (("task", "worker"), ("worker", "task")):
            said = said[said.groupby(one)[other].transform("nunique") > 1]
    try:
        return pd.get_dummies(METHODS["kos"]().fit_predict(said), dtype=float)
    except (KeyError, ValueError) as error:
        print(f"peers: KOS cannot answer: {error!r}", file=sys.stderr)  # noqa: T201 - a child process's word
        return pd.DataFrame(index=pd.Index([], dtype=str))


def run(file: str, folder: str, methods: list[str]) -> None:
    """Read one set of votes, run the methods, write what they say."""
    votes = pd.read_parquet(file, columns=["item", "rater", "choice"])
    votes.columns = ["task", "worker", "label"]
    for method in methods:
        began, worked = time.perf_counter(), time.process_time()
        found = estimate(method, votes)
        took = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - worked}
        found = found.reindex(columns=list(CHOICES)).fillna(0.0).add_prefix("p_")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        (Path(folder) / f"{method}.json").write_text(json.dumps({**took, "peak_gib": peak}), "utf-8")
        unfinished = Path(folder) / f"{method}.part"
        found.rename_axis("item").reset_index().to_parquet(unfinished)
        unfinished.rename(Path(folder) / f"{method}.parquet")


if __name__ == "__main__":
    for job in json.loads(Path(sys.argv[1]).read_text("utf-8")):
        run(*job)
