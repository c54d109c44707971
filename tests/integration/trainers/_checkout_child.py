"""Check layers out where transformers is: ``python _checkout_child.py TOKENIZER JOBS``.

TOKENIZER is a folder to make a small tokenizer in; JOBS a list of arguments of :func:`prefstrata.checkout`.
"""

import json
import sys
from pathlib import Path

from _tokenizer import tokenizer

import prefstrata

if __name__ == "__main__":
    folder, jobs = sys.argv[1:]
    tokenizer().save_pretrained(Path(folder))
    for job in json.loads(jobs):
        prefstrata.checkout(tokenizer=folder if job.get("max_length") else "", **job)
