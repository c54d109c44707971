"""What ``prefstrata checkout`` offers. What it does is in ``_commands``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from prefstrata.cli._call import Call, command

__all__ = ["register"]

_ROWS, _TEXTS, _LOSS, _LOCK = "Which rows", "What is in them", "Weights and losses", "The lock file"
_FORMATS = (
    "The format: `jsonl` or `parquet`, every record as released with its weight; or a trainer's, such as `trl-dpo`. "
    "The documentation has a page for each trainer; a name that does not exist lists them all."
)


def register(application: typer.Typer) -> None:
    """Add the command to the application."""

    @command(application, "checkout")
    def _checkout(  # noqa: PLR0913 - one argument per option
        call: Call,
        layer: Annotated[
            str,
            typer.Argument(
                metavar="LAYER[@REF]",
                help="A layer of a release: `golden@v000001`; of the newest by default. For a trainer also several: "
                "`golden+main`.",
            ),
        ],
        form: Annotated[str, typer.Option("--for", metavar="FORMAT", help=_FORMATS)],
        out: Annotated[
            Path,
            typer.Option(metavar="DIR", help="The folder to make; not there yet, or empty and no mount point."),
        ],
        *,
        layer_only: Annotated[
            bool, typer.Option("--layer-only", help="Verify the layer's own files only, not the whole release.")
        ] = False,
        files: Annotated[
            str, typer.Option(metavar="KIND", help="How a trainer's rows are stored: `jsonl` or `parquet`.")
        ] = "jsonl",
        ties: Annotated[
            str,
            typer.Option(
                metavar="WORD", help="Pairs without a leading side: `drop` or `keep` them.", rich_help_panel=_ROWS
            ),
        ] = "drop",
        min_p: Annotated[
            float,
            typer.Option(metavar="P", help="Least probability that the better side is better.", rich_help_panel=_ROWS),
        ] = 0.0,
        dimension: Annotated[
            str,
            typer.Option(
                metavar="NAME",
                help="Train on this dimension's estimates. The policy's own aggregation by default.",
                rich_help_panel=_ROWS,
            ),
        ] = "",
        tie_margin: Annotated[
            float,
            typer.Option(
                metavar="P", help="With --dimension: a lead smaller than this is a tie.", rich_help_panel=_ROWS
            ),
        ] = 0.1,
        per_prompt: Annotated[
            str,
            typer.Option(
                metavar="WORD",
                help="Of the pairs of one prompt: `all`, `one` (the one that weighs most), or `divide` its weight.",
                rich_help_panel=_ROWS,
            ),
        ] = "all",
        sides: Annotated[
            bool,
            typer.Option(
                help="For single responses: read the two sides of pairs beside the thumbs.", rich_help_panel=_ROWS
            ),
        ] = True,
        max_characters: Annotated[
            int,
            typer.Option(
                metavar="N",
                help="Leave out what is longer, prompt and longer answer together.",
                rich_help_panel=_ROWS,
            ),
        ] = 0,
        validation: Annotated[
            float,
            typer.Option(
                metavar="SHARE",
                help="Share of the conversations, with all their rows, for a validation file.",
                rich_help_panel=_ROWS,
            ),
        ] = 0.0,
        shuffle: Annotated[
            bool, typer.Option(help="Mix the rows by the seed; by their ids otherwise.", rich_help_panel=_ROWS)
        ] = True,
        seed: Annotated[int, typer.Option(metavar="N", help="What lots are drawn with.", rich_help_panel=_ROWS)] = 0,
        style: Annotated[
            str,
            typer.Option(metavar="WORD", help="For TRL: `conversational` or `standard` texts.", rich_help_panel=_TEXTS),
        ] = "conversational",
        system: Annotated[
            str,
            typer.Option(metavar="WORD", help="System prompts: `keep`, `drop` or `replace`.", rich_help_panel=_TEXTS),
        ] = "keep",
        system_prompt: Annotated[
            str, typer.Option(metavar="TEXT", help="With --system replace: the text.", rich_help_panel=_TEXTS)
        ] = "",
        dimensions: Annotated[
            list[str] | None,
            typer.Option(
                metavar="NAME", help="For scores: a dimension, in the order of the heads.", rich_help_panel=_TEXTS
            ),
        ] = None,
        good_step: Annotated[
            float,
            typer.Option(metavar="REWARD", help="For steps: good from this reward on.", rich_help_panel=_TEXTS),
        ] = 0.5,
        margin: Annotated[
            str,
            typer.Option(
                metavar="WORD",
                help="For reward models: `lead`, p of the better side minus p of the other, or `none`.",
                rich_help_panel=_TEXTS,
            ),
        ] = "lead",
        margin_scale: Annotated[
            float, typer.Option(metavar="X", help="What the margin is multiplied by.", rich_help_panel=_TEXTS)
        ] = 1.0,
        weights: Annotated[
            str,
            typer.Option(
                metavar="WORD",
                help="`ignore` them and say so, write them as a `column`, or `resample` the rows by them.",
                rich_help_panel=_LOSS,
            ),
        ] = "ignore",
        max_length: Annotated[
            int,
            typer.Option(
                metavar="N",
                help="The trainer's length in tokens: say what it will drop and cut.",
                rich_help_panel=_LOSS,
            ),
        ] = 0,
        tokenizer: Annotated[
            str, typer.Option(metavar="DIR", help="With --max-length: its tokenizer.", rich_help_panel=_LOSS)
        ] = "",
        overlong: Annotated[
            str,
            typer.Option(
                metavar="WORD",
                help="With --max-length: `keep` what the trainer would drop, or `drop` it here.",
                rich_help_panel=_LOSS,
            ),
        ] = "keep",
        strict: Annotated[
            bool,
            typer.Option("--strict", help="Fail when the loss report passes a limit.", rich_help_panel=_LOSS),
        ] = False,
        limit: Annotated[
            list[str] | None,
            typer.Option(
                metavar="NAME=SHARE",
                help="A limit of --strict: at most `left_out`, `dropped`, `same`; at least `minority`, `effective`.",
                rich_help_panel=_LOSS,
            ),
        ] = None,
        lock: Annotated[
            bool,
            typer.Option("--lock", help="Record in the lock file which version this is.", rich_help_panel=_LOCK),
        ] = False,
        locked: Annotated[
            bool,
            typer.Option("--locked", help="Take the version that the lock file names.", rich_help_panel=_LOCK),
        ] = False,
        lock_file: Annotated[Path, typer.Option(metavar="FILE", help="The lock file.", rich_help_panel=_LOCK)] = Path(
            "prefstrata.lock"
        ),
    ) -> None:
        """Write layers into a folder that appears whole and verified, or not at all, as a trainer reads them.

        The whole release is verified first: a version with one damaged byte is not handed out. For a trainer's format
        the loss report follows: what was left out and why, and what the trainer will ignore or drop.
        """
        from prefstrata.cli._commands.checkout import Lock, checkout

        checkout(
            call,
            layer,
            form,
            out,
            layer_only=layer_only,
            lock=Lock(lock_file, write=lock, honour=locked),
            limits=limit or [],
            options={
                "files": files,
                "ties": ties,
                "min_p": min_p,
                "dimension": dimension,
                "tie_margin": tie_margin,
                "per_prompt": per_prompt,
                "sides": sides,
                "max_characters": max_characters,
                "validation": validation,
                "shuffle": shuffle,
                "seed": seed,
                "style": style,
                "system": system,
                "system_prompt": system_prompt,
                "dimensions": tuple(dimensions or ()),
                "good_step": good_step,
                "margin": margin,
                "margin_scale": margin_scale,
                "weights": weights,
                "max_length": max_length,
                "tokenizer": tokenizer,
                "overlong": overlong,
                "strict": strict,
            },
        )
