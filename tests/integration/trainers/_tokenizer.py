"""A tokenizer small enough to make in a test, from nothing. Runs in the trainers' environment."""

from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

TEMPLATE = (
    "{% for m in messages %}<{{ m['role'] }}>{{ m['content'] }}</s>{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)


def tokenizer() -> PreTrainedTokenizerFast:
    """Bytes as tokens, the speakers as one token each.

    A colon and the blank after it are one token: where a prompt ends on the one and the answer begins with the other,
    the two merge, as texts do with any real vocabulary.
    """
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    special = ["<pad>", "<s>", "</s>", "<unk>", "<system>", "<user>", "<assistant>"]
    vocabulary = {token: at for at, token in enumerate([*special, *alphabet, ":Ġ"])}
    made = Tokenizer(models.BPE(vocab=vocabulary, merges=[(":", "Ġ")], unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=made,
        pad_token="<pad>",
        eos_token="</s>",
        unk_token="<unk>",
        additional_special_tokens=special[4:],
    )
    fast.chat_template = TEMPLATE
    return fast
