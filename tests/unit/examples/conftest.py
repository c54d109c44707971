"""One example project for all tests that only read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from examples.generator import Truth, generate

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Example:
    """The project as shipped, and the truth about it."""

    directory: Path
    truth: Truth


@pytest.fixture(scope="package")
def example(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """The project as the quickstart makes it. Nobody writes to it."""
    directory = tmp_path_factory.mktemp("example")
    return Example(directory, generate(directory))
