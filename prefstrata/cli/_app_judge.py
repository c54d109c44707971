"""What ``prefstrata judge`` offers. What it does is in ``_commands``."""

from __future__ import annotations

import typer

from prefstrata.cli._call import Call, command, shared

__all__ = ["judge_group"]

judge_group = typer.Typer(help="Model judges.", rich_markup_mode=None)


@judge_group.callback()
@shared
def _judges(_: Call) -> None:
    """Model judges."""


@command(judge_group, "plan")
def _judge_plan(call: Call) -> None:
    """Say what a run would ask of which judge, what is known already, and what it costs. Nothing is sent."""
    from prefstrata.cli._commands.judge import judge_plan

    judge_plan(call)


@command(judge_group, "run")
def _judge_run(call: Call) -> None:
    """Examine the judges on golden pairs, let those who pass judge, and write their verdicts for the next run.

    Nothing is spent beyond the caps. What was answered before is not asked again: after a kill, run it again.
    """
    from prefstrata.cli._commands.judge import judge_run

    judge_run(call)


@command(judge_group, "generate")
def _judge_generate(call: Call) -> None:
    """Have models write responses to prompts that need pairs, leave out copies, and write them for the next run.

    They share the judges' models, caps and journal; `judge plan` says what it costs.
    """
    from prefstrata.cli._commands.generate import generate

    generate(call)


@command(judge_group, "report")
def _judge_report(call: Call) -> None:
    """Say what was asked and spent so far, per judge, outcome and run. Works while a run is under way."""
    from prefstrata.cli._commands.judge import judge_report

    judge_report(call)
