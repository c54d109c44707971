"""A question to a judge: one request, known by what is asked."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from prefstrata.judging._money import Rate
from prefstrata.judging._quoting import flags, mark_for, quoted

if TYPE_CHECKING:
    from prefstrata.judging._rubrics import Rubric
    from prefstrata.project import JudgeModel

__all__ = ["Item", "Question", "compare", "generate", "score", "walk"]

_PER_MESSAGE = 16
"""Tokens that a chat template may add around a message."""
_BYTES_A_TOKEN = 4
_TOKENS_OF_A_VERDICT = 60
"""A short reason and a word, from a model that does not think aloud."""


@dataclass(frozen=True, slots=True)
class Item:
    """What is judged: a pair, a response or a trace, with all that its verdict has to say about it.

    Attributes:
        id: of the pair, the response or the trace.
        messages: the conversation, role and content.
        texts: the two sides of a pair in canonical order, the one response, or the outputs of the steps.
        generators: who wrote each text, where known.
        families: families of all who wrote the texts, for recusal.
        context: scenario, task, risk_level, language, states and the like, for the verdict's record.
        shown_messages: the conversation as it may be sent, where personal data is hidden in it; None where it is the
            conversation itself.
        shown_texts: the same of the texts, each; None where none of them hides anything.
    """

    id: str
    messages: tuple[tuple[str, str], ...]
    texts: tuple[str, ...]
    generators: tuple[str | None, ...] = ()
    families: frozenset[str] = frozenset()
    context: tuple[tuple[str, Any], ...] = ()
    shown_messages: tuple[tuple[str, str], ...] | None = None
    shown_texts: tuple[str, ...] | None = None

    @property
    def asked(self) -> tuple[tuple[str, str], ...]:
        """The conversation that is sent."""
        return self.messages if self.shown_messages is None else self.shown_messages

    @property
    def sides(self) -> tuple[str, ...]:
        """The texts that are sent."""
        return self.texts if self.shown_texts is None else self.shown_texts

    @property
    def prompt(self) -> str:
        """The conversation as a judge reads it: one turn as it is, several with who speaks."""
        if len(self.asked) == 1:
            return self.asked[0][1]
        return "\n\n".join(f"{role}: {content}" for role, content in self.asked)

    @property
    def flags(self) -> tuple[str, ...]:
        """What is suspicious about its texts and its conversation; a system message is the product's own."""
        said = (*self.texts, *(content for role, content in self.messages if role != "system"))
        return tuple(sorted({flag for text in said for flag in flags(text)}))


@dataclass(frozen=True, slots=True)
class Question:
    """One request.

    Attributes:
        key: sha256 of the model, everything it is sent, and which repetition it is; also the custom id in a batch.
        judge: who is asked.
        work: the layer of work; ``exam`` and ``canary`` for those.
        item: what is judged.
        rubric: under which rubric; None where text is asked for.
        turned: whether a pair is shown with its second side first.
        body: what is sent.
        bound: no answer can cost more, in micro-dollars.
        likely_tokens: expected tokens, in and out, of a judge that has not answered enough yet to tell.
        scale: of a score.
        truth: the known answer (A, B, tie as shown), of an exam or a canary.
        repeat: number of the repetition.
    """

    key: str
    judge: JudgeModel
    work: str
    item: Item
    rubric: Rubric | None
    turned: bool
    body: dict[str, Any]
    bound: int
    likely_tokens: tuple[int, int]
    scale: tuple[int, int] = (1, 10)
    truth: str | None = None
    repeat: int = 0

    @property
    def kind(self) -> str:
        """pairwise, scalar, steps or text."""
        return self.rubric.kind if self.rubric else "text"


def compare(  # noqa: PLR0913 - what a request is made of
    judge: JudgeModel,
    rubric: Rubric,
    item: Item,
    *,
    turned: bool,
    seed: int,
    work: str,
    truth: str | None = None,
    nonce: str = "",
    repeat: int = 0,
) -> Question:
    """Ask which side of a pair is better, the second side first when ``turned``."""
    one, two = item.sides[::-1] if turned else item.sides
    mark = mark_for(seed, item.prompt, one, two)
    user = "\n\n".join((quoted("PROMPT", item.prompt, mark), quoted("A", one, mark), quoted("B", two, mark)))
    body = _body(judge, rubric.told(mark), user, rubric, repeat)
    return _question(judge, body, work, item, rubric, turned=turned, truth=truth, nonce=nonce, repeat=repeat)


