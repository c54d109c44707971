"""Have models write responses to prompts that need pairs, within the same caps and the same journal as judging."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from prefstrata.engine import demand_built, read_warehouse
from prefstrata.judging._asking import ask
from prefstrata.judging._candidates import Candidates, Written, sift
from prefstrata.judging._journal import open_journal
from prefstrata.judging._money import Caps
from prefstrata.judging._question import Item, generate
from prefstrata.judging._rows import today
from prefstrata.judging._work import BUILT, read_prompts
from prefstrata.model import ConfigError
from prefstrata.privacy import demand_searched
from prefstrata.sources import deliver, delivery_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from prefstrata.judging._asked import Progress
    from prefstrata.judging._question import Question
    from prefstrata.project import Generation, JudgeModel, Judges, Project

__all__ = ["GenerateRun", "generate_candidates", "to_write"]

FORMAT = "generated-responses"
_EXAMPLE = f"{{name: generated, mode: synthetic, supervisor: judge, path: 'inbox/generated/*.jsonl', format: {FORMAT}}}"


@dataclass(frozen=True, slots=True)
class GenerateRun:
    """What a run wrote.

    Attributes:
        progress: questions, requests and money.
        candidates: what was kept, and what the candidates are like.
        delivered: responses written for the source.
        file: where they are; None when there was nothing new.
        spent_project: micro-dollars that the project has spent in all.
    """

    progress: Progress
    candidates: Candidates
    delivered: int
    file: Path | None
    spent_project: int

    def document(self) -> dict[str, Any]:
        """The figures as JSON can hold them; money in micro-dollars."""
        came = self.candidates
        return {
            "questions": self.progress.total,
            "cached": self.progress.cached,
            "requests": self.progress.requests,
            "spent_micro": self.progress.spent,
            "spent_project_micro": self.spent_project,
            "outcomes": dict(sorted(self.progress.outcomes.items())),
            "generators": dict(sorted(came.generators.items())),
            "copies": dict(sorted(came.copies.items())),
            "unusable": dict(sorted(came.unusable.items())),
            "prompts": came.prompts,
            "pairs": came.pairs,
            "similarity": came.similarity,
            "too_far": came.too_far,
            "delivered": self.delivered,
            "file": str(self.file) if self.file else None,
        }


def generate_candidates(
    project: Project, *, progress: Callable[[str, Progress], object] = lambda _, __: None
) -> GenerateRun:
    """Have models write, and put what is new where a source reads it. What the journal knows is not asked again.

    Raises:
        ConfigError: nothing is to be generated, no source reads it, a key is missing, or nothing has been run yet.
        UnreachableError: another process judges in this project.
    """
    judges = project.judges
    if judges is None or not judges.generate:
        raise ConfigError(
            "the project says nothing of generating",
            where=str(project.file),
            todo="add `generate:` under `judges:`; docs/how-to/generate-candidates.md",
        )
    source = delivery_source(project, FORMAT, _EXAMPLE)
    asked = to_write(project, judges)
    with open_journal(project.directory / judges.journal, uuid4().hex[:16]) as journal, journal.running():
        caps = Caps.of(judges.budget, day=journal.spent(today()), project=journal.spent())
        questions = [written.question for written in asked]
        found, figures = asyncio.run(
            ask(journal, questions, caps, progress=lambda each: progress("generate", each), judges=judges.models)
        )
        candidates = sift(asked, found)
        file, delivered = deliver(project, source, candidates.kept)
        made = GenerateRun(figures, candidates, delivered, file, journal.spent())
        journal.end_run("stopped" if figures.stopped else "done", json.dumps(made.document()))
        return made


def to_write(project: Project, judges: Judges) -> list[Written]:
    """Every request for a response, in the order of prompts' lots."""
    with read_warehouse(project.warehouse_path) as connection:
        demand_built(connection, *BUILT)
        demand_searched(connection, project)
        return [
            Written(question, before, generation.near)
            for generation in judges.generate
            for item, before in read_prompts(connection, generation, judges.seed)
            for question in _questions(judges, generation, item)
        ]


def _questions(judges: Judges, generation: Generation, item: Item) -> Iterator[Question]:
    for judge in judges.models:
        if generation.models is not None and judge.name not in generation.models:
            continue
        writer: JudgeModel = judge.model_copy(update={"max_output_tokens": generation.max_output_tokens})
        for temperature in generation.temperatures:
            for repeat in range(generation.samples):
                yield generate(writer, item, work=generation.name, temperature=temperature, repeat=repeat)
