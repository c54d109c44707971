"""What ``prefstrata rules`` offers. What it does is in ``_commands``."""

from __future__ import annotations

import typer

from prefstrata.cli._call import Call, Wait, command, shared

__all__ = ["rules_group"]

rules_group = typer.Typer(help="Rules on responses.", rich_markup_mode=None)


@rules_group.callback()
@shared
def _rules_group(_: Call) -> None:
    """Rules on responses."""


@command(rules_group, "run")
def _rules_run(call: Call, wait: Wait = 0.0) -> None:
    """Let the policies' rules judge every pair, and write their verdicts for the next run. It costs nothing."""
    from prefstrata.cli._commands.rules import rules_run

    rules_run(call, wait)


@command(rules_group, "audit")
def _rules_audit(call: Call) -> None:
    """Hold the policies' rules against what people said of the same pairs. Nothing is written."""
    from prefstrata.cli._commands.rules import rules_audit

    rules_audit(call)
