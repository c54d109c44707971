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
        if target.length is None:
            raise TypeError(f"{target.name} has no length rule")
        self._rule: LengthRule = target.length
        self._most = options.max_length
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
        """
        if shaped.is_empty():
            return pl.DataFrame(schema=_SCHEMA)
        prompts, answers = self._sequences(shaped)
        judged = [self._judge(prompt, sides) for prompt, sides in zip(prompts, zip(*answers, strict=True), strict=True)]
        found = pl.DataFrame(
            judged, schema={name: _SCHEMA[name] for name in ("tokens", "dropped", "cut", "same")}, orient="row"
        )
        return pl.concat([shaped.select("kind", "record_id", "side"), found], how="horizontal")

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
            prompts = shaped["text"].to_list()
            ends = self._tokenizer.eos_token or ""
            wholes = [
                [
                    f"{prompt} {answer}{'' if answer.endswith(ends) else ends}"
                    for prompt, answer in zip(prompts, shaped[name], strict=True)
                ]
                for name in names
            ]
            asked, told = self._ids(prompts), [self._ids(whole) for whole in wholes]
        else:
            conversations = shaped["messages"].to_list()
            asked = self._rendered(conversations, ask=True)
            told = [
                self._rendered(
                    [
                        [*said, {"role": "assistant", "content": answer}]
                        for said, answer in zip(conversations, shaped[name], strict=True)
                    ],
                    ask=False,
                )
                for name in names
            ]
        # Where template or tokenizer joins prompt and answer, the completion starts where the sequences part.
        prompts_shared = [
            min(_common(prompt, whole) for whole in sides)
            for prompt, sides in zip(asked, zip(*told, strict=True), strict=True)
        ]
        return prompts_shared, told

    def _steps(self, shaped: pl.DataFrame) -> tuple[list[int], list[list[list[int]]]]:
        """The prompt, then each step with the separator behind it; only how long it is and where labels stand matters."""
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
