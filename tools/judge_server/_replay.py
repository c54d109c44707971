"""Recorded verdicts of real judges, given back as the scripted ones' answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tools.judge_server._judging import Said, blocks

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Recorded"]


class Recorded:
    """Answers by model and quoted texts.

    Args:
        path: JSON lines with model, the quoted texts in the order shown (``texts``), and the ``content`` to give back.
    """

    def __init__(self, path: Path) -> None:
        """Read the file."""
        self._content: dict[tuple[str, ...], str] = {}
        for line in path.read_text("utf-8").splitlines():
            record = json.loads(line)
            self._content[record["model"], *record["texts"]] = record["content"]

    def find(self, request: dict[str, Any]) -> Said | None:
        """The recorded answer to a request; None when there is none."""
        quoted, _ = blocks(request)
        texts = [quoted[name] for name in ("PROMPT", "A", "B", "RESPONSE") if name in quoted]
        content = self._content.get((request["model"], *texts))
        return None if content is None else Said(content)
