"""The ``prefstrata`` command."""

from prefstrata.cli._app import application
from prefstrata.cli._call import SHARED_OPTIONS
from prefstrata.cli._main import main

__all__ = ["SHARED_OPTIONS", "application", "main"]
