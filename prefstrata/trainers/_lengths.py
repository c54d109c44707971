"""What a trainer's tokenizer makes of rows, and what the trainer then does at its length.

Rows are rendered as the trainer renders them: messages by the tokenizer's chat template, texts as they are with the end
token behind. The rules are the trainers' own (see :class:`~prefstrata.trainers._target.LengthRule`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from prefstrata.model import ConfigError

if TYPE_CHECKING:
    from prefstrata.trainers._options import Options
    from prefstrata.trainers._target import LengthRule, Target

__all__ = ["Lengths"]

_SCHEMA = {
    "kind": pl.String,
    "record_id": pl.String,
    "side": pl.String,
    "tokens": pl.Int64,
    "dropped": pl.Boolean,
    "cut": pl.Boolean,
    "same": pl.Boolean,
}


class Lengths:
    """Measures shaped records with one tokenizer.

    Args:
        target: whose rule to apply.
        options: the tokenizer's folder, the length, the style.

    Raises:
        ConfigError: transformers is not installed, the folder holds no tokenizer, or it has no chat template.
    """

    def __init__(self, target: Target, options: Options) -> None:
        """Load the tokenizer."""
        from jinja2 import TemplateError  # noqa: PLC0415 - only those who measure need it

        if target.length is None:
            raise TypeError(f"{target.name} has no length rule")
        self._rule: LengthRule = target.length
        self._most = options.max_length
        self._folder = options.tokenizer
        self._refusal = TemplateError
        self._tokenizer = _tokenizer(options.tokenizer)
        self._plain = target.reads[0] == "traces" or options.style == "standard"
        if not self._plain and not self._tokenizer.chat_template:
            raise ConfigError(
                "the tokenizer has no chat template, so nobody can say how long messages are",
                where=options.tokenizer,
                todo="give it one, or hand out texts: --style standard",
            )

    def measure(self, shaped: pl.DataFrame) -> pl.DataFrame:
        """Rows of ``checkout.lengths`` for shaped records.

        Args:
            shaped: rows of ``sql/checkout/measured_*``.

        Raises:
            ConfigError: the chat template refuses a conversation.
        """
        if shaped.is_empty():
            return pl.DataFrame(schema=_SCHEMA)
        try:
            prompts, answers = self._sequences(shaped)
        except self._refusal:
            raise self._refused(shaped) from None
        judged = [self._judge(prompt, sides) for prompt, sides in zip(prompts, zip(*answers, strict=True), strict=True)]
        found = pl.DataFrame(
            judged, schema={name: _SCHEMA[name] for name in ("tokens", "dropped", "cut", "same")}, orient="row"
        )
        return pl.concat([shaped.select("kind", "record_id", "side"), found], how="horizontal")

    def _refused(self, shaped: pl.DataFrame) -> ConfigError:
        """What the template says of the first conversation that it refuses: many know no system prompt, or no tools."""
        for row in shaped.iter_slices(1):
            try:
                self._sequences(row)
            except self._refusal as error:
                roles = ", ".join(message["role"] for message in row["messages"].to_list()[0])
                whose = f"{row['record_id'][0]} ({roles})"
                return ConfigError(
                    f"the tokenizer's chat template refuses the conversation of {whose}: {error}",
                    where=self._folder,
                    todo="the trainer would stop at it, too: leave system prompts, and system messages after the first "
                    "turn, out with --system drop, or use a template that takes such conversations",
                )
        raise RuntimeError("refused together, and taken one by one")

    def _judge(self, prompt: int, sides: tuple[list[int], ...]) -> tuple[int, bool, bool, bool]:
        longest = max(map(len, sides))
        dropped = {
            "prompt": prompt >= self._most - self._rule.room,
            "longest": longest > self._most,
            "never": False,
        }[self._rule.drops]
        cut = self._rule.cuts and longest > self._most
        seen = [side[: self._most] for side in sides] if self._rule.cuts else sides
        return longest, dropped, cut, len(seen) > 1 and all(side == seen[0] for side in seen[1:])

    def _sequences(self, shaped: pl.DataFrame) -> tuple[list[int], list[list[list[int]]]]:
        """The length of each prompt in tokens, and for each side the whole sequences."""
        if "completions" in shaped.columns:
            return self._steps(shaped)
        names = ["chosen", "rejected"] if "chosen" in shaped.columns else ["response"]
        if self._plain:
            asked = self._ids(shaped["text"].to_list())
            told = [self._ids(self._ended(shaped["text"], shaped[name])) for name in names]
        else:
            asked = self._rendered(shaped["messages"].to_list(), ask=True)
            told = [self._rendered(_answered(shaped["messages"], shaped[name]), ask=False) for name in names]
        # Where template or tokenizer joins prompt and answer, the completion starts where the sequences part.
        shared = [min(_common(ids, whole) for whole in sides) for ids, *sides in zip(asked, *told, strict=True)]
        return shared, told

    def _steps(self, shaped: pl.DataFrame) -> tuple[list[int], list[list[list[int]]]]:
        """The prompt, then each step with the separator behind it."""
        begin = [] if self._tokenizer.bos_token_id is None else [self._tokenizer.bos_token_id]
        separator = self._tokenizer.encode("\n", add_special_tokens=False)
        prompts = [begin + ids for ids in self._bare(shaped["text"].to_list())]
        steps = shaped["completions"].to_list()
        flat = iter(self._bare([step for trace in steps for step in trace]))
        wholes = [
            prompt + [token for _ in trace for token in (*next(flat), *separator)]
            for prompt, trace in zip(prompts, steps, strict=True)
        ]
        return [len(prompt) for prompt in prompts], [wholes]

    def _ended(self, prompts: pl.Series, answers: pl.Series) -> list[str]:
        """Whole texts, the end token behind them unless it is there."""
        end = self._tokenizer.eos_token or ""
        closing = pl.when(pl.col("answer").str.ends_with(end)).then(pl.lit("")).otherwise(pl.lit(end))
        frame = pl.DataFrame({"prompt": prompts, "answer": answers})
        return frame.select(pl.format("{} {}{}", "prompt", "answer", closing)).to_series().to_list()

    def _ids(self, texts: list[str]) -> list[list[int]]:
        ids: list[list[int]] = self._tokenizer(text=texts)["input_ids"]
        return ids

    def _bare(self, texts: list[str]) -> list[list[int]]:
        ids: list[list[int]] = self._tokenizer(text=texts, add_special_tokens=False)["input_ids"] if texts else []
        return ids

    def _rendered(self, conversations: list[list[dict[str, str]]], *, ask: bool) -> list[list[int]]:
        ids: list[list[int]] = self._tokenizer.apply_chat_template(
            conversations, tokenize=True, add_generation_prompt=ask, return_dict=True
        )["input_ids"]
        return ids


def _answered(conversations: pl.Series, answers: pl.Series) -> list[list[dict[str, str]]]:
    """Conversations with an answer at the end."""
    return [
        [*said, {"role": "assistant", "content": answer}]
        for said, answer in zip(conversations.to_list(), answers.to_list(), strict=True)
    ]


def _common(some: list[int], other: list[int]) -> int:
    """How many first tokens two sequences share."""
    shared = 0
    for one, two in zip(some, other, strict=False):
        if one != two:
            break
        shared += 1
    return shared


def _tokenizer(folder: str) -> Any:  # noqa: ANN401 - transformers is not installed where types are checked
    try:
        from transformers import AutoTokenizer  # noqa: PLC0415 - only those who measure need it
    except ImportError as error:
        raise ConfigError(
            "measuring in tokens needs transformers",
            where="--tokenizer",
            todo="pip install 'prefstrata[trl]', or use --max-characters",
        ) from error
    try:
        return AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError) as error:
        first = str(error).splitlines()[0]
        raise ConfigError(f"there is no tokenizer: {first}", where=folder, todo="name a folder that has one") from error
