"""What the command offers: every subcommand, its arguments and its help. What they do is in ``_commands``.

Each body imports its own part, so that one command does not wait for the libraries of another. Groups have a module
each, and so has checkout.
"""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import Annotated

import typer

from prefstrata._version import __version__
from prefstrata.cli._app_checkout import register as register_checkout
from prefstrata.cli._app_judge import judge_group
from prefstrata.cli._app_policy import policy_group
from prefstrata.cli._app_queue import queue_group
from prefstrata.cli._app_rules import rules_group
from prefstrata.cli._call import Call, Wait, command, shared
from prefstrata.model import ConfigError

__all__ = ["application"]

application = typer.Typer(
    name="prefstrata",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Ref = Annotated[str, typer.Argument(metavar="REF", help="A tag (`v000012`, `v12`), a commit id, or `latest`.")]


@application.callback(invoke_without_command=True)
@shared
def _root(
    call: Call, *, version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False
) -> None:
    """Preference data, from what people, users and judges said to the dataset version a trainer reads."""
    if version:
        call.output.emit({"version": __version__}, f"prefstrata {__version__}")
        raise typer.Exit
    if call.command is None:
        raise ConfigError("there is no command", todo="see `prefstrata --help`")


@command(application, "init")
def _init(
    call: Call, folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder; made when it is not there.")]
) -> None:
    """Make a project folder: prefstrata.yaml, a policy, an inbox. Overwrites nothing."""
    from prefstrata.cli._commands.init import init

    init(call, folder)


@command(application, "run")
def _run(
    call: Call,
    wait: Annotated[
        float, typer.Option(metavar="SECONDS", min=0, help="How long to wait for another run of this project to end.")
    ] = 0.0,
    approve: Annotated[
        str | None, typer.Option(metavar="REASON", help="Say yes to a major change, and why; recorded in the release.")
    ] = None,
    by: Annotated[str | None, typer.Option(metavar="NAME", help="Who says yes; goes with --approve.")] = None,
) -> None:
    """Read what is new, build the layers and publish a release. With nothing new, publish nothing and say so."""
    from prefstrata.cli._commands.run import run_project

    run_project(call, wait, approve=approve, by=by)


@command(application, "log")
def _log(
    call: Call, limit: Annotated[int | None, typer.Option(metavar="N", min=1, help="The newest N only.")] = None
) -> None:
    """List the releases, newest first."""
    from prefstrata.cli._commands.log import log

    log(call, limit)


@command(application, "show")
def _show(call: Call, ref: Ref = "latest") -> None:
    """Show what a release holds. With --json, its manifest."""
    from prefstrata.cli._commands.show import show

    show(call, ref)


@command(application, "diff")
def _diff(
    call: Call,
    before: Annotated[str, typer.Argument(metavar="A", help="The one release.")],
    after: Annotated[str, typer.Argument(metavar="B", help="The other.")],
    rows: Annotated[
        str | None, typer.Option(metavar="FORMAT", help="Stream every record that differs: `jsonl` or `csv`.")
    ] = None,
) -> None:
    """Show how release B differs from release A: records, what they teach, composition, policies, calibration."""
    from prefstrata.cli._commands.diff import diff, stream_rows

    if rows is None:
        diff(call, before, after)
    else:
        stream_rows(call, before, after, rows)


@command(application, "verify")
def _verify(
    call: Call,
    refs: Annotated[list[str] | None, typer.Argument(metavar="REF", help="The releases; all by default.")] = None,
) -> None:
    """Read back every byte of releases and compare it with what was released."""
    from prefstrata.cli._commands.verify import verify

    verify(call, refs or [])


@command(application, "rollback")
def _rollback(
    call: Call,
    ref: Ref,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; recorded with the new release.")] = "",
    wait: Wait = 0.0,
) -> None:
    """Publish the files of an old release as the newest one. History is never rewritten."""
    from prefstrata.cli._commands.rollback import rollback

    rollback(call, ref, reason, wait)


register_checkout(application)


@command(application, "withdraw")
def _withdraw(
    call: Call,
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="The user, as the events of the source spell it.")],
    source: Annotated[str | None, typer.Option(metavar="NAME", help="Of one source only; of all by default.")] = None,
    wait: Wait = 0.0,
) -> None:
    """Record that a user took consent back: the next release holds nothing the user said or did.

    The name of a user is hashed with the key of the project and written nowhere; an annotator's (crowd:NAME) is kept.
    """
    from prefstrata.cli._commands.withdraw import withdraw_user

    withdraw_user(call, subject, source, wait)


@command(application, "purge")
def _purge(
    call: Call,
    refs: Annotated[list[str], typer.Argument(metavar="REF", help="The releases; the newest cannot be purged.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, and who asked for it; kept for ever.")],
    wait: Wait = 0.0,
) -> None:
    """Destroy what only these releases hold. It cannot be undone, and the store keeps a record of it.

    A lakeFS server cannot destroy bytes: reading them is refused, and the objects to delete in its storage are listed.
    """
    from prefstrata.cli._commands.purge import purge

    purge(call, refs, reason, wait)


@command(application, "gc")
def _gc(call: Call) -> None:
    """Remove from the store what no release holds: files of runs that were killed, were refused or lost a race.

    Runs do it, too, when they find such a run, and so does `purge`. A lakeFS server collects its own garbage.
    """
    from prefstrata.cli._commands.gc import collect_garbage

    collect_garbage(call)


@command(application, "raters")
def _raters(
    call: Call,
    rater: Annotated[
        str | None, typer.Argument(metavar="RATER", help="One rater only, as `expert:lee` or `lee`; all by default.")
    ] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="At most N cards, most votes first.")] = 20,
) -> None:
    """List the cards of raters: votes, reliability and agreement with their 90 % intervals, and what stands out.

    Of a rater that is named, every figure is shown, with what it is. A card is a rater on a dimension in a stratum, as
    the last run left it in `noise.raters`. Users stand there under their pseudonyms. `reliability declared` says that
    it is the policy's word, for votes do not tell it.
    """
    from prefstrata.cli._commands.raters import list_raters

    list_raters(call, rater, limit)


@command(application, "sql")
def _sql(
    call: Call,
    query: Annotated[str, typer.Argument(metavar="QUERY", help="A statement that reads: `from noise.metrics`.")],
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="At most N rows.")] = 1000,
) -> None:
    """Ask the warehouse. Nothing can be changed by it. With --json, a list of row objects."""
    from prefstrata.cli._commands.sql import sql

    sql(call, query, limit)


@command(application, "doctor")
def _doctor(call: Call) -> None:
    """Look at this installation and project, and say what to do about what is amiss."""
    from prefstrata.cli._commands.doctor import doctor

    doctor(call)


application.add_typer(queue_group, name="queue", no_args_is_help=False)
application.add_typer(policy_group, name="policy", no_args_is_help=False)
application.add_typer(judge_group, name="judge", no_args_is_help=False)
application.add_typer(rules_group, name="rules", no_args_is_help=False)
