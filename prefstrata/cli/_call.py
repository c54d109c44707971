"""What every command is called with: the options that work before and after its name, and the project they lead to."""

from __future__ import annotations

import functools
import inspect
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from prefstrata.cli._output import Output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prefstrata.project import Project
    from prefstrata.stores import VersionStore

__all__ = ["PROJECT_VARIABLE", "SHARED_OPTIONS", "Call", "NobodyReadsError", "Wait", "command", "shared"]

PROJECT_VARIABLE = "PREFSTRATA_PROJECT"
SHARED_OPTIONS = _PANEL = "For every command"
Wait = Annotated[
    float, typer.Option(metavar="SECONDS", min=0, help="How long to wait for a run of this project to end.")
]


class NobodyReadsError(Exception):
    """Whoever read the output has gone. Not an OSError: Typer would end the process on that one by itself."""


class Call:
    """One call of the command.

    Attributes:
        output: where it says what it found.
        debug: whether errors show where in the code they come from.
        command: the subcommand that was named; None when none was.
    """

    def __init__(self) -> None:
        """Start with no option given."""
        self.output = Output()
        self.debug = False
        self.command: str | None = None
        self._folder: Path | None = None

    def take(self, *, project: Path | None, json: bool, quiet: bool, debug: bool) -> None:
        """Add what was said at one place of the command line; the later folder wins."""
        self._folder = project or self._folder
        self.output.json |= json
        self.output.quiet |= quiet
        self.debug |= debug

    @property
    def folder(self) -> Path:
        """The project folder: ``--project``, else ``PREFSTRATA_PROJECT``, else here."""
        return self._folder or Path(os.environ.get(PROJECT_VARIABLE) or ".")

    def project(self) -> Project:
        """The project, read and checked in full."""
        from prefstrata.project import read_project  # noqa: PLC0415 - --version must not pay for it

        project = read_project(self.folder)
        if project.store.kind == "lakefs":
            self._note_retries()
        return project

    def _note_retries(self) -> None:
        """Tell retries as notes; left alone, the library that makes them may log to stdout."""
        from stamina.instrumentation import RetryDetails, set_on_retry_hooks  # noqa: PLC0415 - only a server needs it

        def note(details: RetryDetails) -> None:
            cause = details.caused_by
            self.output.note(f"no answer from the server; trying again in {details.wait_for:.0f} s ({cause})")

        set_on_retry_hooks([note])

    @contextmanager
    def store(self) -> Iterator[VersionStore]:
        """The project's version store, open while the block runs."""
        from prefstrata.project import open_project_store  # noqa: PLC0415 - as above

        with open_project_store(self.project()) as store:
            yield store


def _everywhere(  # the signature is what is used of it
    *,
    project: Annotated[
        Path | None,
        typer.Option(
            "--project",
            metavar="DIR",
            help=f"The project folder. Default: {PROJECT_VARIABLE} from the environment, else here.",
            rich_help_panel=_PANEL,
        ),
    ] = None,
    json: Annotated[
        bool,
        typer.Option("--json", help="Print one JSON document on stdout, all else on stderr.", rich_help_panel=_PANEL),
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Leave out notes and progress; warnings stay.", rich_help_panel=_PANEL)
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show where in the code an error comes from.", rich_help_panel=_PANEL)
    ] = False,
) -> None:
    """Hold the options that every command takes."""


def shared(function: Callable[..., None]) -> Callable[..., None]:
    """The function with the shared options added; its first argument becomes the :class:`Call`."""
    extra = inspect.signature(_everywhere, eval_str=True).parameters
    context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)

    @functools.wraps(function)
    def run(context: typer.Context, **given: Any) -> None:  # noqa: ANN401 - whatever the command declares
        call = context.ensure_object(Call)
        call.take(**{name: given.pop(name) for name in extra})
        call.command = call.command or context.invoked_subcommand
        try:
            function(call, **given)
        except BrokenPipeError as error:
            raise NobodyReadsError from error

    own = inspect.signature(function, eval_str=True).parameters.values()
    keyword = (each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in list(own)[1:])
    signature = inspect.Signature([context, *keyword, *extra.values()])
    run.__signature__ = signature  # type: ignore[attr-defined]
    run.__annotations__ = {name: each.annotation for name, each in signature.parameters.items()}
    return run


def command(app: typer.Typer, name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function as a command, with the shared options."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        app.command(name)(shared(function))
        return function

    return register
