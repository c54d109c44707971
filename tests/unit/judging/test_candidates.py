"""What is kept of what models wrote."""

from __future__ import annotations

import pytest

from benchmarks.judging.questions import judge
from prefstrata.judging import Asked, Item, Parsed, Written, generate, sift, similarity

WHO = judge("http://127.0.0.1:9/v1", family="cats")
LONG = "A commit is undone by another commit that says the opposite of it, so nothing is lost"


def written(prompt: str, temperature: float, *, before: tuple[str, ...] = (), repeat: int = 0) -> Written:
    """A request for a response to this prompt."""
    item = Item(id=prompt, messages=(("user", prompt),), texts=(), context=(("task", "chat"), ("language", None)))
    return Written(generate(WHO, item, work="more", temperature=temperature, repeat=repeat), before, 0.9)


def answered(text: str) -> Asked:
    """A reply with this text."""
    return Asked("answered", Parsed("answered", reason=text))


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [("a b", "B a", 1.0), ("a b c", "a b d", 0.5), ("", "", 1.0), ("a", "", 0.0), ("a " * 900 + "b", "a " * 900, 0.5)],
)
def test_similarity_is_the_share_of_words_in_common(one: str, other: str, share: float) -> None:
    """Case and number of occurrences do not count; empty texts are alike."""
    assert similarity(one, other) == share


def test_what_repeats_an_earlier_response_is_left_out() -> None:
    """One that is there already, one just kept: the first stays, and another prompt may say the same."""
    asked = [
        written("p", 0.2, before=("It is there.",)),
        written("p", 0.2, before=("It is there.",), repeat=1),
        written("p", 1.0, before=("It is there.",)),
        written("q", 1.0),
        written("q", 0.2),
        written("r", 0.2),
    ]
    said = ["it is there.", LONG, f"{LONG} now", LONG, "No."]
    found = {each.question.key: answered(text) for each, text in zip(asked, said, strict=False)}
    found[asked[5].question.key] = Asked("too_long")
    came = sift(asked, found)
    assert sorted(record["response"] for record in came.kept) == sorted([LONG, LONG, "No."])
    assert came.copies == {"lynx-1 at 0.2": 1, "lynx-1 at 1": 1}
    assert came.generators == {"lynx-1 at 0.2": 2, "lynx-1 at 1": 1}
    assert came.unusable == {"too_long": 1}
    assert (came.prompts, came.pairs, came.too_far) == (2, 2, 1.0)


def test_a_record_says_who_wrote_it_and_how() -> None:
    """Model, family, temperature, seed and limit; what is not known is not there."""
    [record] = sift([one := written("p", 0.2, repeat=2)], {one.question.key: answered("Yes.")}).kept
    assert record == {
        "key": one.question.key,
        "messages": [{"role": "user", "content": "p"}],
        "task": "chat",
        "response": "Yes.",
        "generator": "lynx-1",
        "generator_family": "cats",
        "sampling": {"temperature": 0.2, "seed": 2, "most_tokens": 400},
    }
