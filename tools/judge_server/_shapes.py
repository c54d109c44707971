"""The objects of the published description: completions, errors, files, batches."""

from __future__ import annotations

import math
from typing import Any

__all__ = ["completion", "failure", "shown", "tokens"]

CREATED = 1_790_000_000
"""A moment that does not pass: answers must be the same in every run."""


def tokens(text: str) -> int:
    """What a text counts as: about four bytes a token, never more tokens than bytes."""
    return len(text.encode("utf-8", "surrogatepass")) // 4 + (1 if text else 0)


def completion(  # noqa: PLR0913 - one argument per part of the object
    request: dict[str, Any],
    digest: str,
    content: str | None,
    *,
    refusal: str | None = None,
    finish: str = "stop",
    sure: float = 0.9,
    mark: str = "",
) -> dict[str, Any]:
    """A ``chat.completion``; ``sure`` is the probability of the token ``mark``, told where the request asks for it."""
    asked = sum(tokens(str(message.get("content") or "")) + 4 for message in request["messages"])
    said = tokens(content or refusal or "")
    return {
        "id": f"chatcmpl-{digest[:24]}",
        "object": "chat.completion",
        "created": CREATED,
        "model": request["model"],
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": content, "refusal": refusal, "annotations": []},
                "logprobs": _logprobs(content or "", mark, sure, request) if request.get("logprobs") else None,
                "finish_reason": finish,
            }
        ],
        "usage": {
            "prompt_tokens": asked,
            "completion_tokens": said,
            "total_tokens": asked + said,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": 0,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        },
        "service_tier": "default",
        "system_fingerprint": f"fp_{request['model']}",
    }


def _logprobs(content: str, mark: str, sure: float, request: dict[str, Any]) -> dict[str, Any]:
    """Three tokens: what is before the verdict, the verdict, what is after it."""
    most = int(request.get("top_logprobs") or 0)
    at = content.rfind(f'"{mark}"') + 1 if mark else -1
    if at <= 0:
        return {"content": [_token(content, 0.0, [])] if content else [], "refusal": None}
    rest = max(1e-6, (1 - sure) / 2)
    others = [each for each in ("A", "B", "tie", "n/a") if each != mark][:2]
    top = [(mark, math.log(sure)), *((other, math.log(rest)) for other in others)][:most]
    return {
        "content": [
            _token(content[:at], 0.0, []),
            _token(mark, math.log(sure), top),
            _token(content[at + len(mark) :], 0.0, []),
        ],
        "refusal": None,
    }


def _token(text: str, logprob: float, top: list[tuple[str, float]]) -> dict[str, Any]:
    spelled = [{"token": each, "logprob": value, "bytes": list(each.encode())} for each, value in top]
    return {"token": text, "logprob": logprob, "bytes": list(text.encode()), "top_logprobs": spelled}


def shown(document: dict[str, Any]) -> dict[str, Any]:
    """A file or a batch as the description has it: what is not known yet is left out, it is not null."""
    return {name: value for name, value in document.items() if value is not None}


def failure(message: str, kind: str, *, code: str | None = None, param: str | None = None) -> dict[str, Any]:
    """An error as the API spells it."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}
