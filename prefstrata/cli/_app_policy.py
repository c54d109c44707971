"""What ``prefstrata policy`` offers. What it does is in ``_commands``."""

from __future__ import annotations

from typing import Annotated

import typer

from prefstrata.cli._call import Call, command, shared

__all__ = ["policy_group"]

policy_group = typer.Typer(help="The value ordering.", rich_markup_mode=None)


@policy_group.callback()
@shared
def _policies(_: Call) -> None:
    """The value ordering."""


@command(policy_group, "lint")
def _policy_lint(
    call: Call,
    *,
    strict: Annotated[
        bool, typer.Option("--strict", help="What is questionable is a mistake too: exit code 2.")
    ] = False,
) -> None:
    """Read the project's policies and hold its sources against them; name every mistake with its file and line.

    What is questionable is told too: rules that no record comes to, contradictions, definitions nobody can apply,
    shares of strata that no source provides, weak supervision near golden, and dimensions nobody judges.
    """
    from prefstrata.cli._commands.policy import lint

    lint(call, strict=strict)


@command(policy_group, "diff")
def _policy_diff(
    call: Call,
    before: Annotated[
        str, typer.Argument(metavar="A", help="A policy: the path of its file, or the name of one that ships.")
    ],
    after: Annotated[str, typer.Argument(metavar="B", help="The other.")],
) -> None:
    """Say in sentences how policy B orders values otherwise than policy A: what wins, who decides, what is asked."""
    from prefstrata.cli._commands.policy import diff

    diff(call, before, after)
