"""The declarative mapping: from typed records to statements, written as SQL expressions in a config file.

A mapping is read (:func:`read_mapping`), compiled for its source (:func:`compile_mapping`, which finds every mistake
before a file is opened) and run over framed files (:func:`stage`), set-based throughout.
"""

from prefstrata.sources.mapping._compile import Compiled, compile_mapping, read_mapping
from prefstrata.sources.mapping._config import Mapping
from prefstrata.sources.mapping._context import Context
from prefstrata.sources.mapping._demand import Demand
from prefstrata.sources.mapping._errors import MappingError
from prefstrata.sources.mapping._reasons import REASONS
from prefstrata.sources.mapping._run import File, Refused, stage

__all__ = [
    "REASONS",
    "Compiled",
    "Context",
    "Demand",
    "File",
    "Mapping",
    "MappingError",
    "Refused",
    "compile_mapping",
    "read_mapping",
    "stage",
]
