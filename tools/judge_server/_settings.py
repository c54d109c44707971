"""What the server does, as one document: given at the start, changed while it runs."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from tools.judge_server._profiles import Profile

__all__ = ["FAULTS", "Settings"]

FAULTS = (
    "rate_limited",
    "server_error",
    "slow",
    "cut",
    "malformed",
    "empty",
    "truncated",
    "refused",
    "wrong_schema",
)
"""Every fault: refused with 429 or 500 (not paid), late, cut off in the middle, or an answer that is none (paid)."""


class Settings(BaseModel):
    """Settings of the server.

    Attributes:
        seed: what every draw depends on, beside the request.
        faults: share of requests per fault, drawn anew for each time a request is made.
        retry_after: seconds that a 429 asks to wait.
        slow_seconds: how late a slow answer is.
        judges: profile per model; one that is not named here gets the default profile.
        batch_chunk: requests of a batch that are worked off at once.
        batch_pause: seconds between those, and before a batch fails.
        holds_batches: whether no batch goes on or ends until this is taken back.
        expire_after: share of its requests after which a batch expires; 1 for never.
        latency: seconds every answer takes at least.
        refuses: the status that everything below a path gets: ``{"/v1/": 401}`` for a wrong key.
        rejects: a pattern; a completion whose request has it is answered with 400, at once, unpaid.
        fails_batches: what a batch fails with before any of it is worked on; nothing for never.
    """

    model_config = ConfigDict(extra="forbid")

    seed: int = 1
    faults: dict[str, float] = Field(default_factory=dict)
    retry_after: float = 0.05
    slow_seconds: float = 5.0
    judges: dict[str, Profile] = Field(default_factory=dict)
    batch_chunk: int = 200
    batch_pause: float = 0.0
    holds_batches: bool = False
    expire_after: float = 1.0
    latency: float = 0.0
    refuses: dict[str, int] = Field(default_factory=dict)
    rejects: str = ""
    fails_batches: str = ""

    def profile(self, model: str) -> Profile:
        """How that model judges."""
        return self.judges.get(model) or Profile()
