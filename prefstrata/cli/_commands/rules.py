"""``prefstrata rules``: what the rules of the policies say of pairs, and how far people agree with them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from prefstrata.cli._output import Grid, counted
from prefstrata.rules import audit_rules, demand_rules, run_rules

if TYPE_CHECKING:
    from prefstrata.cli._call import Call
    from prefstrata.rules import Audited

__all__ = ["rules_audit", "rules_run"]


def rules_run(call: Call, wait: float) -> None:
    """Let the rules judge every pair."""
    from prefstrata.pipeline import alone  # noqa: PLC0415 - the audit need not load the pipeline

    project = call.project()
    demand_rules(project)  # what no waiting mends is said before it
    # A release cannot open the warehouse while rules read it, and two of these would deliver the same verdicts.
    with (
        alone(project, wait=wait, waiting=call.output.note),
        call.output.working("holding every text against the rules"),
    ):
        made = run_rules(project)
    document = {
        "rules": {
            rule: {"texts": texts, "broken": broken, "votes": made.votes.get(rule, 0)}
            for rule, (texts, broken) in made.breaks.items()
        },
        "delivered": made.delivered,
        "file": str(made.file) if made.file else None,
    }
    rows = ((rule, texts, broken, made.votes.get(rule, 0)) for rule, (texts, broken) in made.breaks.items())
    call.output.emit(
        document,
        Grid.of("rule >texts >broken_by >pairs_it_decides", rows, "Rules"),
        "",
        *(
            (f"{counted(made.delivered, 'verdict')} in {made.file}", "next: prefstrata run")
            if made.file
            else ("no new verdicts",)
        ),
    )


def rules_audit(call: Call) -> None:
    """Hold the rules against people."""
    with call.output.working("holding the rules against people"):
        found = audit_rules(call.project())
    document = [asdict(each) | {"agreement": each.agreement, "low": each.low, "high": each.high} for each in found]
    if not found:
        call.output.emit(document, "no rule decides any pair")
        return
    heads = "rule dimension >pairs_it_decides >people_decided >agree >90_%_interval >it_misses what_that_says"
    call.output.emit(document, Grid.of(heads, (_row(each) for each in found), "Rules against people"))


def _row(each: Audited) -> tuple[object, ...]:
    if each.agreement is None or each.low is None or each.high is None:
        return each.rule, each.dimension, each.votes, each.known, "", "", each.missed, "nobody judged the same pairs"
    interval = f"{100 * each.low:.0f} to {100 * each.high:.0f} %"
    return (
        each.rule, each.dimension, each.votes, each.known, f"{100 * each.agreement:.1f} %", interval, each.missed,
        each.verdict,
    )  # fmt: skip
