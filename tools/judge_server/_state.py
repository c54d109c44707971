"""What the server knows: its settings, what it was asked and what of it is paid, files and batches."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tools.judge_server._judging import Said, answer
from tools.judge_server._profiles import chance
from tools.judge_server._settings import FAULTS, Settings
from tools.judge_server._shapes import completion, failure

if TYPE_CHECKING:
    from tools.judge_server._replay import Recorded

__all__ = ["Reply", "State", "digest_of"]

REJECTED = "This model does not take what it was asked with"
_OK = 200


@dataclass(frozen=True)
class Reply:
    """An HTTP answer and how it is sent: with its headers, late, cut off."""

    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()
    delay: float = 0.0
    is_cut: bool = False


def digest_of(request: dict[str, Any]) -> str:
    """The identity of a request: two with the same content are the same request."""
    return hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()


@dataclass
class State:
    """All of it, for one server.

    Attributes:
        settings: what it does.
        paid: how often each request was paid, by its digest.
        answered: the same, where the answer was whole and well-formed: asking again is waste.
        served: requests by what became of them.
        billed: tokens per model and direction, of everything that was paid.
        names: how often a request was paid, by the name that its client gave it.
        last: the last body that was posted, by path.
    """

    settings: Settings
    table: dict[tuple[str, str], float] = field(default_factory=dict)
    recorded: Recorded | None = None
    seen: Counter[str] = field(default_factory=Counter)
    paid: Counter[str] = field(default_factory=Counter)
    answered: Counter[str] = field(default_factory=Counter)
    served: Counter[str] = field(default_factory=Counter)
    billed: Counter[str] = field(default_factory=Counter)
    names: Counter[str] = field(default_factory=Counter)
    last: dict[str, bytes] = field(default_factory=dict)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    batches: dict[str, dict[str, Any]] = field(default_factory=dict)

    def complete(self, request: dict[str, Any], *, name: str = "") -> Reply:
        """Answer a chat completion, or fail as the settings say."""
        if (pattern := self.settings.rejects) and re.search(pattern, json.dumps(request)):
            self.served["rejected"] += 1
            return Reply(400, json.dumps(failure(REJECTED, "invalid_request_error")).encode())
        digest = digest_of(request)
        self.seen[digest] += 1
        fault = self._fault(digest)
        self.served[fault or "answered"] += 1
        if fault == "rate_limited":
            wait = f"{self.settings.retry_after:g}".encode()
            body = failure("Rate limit reached", "requests", code="rate_limit_exceeded")
            return Reply(429, json.dumps(body).encode(), ((b"retry-after", wait),))
        if fault == "server_error":
            return Reply(500, json.dumps(failure("The server had an error", "server_error")).encode())
        self.names.update([name] if name else [])
        return self._paid(request, digest, fault)

    def _fault(self, digest: str) -> str | None:
        drawn = chance("fault", self.settings.seed, digest, self.seen[digest])
        for name in FAULTS:
            drawn -= self.settings.faults.get(name, 0.0)
            if drawn < 0:
                return name
        return None

    def _paid(self, request: dict[str, Any], digest: str, fault: str | None) -> Reply:
        self.paid[digest] += 1
        recorded = self.recorded.find(request) if self.recorded else None
        said = recorded or answer(
            request, self.settings.profile(request["model"]), self.settings.seed, self.paid.total(), self.table
        )
        made = self._spoiled(request, digest, said, fault)
        self.billed[f"{request['model']}/in"] += made["usage"]["prompt_tokens"]
        self.billed[f"{request['model']}/out"] += made["usage"]["completion_tokens"]
        body = json.dumps(made).encode()
        if fault in {None, "refused"}:
            self.answered[digest] += 1
        if fault == "malformed":
            body = body[: len(body) // 2]
        delay = self.settings.slow_seconds if fault == "slow" else self.settings.latency
        return Reply(_OK, body, delay=delay, is_cut=fault == "cut")

    @staticmethod
    def _spoiled(request: dict[str, Any], digest: str, said: Said, fault: str | None) -> dict[str, Any]:
        if fault == "empty":
            return completion(request, digest, "")
        if fault == "truncated":
            return completion(request, digest, said.content[: len(said.content) // 2], finish="length")
        if fault == "refused":
            return completion(request, digest, None, refusal="I cannot help with that.")
        if fault == "wrong_schema":
            return completion(request, digest, json.dumps({"winner": 1}))
        return completion(request, digest, said.content, sure=said.sure, mark=said.mark)

    def report(self) -> dict[str, Any]:
        """The ledger: requests paid, distinct ones, those paid again after a whole answer, tokens billed."""
        return {
            "paid": self.paid.total(),
            "distinct": len(self.paid),
            "answered": self.answered.total(),
            "answered_twice": sum(count - 1 for count in self.answered.values()),
            "served": dict(self.served),
            "billed": dict(self.billed),
            "batches": len(self.batches),
            "files": len(self.files),
        }
