"""Noise: how far labels can be trusted, and what people are asked where they cannot."""

__all__: list[str] = []
