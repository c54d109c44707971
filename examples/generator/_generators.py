"""The models, and one person, whose answers are compared. The names are made up."""

from __future__ import annotations

from examples.generator._model import Generator

__all__ = ["GENERATORS"]

GENERATORS: tuple[Generator, ...] = (
    Generator(
        name="atlas-70b",
        family="atlas",
        temperature=0.7,
        truth={"right": 0.82, "vague": 0.10, "wrong": 0.08},
        details={1: 0.15, 2: 0.40, 3: 0.45},
        padding={0: 0.45, 1: 0.35, 2: 0.15, 3: 0.05},
        tone={"plain": 0.5, "natural": 0.4, "stiff": 0.1},
        safety={"careful": 0.70, "plain": 0.27, "reckless": 0.03},
        markdown=0.6,
        hedging=0.10,
        closing=0.3,
        refusing=0.02,
    ),
    Generator(
        name="atlas-7b",
        family="atlas",
        temperature=0.7,
        truth={"right": 0.60, "vague": 0.20, "wrong": 0.20},
        details={0: 0.15, 1: 0.35, 2: 0.35, 3: 0.15},
        padding={0: 0.35, 1: 0.35, 2: 0.20, 3: 0.10},
        tone={"plain": 0.5, "natural": 0.3, "stiff": 0.2},
        safety={"careful": 0.45, "plain": 0.40, "reckless": 0.15},
        markdown=0.5,
        hedging=0.20,
        closing=0.3,
        refusing=0.03,
    ),
    # Long, formatted and sure of itself, and not better for it: what a style bias falls for.
    Generator(
        name="harrow-8b",
        family="harrow",
        temperature=1.0,
        truth={"right": 0.45, "vague": 0.15, "wrong": 0.40},
        details={1: 0.20, 2: 0.40, 3: 0.40},
        padding={0: 0.05, 1: 0.20, 2: 0.35, 3: 0.40},
        tone={"plain": 0.3, "natural": 0.2, "stiff": 0.5},
        safety={"careful": 0.30, "plain": 0.45, "reckless": 0.25},
        markdown=0.9,
        hedging=0.05,
        closing=0.7,
        refusing=0.02,
    ),
    # Careful to a fault: hedges what it knows, refuses what is harmless.
    Generator(
        name="kestrel-13b",
        family="kestrel",
        temperature=0.5,
        truth={"right": 0.68, "vague": 0.22, "wrong": 0.10},
        details={0: 0.20, 1: 0.45, 2: 0.25, 3: 0.10},
        padding={0: 0.30, 1: 0.40, 2: 0.20, 3: 0.10},
        tone={"plain": 0.5, "natural": 0.2, "stiff": 0.3},
        safety={"careful": 0.85, "plain": 0.14, "reckless": 0.01},
        markdown=0.2,
        hedging=0.70,
        closing=0.2,
        refusing=0.12,
    ),
    # Short and dry: often better than it looks.
    Generator(
        name="wren-mini",
        family="wren",
        temperature=0.3,
        truth={"right": 0.66, "vague": 0.14, "wrong": 0.20},
        details={0: 0.50, 1: 0.35, 2: 0.15},
        padding={0: 0.90, 1: 0.10},
        tone={"plain": 0.8, "natural": 0.2},
        safety={"careful": 0.35, "plain": 0.60, "reckless": 0.05},
        markdown=0.1,
        hedging=0.05,
        closing=0.05,
        refusing=0.02,
    ),
    Generator(
        name="staff-writer",
        family="person",
        temperature=None,
        truth={"right": 0.92, "vague": 0.06, "wrong": 0.02},
        details={1: 0.25, 2: 0.45, 3: 0.30},
        padding={0: 0.80, 1: 0.20},
        tone={"plain": 0.4, "natural": 0.6},
        safety={"careful": 0.75, "plain": 0.25},
        markdown=0.1,
        hedging=0.10,
        closing=0.3,
        refusing=0.0,
    ),
)
