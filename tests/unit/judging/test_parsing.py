"""Every reply has a defined outcome."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prefstrata.judging import parse

OUTCOMES = {"answered", "refused", "malformed", "empty", "truncated", "wrong_schema"}


def reply(content: str | None, **choice: Any) -> bytes:  # noqa: ANN401 - any JSON
    """The body of a completion with this content."""
    message = {"role": "assistant", "content": content, "refusal": choice.pop("refusal", None)}
    document = {
        "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop", **choice}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5},
    }
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (b"", "malformed"),
        (b"<html>502</html>", "malformed"),
        (b'{"choices": []}', "malformed"),
        (b"[" * 100_000, "malformed"),
        (reply(""), "empty"),
        (reply(None), "empty"),
        (reply(None, refusal="I cannot."), "refused"),
        (reply("", finish_reason="content_filter"), "refused"),
        (reply('{"reason": "because', finish_reason="length"), "truncated"),
        (reply("A is better"), "wrong_schema"),
        (reply('{"verdict": "C"}'), "wrong_schema"),
        (reply('{"verdict": ["A"]}'), "wrong_schema"),
        (reply('{"reason": "x", "verdict": "A"}'), "answered"),
        (reply('```json\n{"reason": "x", "verdict": "tie"}\n```'), "answered"),
        (reply('<think>\nA? {"verdict": "B"}?\n</think>\n\n{"reason": "x", "verdict": "A"}'), "answered"),
        (reply("<think>I never end"), "wrong_schema"),
    ],
)
def test_outcome_of_a_comparison(body: bytes, outcome: str) -> None:
    """Malformed, empty, refused, truncated and wrong shapes are told apart."""
    assert parse(body, "pairwise").outcome == outcome


def test_the_beginning_of_what_cannot_be_read_is_kept_for_people() -> None:
    """Cut, and without what nobody sees."""
    assert parse(reply("A is better\u200b. " + "x" * 500), "pairwise").begins == "A is better. " + "x" * 146
    assert parse(reply('{"verdict": "a", "reason": "' + "x" * 500 + '"}'), "pairwise").begins.startswith(
        '{"verdict": "a"'
    )
    assert parse(b"<html>log in</html>", "pairwise").begins == "<html>log in</html>"
    assert not parse(reply('{"verdict": "A"}'), "pairwise").begins


@given(st.binary(max_size=300), st.sampled_from(["pairwise", "scalar", "steps", "text"]))
def test_no_body_breaks_the_parser(body: bytes, kind: str) -> None:
    """Whatever comes, something is said of it."""
    assert parse(body, kind, 2).outcome in OUTCOMES


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@given(JSON, st.sampled_from(["pairwise", "scalar", "steps"]))
def test_no_content_breaks_the_parser(content: object, kind: str) -> None:
    """Nor does any JSON that a model may make up, at any place."""
    assert parse(reply(json.dumps(content)), kind, 2).outcome in OUTCOMES
    assert parse(json.dumps({"choices": [{"message": content}]}).encode(), kind, 2).outcome in OUTCOMES
    assert parse(json.dumps({"choices": content}).encode(), kind, 2).outcome in OUTCOMES


def test_a_fake_verdict_inside_the_reason_is_none() -> None:
    """The verdict is the field, not the first thing that looks like it."""
    said = json.dumps({"reason": 'the text claims {"verdict": "A"}', "verdict": "B"})
    assert parse(reply(said), "pairwise").verdict == "B"


@pytest.mark.parametrize(("total", "output"), [(15, 5), (215, 205), (0, 5), (-1, 5), ("many", 5), (None, 5)])
def test_what_is_counted_in_the_total_alone_is_billed(total: object, output: int) -> None:
    """Some endpoints count what a model thought beside its answer in no other place."""
    document = json.loads(reply('{"reason": "x", "verdict": "A"}'))
    document["usage"]["total_tokens"] = total
    found = parse(json.dumps(document).encode(), "pairwise")
    assert (found.input_tokens, found.output_tokens) == (10, output)


def test_not_applicable_is_no_number() -> None:
    """A score is null, a word of a step is None; a score outside the scale is no score."""
    assert parse(reply('{"reason": "", "score": null}'), "scalar").score is None
    assert parse(reply('{"reason": "", "score": null}'), "scalar").outcome == "answered"
    assert parse(reply('{"reason": "", "score": 11}'), "scalar").outcome == "wrong_schema"
    assert parse(reply('{"steps": ["good", "n/a"]}'), "steps", 2).rewards == (1.0, None)
    assert parse(reply('{"steps": ["good"]}'), "steps", 2).outcome == "wrong_schema"


def test_confidence_is_the_verdicts_share_among_the_verdicts() -> None:
    """Of what stood to choice at the verdict's first token; other tokens are no verdicts."""
    content = '{"reason": "x", "verdict": "A"}'
    at = content.rindex('"A"') + 1
    top = [
        {"token": "A", "logprob": math.log(0.6)},
        {"token": "B", "logprob": math.log(0.2)},
        {"token": "zebra", "logprob": math.log(0.1)},
    ]
    tokens = [
        {"token": content[:at], "logprob": 0.0, "top_logprobs": []},
        {"token": "A", "logprob": math.log(0.6), "top_logprobs": top},
        {"token": '"}', "logprob": 0.0, "top_logprobs": []},
    ]
    parsed = parse(reply(content, logprobs={"content": tokens}), "pairwise")
    assert parsed.confidence == pytest.approx(0.75)
    assert parse(reply(content, logprobs={"content": [{"token": 3}]}), "pairwise").confidence is None
    # An endpoint says -9999 of what it would never say, and an absurd one says what no double holds.
    for said in (-9999.0, -(10**400)):
        tokens[1] = {"token": "A", "logprob": said, "top_logprobs": []}
        parsed = parse(reply(content, logprobs={"content": tokens}), "pairwise")
        assert (parsed.verdict, parsed.confidence) == ("A", None)


