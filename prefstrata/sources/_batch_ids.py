"""The ids of batches: which bytes of which source they are, joined to what, read with what."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from prefstrata.sources._reading import Reading

__all__ = ["content_id", "digest_of", "id_of", "parts_of", "tried_on", "with_digest"]


def id_of(reading: Reading, sha256: str) -> str:
    """The id of a batch. What is before the dash says which bytes they are, whatever they are joined to."""
    content = content_id(reading, sha256)
    return f"{content}-{reading.joined_sha256}" if reading.joined_sha256 else content


def with_digest(tried: str, digest: str) -> str:
    """The id of a batch that says what it was read with: content, joined file or nothing, digest."""
    return f"{tried}-{digest}" if "-" in tried else f"{tried}--{digest}"


def parts_of(batch_id: str) -> tuple[str, str, str]:
    """Content, joined file and digest of what it was read with; the last two may be empty."""
    content, joined, digest = [*batch_id.split("-"), "", ""][:3]
    return content, joined, digest


def tried_on(batch_id: str) -> str:
    """The id without the digest."""
    content, joined, _ = parts_of(batch_id)
    return f"{content}-{joined}" if joined else content


def digest_of(path: Path, reading: Reading) -> str:
    """What a file is read with: the mapping and all that its source and its name say of it."""
    found = (reading.digest, reading.framing.kind_of(path), reading.framing.compression_of(path))
    return hashlib.sha256("\n".join(found).encode()).hexdigest()[:16]


def content_id(reading: Reading, sha256: str) -> str:
    """Which bytes they are. The source's name cannot hold a line end, so the encoding is read back in one way only."""
    return hashlib.sha256(f"{reading.source.name}\n{sha256}".encode()).hexdigest()
