"""Money is counted in whole micro-dollars, rounded against the spender."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prefstrata.judging import Caps, Rate, dollars, micro
from prefstrata.project import Budget, Price

TOKENS = st.integers(0, 10_000_000)


def test_a_price_per_million_tokens_becomes_the_price_of_a_request() -> None:
    """1,000 tokens in at $0.25 and 100 out at $2 are 250 + 200 micro-dollars; half of it in a batch."""
    price = Price(input=Decimal("0.25"), output=Decimal(2))
    assert Rate.of(price, batch=False).cost(1000, 100) == 450
    assert Rate.of(price, batch=True).cost(1000, 100) == 225


def test_a_fraction_of_a_micro_dollar_is_rounded_up() -> None:
    """A cap must never be passed by rounding."""
    assert Rate(input=1, output=0).cost(1, 0) == 1
    assert Rate(input=75_000, output=0, per_mille=333).cost(40, 0) == 1


@given(st.lists(st.tuples(TOKENS, TOKENS), max_size=20), st.integers(0, 10**8), st.integers(0, 10**8))
def test_requests_one_by_one_never_cost_less_than_together(
    requests: list[tuple[int, int]], price_in: int, price_out: int
) -> None:
    """What is counted per request is at least what the endpoint bills for the sum."""
    rate = Rate(price_in, price_out)
    together = rate.cost(sum(tokens for tokens, _ in requests), sum(tokens for _, tokens in requests))
    assert sum(rate.cost(*tokens) for tokens in requests) >= together


def test_a_reservation_is_refused_by_the_tightest_cap() -> None:
    """The run has a dollar, the day ten cents left: eleven cents are refused and named after the day."""
    budget = Budget(run=Decimal(1), day=Decimal(1), project=Decimal(5))
    caps = Caps.of(budget, day=900_000, project=900_000)
    assert (caps.left, caps.tightest) == (100_000, "day")
    assert not caps.take(110_000)
    assert caps.take(100_000)
    caps.give(40_000)
    assert caps.left == 40_000


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "$0.00"), (1, "$0.000001"), (120_000, "$0.12"), (1_234_567_890, "$1,234.56"), (-500_000, "-$0.50")],
)
def test_dollars_as_people_read_them(amount: int, text: str) -> None:
    """To the cent, and below a dollar as far as they go."""
    assert dollars(amount) == text


def test_dollars_become_whole_micro_dollars() -> None:
    """No float is in between."""
    assert micro(Decimal("0.1")) + micro(Decimal("0.2")) == micro(Decimal("0.3"))
