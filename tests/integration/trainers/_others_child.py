"""The other trainers' own loading and preprocessing on checkouts: ``python _others_child.py JOBS``.

None of their code is changed, and nothing of theirs is trained: their training needs GPU stacks.
"""

import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace

from _tokenizer import tokenizer
from datasets import load_dataset


def rows(folder):
    """The training rows as they stand in the file."""
    return [json.loads(line) for line in (folder / "train.jsonl").read_text("utf-8").splitlines()]


def openrlhf(folder, length, *, dpo):
    from openrlhf.datasets.reward_dataset import RewardDataset
    from openrlhf.datasets.utils import blending_datasets

    keys = {"prompt_key": "prompt", "chosen_key": "chosen", "rejected_key": "rejected", "apply_chat_template": True}
    strategy = SimpleNamespace(
        print=lambda *_: None, is_rank_0=lambda: False, args=SimpleNamespace(data=SimpleNamespace(**keys), use_ms=False)
    )
    data = blending_datasets(str(folder / "train.jsonl"), strategy=strategy)
    made = RewardDataset(data, tokenizer(), length, strategy, is_dpo=dpo, num_processors=1)
    seen = [made[at] for at in range(len(made))]
    same = sum(int(one[0].shape == one[2].shape and bool((one[0] == one[2]).all())) for one in seen)
    return {
        "given": len(data),
        "kept": len(made),
        "same": same,
        "extras": sorted({round(float(one[4]), 6) for one in seen})[:5],
    }


def openrlhf_dpo(folder, length):
    return openrlhf(folder, length, dpo=True)


def openrlhf_rm(folder, length):
    return openrlhf(folder, length, dpo=False)


def axolotl_dpo(folder, _):
    from axolotl.prompt_strategies.dpo.chat_template import default
    from axolotl.utils.dict import DictDefault

    cfg = DictDefault(
        {"chat_template": "tokenizer_default", "datasets": [{"path": "x", "type": "chat_template.default"}]}
    )
    transform, more = default(cfg)
    told = tokenizer()
    data = load_dataset("json", data_files=str(folder / "train.jsonl"), split="train")
    made = data.map(lambda row: transform(row, tokenizer=told), **more)
    return {"given": len(data), "kept": len(made), "columns": sorted(made.column_names), "rows": made.to_list()}


def axolotl_stepwise(folder, length):
    from axolotl.prompt_strategies.stepwise_supervised import load
    from axolotl.utils.dict import DictDefault

    strategy = load(tokenizer(), DictDefault({"sequence_len": length}), DictDefault({}))
    made = [strategy.tokenize_prompt(row) for row in rows(folder)]
    return {"given": len(rows(folder)), "kept": len(made), "longest": max(len(row["input_ids"]) for row in made)}


def axolotl_bradley_terry(folder, length):
    from axolotl.prompt_strategies.bradley_terry.chat_template import load
    from axolotl.utils.dict import DictDefault

    cfg = DictDefault(
        {"sequence_len": length, "reward_model": True, "chat_template": "tokenizer_default", "train_on_inputs": False}
    )
    strategy = load(tokenizer(), cfg, DictDefault({}))
    made = [strategy.tokenize_prompt(row) for row in rows(folder)]
    return {
        "given": len(rows(folder)),
        "kept": len(made),
        "longest": max(max(len(row["chosen_ids"]), len(row["rejected_ids"])) for row in made),
    }


def swift(folder, _):
    from swift.dataset import load_dataset as load

    data, _held = load([str(folder / "train.jsonl")], num_proc=1, strict=True, shuffle=False)
    return {"given": len(rows(folder)), "kept": len(data), "columns": sorted(data.column_names), "first": data[0]}


def llamafactory(folder, length, *, stage):
    from llamafactory.data import get_dataset, get_template_and_fix_tokenizer
    from llamafactory.hparams import DataArguments, ModelArguments
    from transformers import Seq2SeqTrainingArguments

    told = tokenizer()
    asked = DataArguments(
        dataset="prefstrata_train", dataset_dir=str(folder), template="chatml", cutoff_len=length, overwrite_cache=True
    )
    made = get_dataset(
        get_template_and_fix_tokenizer(told, asked),
        ModelArguments(model_name_or_path=str(folder), cache_dir=str(folder / "cache")),
        asked,
        Seq2SeqTrainingArguments(output_dir=str(folder / "out"), use_cpu=True, report_to="none"),
        stage,
        told,
    )["train_dataset"]
    sides = [name for name in ("chosen_input_ids", "rejected_input_ids", "input_ids") if name in made.column_names]
    return {
        "given": len(rows(folder)),
        "kept": len(made),
        "columns": made.column_names,
        "longest": max(len(row[side]) for row in made for side in sides),
        "tags": sorted(set(made["kto_tags"])) if "kto_tags" in made.column_names else [],
    }


def llamafactory_rm(folder, length):
    return llamafactory(folder, length, stage="rm")


def llamafactory_kto(folder, length):
    return llamafactory(folder, length, stage="kto")


if __name__ == "__main__":
    os.environ["DISABLE_VERSION_CHECK"] = "1"  # of LLaMA-Factory, which asks for an older transformers
    jobs = json.loads(sys.argv[1])
    found = {name: globals()[what](Path(folder), length or None) for name, (what, folder, length) in jobs.items()}
    sys.stdout.write("\n" + json.dumps(found, default=str) + "\n")
