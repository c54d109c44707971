"""Models small enough to train in a test, made from nothing. Runs in the trainers' environment."""

import torch
from transformers import LlamaConfig, LlamaForCausalLM, LlamaForSequenceClassification, LlamaForTokenClassification


def config(**more: object) -> LlamaConfig:
    """Two layers of sixteen."""
    return LlamaConfig(
        vocab_size=264,
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
