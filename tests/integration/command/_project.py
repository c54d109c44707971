"""A small project with crowd and expert votes, released twice: what tests of the command start from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests._command import inside, pairwise, put

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["flip", "layer_of", "make"]

_EXPERTS = """
  - name: experts
    mode: offline
    supervisor: expert
    path: inbox/experts/*.jsonl
    format: seed-jsonl
"""


def make(folder: Path) -> Path:
    """A project with crowd and expert votes, released twice: the second time with one pair more."""
    assert inside("init", folder, cwd=folder.parent).code == 0
    with (folder / "prefstrata.yaml").open("a", encoding="utf-8") as file:
        file.write(_EXPERTS)
    (folder / "inbox" / "experts").mkdir()
    put(folder, "a.jsonl", *(pairwise(f"Question {n}?", "Yes, because.", "No.", task="chat") for n in range(5)))
    put(folder, "experts/a.jsonl", pairwise("Question 0?", "Yes, because.", "No.", reason_tags=["clear"], task="chat"))
    assert inside("run", cwd=folder).code == 0
    put(folder, "b.jsonl", pairwise("One more?", "Surely.", "Never.", task="chat"))
    assert inside("run", cwd=folder).code == 0
    return folder


def layer_of(project: Path) -> str:
    """A layer that holds records."""
    layers = inside("show", "--json", cwd=project).document["layers"]
    return next(name for name in layers if layers[name]["records"])


def flip(project: Path, sha256: str) -> None:
    """Flip one bit of one stored object."""
    (path,) = (found for found in (project / "releases").rglob(f"*{sha256[8:]}*") if found.is_file())
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(content)
