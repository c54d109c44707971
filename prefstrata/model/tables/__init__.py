"""Every table of the warehouse: its grain, its columns, their types and meaning.

This is the one definition. The engines create tables from it, the reference page is generated from it, Dagster shows it
as column schemas, and the tests of ``sql/`` build their rows with it.

Types are written in DuckDB's spelling, inside the subset that every engine has: ``varchar``, ``bigint``, ``double``,
``boolean``, ``timestamp`` (UTC, no zone), ``t[]`` and ``struct(name t, …)``.
"""

from __future__ import annotations

from prefstrata.model.tables._agreement import AGREEMENT
from prefstrata.model.tables._canary import CANARY
from prefstrata.model.tables._checkout import CHECKOUT
from prefstrata.model.tables._evidence import EVIDENCE
from prefstrata.model.tables._fit import FIT
from prefstrata.model.tables._frozen import FROZEN
from prefstrata.model.tables._gates import GATES, POLICY_GATES
from prefstrata.model.tables._governance import GOVERNANCE
from prefstrata.model.tables._layers import CAUSES, LAYERS, MOVES, RELEASE
from prefstrata.model.tables._ledger import LEDGER
from prefstrata.model.tables._manifest import MANIFEST
from prefstrata.model.tables._noise import NOISE
from prefstrata.model.tables._online import ONLINE
from prefstrata.model.tables._policy import POLICY
from prefstrata.model.tables._privacy import POLICY_PRIVACY, PRIVACY
from prefstrata.model.tables._runs import RUNS
from prefstrata.model.tables._shape import PASSING, Column, Table
from prefstrata.model.tables._staging import STAGING
from prefstrata.model.tables._teaching import TEACHING
from prefstrata.model.tables._weighting import WEIGHTING

__all__ = ["PASSING", "TABLES", "Column", "Table", "table"]

TABLES: tuple[Table, ...] = (
    *LEDGER,
    *EVIDENCE,
    *ONLINE,
    *FROZEN,
    *PRIVACY,
    *NOISE,
    *FIT,
    *AGREEMENT,
    *GOVERNANCE,
    *WEIGHTING,
    *LAYERS,
    CAUSES,
    MOVES,
    *TEACHING,
    *RELEASE,
    *MANIFEST,
    *POLICY,
    POLICY_GATES,
    POLICY_PRIVACY,
    *GATES,
    *RUNS,
    *CANARY,
    *STAGING,
    *CHECKOUT,
)

_BY_NAME = {each.full_name: each for each in TABLES}


def table(full_name: str) -> Table:
    """The definition of ``schema.name``; KeyError when there is no such table."""
    return _BY_NAME[full_name]
