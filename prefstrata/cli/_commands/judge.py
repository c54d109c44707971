"""``prefstrata judge``: what model judges would cost, what they did, what they have cost."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from prefstrata.cli._output import Grid, counted
from prefstrata.judging import dollars, plan_judges, report_judges, run_judges

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prefstrata.cli._call import Call
    from prefstrata.judging import Card, JudgeRun, Planned, Progress

__all__ = ["judge_plan", "judge_report", "judge_run"]

_SHOWN = 10


def judge_plan(call: Call) -> None:
    """Print what a run would ask and cost."""
    with call.output.working("reading what there is to judge"):
        planned = plan_judges(call.project())
    likely = sum(cost.likely for cost in planned.costs)
    at_most = sum(cost.at_most for cost in planned.costs)
    document = {
        "work": [asdict(cost) for cost in planned.costs],
        "likely_micro": likely,
        "at_most_micro": at_most,
        "left_micro": planned.caps.left,
        "left_out": planned.left_out,
        "flagged": {pair: list(found) for pair, found in planned.flagged.items()},
    }
    call.output.emit(document, *_plan(planned, likely, at_most))


def _plan(planned: Planned, likely: int, at_most: int) -> Iterator[str | Grid]:
    if not planned.costs:
        yield "there is nothing to ask"
    else:
        rows = (
            (
                cost.work, cost.judge, cost.dimension, cost.questions, cost.known, cost.questions - cost.known,
                cost.input_tokens, cost.output_tokens, dollars(cost.likely), dollars(cost.at_most),
            )
            for cost in planned.costs
        )  # fmt: skip
        heads = "work judge dimension >questions >known >to_ask >tokens_in >tokens_out >likely >at_most"
        yield Grid.of(heads, rows, "What a run would ask")
        yield f"in total {dollars(likely)} likely, {dollars(at_most)} at most without retries"
        if assumed := sorted({cost.judge for cost in planned.costs if cost.output_tokens and not cost.is_measured}):
            yield f"how long answers are is assumed, not measured, of {', '.join(assumed)}"
    caps = planned.caps
    yield f"left to spend: {dollars(max(0, caps.left))} (the cap of the {caps.tightest} is the nearest)"
    if at_most > caps.left:
        yield "the caps may end the run before all is asked"
    yield from _left_out(planned.left_out, planned.flagged)


def _left_out(reasons: dict[str, int], flagged: dict[str, tuple[str, ...]]) -> Iterator[str | Grid]:
    if reasons:
        rows = sorted(reasons.items(), key=lambda each: (-each[1], each[0]))
        yield Grid.of("reason >items", rows, "Not asked")
    if flagged:
        shown = list(flagged.items())[:_SHOWN]
        yield Grid.of("item flags", ((item, ", ".join(found)) for item, found in shown), "Suspicious texts")
        if len(flagged) > len(shown):
            yield f"and {len(flagged) - len(shown):,} more; see --json"


def judge_run(call: Call) -> None:
    """Run the judges and say what came of it."""
    project = call.project()
    with call.output.working("reading what there is to judge") as doing:
        summary = run_judges(project, progress=lambda what, progress: doing(_doing(what, progress)))
    for warning in summary.warnings:
        call.output.warn(warning)
    # The error is the document for machines; the figures of the run stay in the journal, for `judge report`.
    if not (call.output.json and summary.progress.silent):
        call.output.emit(summary.document(), *_ran(summary))
    summary.progress.demand_replies()


def _doing(what: str, progress: Progress) -> str:
    return (
        f"{what}: {progress.done:,} of {progress.total:,} done, {progress.cached:,} known before,"
        f" {dollars(progress.spent)} spent, {progress.rate:,.0f}/s, {progress.remaining:,} to go"
    )


def _ran(summary: JudgeRun) -> Iterator[str | Grid]:
    progress = summary.progress
    yield (
        f"{counted(progress.done, 'question')} of {progress.total:,} done: {progress.cached:,} known before,"
        f" {counted(progress.requests, 'request')} sent, {progress.rate:,.0f} questions a second"
    )
    yield f"spent {dollars(progress.spent)} in this run, {dollars(summary.spent_project)} in the project"
    if summary.cards:
        yield _cards(summary.cards)
    yield Grid.of("outcome >questions", sorted(progress.outcomes.items()), "What came of the questions")
    if progress.retried:
        yield Grid.of("outcome >requests", sorted(progress.retried.items()), "Asked again after")
    if summary.canaries:
        rows = ((judge, right, n) for judge, (right, n) in summary.canaries.items())
        yield Grid.of("judge >right >canaries", rows, "Canaries")
    yield from _left_out(summary.left_out, summary.flagged)
    yield ""
    if summary.file:
        yield f"{counted(summary.delivered, 'verdict')} in {summary.file}"
        yield f"{counted(summary.flips, 'pair')} turned with the order"
        yield "next: prefstrata run"
    else:
        yield "no new verdicts"


def _cards(cards: tuple[Card, ...]) -> Grid:
    rows = (
        (
            card.judge, card.dimension, card.risk_level, card.pairs, _percent(card.accuracy),
            f"{_percent(card.low)} to {_percent(card.high)}", _percent(card.flips), _points(card.position),
            _points(card.length), "votes" if card.admitted else card.reason,
        )
        for card in cards
    )  # fmt: skip
    heads = "judge dimension risk >golden_pairs >right >95_%_interval >flips >first_side >longer_side verdict"
    return Grid.of(heads, rows, "Exam")


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f} %"


def _points(share: float | None) -> str:
    return "" if share is None else f"{100 * share:+.1f} pp"


def judge_report(call: Call) -> None:
    """Print what judging has come to."""
    report = report_judges(call.project())
    caps = report.caps
    document: dict[str, Any] = {
        "spending": report.spending,
        "days": report.days,
        "runs": report.runs,
        "in_flight": report.in_flight,
        "batches": report.batches,
        "spent_day_micro": caps.spent_day,
        "spent_project_micro": caps.spent_project,
        "left_micro": caps.left,
    }
    if not (report.spending or report.runs):
        call.output.emit(document, "no judge has been asked yet")
        return
    rows = (
        (
            each["judge"],
            each["work"],
            each["outcome"],
            each["requests"],
            each["input_tokens"],
            each["output_tokens"],
            dollars(each["micro"]),
        )
        for each in report.spending
    )
    runs = ((each["began_at"], each["outcome"] or "not ended", *_figures(each["figures"])) for each in report.runs)
    call.output.emit(
        document,
        Grid.of("judge work outcome >requests >tokens_in >tokens_out >spent", rows, "Requests"),
        Grid.of("began outcome >questions >requests >spent >delivered", runs, "Runs"),
        *(
            f"batch {each['id']} of {each['judge']}, {counted(each['requests'], 'request')}, is not over"
            + ("; the project has no such judge any more" if each["is_nobodys"] else "")
            for each in report.batches
        ),
        "",
        f"spent today {dollars(caps.spent_day)}, in the project {dollars(caps.spent_project)};"
        f" left {dollars(max(0, caps.left))} (the cap of the {caps.tightest} is the nearest)",
    )


def _figures(figures: dict[str, Any] | None) -> tuple[object, ...]:
    if figures is None:
        return (None, None, None, None)
    return figures["questions"], figures["requests"], dollars(figures["spent_micro"]), figures["delivered"]
