"""``prefstrata judge generate``: what models wrote, and what the candidates are like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefstrata.cli._output import Grid, counted
from prefstrata.judging import dollars, generate_candidates

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prefstrata.cli._call import Call
    from prefstrata.judging import GenerateRun

__all__ = ["generate"]


def generate(call: Call) -> None:
    """Have models write and say what came of it."""
    with call.output.working("reading which prompts need responses") as doing:
        made = generate_candidates(
            call.project(),
            progress=lambda _, each: doing(
                f"{each.done:,} of {each.total:,} responses, {dollars(each.spent)} spent, {each.remaining:,} to go"
            ),
        )
    if not (call.output.json and made.progress.silent):
        call.output.emit(made.document(), *_told(made))
    made.progress.demand_replies()


def _told(made: GenerateRun) -> Iterator[str | Grid]:
    progress, came = made.progress, made.candidates
    yield (
        f"{counted(progress.total, 'response')} asked for: {progress.cached:,} known before,"
        f" {counted(progress.requests, 'request')} sent"
    )
    yield f"spent {dollars(progress.spent)} in this run, {dollars(made.spent_project)} in the project"
    writers = sorted(came.generators.keys() | came.copies.keys())
    if writers:
        kept = sum(came.generators.values())
        rows = (
            (who, came.generators[who], f"{100 * came.generators[who] / kept:.0f} %" if kept else "", came.copies[who])
            for who in writers
        )
        yield Grid.of("generator >kept >share >copies_left_out", rows, "Who wrote them")
    if came.unusable:
        yield Grid.of("outcome >questions", sorted(came.unusable.items()), "No response")
    if came.similarity is not None and came.too_far is not None:
        yield (
            f"{counted(came.pairs, 'new pair')} of {counted(came.prompts, 'prompt')}: the sides have"
            f" {100 * came.similarity:.0f} % of their words in common (median),"
            f" in {100 * came.too_far:.0f} % one is more than twice as long"
        )
    yield ""
    if made.file:
        yield f"{counted(made.delivered, 'response')} in {made.file}"
        yield "next: prefstrata run, then let judges compare them (pairs: recombined)"
    else:
        yield "no new responses"
