"""What a mapping may say: the sections of ``map:`` in ``prefstrata.yaml`` and in a named format.

Every leaf is a SQL expression over the record, a value map over one, or a constant. The docstrings and descriptions
here are the reference of the mapping.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

__all__ = [
    "Events",
    "Join",
    "Mapping",
    "Prompt",
    "Rankings",
    "Ratings",
    "Read",
    "Refusal",
    "Response",
    "Statement",
    "Steps",
    "Turn",
    "Value",
    "Votes",
    "Withdrawals",
]

Plain = str | int | float | bool | None


class _Section(BaseModel):
    """Unknown keys are mistakes; values do not change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Value(_Section):
    """A value: ``expression``, ``{from: expression, values: {a: b}}`` or ``{constant: x}``."""

    expression: str | None = Field(None, alias="from", description="SQL expression over the record.")
    values: dict[Plain, Plain] | None = Field(
        None, description="What each value stands for; a value not listed refuses the record, null means not said."
    )
    constant: str | float | bool | tuple[str, ...] | None = Field(None, description="The same for every record.")
    format: str | tuple[str, ...] | None = Field(None, description="How a time is written, as strptime spells it.")
    unit: Literal["seconds", "milliseconds", "microseconds"] | None = Field(
        None, description="Unit of a time that is a number since 1970."
    )

    @model_validator(mode="before")
    @classmethod
    def _short(cls, given: object) -> object:
        if isinstance(given, bool | int | float):
            return {"constant": given}
        return {"from": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _one_kind(self) -> Value:
        if (self.expression is None) == (self.constant is None):
            raise ValueError("write an expression, or {from: …}, or {constant: …}")
        if self.constant is not None and (self.values or self.format or self.unit):
            raise ValueError("a constant takes no values, format or unit")
        if self.format and self.unit:
            raise ValueError("a time has a format or a unit, not both")
        return self


class Turn(_Section):
    """One message of a prompt; a message whose content is null is left out."""

    role: Literal["system", "user", "assistant", "tool"] = Field(description="Who speaks.")
    content: Value = Field(description="What is said.")


class Prompt(_Section):
    """The prompt: a text, a list of ``{role, content}``, or ``{messages: list of struct(role, content)}``."""

    text: Value | None = Field(None, description="The one user message.")
    turns: tuple[Turn, ...] | None = Field(None, description="The messages, in order.")
    messages: Value | None = Field(None, description="An expression that gives the messages.")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, given: object) -> object:
        if isinstance(given, list | tuple):
            return {"turns": given}
        if isinstance(given, str) or (isinstance(given, dict) and given.keys() & {"from", "constant"}):
            return {"text": given}
        return given

    @model_validator(mode="after")
    def _one_kind(self) -> Prompt:
        if sum(part is not None for part in (self.text, self.turns, self.messages)) != 1:
            raise ValueError("write an expression, a list of {role, content}, or {messages: …}")
        if self.turns is not None and (not self.turns or self.turns[-1].role not in {"user", "tool"}):
            raise ValueError("a prompt ends in a user turn")
        return self


