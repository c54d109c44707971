"""Options that mean nothing, alone or for a target, are refused with what to write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from prefstrata.model import ConfigError
from prefstrata.trainers import Options, checkout_layer
from tests._releases import Content, publish
from tests.unit.trainers._layers import PAIRS, whole_pair

if TYPE_CHECKING:
    from pathlib import Path

    from prefstrata.stores.local import LocalStore


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"ties": "maybe"}, "--ties"),
        ({"min_p": 1.5}, "--min-p"),
        ({"validation": 1.0}, "--validation"),
        ({"max_length": 8}, "--max-length"),
        ({"system": "replace"}, "--system-prompt"),
        ({"limits": {"luck": 1}}, "--limit"),
        ({"limits": {"dropped": float("nan")}}, "--limit"),
        ({"limits": {"effective": 2}}, "--limit"),
        ({"min_p": "0.5"}, "--min-p"),
        ({"strict": 1}, "--strict"),
        ({"seed": True}, "--seed"),
        ({"dimensions": "overall"}, "--dimensions"),
        ({"dimensions": ("a,b",)}, "--dimensions"),
        ({"max_characters": -1}, "--max-characters"),
        ({"tie_margin": 0.2}, "--tie-margin"),
        ({"margin_scale": 2.0, "margin": "none"}, "--margin-scale"),
        ({"tokenizer": "folder"}, "--tokenizer"),
        ({"overlong": "drop"}, "--overlong"),
        ({"limits": {"dropped": 0.5}}, "--limit"),
    ],
)
def test_an_option_that_means_nothing_is_refused(options: dict[str, Any], said: str) -> None:
    """The error names the option and what to write."""
    with pytest.raises(ConfigError) as caught:
        Options(**options)
    assert caught.value.where == said
    assert caught.value.todo


@pytest.mark.parametrize(
    ("form", "layer", "options", "said"),
    [
        ("openrlhf-dpo", "main", {"weights": "column"}, "no column for a weight"),
        ("nemo-rl", "main", {"style": "standard"}, "messages only"),
        ("ms-swift-regression", "main", {}, "which dimensions"),
        ("trl-dpo", "backflow", {}, "nothing trains on"),
        ("trl-dpo", "main+main", {}, "twice"),
        ("trl-prm", "main", {}, "reads traces"),
        ("jsonl", "main", {"ties": "keep"}, "as it is"),
        ("trl-dpo", "main", {"good_step": 0.0}, "reads no steps, so this does nothing"),
        ("trl-dpo", "main", {"margin": "none"}, "no column for a margin"),
        ("trl-dpo", "main", {"margin_scale": 3.0}, "no column for a margin"),
        ("trl-dpo", "main", {"dimensions": ("a",)}, "reads no scores"),
        ("trl-reward", "main", {"sides": False}, "reads no single responses beside the sides"),
        ("trl-kto", "main", {"per_prompt": "one"}, "does not hand out pairs"),
        ("trl-prm", "main", {"min_p": 0.6}, "reads no pairs"),
        ("ms-swift-regression", "main", {"dimensions": ("a",), "ties": "keep"}, "reads no pairs"),
        ("trl-dpo", "main", {"min_p": 0.99}, "nothing is left"),
    ],
)
def test_what_does_not_fit_the_target_is_said(  # noqa: PLR0913, PLR0917 - the cases
    form: str, layer: str, options: dict[str, Any], said: str, store: LocalStore, tmp_path: Path
) -> None:
    """And no folder is left."""
    publish(store, Content({PAIRS: [whole_pair("a")], "backflow/pairs/bucket=00.parquet": [whole_pair("b")]}))
    with pytest.raises(ConfigError, match=said):
        checkout_layer(store, layer, "latest", tmp_path / "out", form=form, options=Options(**options))
    assert not (tmp_path / "out").exists()
