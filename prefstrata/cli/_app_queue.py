"""What ``prefstrata queue`` offers: pairs that wait for people, out and back in. What it does is in ``_commands``."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import Annotated

import typer

from prefstrata.cli._call import Call, command, shared

__all__ = ["queue_group"]

queue_group = typer.Typer(help="What waits for people.", rich_markup_mode=None)

_QUEUES = "`arbitration`, `backflow`, `review`, `reannotation`, `golden` or `calibration`"


@queue_group.callback()
@shared
def _queues(_: Call) -> None:
    """What waits for people."""


@command(queue_group, "list")
def _queue_list(
    call: Call,
    queue: Annotated[str | None, typer.Option(metavar="NAME", help=f"One queue only: {_QUEUES}.")] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="At most N items, the most urgent first.")] = 20,
) -> None:
    """List the pairs that wait for people, queue by queue, the most urgent first."""
    from prefstrata.cli._commands.queue import list_queue

    list_queue(call, queue, limit)


@command(queue_group, "export")
def _queue_export(  # noqa: PLR0913, PLR0917 - one argument per option
    call: Call,
    queue: Annotated[str, typer.Argument(metavar="QUEUE", help=f"The queue: {_QUEUES}.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The file to write; it must not be there.")],
    form: Annotated[
        str | None,
        typer.Option("--format", metavar="FORMAT", help="`jsonl`, `csv` or `label-studio`; by the suffix by default."),
    ] = None,
    scenario: Annotated[str | None, typer.Option(metavar="NAME", help="Prompts of one scenario only.")] = None,
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, help="At most N pairs, the most urgent.")] = None,
    key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="For `calibration`: where to write the known answers.")
    ] = None,
) -> None:
    """Write what waits in a queue to a file, with its texts, for people to answer.

    Which side stands left is drawn for each pair by the policy's seed. With `label-studio`, the labelling config is
    written beside the tasks, as FILE with the suffix `.xml`. Where nothing waits, that is said, no file is written, and
    the exit code is 0; with --json, `items` is 0 and `files` empty.
    """
    from prefstrata.cli._commands.queue import export_queue

    export_queue(call, queue, out, form=form, scenario=scenario, limit=limit, key=key)


@command(queue_group, "import")
def _queue_import(
    call: Call,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The answers: an exported file, filled in.")],
    round_: Annotated[
        str, typer.Option("--as", metavar="ROUND", help="The annotation round they belong to, such as `arbitration`.")
    ],
    form: Annotated[
        str | None,
        typer.Option("--format", metavar="FORMAT", help="`queue-answers` or `label-studio`; by the suffix by default."),
    ] = None,
) -> None:
    """Check answers by reading them, and copy them into the inbox of the source with that format and default round.

    The next run reads them. Nothing is changed before. Answers that will be refused are named with row, reason and what
    to do, and so are raters whose names differ by case only; the exit code is 2 where no answer can be read, else 0.
    """
    from prefstrata.cli._commands.queue import import_queue

    import_queue(call, file, round_, form)


@command(queue_group, "proposals")
def _queue_proposals(
    call: Call, limit: Annotated[int, typer.Option(metavar="N", min=1, help="At most N, the most frequent first.")] = 20
) -> None:
    """List what settled disputes and failed noise checks propose: what the policy may have to say more clearly."""
    from prefstrata.cli._commands.queue import list_proposals

    list_proposals(call, limit)
