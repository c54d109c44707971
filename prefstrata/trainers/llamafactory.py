"""LLaMA-Factory: ranking in its two formats, and KTO; each with the ``dataset_info.json`` that makes it known.

A row that does not fit is logged and dropped there. It cuts prompt and answers in proportion, and drops nothing for
length.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prefstrata.trainers._target import LengthRule, Target

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["TARGETS"]


def _info(entry: Mapping[str, Any]) -> Callable[[Mapping[str, tuple[str, ...]]], Mapping[str, Any]]:
    """What writes ``dataset_info.json``: a dataset ``prefstrata_<split>`` for each split."""

    def write(files: Mapping[str, tuple[str, ...]]) -> Mapping[str, Any]:
        # Of several files it reads a folder whole; of one, the file.
        names = {split: paths[0] if len(paths) == 1 else split for split, paths in files.items()}
        return {
            "dataset_info.json": {f"prefstrata_{split}": {"file_name": name, **entry} for split, name in names.items()}
        }

    return write


TARGETS = (
    Target(
        "llamafactory-alpaca",
        "LLaMA-Factory, stage dpo or rm, alpaca ranking",
        ("pairs",),
        "alpaca_pairs",
        ("instruction", "input", "system", "chosen", "rejected"),
        LengthRule("never", cuts=False),
        prompts="single",
        beside=_info(
            {
                "ranking": True,
                "columns": {
                    "prompt": "instruction",
                    "query": "input",
                    "system": "system",
                    "chosen": "chosen",
                    "rejected": "rejected",
                },
            }
        ),
    ),
    Target(
        "llamafactory-sharegpt",
        "LLaMA-Factory, stage dpo or rm, sharegpt ranking",
        ("pairs",),
        "sharegpt_pairs",
        ("conversations", "system", "chosen", "rejected"),
        LengthRule("never", cuts=False),
        prompts="turns",
        beside=_info(
            {
                "formatting": "sharegpt",
                "ranking": True,
                "columns": {
                    "messages": "conversations",
                    "system": "system",
                    "chosen": "chosen",
                    "rejected": "rejected",
                },
            }
        ),
    ),
    Target(
        "llamafactory-kto",
        "LLaMA-Factory, stage kto, sharegpt",
        ("unpaired", "pairs"),
        "sharegpt_labels",
        ("conversations", "system", "kto_tag"),
        LengthRule("never", cuts=False),
        prompts="turns",
        beside=_info(
            {
                "formatting": "sharegpt",
                "columns": {"messages": "conversations", "system": "system", "kto_tag": "kto_tag"},
            }
        ),
    ),
)
"""LLaMA-Factory's targets."""
