"""The stages of a run: which tables each builds, in which order, and which checks guard its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prefstrata.engine import sql_names
from prefstrata.noise import FITTED
from prefstrata.privacy import COMPUTED as SEARCHED
from prefstrata.weighting import COMPUTED as WEIGHED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prefstrata.weighting import Computed

__all__ = ["COMPUTED", "STAGES", "Stage", "stage_of", "stage_of_table"]

COMPUTED: Mapping[str, Computed] = {**WEIGHED, **SEARCHED}
"""By full name, every table that Python fills, those of the rater model aside."""

NOISE_CHECKED = (
    "noise.agreement_figures",
    "noise.movers",
    "noise.drift_figures",
    "noise.candidate_figures",
    "noise.source_figures",
    "noise.rule_verdicts",
    "noise.rule_figures",
    "noise.task_figures",
    "noise.step_figures",
    "noise.checks",
    "noise.holds",
)
"""The eight noise checks: what each measures, and what they find."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage: the tables it builds, in order, and the checks (``sql/checks/<stage>/*.sql``) that guard its end.

    Attributes:
        name: ledger, privacy, evidence, noise, weighting, layers, weights or queues.
        tables: full names, in the order they are built; empty for the ledger, which sources append to.
    """

    name: str
    tables: tuple[str, ...]

    @property
    def checks(self) -> tuple[str, ...]:
        """The names of its checks, as ``checks/<stage>/<check>``."""
        return sql_names(f"checks/{self.name}")


STAGES = (
    Stage("ledger", ()),
    Stage("privacy", tuple(SEARCHED)),
    Stage(
        "evidence",
        (
            "evidence.withdrawn",
            "evidence.erased",
            "evidence.prompts",
            "evidence.outdated",
            "evidence.responses",
            "evidence.normalised_ratings",
            "evidence.scores",
            "evidence.passed_over",
            "evidence.actions",
            "evidence.attribution",
            "evidence.events",
            "evidence.event_votes",
            "evidence.trusted",
            "evidence.suspended",
            "evidence.thumbs",
            "evidence.propensities",
            "evidence.signals",
            "evidence.positions",
            "evidence.votes",
            "evidence.pairs",
            "evidence.frozen_words",
            "evidence.contaminated",
        ),
    ),
    Stage(
        "noise",
        (
            "noise.settlements",
            "noise.crowded_prompts",
            "noise.rounds",
            "noise.repeats",
            "noise.peer_agreement",
            "noise.changes",
            *FITTED,
            "noise.golden_votes",
            "noise.backtests",
            "noise.drifts",
            "noise.raters",
            "noise.replicates",
            "noise.panels",
            "noise.panel_sums",
            "noise.overlap",
            "noise.agreement",
            "noise.judge_sums",
            "noise.kappas",
            "noise.baseline_sums",
            "noise.repeat_sums",
            "noise.shares",
            "noise.metrics",
            *NOISE_CHECKED,
        ),
    ),
    Stage(
        "weighting",
        ("weighting.opinions", "weighting.aggregates", "weighting.scores", "weighting.rewards", "weighting.records"),
    ),
    Stage(
        "layers",
        (
            "layers.copies",
            "layers.placed",
            "layers.records",
            "layers.golden",
            "layers.expert",
            "layers.main",
            "layers.weak",
            "layers.backflow",
            "layers.causes",
        ),
    ),
    Stage(
        "weights",
        (
            "weighting.spoken",
            "weighting.members",
            "weighting.recency",
            "weighting.cells",
            "weighting.factors",
            "weighting.parts",
            "weighting.user_days",
            "weighting.limited",
            "weighting.weights",
            "weighting.strata",
            "weighting.margins",
            "weighting.limits",
            "weighting.effective",
            "weighting.mixing",
        ),
    ),
    Stage(
        "teaching",
        (
            "teaching.weights",
            "teaching.pairs",
            "teaching.directions",
            "teaching.conflicts",
            "teaching.contrasts",
            "teaching.ordering",
            "teaching.styles",
            "teaching.positions",
            "teaching.composition",
        ),
    ),
    # Last, because what settling a dispute is worth depends on what the label weighs.
    Stage(
        "queues",
        (
            "noise.trends",
            "noise.backflow",
            "noise.disputes",
            "noise.samples",
            "noise.followups",
            "noise.queue",
            "noise.proposals",
        ),
    ),
)


_BY_TABLE = {name: stage for stage in STAGES for name in stage.tables}


def stage_of(name: str) -> Stage:
    """The stage of that name; KeyError when there is none."""
    return {stage.name: stage for stage in STAGES}[name]


def stage_of_table(full_name: str) -> Stage:
    """The stage that builds the table; KeyError when none does."""
    return _BY_TABLE[full_name]
