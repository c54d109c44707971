"""A file of which nothing was accepted is told by `run` when it is read, and by `doctor` until it is mended."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests._command import inside

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """
name: test
sources:
  - name: pilot
    mode: offline
    supervisor: expert
    path: inbox/*.jsonl
    format: mapping
    map:
      fields: {p: text, a: text, b: text, said: text}
      where: p <> 'spare'
      prompt: p
      votes: [{left: {text: a}, right: {text: b}, choice: {from: said, values: {A: left, B: right}}}]
"""


def test_a_file_refused_whole_is_told(tmp_path: Path) -> None:
    """With its source, the most frequent reason, and what reads it again; what `where` leaves out is not told."""
    (tmp_path / "inbox").mkdir()
    (tmp_path / "prefstrata.yaml").write_text(CONFIG, "utf-8")
    for name, prompt, words in (("a.jsonl", "q", ("a", "b", 1)), ("b.jsonl", "spare", ("A", "B"))):
        records = ({"p": prompt, "a": "x", "b": "y", "said": said} for said in words)
        (tmp_path / "inbox" / name).write_text("".join(json.dumps(each) + "\n" for each in records), "utf-8")
    told = "pilot: all records read of inbox/a.jsonl (3) were refused, mostly for unknown_value"
    done = inside("run", cwd=tmp_path)
    assert done.code == 0
    assert " ".join(done.err.split()).count("were refused") == 1
    assert told in " ".join(done.err.split())
    assert told in " ".join(inside("doctor", cwd=tmp_path).out.split())
