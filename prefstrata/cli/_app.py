"""What the command offers: every subcommand, its arguments and its help. What they do is in ``_commands``.

Each body imports its own part, so that one command does not wait for the libraries of another.
"""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import Annotated

import typer

from prefstrata._version import __version__
from prefstrata.cli._app_checkout import register as register_checkout
from prefstrata.cli._call import Call, command, shared
from prefstrata.model import ConfigError

__all__ = ["application"]

application = typer.Typer(
    name="prefstrata",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_queue = typer.Typer(help="What waits for people.", rich_markup_mode=None)
_policy = typer.Typer(help="The value ordering.", rich_markup_mode=None)
_judge = typer.Typer(help="Model judges.", rich_markup_mode=None)
_rules = typer.Typer(help="Rules on responses.", rich_markup_mode=None)

_QUEUES = "`arbitration`, `backflow`, `review`, `reannotation`, `golden` or `calibration`"

Wait = Annotated[
    float, typer.Option(metavar="SECONDS", min=0, help="How long to wait for a run of this project to end.")
]
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


@_queue.callback()
@shared
def _queues(_: Call) -> None:
    """What waits for people."""


@command(_queue, "list")
def _queue_list(
    call: Call,
    queue: Annotated[str | None, typer.Option(metavar="NAME", help=f"One queue only: {_QUEUES}.")] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="At most N items, the most urgent first.")] = 20,
) -> None:
    """List the pairs that wait for people, queue by queue, the most urgent first."""
    from prefstrata.cli._commands.queue import list_queue

    list_queue(call, queue, limit)


@command(_queue, "export")
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


@command(_queue, "import")
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


@command(_queue, "proposals")
def _queue_proposals(
    call: Call, limit: Annotated[int, typer.Option(metavar="N", min=1, help="At most N, the most frequent first.")] = 20
) -> None:
    """List what settled disputes and failed noise checks propose: what the policy may have to say more clearly."""
    from prefstrata.cli._commands.queue import list_proposals

    list_proposals(call, limit)


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


@_policy.callback()
@shared
def _policies(_: Call) -> None:
    """The value ordering."""


@command(_policy, "lint")
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


@command(_policy, "diff")
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


@_judge.callback()
@shared
def _judges(_: Call) -> None:
    """Model judges."""


@command(_judge, "plan")
def _judge_plan(call: Call) -> None:
    """Say what a run would ask of which judge, what is known already, and what it costs. Nothing is sent."""
    from prefstrata.cli._commands.judge import judge_plan

    judge_plan(call)


@command(_judge, "run")
def _judge_run(call: Call) -> None:
    """Examine the judges on golden pairs, let those who pass judge, and write their verdicts for the next run.

    Nothing is spent beyond the caps. What was answered before is not asked again: after a kill, run it again.
    """
    from prefstrata.cli._commands.judge import judge_run

    judge_run(call)


@command(_judge, "generate")
def _judge_generate(call: Call) -> None:
    """Have models write responses to prompts that need pairs, leave out copies, and write them for the next run.

    They share the judges' models, caps and journal; `judge plan` says what it costs.
    """
    from prefstrata.cli._commands.generate import generate

    generate(call)


@command(_judge, "report")
def _judge_report(call: Call) -> None:
    """Say what was asked and spent so far, per judge, outcome and run. Works while a run is under way."""
    from prefstrata.cli._commands.judge import judge_report

    judge_report(call)


@_rules.callback()
@shared
def _rules_group(_: Call) -> None:
    """Rules on responses."""


@command(_rules, "run")
def _rules_run(call: Call, wait: Wait = 0.0) -> None:
    """Let the policies' rules judge every pair, and write their verdicts for the next run. It costs nothing."""
    from prefstrata.cli._commands.rules import rules_run

    rules_run(call, wait)


@command(_rules, "audit")
def _rules_audit(call: Call) -> None:
    """Hold the policies' rules against what people said of the same pairs. Nothing is written."""
    from prefstrata.cli._commands.rules import rules_audit

    rules_audit(call)


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


application.add_typer(_queue, name="queue", no_args_is_help=False)
application.add_typer(_policy, name="policy", no_args_is_help=False)
application.add_typer(_judge, name="judge", no_args_is_help=False)
application.add_typer(_rules, name="rules", no_args_is_help=False)
