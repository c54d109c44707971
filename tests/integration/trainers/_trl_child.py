"""TRL itself on checkouts: ``python _trl_child.py JOBS`` prints, last, a JSON document with what each job found.

JOBS is ``{name: [what, folder, max_length]}``. Importing TRL takes longer than most jobs: many go through one process.
Nothing of ours is imported but the add-on, where that is what is tried.
"""

import json
import sys
from pathlib import Path

import torch
from _models import language_model, reward_model, step_model
from _tokenizer import tokenizer
from datasets import load_dataset

STEPS = 10


def settings(kind, folder, **more):
    """Arguments that keep a run on the CPU, short and silent."""
    return kind(
        output_dir=str(folder / "out"),
        max_steps=STEPS,
        per_device_train_batch_size=2,
        learning_rate=1e-3,
        report_to="none",
        save_strategy="no",
        logging_steps=1,
        use_cpu=True,
        bf16=False,
        disable_tqdm=True,
        **more,
    )


def rows(folder):
    """The training rows, as the documentation says to read them."""
    return load_dataset("json", data_files=str(folder / "train.jsonl"), split="train", cache_dir=str(folder / "cache"))


def trained(trainer, given, length, *sides):
    """Take the steps and say what happened; ``sides`` name the columns of token ids that a row's sequences end with."""
    cut, same, longest = 0, 0, 0
    for row in trainer.train_dataset:
        batch = trainer.data_collator([row])
        longest = max(longest, batch["input_ids"].shape[1])
        cut += max(len(row.get("prompt_ids", ())) + len(row[side]) for side in sides) > length
        if len(sides) == 2:
            same += all(torch.equal(*batch[name].chunk(2)) for name in ("input_ids", "attention_mask"))
    before = {name: value.detach().clone() for name, value in trainer.model.named_parameters()}
    trainer.train()
    return {
        "given": len(given),
        "kept": len(trainer.train_dataset),
        "cut": cut,
        "same": same,
        "longest": longest,
        "steps": trainer.state.global_step,
        "losses": [entry["loss"] for entry in trainer.state.log_history if "loss" in entry],
        "moved": any(not torch.equal(before[name], value) for name, value in trainer.model.named_parameters()),
    }


def dpo(folder, length):
    from trl import DPOConfig, DPOTrainer

    data = rows(folder)
    trainer = DPOTrainer(
        model=language_model(),
        ref_model=language_model(),
        args=settings(DPOConfig, folder, max_length=length),
        train_dataset=data,
        processing_class=tokenizer(),
    )
    return trained(trainer, data, length, "chosen_ids", "rejected_ids")


def kto(folder, length):
    from trl import KTOConfig, KTOTrainer

    data = rows(folder)
    trainer = KTOTrainer(
        model=language_model(),
        ref_model=language_model(),
        args=settings(KTOConfig, folder, max_length=length),
        train_dataset=data,
        processing_class=tokenizer(),
    )
    return trained(trainer, data, length, "completion_ids")


def reward(folder, length):
    from trl import RewardConfig, RewardTrainer

    data = rows(folder)
    trainer = RewardTrainer(
        model=reward_model(),
        args=settings(RewardConfig, folder, max_length=length),
        train_dataset=data,
        processing_class=tokenizer(),
    )
    margins = trainer.data_collator([trainer.train_dataset[at] for at in range(2)])["margin"].tolist()
    return {"margins": margins, **trained(trainer, data, length, "chosen_ids", "rejected_ids")}


def prm(folder, length):
    from trl.experimental.prm import PRMConfig, PRMTrainer

    data = rows(folder)
    trainer = PRMTrainer(
        model=step_model(),
        args=settings(PRMConfig, folder, max_length=length),
        train_dataset=data,
        processing_class=tokenizer(),
    )
    labels = sum(label != -100 for row in trainer.train_dataset for label in row["labels"])
    found = trained(trainer, data, length, "input_ids")
    # It has cut them by now: the same once more without a length.
    whole = [trainer.tokenize_row(row, tokenizer(), "\n", *[None] * 4)["input_ids"] for row in data]
    return {**found, "labels": labels, "cut": sum(len(row) > length for row in whole)}


