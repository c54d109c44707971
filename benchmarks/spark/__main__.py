"""Run a project on DuckDB and on Spark and hold the releases against each other.

``python -m benchmarks.spark [--of made|demo|slices] [--cluster | --kills N]``. Without ``--cluster`` Spark runs in the
driver, on two cores. With it a master and two workers are started on loopback, and one worker is killed with SIGKILL
while the rater model is fitted. With ``--kills`` the driver is killed N times at random moments, each run on what the
last one left, and then one runs to the end. 0 when every release is the same and nothing was half-written.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.spark._cluster import cluster
from benchmarks.spark._kills import kill_often
from benchmarks.spark._projects import KINDS, source
from benchmarks.spark._runs import OPTIONS, released, say
from benchmarks.spark._verdict import same


def main() -> int:
    """Run what is asked for; 0 when every release is the same."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--of", choices=KINDS, default="made", help="the project: made up, the demo, the twelve slices")
    parser.add_argument("--prompts", type=int, default=30, help="size of the made-up project")
    parser.add_argument(
        "--short",
        action="store_true",
        help="few steps of the rater model and few replicates, on both engines, to kill more often",
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--cluster", action="store_true", help="on a master and two workers, one of them killed")
    how.add_argument("--kills", type=int, default=0, help="how often the driver is killed")
    parser.add_argument("--seed", type=int, default=1, help="of the moments of the kills")
    parser.add_argument("--keep", type=Path, help="work in this folder, which must not be there, and leave it")
    options = parser.parse_args()
    with TemporaryDirectory(prefix="prefstrata-spark-") as scratch:
        base = options.keep or Path(scratch)
        # What killed processes leave behind goes with the rest.
        temporary = base / "tmp"
        temporary.mkdir(parents=True)
        os.environ["TMPDIR"] = os.environ["SPARK_LOCAL_DIRS"] = str(temporary)
        source(options.of, base / "source", options.prompts)
        one = released("DuckDB", base, "duckdb", {"kind": "duckdb"}, short=options.short)
        sound = True
        spark = {"kind": "spark", "master": "local[2]", "options": OPTIONS[options.of]}
        if options.cluster:
            with cluster(base) as (master, workers):
                label, spark["master"] = "Spark, two workers, one of them killed", master
                other = released(label, base, "spark", spark, short=options.short, killed=workers[0])
        elif options.kills:
            sound, other = kill_often(base, spark, one, options.kills, options.seed, short=options.short)
        else:
            other = released("Spark, local[2]", base, "spark", spark, short=options.short)
    alike = same(one, other)
    say("verdict: " + ("the same" if alike and sound else "NOT the same"))
    return 0 if alike and sound else 1


if __name__ == "__main__":
    sys.exit(main())
