"""A tokenizer and models small enough to train in a test, made from nothing. Runs in the trainers' environment."""

import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, LlamaForSequenceClassification, LlamaForTokenClassification
from transformers import PreTrainedTokenizerFast

TEMPLATE = (
    "{% for m in messages %}<{{ m['role'] }}>{{ m['content'] }}</s>{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)


def tokenizer() -> PreTrainedTokenizerFast:
    """Bytes as tokens, the speakers as one token each."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    special = ["<pad>", "<s>", "</s>", "<unk>", "<system>", "<user>", "<assistant>"]
    vocabulary = {token: at for at, token in enumerate([*special, *alphabet])}
    made = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=made,
        pad_token="<pad>",
        eos_token="</s>",
        unk_token="<unk>",
        additional_special_tokens=special[4:],
    )
    fast.chat_template = TEMPLATE
    return fast


def config(**more: object) -> LlamaConfig:
    """Two layers of sixteen."""
    return LlamaConfig(
        vocab_size=263,
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=4096,
        pad_token_id=0,
        eos_token_id=2,
        bos_token_id=None,
        **more,
    )


def language_model() -> LlamaForCausalLM:
    """A model that writes."""
    torch.manual_seed(0)
    return LlamaForCausalLM(config())


def reward_model() -> LlamaForSequenceClassification:
    """A model that scores a text."""
    torch.manual_seed(0)
    return LlamaForSequenceClassification(config(num_labels=1))


def step_model() -> LlamaForTokenClassification:
    """A model that scores each token."""
    torch.manual_seed(0)
    return LlamaForTokenClassification(config(num_labels=2))


if __name__ == "__main__":
    tokenizer().save_pretrained(Path(sys.argv[1]))
