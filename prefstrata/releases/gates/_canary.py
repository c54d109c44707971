"""The canary: a small reward model that reads only texts, trained in seconds to see what a version teaches.

Logistic regression on the difference of two responses (Bradley and Terry 1952), with hashed words and pairs of words
and a few figures of style as features. How probably a side is the better enters the loss as a soft label: a pair counts
for one side with p and for the other with 1 - p. It is far too small to be good at anything; it is quick, seeded, runs
on any CPU, and what it learns from one version and not from another is what the data says. Needs scikit-learn, which
comes with ``prefstrata[platform]``.
"""

from __future__ import annotations

import math
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Canary", "differences", "there_is_a_canary", "train"]

_FEATURES = 1 << 16
_STYLE_SCALE = 0.3
# The inverse strength of the prior: a version holds thousands of pairs, and the features are many more.
_C = 3.0


def there_is_a_canary() -> bool:
    """Whether scikit-learn is installed."""
    return find_spec("sklearn") is not None


def differences(one: Sequence[str], other: Sequence[str]) -> Any:  # noqa: ANN401 - a sparse matrix of an optional library
    """What tells the texts of ``one`` from those of ``other``: a sparse matrix with a row a pair."""
    from scipy.sparse import csr_matrix, hstack  # noqa: PLC0415 - comes with scikit-learn
    from sklearn.feature_extraction.text import HashingVectorizer  # noqa: PLC0415 - optional, and slow to import

    vectors = HashingVectorizer(n_features=_FEATURES, ngram_range=(1, 2), alternate_sign=False)
    words = vectors.transform(one) - vectors.transform(other)
    style = [
        [_STYLE_SCALE * (a - b) for a, b in zip(_style(first), _style(second), strict=True)]
        for first, second in zip(one, other, strict=True)
    ]
    return hstack([words, csr_matrix(style)]).tocsr()


def _style(text: str) -> tuple[float, ...]:
    """Length, lines, marks of markdown, digits: each as a logarithm, so that long texts do not drown the words."""
    marks = sum(text.count(mark) for mark in "*#`")
    digits = sum(map(str.isdigit, text))
    return tuple(math.log1p(each) for each in (len(text), text.count("\n"), marks, digits))


class Canary:
    """A trained reward model."""

    def __init__(self, model: Any) -> None:  # noqa: ANN401 - of an optional library
        """Keep the fitted model."""
        self._model = model

    def right(self, asked: Any) -> list[float]:  # noqa: ANN401 - as differences gives it
        """For each row 1 where the first text scores higher, 0 where the second does, a half where neither."""
        scores = self._model.decision_function(asked).round(6).tolist()
        return [0.5 if score == 0 else float(score > 0) for score in scores]


def train(learned: Any, p: Sequence[float], weight: Sequence[float]) -> Canary:  # noqa: ANN401 - as differences gives it
    """Train a canary; the same rows in the same order give the same model.

    Args:
        learned: a row a pair, one side against the other.
        p: how probably the one side is the better, 0 to 1, a tie counting half.
        weight: how much the pair counts; not negative, and positive for two pairs at least.
    """
    from scipy.sparse import diags_array  # noqa: PLC0415 - comes with scikit-learn
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - likewise

    mean = math.fsum(weight) / len(weight)
    # Each pair stands for both sides, with the weight that each has; where a side has none, for the other alone.
    sides = [
        (row, sign, each * share / mean)
        for row, (each, side) in enumerate(zip(weight, p, strict=True))
        for sign, share in ((1.0, side), (-1.0, 1 - side))
        if each * share > 0
    ]
    rows, signs, weights = zip(*sides, strict=True)
    # A difference turned round is the other class. Every other one is: a classifier needs both, whatever p says.
    labels = [place % 2 for place in range(len(sides))]
    turns = [sign if label else -sign for sign, label in zip(signs, labels, strict=True)]
    # liblinear runs on one thread, without a BLAS whose sums differ from machine to machine.
    model = LogisticRegression(solver="liblinear", fit_intercept=False, C=_C, random_state=0, tol=1e-4, max_iter=500)
    model.fit(diags_array(turns) @ learned[list(rows)], labels, sample_weight=weights)
    return Canary(model)
