"""``python -m examples.generator``: write the example project, or a day's new files for it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from examples.generator import SEED, Truth
from examples.generator import drop as drop_files
from examples.generator import generate as write_project

app = typer.Typer(help="Write the example project, or a day's new files for it.", no_args_is_help=True)

Directory = Annotated[Path, typer.Argument(help="The project folder.")]
Seed = Annotated[int, typer.Option(help="Start of all chance; the same seed writes the same bytes.")]


@app.command()
def project(directory: Directory, seed: Seed = SEED) -> None:
    """Write the project folder: config, inbox and truth."""
    _tell(write_project(directory, seed=seed))


@app.command()
def drop(
    directory: Directory,
    day: Annotated[int, typer.Option(min=1, max=30, help="Day of November 2026.")],
    seed: Seed = SEED,
) -> None:
    """Add a new day's files to the inbox."""
    _tell(drop_files(directory, day, seed=seed))


def _tell(truth: Truth) -> None:
    broken = sum(truth.broken.values())
    typer.echo(f"{len(truth.files)} files, {sum(truth.records.values())} records, {broken} of them broken on purpose")


if __name__ == "__main__":
    app(prog_name="python -m examples.generator")