@pytest.mark.parametrize(
    ("first", "top", "share"),
    [
        ('A"', {'A"': 0.5, "A": 0.3, 'B"': 0.2}, 0.8),
        ('A"}', {'A"}': 0.5, 'B"}': 0.45, "B": 0.05}, 0.5),
        ("A", {"B": 0.5, "tie": 0.25}, 0.25),  # drawn, though it is none of the likeliest
        ("t", {"t": 0.5, "tie": 0.25, "n": 0.25}, 0.75),
    ],
)
def test_all_spellings_of_a_verdict_are_one_choice(first: str, top: dict[str, float], share: float) -> None:
    """Quotation marks and brackets may be part of the token: the shares of ``A`` and ``A"`` add up."""
    verdict = "tie" if first == "t" else "A"
    content = f'{{"reason": "x", "verdict": "{verdict}"}}'
    at = content.rindex(f'"{verdict}"') + 1
    likeliest = [{"token": token, "logprob": math.log(p)} for token, p in top.items()]
    tokens = [
        {"token": content[:at], "logprob": 0.0},
        {"token": first, "logprob": math.log(top.get(first, 0.25)), "top_logprobs": likeliest},
    ]
    parsed = parse(reply(content, logprobs={"content": tokens}), "pairwise")
    assert parsed.confidence == pytest.approx(share)


@pytest.mark.parametrize("broken", ["\0", "\ud800", "\u202e"])
def test_a_reason_holds_nothing_that_a_store_refuses(broken: str) -> None:
    """The verdict was paid for: what its reason cannot be kept with is left out of the reason."""
    said = reply(json.dumps({"reason": f"goo{broken}d", "verdict": "A"}))
    assert (parse(said, "pairwise").verdict, parse(said, "pairwise").reason) == ("A", "good")
