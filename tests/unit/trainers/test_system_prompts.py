"""System prompts, where they stand, and trainers and chat templates that take none there."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from jinja2 import TemplateError

from prefstrata.model import ConfigError
from prefstrata.trainers import Options, checkout_layer
from tests._releases import Content, publish
from tests.unit.trainers._layers import PAIRS, STRATA, TALK, hand_out, rating, release, rows, whole_pair

if TYPE_CHECKING:
    from pathlib import Path

    from prefstrata.stores.local import LocalStore


def test_a_system_message_after_the_first_turn_stays_where_it_stands(store: LocalStore, tmp_path: Path) -> None:
    """Before the question it would contradict what was answered; without system prompts it goes like the others."""
    talk = [*TALK[:3], {"role": "system", "content": "in French"}, TALK[3]]
    publish(store, Content({PAIRS: [whole_pair("a", talk)]}, STRATA))
    for word, asked in (("keep", talk), ("drop", TALK[1:])):
        out = tmp_path / word
        checkout_layer(store, "main", "latest", out, form="trl-dpo", options=Options(system=word))
        assert [row["prompt"] for row in rows(out)] == [asked]


@pytest.mark.parametrize("name", ["ms-swift-dpo", "ms-swift-rm", "llamafactory-sharegpt"])
def test_a_trainer_that_holds_system_prompts_at_the_front_alone_gets_no_later_one(
    name: str, store: LocalStore, tmp_path: Path
) -> None:
    """ms-swift stops at it; the report says how many there were, and without system prompts they fit."""
    talk = [*TALK[:3], {"role": "system", "content": "in French"}, TALK[3]]
    two = [TALK[0], {"role": "system", "content": "be short"}, *TALK[1:]]
    made = hand_out(store, {PAIRS: [whole_pair("a", talk), whole_pair("b", two)]}, tmp_path / "kept", name)
    assert made.report is not None
    assert (made.rows, made.report.left_out) == (1, {"a system message after the first turn": 1})
    for word, text in (("drop", ""), ("replace", "be brief")):
        asked = Options(system=word, system_prompt=text)
        assert checkout_layer(store, "main", "latest", tmp_path / word, form=name, options=asked).rows == 2


def test_several_system_messages_at_the_front_are_one_system_prompt(store: LocalStore, tmp_path: Path) -> None:
    """So the row fits a format of one question."""
    prompts = [TALK[:2], [TALK[0], *TALK[:2]], TALK]
    records = {PAIRS: [whole_pair(f"{at}", prompt) for at, prompt in enumerate(prompts)]}
    made = hand_out(store, records, tmp_path / "out", "axolotl-bradley-terry")
    assert sorted(row["system"] for row in rows(tmp_path / "out")) == ["be kind", "be kind\n\nbe kind"]
    assert made.report is not None
    assert made.report.left_out == {"the prompt has several turns": 1}


def test_scores_of_answers_to_a_later_system_message_are_left_out(store: LocalStore, tmp_path: Path) -> None:
    """ms-swift's regression reads conversations as its preferences do."""
    talk = [*TALK[:3], {"role": "system", "content": "in French"}, TALK[3]]
    records = {"main/ratings/bucket=00.parquet": [rating("r", "a", 0.5), {**rating("s", "a", 0.5), "prompt": talk}]}
    made = hand_out(store, records, tmp_path / "out", "ms-swift-regression", dimensions=("a",))
    assert made.report is not None
    assert (made.rows, made.report.left_out) == (1, {"a system message after the first turn": 1})


def test_a_system_prompt_is_a_text_whatever_it_holds(store: LocalStore, tmp_path: Path) -> None:
    """Quotes, comments and dollar signs in it are no SQL."""
    text = "it's '' -- $system\n; drop view release.pairs"
    hand_out(store, release(), tmp_path / "out", "trl-dpo", system="replace", system_prompt=text)
    assert {row["prompt"][0]["content"] for row in rows(tmp_path / "out")} == {text}


class _Strict:
    """A tokenizer whose chat template knows no system prompt, as those of some models; each character is a token."""

    chat_template, eos_token = "strict", "."

    def apply_chat_template(self, conversations: list[list[dict[str, str]]], **_: object) -> dict[str, list[list[int]]]:
        if any(message["role"] == "system" for said in conversations for message in said):
            raise TemplateError("System role not supported")
        return {"input_ids": [[ord(sign) for turn in said for sign in turn["content"]] for said in conversations]}


def test_a_conversation_that_the_chat_template_refuses_is_named(
    store: LocalStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what the template says and what to do; without system prompts the same rows are measured."""
    library = ModuleType("transformers")
    library.AutoTokenizer = SimpleNamespace(from_pretrained=lambda *_, **__: _Strict())  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "transformers", library)
    measured: dict[str, Any] = {"max_length": 100, "tokenizer": "models/strict"}
    with pytest.raises(ConfigError) as caught:
        hand_out(store, release(), tmp_path / "out", "trl-dpo", **measured)
    said = "the conversation of b (system, user, assistant, user): System role not supported"
    assert said in caught.value.what
    assert (caught.value.where, "--system drop" in caught.value.todo) == ("models/strict", True)
    assert not (tmp_path / "out").exists()
    asked = Options(system="drop", **measured)
    assert checkout_layer(store, "main", "latest", tmp_path / "out", form="trl-dpo", options=asked).rows == 2
