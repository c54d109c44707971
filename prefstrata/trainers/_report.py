"""The loss report: what is handed out, what was left out and why, and what the trainer will then ignore or drop."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from prefstrata.model import GateBlockedError
from prefstrata.trainers._options import DEFAULT_LIMITS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prefstrata.engine import DuckDBEngine
    from prefstrata.trainers._options import Options
    from prefstrata.trainers._target import Target

__all__ = ["Ignored", "Length", "LossReport", "report_on"]

_KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Ignored:
    """Something a record says that the trainer will not hear: what it is, what follows, what to do instead."""

    what: str
    effect: str
    instead: str


@dataclass(frozen=True, slots=True)
class Length:
    """What the trainer will do at its length, in rows it reads.

    Attributes:
        max_length: its length in tokens.
        dropped: rows it drops.
        cut: rows it keeps and cuts.
        same: pairs it keeps whose sides are the same tokens after cutting: no gradient, or noise.
        longest: tokens of the longest sequence.
        run: whether the rule was seen in the trainer itself; else it was read in its source.
    """

    max_length: int
    dropped: int
    cut: int
    same: int
    longest: int
    run: bool


@dataclass(frozen=True, slots=True)
class LossReport:
    """What becomes of a layer's records on their way into a trainer.

    ``records`` is the sum of ``handed_out``, ``not_drawn`` and of all of ``left_out``.

    Attributes:
        records: records read, of the kinds that the target reads (each side of a pair, for single responses).
        handed_out: records of those that are in the files.
        rows: rows in the files.
        validation: rows of those in the validation files.
        prompts: prompts they belong to.
        left_out: records left out, by reason.
        not_drawn: records that resampling did not draw.
        repeated: rows beyond the first of a record.
        unread: records of the layer of kinds that the target does not read, by kind.
        ties: records without a leading side, read and handed out.
        swapped: rows in which the dimension asked for turns the released sides round.
        good: share of good labels (of responses or steps); of pairs, the share in which the better side is the longer.
            None without labels.
        mean_weight: mean weight of the records kept.
        effective: Kish's effective sample size of their weights, (sum w)^2 / sum w^2, as a share of their number: 1
            when all weigh the same.
        heaviest: share of all weight that the heaviest record has.
        ignored: what the trainer will not hear.
        length: what it does at its length; None when nobody asked.
    """

    records: int
    handed_out: int
    rows: int
    validation: int
    prompts: int
    left_out: Mapping[str, int]
    not_drawn: int
    repeated: int
    unread: Mapping[str, int]
    ties: tuple[int, int]
    swapped: int
    good: float | None
    mean_weight: float | None
    effective: float | None
    heaviest: float | None
    ignored: tuple[Ignored, ...]
    length: Length | None

    def document(self) -> dict[str, Any]:
        """The same as plain values, for JSON."""
        return asdict(self)

    def passed(self, limits: Mapping[str, float]) -> list[str]:
        """A sentence for each limit that the report passes; see :data:`DEFAULT_LIMITS`."""
        rows = max(self.rows, 1)
        at_most = {"left_out": sum(self.left_out.values()) / max(self.records, 1)}
        if self.length:
            at_most |= {"dropped": self.length.dropped / rows, "same": self.length.same / rows}
        at_least = {"effective": self.effective}
        if self.good is not None:
            at_least["minority"] = min(self.good, 1 - self.good)
        allowed = {**DEFAULT_LIMITS, **limits}
        return [
            *(
                f"{name} is {share:.1%}, more than {allowed[name]:.1%}"
                for name, share in at_most.items()
                if share > allowed[name]
            ),
            *(
                f"{name} is {share:.1%}, less than {allowed[name]:.1%}"
                for name, share in at_least.items()
                if share is not None and share < allowed[name]
            ),
        ]

    def demand(self, options: Options) -> None:
        """Stop a strict checkout that passes a limit.

        Raises:
            GateBlockedError: it does.
        """
        if options.strict and (passed := self.passed(options.limits)):
            raise GateBlockedError(
                f"the loss report passes {len(passed)} of its limits: {'; '.join(passed)}",
                where="--strict",
                todo="change what is handed out, or allow it: --limit NAME=SHARE",
            )


def report_on(
    engine: DuckDBEngine, found: Mapping[str, Any], target: Target, options: Options, unread: Mapping[str, int]
) -> LossReport:
    """The report on what ``checkout.selected`` holds, of which ``found`` is the row of ``sql/checkout/summary.sql``."""
    fates = dict(engine.query("checkout/fates").iter_rows())
    kept, weight, squares = fates.get(_KEPT, 0), found["weight"], found["weight_squared"]
    return LossReport(
        records=sum(fates.values()),
        handed_out=found["records"],
        rows=found["rows_out"],
        validation=found["validation"],
        prompts=found["prompts"],
        left_out={fate: records for fate, records in fates.items() if fate != _KEPT},
        not_drawn=found["not_drawn"],
        repeated=found["repeated"],
        unread=dict(unread),
        ties=(found["ties_in"], found["ties_out"]),
        swapped=found["swapped"],
        good=_share(found["positive"], found["labels"]),
        mean_weight=_share(weight, kept),
        effective=_share(weight * weight, squares * kept),
        heaviest=_share(found["heaviest"] or 0, weight),
        ignored=tuple(_ignored(target, options)),
        length=_length(engine, target, options) if options.max_length else None,
    )


def _share(part: float, whole: float) -> float | None:
    return round(part / whole, 9) if whole else None


def _length(engine: DuckDBEngine, target: Target, options: Options) -> Length:
    found = engine.query("checkout/long").row(0, named=True)
    return Length(
        options.max_length,
        found["dropped"],
        found["cut"],
        found["same"],
        found["longest"] or 0,
        run=bool(target.length and target.length.run),
    )


def _ignored(target: Target, options: Options) -> list[Ignored]:
    said = []
    pairs = target.reads == ("pairs",)
    if options.weights == "ignore":
        instead = "--weights column" if target.weight else "--weights resample"
        said.append(Ignored("weight", "every row counts the same", instead))
    if options.weights == "column" and target.reader:
        said.append(
            Ignored(target.weight or "", f"{target.trainer} does not read it by itself", f"use {target.reader}")
        )
    if pairs and not (options.weights == "column" and target.soft):
        instead = "--min-p" if target.soft is None else "--weights column"
        said.append(Ignored("p", "a pair of 51 % counts as surely as one of 99 %", instead))
    if pairs and (target.margin is None or options.margin == "none"):
        instead = "--margin lead" if target.margin else ""
        said.append(Ignored("margin", "a narrow win counts as much as a clear one", instead))
    if pairs and not options.dimension:
        said.append(Ignored("dimensions", "the policy's estimate stands for all of them", "--dimension NAME"))
    if pairs and options.ties == "drop":
        said.append(Ignored("ties", "pairs without a leading side are left out", "--ties keep"))
    if pairs and options.per_prompt == "all":
        said.append(
            Ignored(
                "pairs of one prompt", "k pairs of a prompt count k times", "--per-prompt one, or divide with weights"
            )
        )
    if target.reads == ("traces",):
        said.append(Ignored("reward", "a step is good or bad, by --good-step", ""))
        said.append(Ignored("steps without a reward", "a trace ends with the last step that was judged", ""))
    return said
