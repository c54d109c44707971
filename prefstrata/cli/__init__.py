"""The ``prefstrata`` command."""

from prefstrata.cli._app import application
from prefstrata.cli._main import main

__all__ = ["application", "main"]
