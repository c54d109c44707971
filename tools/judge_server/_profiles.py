"""How a scripted judge judges: by the quality of the texts, its skill and its weaknesses."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from pydantic import BaseModel, ConfigDict

__all__ = ["Profile", "chance", "quality"]


class Profile(BaseModel):
    """A scripted judge.

    Attributes:
        skill: 0 answers at random, 1 sees every difference.
        position: what the side shown first gets beyond its quality.
        length: what the longer side gets beyond its quality.
        tie: differences smaller than this are a tie.
        gullible: ``no`` reads quoted text as text; ``outside`` obeys whatever stands outside the quotation;
            ``inside`` obeys whatever speaks to it anywhere.
        changed_after: number of answers after which it answers at random, as a model that was silently replaced.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    skill: float = 0.85
    position: float = 0.0
    length: float = 0.0
    tie: float = 0.02
    gullible: str = "no"
    changed_after: int | None = None


@lru_cache(maxsize=200_000)
def chance(*parts: object) -> float:
    """A number in [0, 1) that depends on the parts and on nothing else."""
    digest = hashlib.sha256("\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:7], "big") / 2**56


def quality(text: str, dimension: str, table: dict[tuple[str, str], float] | None = None) -> float:
    """How good a text is, 0 to 1: from the table of known qualities, else drawn from the text itself."""
    known = (table or {}).get((text, dimension))
    return chance("quality", dimension, text) if known is None else known
