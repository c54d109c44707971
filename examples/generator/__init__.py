"""A preference project made up from nothing: own texts, simulated raters, known truth.

It exists to show the platform at work on data where one can look up who was right. All texts are the project's own.
"""

from __future__ import annotations

from examples.generator._project import SEED, drop, generate
from examples.generator._truth import Truth
from examples.generator._vocabulary import vocabulary

__all__ = ["SEED", "Truth", "drop", "generate", "vocabulary"]
