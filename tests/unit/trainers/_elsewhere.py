"""A checkout on what might be another machine: ``python _elsewhere.py STORE OUT OPTIONS`` prints what was written.

One core, one thread, nobody else may read the files; the environment is that of the caller's choice.
"""

import json
import os
import sys
from pathlib import Path

if __name__ == "__main__":
    os.umask(0o077)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

    from prefstrata.stores.local import LocalStore
    from prefstrata.trainers import Options, checkout_layer

    folder, out, options = sys.argv[1:]
    with LocalStore(Path(folder)) as store:
        made = checkout_layer(store, "main", "v1", Path(out), form="trl-reward", options=Options(**json.loads(options)))
    sys.stdout.write(json.dumps(made.document()["files"]))
