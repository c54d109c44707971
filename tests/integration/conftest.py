"""Fixtures of tests that run the pipeline again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import _short

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def in_short() -> Iterator[None]:
    """For modules that look neither at fits nor at intervals."""
    with _short.in_short():
        yield
