"""Real judges, recorded: replayed through the server, their figures must be those computed from the files themselves.

``python -m benchmarks.judging.replay [FOLDER]``, with the folder of the real slices (``../shared/data``).
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console

from benchmarks.judging.questions import POLICY, judge, rubric
from prefstrata.judging import (
    Asked,
    Caps,
    Card,
    Item,
    Question,
    ask,
    cleaned,
    compare,
    grade,
    open_journal,
    rubric_for,
    score,
)
from prefstrata.policy import Exam
from tools.judge_server import JudgeServer

__all__ = ["Direct", "replay_llmbar", "replay_wildbench"]

PLENTY = 10**12
_ORDERS = {"swap = False": False, "swap = True": True}


@dataclass(frozen=True)
class Direct:
    """Figures of a judge, from its file alone: accuracy, agreement of the orders, verdicts that could not be read."""

    accuracy: float
    agreement: float
    unusable: int


def replay_llmbar(folder: Path, exam: Exam) -> dict[str, tuple[Card, Direct]]:
    """For each recorded judge, the card of its exam on the expert's labels, and the figures from its file."""
    files = sorted((folder / "judge-swap-llmbar").glob("*__*.json"))
    verdicts = {path.stem: _verdicts(path) for path in files}
    lines = [
        {"model": f"{name}-1", "texts": [cleaned(text) for text in shown], "content": content}
        for name, rows in verdicts.items()
        for row in rows
        for shown, content in row["shown"]
    ]
    asked = [
        compare(
            judge("http://127.0.0.1:9", name), rubric("overall"), row["item"], turned=turned, seed=1, work="exam",
            truth=("B" if turned else "A") if row["label"] == "1" else ("A" if turned else "B"),
        )
        for name, rows in verdicts.items()
        for row in rows
        for turned in (False, True)
    ]  # fmt: skip
    found = _replayed(lines, asked)
    cards = {card.judge: card for card in grade(asked, found, {"low": exam})}
    return {name: (cards[name], _direct(rows)) for name, rows in verdicts.items()}


def _verdicts(path: Path) -> list[dict[str, Any]]:
    rows = []
    for number, record in enumerate(json.loads(path.read_text("utf-8"))):
        said = [each for each in record["results"] if isinstance(each, dict) and "swap = False" in each][-1]
        texts = (record["output_1"], record["output_2"])
        shown, winners = [], []
        for name, turned in _ORDERS.items():
            winner = said[name]["winner"]
            winners.append(winner)
            # What the judge wrote, where nobody could read a verdict out of it; else the verdict in our own shape.
            content = str((said[name].get("completion") or ["nothing"])[0])
            if winner in {"1", "2"}:
                word = "A" if (winner == "1") != turned else "B"
                content = json.dumps({"reason": content[:200], "verdict": word})
            shown.append(((record["input"], *(texts[::-1] if turned else texts)), content))
        item = Item(f"{number:03}", (("user", record["input"]),), texts, context=(("risk_level", "low"),))
        rows.append({"item": item, "shown": shown, "winners": winners, "label": str(record["label"])})
    return rows


def _direct(rows: list[dict[str, Any]]) -> Direct:
    said = [(winner, row["label"]) for row in rows for winner in row["winners"]]
    read = [(winner, label) for winner, label in said if winner in {"1", "2"}]
    both = [row["winners"] for row in rows if set(row["winners"]) <= {"1", "2"}]
    return Direct(
        fmean(winner == label for winner, label in read),
        fmean(one == other for one, other in both),
        len(said) - len(read),
    )


def replay_wildbench(folder: Path) -> dict[str, tuple[list[int | None], list[int | None]]]:
    """For each recorded judge, the scores read through the engine and those in its file, in the file's order."""
    given: dict[str, list[tuple[Item, int | None]]] = {}
    lines = []
    for path in sorted((folder / "judge-scalar-wildbench").glob("*.jsonl")):
        name = path.stem.replace("-", "")[:40]
        for line in path.read_text("utf-8").splitlines():
            record = json.loads(line)
            prompt = f"session {record['session_id']}"
            item = Item(record["session_id"], (("user", prompt),), (record["model_output"],))
            value = int(record["score"]) if str(record["score"]).isdigit() else None
            given.setdefault(name, []).append((item, value))
            content = json.dumps({"reason": record["parsed_result"].get("weaknesses", ""), "score": value})
            texts = [cleaned(prompt), cleaned(record["model_output"])]
            lines.append({"model": f"{name}-1", "texts": texts, "content": content})
    told = rubric_for(POLICY, "overall", "scalar")
    if told is None:
        raise ValueError("overall")
    asked = {
        name: [
            score(judge("http://127.0.0.1:9", name), told, item, seed=1, work="w", scale=(1, 10)) for item, _ in rows
        ]
        for name, rows in given.items()
    }
    found = _replayed(lines, [question for questions in asked.values() for question in questions])
    read = {name: [_score(found[question.key]) for question in questions] for name, questions in asked.items()}
    return {name: (read[name], [value for _, value in rows]) for name, rows in given.items()}


def _score(asked: Asked) -> int | None:
    return asked.parsed.score if asked.parsed and asked.outcome == "answered" else None


def _replayed(lines: list[dict[str, Any]], asked: list[Question]) -> dict[str, Asked]:
    """Ask a server that gives these lines back."""
    with TemporaryDirectory() as name:
        recorded = Path(name) / "recorded.jsonl"
        recorded.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
        with JudgeServer(replay=recorded) as server, open_journal(Path(name) / "journal.sqlite", "replay") as journal:
            # Where the server listens is no part of a question's key.
            for question in asked:
                object.__setattr__(
                    question,
                    "judge",
                    question.judge.model_copy(update={"base_url": server.base_url, "timeout": 30.0}),
                )
            found, _ = asyncio.run(ask(journal, asked, Caps(PLENTY, PLENTY, PLENTY)))
            return found


if __name__ == "__main__":
    where = Path([*sys.argv[1:], "../shared/data"][0])
    console = Console(width=160)
    for who, (card, direct) in replay_llmbar(where, Exam(least=10, accuracy=0.75, flips=0.4)).items():
        console.print(
            f"{who}: accuracy {card.accuracy:.4f} = {direct.accuracy:.4f}, agreement {card.agreement:.4f} ="
            f" {direct.agreement:.4f}, unusable {card.unusable} = {direct.unusable}: {card.reason or 'votes'}",
            highlight=False,
        )
    for who, (read, said) in replay_wildbench(where).items():
        console.print(
            f"{who}: {len(read)} scores, {sum(one != two for one, two in zip(read, said, strict=True))} differ"
        )