class Response(_Section):
    """A response: the key of one under ``responses``, ``{pick: expression}`` giving such a key, or its text."""

    key: str | None = Field(None, description="Key under `responses`.")
    pick: Value | None = Field(None, description="Expression whose value is a key under `responses`.")
    text: Value | None = Field(None, description="The text.")
    generator: Value | None = Field(None, description="Model or person that wrote it.")
    generator_family: Value | None = Field(None, description="Family of the generator.")
    sampling: Value | None = Field(None, description="Sampling settings: a struct, or JSON.")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, given: object) -> object:
        return {"key": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _one_kind(self) -> Response:
        if sum(part is not None for part in (self.key, self.pick, self.text)) != 1:
            raise ValueError("write a key of `responses`, or {pick: …}, or {text: …}")
        if self.text is None and (self.generator or self.generator_family or self.sampling):
            raise ValueError("generator, generator_family and sampling stand beside the text")
        return self


class Refusal(_Section):
    """A record to refuse, and why."""

    when: Value = Field(description="Condition under which the record is refused.")
    reason: str = Field(pattern=r"^[a-z][a-z0-9_]{1,40}$", description="Short word for the quarantine.")
    detail: str = Field(min_length=1, description="A sentence for the person who looks at the record.")


class Read(_Section):
    """How records are found in a file, where its suffix does not say."""

    kind: Literal["jsonl", "json", "csv", "parquet"] | None = Field(None, description="Kind of file; by the suffix.")
    compression: Literal["none", "gzip", "zstd"] | None = Field(None, description="Compression; by the suffix.")
    records: str = Field("", description="Keys that lead to the records of a JSON document: data.items.")
    key: str = Field(
        "key", description="Field that gets the key of a record, when records are the values of an object."
    )
    delimiter: str | None = Field(None, min_length=1, max_length=1, description="What parts the cells of a CSV file.")
    empty_is_null: bool = Field(default=True, description="Whether an empty text cell of a CSV file is null.")


class Join(_Section):
    """A second file, matched to each record by key."""

    as_: str = Field(alias="as", pattern=r"^[A-Za-z][A-Za-z0-9_]*$", description="Name it has in expressions.")
    path: str = Field(description="The file, relative to the project.")
    fields: dict[str, Any] = Field(min_length=1, description="Its fields and their types.")
    read: Read = Field(default_factory=Read, description="How its records are found.")
    match: dict[str, str] = Field(min_length=1, description="Expression over the record: field of this file.")


class Statement(_Section):
    """What everything said has in common. Keys absent here are taken from the mapping itself."""

    rater: Value | None = Field(None, description="Name of the rater; the source's name when absent.")
    level: Value | None = Field(None, description="Seniority or tier of the rater.")
    family: Value | None = Field(None, description="Model family of a judge.")
    version: Value | None = Field(None, description="Version of a judge or a rule.")
    round: Value | None = Field(None, description="Annotation round.")
    policy: Value | None = Field(None, description="Policy the rater worked under.")
    rubric: Value | None = Field(None, description="Rubric the rater worked with.")
    decided_at: Value | None = Field(None, description="When it was decided.")
    reason_tags: Value | None = Field(None, description="Reasons the rater ticked: a list of texts, or a text.")
    rationale: Value | None = Field(None, description="The rater's own words.")
    raw: Value | None = Field(None, description="The judgement as the file spells it; its main value when absent.")
    id: Value | None = Field(None, description="The record's own id: the same said twice under it is said once.")


class _Block(Statement):
    each: Value | None = Field(None, description="A list: one statement per element, which is `it`.")
    where: Value | None = Field(None, description="Elements (records) not meeting it say nothing here.")


class Votes(_Block):
    """One rater on two responses."""

    left: Response = Field(description="The response shown first.")
    right: Response = Field(description="The response shown second.")
    choice: Value = Field(description="left, right, tie or both_bad; null when nothing was said.")
    order: Literal["shown", "unknown"] = Field(
        "shown",
        description="unknown when left and right do not tell what was shown first, as with chosen and rejected.",
    )
    strength: Value | None = Field(None, description="How much better, 0 to 1.")
    dimension: Value | None = Field(None, description="What was judged.")
    shown_at: Value | None = Field(None, description="When it was shown.")
    judged_together: Value | None = Field(
        None, description="How many responses one judgement covered, when these votes are its pairs."
    )


class Rankings(_Block):
    """One rater on several responses at once; becomes votes that count as one judgement."""

    responses: Value | tuple[Response, ...] = Field(
        description="Responses, or an expression that gives a list of texts or of struct(text, generator, …)."
    )
    ranks: Value | tuple[Value, ...] | None = Field(
        None, description="Their ranks, 1 best, equal ranks tie, null not ranked; absent: the list is best first."
    )
    dimension: Value | None = Field(None, description="What was judged.")
    shown_at: Value | None = Field(None, description="When it was shown.")


class Ratings(_Block):
    """One rater on one response."""

    response: Response = Field(description="What was rated.")
    value: Value = Field(description="The rating, a number; null when nothing was said.")
    scale: tuple[Value, Value] = Field(description="Worst and best value of the scale.")
    dimension: Value | None = Field(None, description="What was judged.")


class Steps(_Block):
    """The steps of one trace, in order."""

    output: Value = Field(description="What the step produced.")
    reward: Value = Field(description="Its reward, -1 to 1; null when it was not judged.")
    state: Value | None = Field(None, description="What the step started from.")
    index: Value | None = Field(None, description="Orders the steps, no two alike; its place in the list when absent.")
    unit: Value | None = Field(None, description="Kind of process unit; `step` when absent.")
    template: Value | None = Field(None, description="Name and version of the segmentation template.")


class Events(_Section):
    """Something a user did."""

    each: Value | None = Field(None, description="A list: one event per element, which is `it`.")
    where: Value | None = Field(None, description="Elements (records) not meeting it say nothing here.")
    kind: Value = Field(description="like, dislike, accept, reject, copy, retry, edit, follow_up, dwell, transfer, …")
    response: Response | None = Field(None, description="The response it is about.")
    alternatives: tuple[Response, ...] = Field((), description="Responses shown beside it.")
    session: Value | None = Field(None, description="Session.")
    user: Value | None = Field(None, description="The user; kept as a pseudonym only.")
    position: Value | None = Field(None, description="Place at which the response was shown, from 0.")
    value: Value | None = Field(None, description="Seconds of dwell, characters edited…")
    occurred_at: Value | None = Field(None, description="When, by the clock of the user's device.")
    received_at: Value | None = Field(None, description="When the service received it, by its own clock.")
    became: Response | None = Field(None, description="What it became: as edited by the user, or as given on a retry.")
    surface: Value | None = Field(None, description="Where in the product it was shown.")
    segment: Value | None = Field(None, description="Kind of user, such as new or paying.")
    cohort: Value | None = Field(None, description="Group the user joined with or was assigned to.")
    address: Value | None = Field(None, description="Block of network addresses; kept as a pseudonym only.")
    level: Value | None = Field(None, description="Tier of the user.")
    round: Value | None = Field(None, description="Round of an experiment.")
    policy: Value | None = Field(None, description="Policy in force.")
    rubric: Value | None = Field(None, description="Rubric in force.")
    reason_tags: Value | None = Field(None, description="Reasons the user ticked.")
    rationale: Value | None = Field(None, description="The user's own words.")
    raw: Value | None = Field(None, description="The event as the file spells it; its kind when absent.")
    id: Value | None = Field(None, description="The event's own id.")


class Withdrawals(_Section):
    """A user took consent back."""

    each: Value | None = Field(None, description="A list: one withdrawal per element, which is `it`.")
    where: Value | None = Field(None, description="Elements (records) not meeting it say nothing here.")
    user: Value = Field(description="The user, as the events spell it.")
    source: str | None = Field(
        None,
        description="Source of the user's events or judgements; may be left out where the mapping reads these, too.",
    )
    requested_at: Value | None = Field(
        None, description="When it was asked for; a time that cannot be read is left out."
    )


class Mapping(Statement):
    """How the records of a source become statements."""

    fields: dict[str, Any] = Field(min_length=1, description="The fields read and their types.")
    read: Read = Field(default_factory=Read, description="How records are found.")
    join: Join | None = Field(None, description="A second file, matched by key.")
    let: dict[str, Value] = Field(default_factory=dict, description="Named values, usable in what follows.")
    where: Value | None = Field(None, description="Records not meeting it are refused as `filtered`.")
    refuse: tuple[Refusal, ...] = Field((), description="Records to refuse, each with its reason.")
    each: Value | None = Field(None, description="A list inside the record, each element a prompt of its own.")
    as_: str = Field("item", alias="as", pattern=r"^[A-Za-z][A-Za-z0-9_]*$", description="Name of that element.")
    prompt: Prompt | None = Field(None, description="The prompt.")
    task: Value | None = Field(None, description="Task of the prompt.")
    scenario: Value | None = Field(None, description="Scenario of the prompt.")
    risk_level: Value | None = Field(None, description="low, medium or high.")
    language: Value | None = Field(None, description="BCP 47 tag of the prompt.")
    tags: Value | None = Field(None, description="Tags of the prompt: a list of texts, or a text.")
    responses: dict[str, Response] = Field(default_factory=dict, description="The candidates, by key.")
    votes: tuple[Votes, ...] = Field((), description="Comparisons of two responses.")
    rankings: tuple[Rankings, ...] = Field((), description="Comparisons of several responses.")
    ratings: tuple[Ratings, ...] = Field((), description="Ratings of one response.")
    steps: tuple[Steps, ...] = Field((), description="Traces with step rewards.")
    events: tuple[Events, ...] = Field((), description="What users did.")
    withdrawals: tuple[Withdrawals, ...] = Field((), description="Consents taken back.")

    @model_validator(mode="after")
    def _says_something(self) -> Mapping:
        judged = (*self.votes, *self.rankings, *self.ratings, *self.steps)
        if not (judged or self.events or self.withdrawals):
            raise ValueError("nothing is said: write votes, rankings, ratings, steps, events or withdrawals")
        if judged and self.prompt is None:
            raise ValueError("`prompt` is missing")
        return self