def gradient(trainer, row, **changed):
    """The gradient of the trainer's loss on one row, as one vector."""
    trainer.model.zero_grad()
    batch = trainer._prepare_inputs(trainer.data_collator([{**row, **changed}]))
    loss = trainer.compute_loss(trainer.model, batch)
    loss.backward()
    whole = torch.cat([value.grad.flatten() for value in trainer.model.parameters() if value.grad is not None])
    return whole.double(), loss.item()


def weighed(trainer, plain, data):
    """What weights and soft labels do to gradients, and to ten steps."""
    trainer.model.eval()
    row = trainer.train_dataset[0]
    one, loss = gradient(trainer, row, weight=1.0, p=1.0)
    none, _ = gradient(trainer, row, weight=0.0, p=1.0)
    two, _ = gradient(trainer, row, weight=2.0, p=1.0)
    soft, _ = gradient(trainer, row, weight=1.0, p=0.7)
    turned, _ = gradient(trainer, row, weight=1.0, p=0.0)
    plain.model.load_state_dict(trainer.model.state_dict())
    plain.model.eval()
    bare, bare_loss = gradient(plain, {name: row[name] for name in row.keys() - {"weight", "p", "margin"}})
    trainer._soft_labels = False
    hard, _ = gradient(trainer, row, weight=1.0, p=0.7)
    with_margin, _ = gradient(plain, {name: row[name] for name in row.keys() - {"weight", "p"}})
    trainer._soft_labels = True
    trainer.model.train()
    return {
        "of_one": one.norm().item(),
        "of_none": none.abs().max().item(),
        "of_two": (two.norm() / one.norm()).item(),
        "two_apart": ((two - 2 * one).norm() / one.norm()).item(),
        "soft_apart": ((soft - (0.7 * one + 0.3 * turned)).norm() / one.norm()).item(),
        "plain_apart": ((bare - one).norm() / one.norm()).item(),
        "hard_apart": ((hard - with_margin).norm() / one.norm()).item(),
        "loss": loss,
        "plain_loss": bare_loss,
        "columns": sorted({"weight", "p"} & set(trainer.get_train_dataloader().dataset.column_names or [])),
        **trained(trainer, data, trainer.args.max_length, "chosen_ids", "rejected_ids"),
    }


def weighted_dpo(folder, length):
    from trl import DPOConfig, DPOTrainer

    from prefstrata.trainers.trl_addon import weighted_dpo_trainer

    data = rows(folder)

    def made(kind, name):
        return kind(
            model=language_model(),
            ref_model=reference(),
            args=settings(DPOConfig, folder / name, max_length=length),
            train_dataset=data,
            processing_class=tokenizer(),
        )

    return weighed(made(weighted_dpo_trainer(), "ours"), made(DPOTrainer, "plain"), data)


def reference():
    """A reference that differs from the model, so that a pair's difference is not zero."""
    model = language_model()
    torch.manual_seed(1)
    with torch.no_grad():
        for value in model.parameters():
            value.add_(0.05 * torch.randn_like(value))
    return model


def weighted_reward(folder, length):
    from trl import RewardConfig, RewardTrainer

    from prefstrata.trainers.trl_addon import weighted_reward_trainer

    data = rows(folder)

    def made(kind, name):
        return kind(
            model=reward_model(),
            args=settings(RewardConfig, folder / name, max_length=length),
            train_dataset=data,
            processing_class=tokenizer(),
        )

    return weighed(made(weighted_reward_trainer(), "ours"), made(RewardTrainer, "plain"), data)


if __name__ == "__main__":
    jobs = json.loads(sys.argv[1])
    found = {name: globals()[what](Path(folder), length or None) for name, (what, folder, length) in jobs.items()}
    sys.stdout.write("\n" + json.dumps(found) + "\n")