def score(  # noqa: PLR0913 - what a request is made of
    judge: JudgeModel,
    rubric: Rubric,
    item: Item,
    *,
    seed: int,
    work: str,
    scale: tuple[int, int],
    nonce: str = "",
    repeat: int = 0,
) -> Question:
    """Ask for the score of a response."""
    mark = mark_for(seed, item.prompt, *item.sides)
    user = "\n\n".join((quoted("PROMPT", item.prompt, mark), quoted("RESPONSE", item.sides[0], mark)))
    body = _body(judge, rubric.told(mark), user, rubric, repeat)
    return _question(judge, body, work, item, rubric, scale=scale, nonce=nonce, repeat=repeat)


def walk(  # noqa: PLR0913 - what a request is made of
    judge: JudgeModel, rubric: Rubric, item: Item, *, seed: int, work: str, nonce: str = ""
) -> Question:
    """Ask for a word on every step of a trace."""
    mark = mark_for(seed, item.prompt, *item.sides)
    steps = (quoted(f"STEP {place}", text, mark) for place, text in enumerate(item.sides, start=1))
    body = _body(judge, rubric.told(mark), "\n\n".join((quoted("PROMPT", item.prompt, mark), *steps)), rubric, 0)
    return _question(judge, body, work, item, rubric, nonce=nonce)


def generate(judge: JudgeModel, item: Item, *, work: str, temperature: float | None, repeat: int = 0) -> Question:
    """Ask for a response of the model itself."""
    body: dict[str, Any] = {
        "model": judge.model,
        "messages": [{"role": role, "content": content} for role, content in item.asked],
        judge.limit_as: judge.max_output_tokens,
        "seed": repeat,
    }
    if temperature is not None:
        body["temperature"] = temperature
    return _question(judge, body, work, item, None, repeat=repeat)


def _body(judge: JudgeModel, system: str, user: str, rubric: Rubric, repeat: int) -> dict[str, Any]:
    shape = {"name": rubric.kind, "strict": True, "schema": rubric.schema}
    body: dict[str, Any] = {
        "model": judge.model,
        "messages": [{"role": "system", "content": system}, {"role": "user", "content": user}],
        "response_format": {"type": "json_schema", "json_schema": shape},
        judge.limit_as: judge.max_output_tokens,
    }
    if judge.temperature is not None:
        body["temperature"] = judge.temperature
    if judge.confidence == "logprobs" and rubric.kind == "pairwise":
        body |= {"logprobs": True, "top_logprobs": 5}
    if judge.confidence == "repeats":
        body["seed"] = repeat
    return body


def _question(  # noqa: PLR0913 - what a question is made of
    judge: JudgeModel,
    body: dict[str, Any],
    work: str,
    item: Item,
    rubric: Rubric | None,
    *,
    turned: bool = False,
    truth: str | None = None,
    nonce: str = "",
    repeat: int = 0,
    scale: tuple[int, int] = (1, 10),
) -> Question:
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    key = hashlib.sha256(f"{text}\n{nonce}\n{repeat}".encode()).hexdigest()
    rate = Rate.of(judge.price, batch=judge.batch)
    # A token of a byte-level vocabulary is at least one byte, so bytes are more tokens than any endpoint can count.
    size = sum(len(message["content"].encode("utf-8", "replace")) for message in body["messages"])
    schema = len(json.dumps(rubric.schema)) if rubric else 0
    most = size + schema + _PER_MESSAGE * (len(body["messages"]) + 1)
    said = min(judge.max_output_tokens, _TOKENS_OF_A_VERDICT) if rubric else judge.max_output_tokens // 2
    tokens = ((size + schema) // _BYTES_A_TOKEN + _PER_MESSAGE, said)
    return Question(
        key=key,
        judge=judge,
        work=work,
        item=item,
        rubric=rubric,
        turned=turned,
        body=body,
        bound=rate.cost(most, judge.max_output_tokens),
        likely_tokens=tokens,
        scale=scale,
        truth=truth,
        repeat=repeat,
    )
