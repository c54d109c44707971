"""A mistake in a mapping, at its key."""

from __future__ import annotations

from prefstrata.model import ConfigError

__all__ = ["MappingError"]


class MappingError(ConfigError):
    """A mapping that cannot be used.

    Attributes:
        key: where it stands, from the mapping's top.
        text: the expression at fault, empty when it is none.
    """

    def __init__(self, key: tuple[str | int, ...], what: str, text: str = "", *, todo: str = "") -> None:
        """Name the key as people write it."""
        self.key, self.text = key, text
        spelled = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key).lstrip(".")
        super().__init__(f"{what}, in `{' '.join(text.split())}`" if text else what, where=spelled, todo=todo)
