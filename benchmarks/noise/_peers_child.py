"""Runs in the peers' own environment: ``python _peers_child.py JOBS.json``, a list of ``[votes, folder, methods]``.

Reads ``item, rater, choice``, writes for each method ``METHOD.parquet`` with ``item, p_a, p_tie, p_b`` and
``METHOD.json`` with the seconds it took and the peak memory of this process so far. Imports nothing of ours: crowd-kit
lives in an environment of its own. Importing it takes longer than most methods, so many sets go through one process.
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
    """The method's probability of each choice, a row per item; KOS has no ties and gives labels, not probabilities."""
    model = METHODS[method]()
    if method == "kos":
        return pd.get_dummies(model.fit_predict(core(votes[votes["label"] != "tie"])), dtype=float)
    return model.fit_predict_proba(votes)


def core(votes: pd.DataFrame) -> pd.DataFrame:
    """The votes without raters and items that have a single one, again and again until there are none.

    KOS sends such a vote's message to nobody, and crowd-kit stops with a KeyError where an item receives exactly zero.
    """
    while True:
        kept = votes[votes["task"].duplicated(keep=False) & votes["worker"].duplicated(keep=False)]
        if len(kept) == len(votes):
            return votes
        votes = kept


def run(file: str, folder: str, methods: list[str]) -> None:
    """Read one set of votes, run the methods, write what they say."""
    votes = pd.read_parquet(file, columns=["item", "rater", "choice"])
    votes.columns = ["task", "worker", "label"]
    for method in methods:
        began = time.perf_counter()
        found = estimate(method, votes)
        seconds = time.perf_counter() - began
        found = found.reindex(columns=list(CHOICES)).fillna(0.0).add_prefix("p_")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        (Path(folder) / f"{method}.json").write_text(json.dumps({"seconds": seconds, "peak_gib": peak}), "utf-8")
        unfinished = Path(folder) / f"{method}.part"
        found.rename_axis("item").reset_index().to_parquet(unfinished)
        unfinished.rename(Path(folder) / f"{method}.parquet")


if __name__ == "__main__":
    for job in json.loads(Path(sys.argv[1]).read_text("utf-8")):
        run(*job)
