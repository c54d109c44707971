"""What a policy file may say: the value ordering of a scenario."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from prefstrata.policy._gates import Gates
from prefstrata.policy._judging import Judging
from prefstrata.policy._mixture import Limits, Mixture, Quota
from prefstrata.policy._noise_checks import NoiseChecks
from prefstrata.policy._online import Online
from prefstrata.policy._ordering import Aggregation, Mixing
from prefstrata.policy._privacy import Privacy
from prefstrata.policy._refit import Refit  # noqa: TC001 - a field of a model
from prefstrata.policy._rules import ResponseRule  # noqa: TC001 - pydantic reads it
from prefstrata.policy._weighing import Difficulty, Recency
from prefstrata.policy._words import (  # noqa: TC001 - pydantic reads them
    Kind,
    Layer,
    RecordKind,
    RiskLevel,
    Share,
    Stratum,
)
from prefstrata.project import Strict


class Dimension(Strict):
    """One thing a response can be better at."""

    name: str = Field(description="Name, as votes spell it.")
    definition: str = Field(min_length=20, description="Operational definition a rater or judge can apply.")
    kind: Kind = Field(description="Whose preference it is.")
    rubric: str | None = Field(
        None, description="What a model judge is told beside the definition; not read by others."
    )


class StratumPolicy(Strict):
    """How a stratum (supervisor/mode) is treated."""

    reliability: float = Field(
        ge=0.5,
        le=1,
        description="Probability that one of its decided votes is right: in the policy of `*` where the rater model "
        "starts and what it falls back to, in every policy what a rating or a thumb counts.",
    )
    share: Share | None = Field(None, description="Share of the released weight it should have; free when absent.")


class Estimate(Strict):
    """Settings of the preference estimate."""

    prior: float = Field(
        0.1, gt=0, description="Votes per outcome believed in beside those that settle a pair, or beside thumbs."
    )
    tie_margin: Share = Field(0.1, description="A lead smaller than this is no decision.")
    rating_margin: float = Field(0.25, ge=0, description="Ratings of one rater nearer than this are a tie, in SD.")


class Queues(Strict):
    """How many pairs wait for people in the queues that are filled by drawing, per scenario of the policy."""

    seed: int = Field(1, description="What lots are drawn with; another seed draws another sample.")
    reannotation: int = Field(60, ge=1, description="Labelled pairs to ask again, to measure how often labels flip.")
    calibration: int = Field(24, ge=1, description="Pairs with known answers that new raters are calibrated on.")
    golden: int = Field(60, ge=1, description="Candidates for golden that everybody agrees on.")


class When(Strict):
    """What a record must be for a layer rule to match; an absent key matches anything."""

    kinds: tuple[RecordKind, ...] | None = Field(None, description="Kinds of record.")
    strata: tuple[Stratum, ...] | None = Field(None, description="Every stratum of the record is one of these.")
    any_strata: tuple[Stratum, ...] | None = Field(None, description="At least one stratum is one of these.")
    risk_levels: tuple[RiskLevel, ...] | None = Field(None, description="Risk levels.")
    decided: bool | None = Field(None, description="Whether a side leads by the tie margin.")
    min_p: Share | None = Field(None, description="Least probability of the leading outcome.")
    min_trust: Share | None = Field(None, description="Least trust.")
    max_trust: Share | None = Field(None, description="Most trust.")
    min_votes: int | None = Field(None, ge=1, description="Least votes; what a rater says again does not count.")
    min_disagreement: Share | None = Field(None, description="Least evidence against the leading outcome.")
    max_disagreement: Share | None = Field(None, description="Most evidence against the leading outcome.")
    max_flips: int | None = Field(None, ge=0, description="Most judge flips.")
    rationale: bool | None = Field(None, description="Whether a reason must have been given.")
    settled: bool | None = Field(None, description="Whether people settled it, see `settling`.")
    rule_clean: bool | None = Field(
        None, description="Whether no automatic rule objects: none voted for the other side."
    )
    max_votes: int | None = Field(None, ge=1, description="Most votes; what a rater says again does not count.")
    min_people: int | None = Field(None, ge=1, description="Least raters who are people: experts, crowd, asked users.")
    experts_agree: bool | None = Field(
        None, description="Whether the label is what the experts who judged it say; golden and expert records must be."
    )
    expert_rationale: bool | None = Field(None, description="Whether an expert must have given a reason.")


class LayerRule(Strict):
    """A rule that puts records into a layer; rules are tried in order and the first that matches decides."""

    rule: str = Field(description="Name of the rule.")
    layer: Layer = Field(description="Where it puts a record.")
    because: str = Field(description="Why, in a sentence that stands in every record it places.")
    when: When = Field(default_factory=When, description="What the record must be.")


class Requirements(Strict):
    """What a record must hold to be taken at all, or to be trained on."""

    rationale: tuple[RiskLevel, ...] = Field((), description="Risk levels at which a vote needs a reason.")
    tags: tuple[RiskLevel, ...] = Field(
        (),
        description="Risk levels at which that must be a reason tag or a winning dimension: what can be counted. Words "
        "alone do not do.",
    )
    votes: dict[RiskLevel, Annotated[int, Field(ge=2)]] = Field(
        default_factory=dict,
        description="Least votes per risk level, each rater's once; what has fewer waits in backflow, before any rule.",
    )

    @property
    def rules(self) -> tuple[LayerRule, ...]:
        """The layer rules that they come to, to be tried first: what people settled needs no more votes."""
        return tuple(
            LayerRule(
                rule=f"at-least-{least}-votes",
                layer="backflow",
                because=f"at {risk} risk the policy requires {least} votes",
                when=When(risk_levels=(risk,), max_votes=least - 1, settled=False),
            )
            for risk, least in sorted(self.votes.items())
        )


class Policy(Strict):
    """A versioned policy file: the value ordering of one or more scenarios."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", description="Name of the policy.")
    version: int = Field(ge=1, description="Version; raise it with every change.")
    scenarios: tuple[str, ...] = Field(min_length=1, description="Scenarios it governs; * for all the others.")
    dimensions: tuple[Dimension, ...] = Field(min_length=1, description="In order of priority, first wins.")
    priority: dict[RiskLevel, tuple[str, ...]] = Field(
        default_factory=dict,
        description="Where the order differs by risk: the dimensions that come first; the others follow as above.",
    )
    aggregation: Aggregation = Field(default_factory=Aggregation, description="How dimensions come to one outcome.")
    mixing: Mixing = Field(default_factory=Mixing, description="Judgements given under several versions of policies.")
    strata: dict[Stratum, StratumPolicy] = Field(description="Reliability and share per stratum.")
    estimate: Estimate = Field(default_factory=Estimate, description="Settings of the preference estimate.")
    require: Requirements = Field(default_factory=Requirements, description="What a record must hold.")
    settling: tuple[str, ...] = Field(
        ("arbitration", "golden"), description="Annotation rounds whose votes settle a pair: they outrank all others."
    )
    settlers: tuple[Stratum, ...] = Field(
        ("expert/offline",), description="Strata whose votes settle, in such a round; in others they are votes."
    )
    cap: float = Field(2.0, ge=1, description="Most that shares may multiply a cell of records by, against the mean.")
    mixture: Mixture = Field(default_factory=Mixture, description="Shares per task, risk and dimension; least factor.")
    limits: Limits = Field(default_factory=Limits, description="Most weight of a user, in the policy of `*`.")
    recency: Recency = Field(default_factory=Recency, description="How judgements lose weight with age.")
    difficulty: Difficulty = Field(
        default_factory=Difficulty, description="What pairs weigh by how close their sides are."
    )
    quotas: tuple[Quota, ...] = Field((), description="Most records of a bucket that a version trains on.")
    arbitration: Share = Field(0.35, description="Disagreement from which people must settle a pair.")
    queues: Queues = Field(default_factory=Queues, description="Sizes of the queues that are filled by drawing.")
    refit: Refit = Field(
        "every-run",
        description="When the rater model is fitted anew, by the policy of `*`: in every run, when raters drifted, or "
        "after some days; until then the last fit is kept and named, and reads the new votes.",
    )
    online: Online = Field(default_factory=Online, description="Online feedback; read from the policy of `*` alone.")
    privacy: Privacy = Field(
        default_factory=Privacy, description="Personal data in texts; may stand in the policy of `*` alone."
    )
    noise: NoiseChecks = Field(default_factory=NoiseChecks, description="Thresholds of the noise checks.")
    response_rules: tuple[ResponseRule, ...] = Field((), description="What a program decides about a response.")
    judging: Judging = Field(
        default_factory=Judging, description="What model judges must show, and where they may vote."
    )
    layers: tuple[LayerRule, ...] = Field(min_length=1, description="Layer rules, first match decides.")
    gates: Gates = Field(default_factory=Gates, description="How bad a release may be before it is stopped.")

    @model_validator(mode="after")
    def _hold_together(self) -> Policy:
        shares = sum(stratum.share or 0 for stratum in self.strata.values())
        if shares > 1 + 1e-9:
            raise ValueError(f"strata: the declared shares add up to {shares:.3g}, more than 1")
        for what, names in (
            ("dimensions", [each.name for each in self.dimensions]),
            ("layers", [each.rule for each in self.layers]),
            ("response_rules", [each.ref for each in self.response_rules]),
            ("quotas", [each.quota for each in self.quotas]),
            *((f"priority.{risk}", list(names)) for risk, names in self.priority.items()),
        ):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"{what}: {', '.join(twice)} stands there twice")
        if self.layers[-1].when != When():
            raise ValueError("layers: the last rule must match everything: give it no `when`")
        known = {each.name for each in self.dimensions}
        for where, named in (
            *((f"priority.{risk}", names) for risk, names in self.priority.items()),
            ("aggregation.dimensions", self.aggregation.dimensions),
        ):
            if unknown := sorted(set(named) - known):
                raise ValueError(f"{where}: {', '.join(unknown)} is no dimension of this policy")
        if "limits" in self.model_fields_set and "*" not in self.scenarios:
            raise ValueError("limits: they are of a whole version; write them into the policy of *")
        if "privacy" in self.model_fields_set and "*" not in self.scenarios:
            raise ValueError("privacy: texts of all scenarios leave together; write it into the policy of *")
        return self

    def order(self, risk: RiskLevel) -> tuple[str, ...]:
        """The dimensions in their order at a risk level, the one that wins first."""
        first = self.priority.get(risk, ())
        return (*first, *(each.name for each in self.dimensions if each.name not in first))

    def weight(self, dimension: Dimension) -> float:
        """What a dimension weighs when dimensions are weighed together."""
        return self.aggregation.dimensions.get(dimension.name, self.aggregation.kinds.get(dimension.kind, 1.0))

    def rater(self, rule: ResponseRule) -> str:
        """What a rule of this policy is called where it votes: two policies may have different rules of one name."""
        return f"{self.name}/{rule.ref}"

    @property
    def ref(self) -> str:
        """``name@version``, as votes and releases cite it."""
        return f"{self.name}@{self.version}"
