"""What ``prefstrata.yaml`` may say about model judges: models, prices, caps, work."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from prefstrata.project._strict import Strict

__all__ = ["Budget", "Generation", "JudgeModel", "Judges", "Price", "Work"]

Dollars = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=6)]
JudgeName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,60}$")]
RiskLevel = Literal["low", "medium", "high"]
Layer = Literal["golden", "expert", "main", "weak", "backflow"]


class Budget(Strict):
    """Hard caps in dollars. What a request may cost is reserved before it is sent; nothing is sent beyond a cap."""

    run: Dollars = Field(description="Most that one run may spend.")
    day: Dollars = Field(description="Most that all runs of a day (UTC) may spend.")
    project: Dollars = Field(description="Most that the project may ever spend; raise it by hand.")


class Price(Strict):
    """What a model costs, in dollars per million tokens."""

    input: Dollars = Field(description="Per million tokens of the request.")
    output: Dollars = Field(description="Per million tokens of the answer.")
    batch: Annotated[Decimal, Field(ge=0, le=1, decimal_places=3)] = Field(
        Decimal("0.5"), description="Share of the price that is paid through the Batch API."
    )


class JudgeModel(Strict):
    """A model that judges, behind any OpenAI-compatible endpoint."""

    name: JudgeName = Field(description="Name of the judge; part of its rater's name.")
    model: str = Field(min_length=1, description="The model, as the endpoint calls it.")
    family: str | None = Field(None, description="Its family; it never judges responses of the same family.")
    base_url: str | None = Field(None, description="The endpoint; `OPENAI_BASE_URL`, else the hosted API, when absent.")
    api_key_env: str | None = Field(
        "OPENAI_API_KEY", description="Environment variable that holds the key; null for an endpoint that needs none."
    )
    price: Price = Field(description="What it costs.")
    temperature: float | None = Field(0.0, ge=0, le=2, description="Sampling temperature; null to leave it unsaid.")
    max_output_tokens: int = Field(400, ge=16, description="Most tokens of an answer.")
    limit_as: Literal["max_completion_tokens", "max_tokens"] = Field(
        "max_completion_tokens", description="How the endpoint calls that limit."
    )
    confidence: Literal["none", "logprobs", "repeats"] = Field(
        "none", description="How sure it is: from token log-probabilities, or from asking several times."
    )
    repeats: int = Field(3, ge=2, le=15, description="How often, with `confidence: repeats`.")
    concurrency: int = Field(16, ge=1, le=256, description="Most requests at once; fewer while the endpoint says 429.")
    timeout: float = Field(60.0, gt=0, description="Seconds to wait for an answer.")
    batch: bool = Field(default=False, description="Whether to ask through the Batch API: slower, at the batch price.")
    exam: int = Field(1, ge=1, description="Number of the exam; raise it to have the judge sit it anew.")


class Work(Strict):
    """A layer of work: what is judged, by whom, how much of it."""

    name: JudgeName = Field(description="Name of the work, as plans and reports show it.")
    kind: Literal["pairwise", "scalar", "steps"] = Field("pairwise", description="What is asked of the judges.")
    judges: tuple[str, ...] | None = Field(None, description="Names of the judges; all of them when absent.")
    dimensions: tuple[str, ...] = Field(("overall",), min_length=1, description="Each is asked about on its own.")
    pairs: Literal["compared", "recombined"] = Field(
        "compared",
        description="Pairs that somebody compared, or responses to one prompt that nobody compared yet: single answers "
        "from logs, and what models wrote.",
    )
    each: int = Field(3, ge=1, description="At most so many pairs of a prompt, with `pairs: recombined`.")
    choose: Literal["hard", "all"] = Field(
        "hard", description="Which first: close and disputed ones, or in an order drawn with the seed."
    )
    layers: tuple[Layer, ...] | None = Field(None, description="Pairs in these layers only.")
    scenarios: tuple[str, ...] | None = Field(None, description="Prompts of these scenarios only.")
    risk_levels: tuple[RiskLevel, ...] | None = Field(None, description="Prompts of these risk levels only.")
    most: int = Field(200, ge=1, description="At most so many pairs, responses or traces.")
    scale: tuple[int, int] = Field((1, 10), description="Worst and best score, for `kind: scalar`.")


class Generation(Strict):
    """Responses to have models write, to prompts that need pairs."""

    name: JudgeName = Field(description="Name of the work, as plans and reports show it.")
    models: tuple[str, ...] | None = Field(None, description="Names of the models; all of them when absent.")
    temperatures: tuple[Annotated[float, Field(ge=0, le=2)], ...] = Field(
        (0.2, 1.0), min_length=1, description="Each model writes at each of these."
    )
    samples: int = Field(1, ge=1, le=16, description="Responses per model and temperature.")
    fewer_than: int = Field(2, ge=1, description="Prompts that have fewer responses than this.")
    scenarios: tuple[str, ...] | None = Field(None, description="Prompts of these scenarios only.")
    risk_levels: tuple[RiskLevel, ...] | None = Field(None, description="Prompts of these risk levels only.")
    most: int = Field(100, ge=1, description="At most so many prompts.")
    max_output_tokens: int = Field(800, ge=16, description="Most tokens of a response.")
    near: float = Field(
        0.9, gt=0, le=1, description="Share of words in common from which a response repeats another and is left out."
    )


class Judges(Strict):
    """Model judges. Their verdicts come in through the source whose format is `judge-verdicts`."""

    budget: Budget = Field(description="Hard caps.")
    models: tuple[JudgeModel, ...] = Field(min_length=1, description="The judges.")
    work: tuple[Work, ...] = Field((), description="What they judge.")
    generate: tuple[Generation, ...] = Field((), description="What models write, for `prefstrata judge generate`.")
    seed: int = Field(1, description="Marks around quoted texts, canaries and samples are drawn with it.")
    journal: str = Field(
        "warehouse/judging.sqlite", description="Where answers and spending are kept, relative to the project."
    )

    @model_validator(mode="after")
    def _names_are_known(self) -> Judges:
        names = [judge.name for judge in self.models]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two judges are called {', '.join(twice)}: give each its own name")
        self._demand_own_raters()
        for work in self.work:
            if unknown := sorted(set(work.judges or ()) - set(names)):
                raise ValueError(f"work {work.name}: there is no judge {unknown[0]}")
            if work.scale[0] >= work.scale[1]:
                raise ValueError(f"work {work.name}: the scale must rise")
        for generation in self.generate:
            if unknown := sorted(set(generation.models or ()) - set(names)):
                raise ValueError(f"generate {generation.name}: there is no model {unknown[0]}")
        works = [*(work.name for work in self.work), *(each.name for each in self.generate)]
        if twice := sorted({name for name in works if works.count(name) > 1}):
            raise ValueError(f"two layers of work are called {', '.join(twice)}")
        return self

    def _demand_own_raters(self) -> None:
        """Refuse a judge called as another one's raters are, or were, since it sat its exam anew: two would be one.

        Raises:
            ValueError: with both names.
        """
        exams = {judge.name: judge.exam for judge in self.models}
        for name in exams:
            before, _, number = name.rpartition(".")
            if number.isdecimal() and number[0] != "0" and 1 < int(number) <= exams.get(before, 1):
                raise ValueError(
                    f"judge {before} is the rater {name} in its exam {number}, as another judge is called: two raters"
                    " would be one; give one of them another name"
                )
