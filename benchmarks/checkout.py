"""How fast a layer of a million pairs is handed out to a trainer, and in how much memory.

``python -m benchmarks.checkout [--pairs N] [--for FORMAT] [--files KIND]``. The release is made once, in ``.cache``:
pairs with texts of the length that preference data has. Reading, verifying and writing all count; so does the import.
Removing what was written does not.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

from prefstrata.releases import Draft, ReleaseFile, publish_rebasing
from prefstrata.stores.local import LocalStore
from prefstrata.trainers import Options, checkout_layer

_CACHE = Path(".cache/benchmarks")
_FILES = 64
_TARGETS = {"MB a second": 200.0, "GiB": 1.0}
_PAIRS = """
copy (
    select
        md5(i::varchar) as pair_id, md5((i // 3)::varchar || 'q') as prompt_id,
        [{'role': 'user', 'content': 'Ask ' || (i // 3) || ' ' || repeat(md5((i // 3)::varchar) || ' ', 8)}] as prompt,
        'chat' as task, 'general' as scenario, 'low' as risk_level, 'en' as language,
        'Answer ' || i || ' ' || repeat(md5((i * 7)::varchar) || ' ', 14) as chosen,
        'Reply ' || i || ' ' || repeat(md5((i * 11)::varchar) || ' ', 12) as rejected,
        md5(i::varchar || 'c') as chosen_id, md5(i::varchar || 'r') as rejected_id,
        'decided' as outcome, 0.6 + (i % 40) / 100 as p, 0.0 as p_tie, 0.2 + (i % 40) / 50 as margin,
        [{'dimension': 'overall', 'p': 0.6 + (i % 40) / 100, 'p_tie': 0.0, 'votes': 3::bigint}] as dimensions,
        'main' as layer, 0.2 + (i % 7) / 10 as trust, 'crowd/offline' as stratum, 'cell' as cell
    from range($first, $last) as rows(i)
    order by pair_id
) to '{path}' (format parquet, compression zstd, row_group_size 4194304)
"""


def release(pairs: int) -> Path:
    """The folder of a store with one release of so many pairs."""
    folder = _CACHE / f"checkout-{pairs}"
    if (folder / "made").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "layers").mkdir(parents=True)
    import duckdb  # noqa: PLC0415 - the child imports it when a checkout does

    files = {}
    with duckdb.connect() as connection:
        for number in range(_FILES):
            path = folder / "layers" / f"{number:02d}.parquet"
            bounds = {"first": number * pairs // _FILES, "last": (number + 1) * pairs // _FILES}
            connection.execute(_PAIRS.replace("{path}", str(path)), bounds).fetchall()
            files[f"main/pairs/bucket={number:02d}.parquet"] = path
    weights = folder / "layers" / "weights.json"
    weights.write_text(json.dumps({"cells": [{"cell": "cell", "factor": 1.0}], "strata": []}), "utf-8")
    files["weights.json"] = weights
    with LocalStore(folder / "store") as store:
        publish_rebasing(store, lambda _: _draft(files, pairs))
    (folder / "made").touch()
    return folder


def _draft(files: dict[str, Path], pairs: int) -> Draft:
    kept = []
    for path, local in sorted(files.items()):
        with local.open("rb") as file:
            kept.append(ReleaseFile(path, local, hashlib.file_digest(file, "sha256").hexdigest(), local.stat().st_size))
    rows = [{"path": file.path, "sha256": file.sha256, "bytes": file.size} for file in kept]
    layers = {"main": {"records": pairs, "kinds": {"pairs": {"records": pairs, "by": {}}}}}
    manifest = json.dumps({"files": rows, "layers": layers}).encode()
    return Draft(hashlib.sha256(manifest).hexdigest(), tuple(kept), manifest, 1_790_000_000)


def main() -> int:
    """Measure and print; returns 0 when both targets hold, else 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=1_000_000)
    parser.add_argument("--for", dest="form", default="trl-dpo")
    parser.add_argument("--files", default="jsonl")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        return _child(options.child, options.form, options.files)
    folder = release(options.pairs)
    command = [
        sys.executable,
        "-m",
        "benchmarks.checkout",
        "--child",
        folder,
        "--for",
        options.form,
        "--files",
        options.files,
    ]
    shutil.rmtree(folder / "out", ignore_errors=True)
    began = time.perf_counter()
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own module
    seconds = time.perf_counter() - began
    shutil.rmtree(folder / "out")
    found = json.loads(ended.stdout)
    rate = found["bytes"] / 1e6 / seconds
    sys.stdout.write(
        f"{found['rows']:,} rows of {options.form}, {found['bytes'] / 1e9:.2f} GB of {options.files}: {seconds:.1f} s, "
        f"{rate:.0f} MB/s (target 200), {found['cpu']:.1f} CPU seconds, "
        f"{found['bytes'] / 1e6 / found['cpu'] * 2:.0f} MB/s were two cores free, {found['gib']:.2f} GiB (target 1)\n"
    )
    return 0 if rate >= _TARGETS["MB a second"] and found["gib"] <= _TARGETS["GiB"] else 1


def _child(folder: Path, form: str, files: str) -> int:
    out = folder / "out"
    with LocalStore(folder / "store") as store:
        made = checkout_layer(store, "main", "latest", out, form=form, options=Options(files=files))  # type: ignore[arg-type]
    used = resource.getrusage(resource.RUSAGE_SELF)
    found = {
        "rows": made.rows,
        "bytes": sum(file.bytes for file in made.files),
        "gib": used.ru_maxrss / 1024**2,
        "cpu": used.ru_utime + used.ru_stime,
    }
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
