"""What a checkout for a trainer may be asked for; equal options on an equal commit give equal bytes."""

from __future__ import annotations

import math
from collections.abc import Mapping  # noqa: TC003 - the annotations are read
from dataclasses import asdict, dataclass, field, fields
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Literal, get_args, get_type_hints

from prefstrata.model import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from prefstrata.trainers._target import Target

__all__ = ["DEFAULT_LIMITS", "Options", "options_for"]

Files = Literal["jsonl", "parquet"]
Ties = Literal["drop", "keep"]
PerPrompt = Literal["all", "one", "divide"]
Style = Literal["conversational", "standard"]
System = Literal["keep", "drop", "replace"]
Weights = Literal["ignore", "column", "resample"]
Margin = Literal["lead", "none"]
Overlong = Literal["keep", "drop"]

DEFAULT_LIMITS: Mapping[str, float] = {
    "left_out": 0.5,
    "dropped": 0.01,
    "same": 0.01,
    "minority": 0.1,
    "effective": 0.25,
}
"""What ``strict`` allows: at most that share of records left out, of rows the trainer drops, of rows it cuts to the
same on both sides; at least that share of the rarer label, and of the rows as Kish's effective size."""


_PLAIN: Mapping[Any, Any] = {bool: bool, int: Integral, float: Real, str: str}


@dataclass(frozen=True, slots=True)
class Options:
    """What to hand out, and how.

    Attributes:
        files: how rows are stored.
        ties: whether a pair without a leading side is left out, or handed out with the side a hair ahead as chosen.
        min_p: least probability that the better side is better.
        dimension: train on this dimension's estimates; empty for the estimate that the policy decides by.
        tie_margin: a lead smaller than this is a tie in ``dimension``; the policy's own decides otherwise.
        dimensions: for scores: the dimensions, in the order of the model's heads.
        per_prompt: of the pairs of one prompt hand out all, one (the one that weighs most), or all with their weights
            divided by their number.
        sides: for single responses: read the two sides of each pair beside the thumbs.
        good_step: for steps: good from this reward on.
        style: messages, or plain texts, for targets that have both.
        system: keep system prompts, drop them, or replace them by ``system_prompt``.
        system_prompt: the text to put there.
        validation: share of the conversations, with all their rows, that goes into the validation files. Prompts whose
            users open with the same words are one conversation.
        shuffle: mix the rows by the seed; in the order of their ids otherwise.
        seed: what lots are drawn with.
        weights: leave them to the report, write them as a column, or draw rows in proportion to them.
        margin: the column of the margin: p of the better side minus p of the other, or none.
        margin_scale: what the margin is multiplied by.
        max_characters: leave out what is longer, prompt and longer answer together; 0 for no bound.
        max_length: the trainer's length, in tokens of ``tokenizer``; 0 for no look at it.
        tokenizer: a folder with the trainer's tokenizer.
        overlong: keep the rows that the trainer would drop at its length, or would cut to the same on both sides, and
            say how many; or leave them out.
        strict: fail when the report passes a limit.
        limits: limits other than :data:`DEFAULT_LIMITS`.
    """

    files: Files = "jsonl"
    ties: Ties = "drop"
    min_p: float = 0.0
    dimension: str = ""
    tie_margin: float = 0.1
    dimensions: tuple[str, ...] = ()
    per_prompt: PerPrompt = "all"
    sides: bool = True
    good_step: float = 0.5
    style: Style = "conversational"
    system: System = "keep"
    system_prompt: str = ""
    validation: float = 0.0
    shuffle: bool = True
    seed: int = 0
    weights: Weights = "ignore"
    margin: Margin = "lead"
    margin_scale: float = 1.0
    max_characters: int = 0
    max_length: int = 0
    tokenizer: str = ""
    overlong: Overlong = "keep"
    strict: bool = False
    limits: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Look at every value by itself."""
        self._look_at_types()
        self._look_at_words()
        self._look_at_numbers()
        if unknown := sorted(self.limits.keys() - DEFAULT_LIMITS.keys()):
            _refuse("limit", f"there is no {', '.join(unknown)}", f"name one of {', '.join(DEFAULT_LIMITS)}")
        for name, share in self.limits.items():
            if not 0 <= share <= 1:
                _refuse("limit", f"{name}={share:g} is no share", "write a number from 0 to 1")
        if self.max_length and not self.tokenizer:
            _refuse("max_length", "tokens of which tokenizer?", "add --tokenizer DIR, or use --max-characters")
        if (self.system == "replace") != bool(self.system_prompt):
            _refuse("system_prompt", "a text and --system replace go together", "write both or neither")
        self._look_at_company()
        if any("," in name for name in self.dimensions) or len(set(self.dimensions)) < len(self.dimensions):
            _refuse("dimensions", "a name has a comma, or comes twice", "write one --dimensions for each")

    def _look_at_types(self) -> None:
        for name, kind in get_type_hints(type(self)).items():
            value = getattr(self, name)
            if kind in _PLAIN and (
                not isinstance(value, _PLAIN[kind]) or (isinstance(value, bool) and kind is not bool)
            ):
                _refuse(name, f"{value!r} is not of type {kind.__name__}", f"give {kind.__name__}")
        if isinstance(self.dimensions, str):
            _refuse("dimensions", f"{self.dimensions!r} is one text", "give a tuple of names")

    def _look_at_words(self) -> None:
        for name, kind in get_type_hints(type(self)).items():
            allowed, value = get_args(kind), getattr(self, name)
            if allowed and all(isinstance(word, str) for word in allowed) and value not in allowed:
                _refuse(name, f"there is no {value!r}", f"write one of {', '.join(allowed)}")

    def _look_at_numbers(self) -> None:
        for name in ("min_p", "validation", "tie_margin"):
            if not 0 <= getattr(self, name) <= 1:
                _refuse(name, f"{getattr(self, name):g} is no share", "write a number from 0 to 1")
        if self.validation == 1:
            _refuse("validation", "nothing would be left to train on", "write a smaller share")
        for name in ("max_characters", "max_length", "margin_scale"):
            if not 0 <= getattr(self, name) < math.inf:
                _refuse(name, f"{getattr(self, name):g} is below 0, or no number", "write 0 or more")

    def _look_at_company(self) -> None:
        """An option that another one leaves without a meaning."""
        said = self.document()
        for name, other, missing in (
            ("tie_margin", "--dimension NAME", not self.dimension),
            ("margin_scale", "--margin lead", self.margin == "none"),
            ("tokenizer", "--max-length N", not self.max_length),
            ("overlong", "--max-length N", not self.max_length),
            ("limits", "--strict", not self.strict),
        ):
            if name in said and missing:
                _refuse(name.removesuffix("s"), f"it does nothing without {other}", f"add {other}, or leave it out")

    def document(self) -> dict[str, Any]:
        """Those that differ from the defaults, as plain values."""
        said = asdict(self)
        usual: dict[str, Any] = {each.name: each.default for each in fields(self)} | {"limits": {}}
        return {name: value for name, value in said.items() if value != usual[name]}


_HEARD: tuple[tuple[tuple[str, ...], Callable[[Target], bool], str], ...] = (
    (("ties", "min_p", "dimension", "tie_margin"), lambda target: "pairs" in target.reads, "reads no pairs"),
    (("per_prompt",), lambda target: target.reads == ("pairs",), "does not hand out pairs"),
    (("sides",), lambda target: "unpaired" in target.reads, "reads no single responses beside the sides of pairs"),
    (("good_step",), lambda target: "traces" in target.reads, "reads no steps"),
    (("dimensions",), lambda target: "ratings" in target.reads, "reads no scores"),
    (("margin", "margin_scale"), lambda target: target.margin is not None, "has no column for a margin"),
)
"""Options that only some targets hear: which those are, and what is true of the others."""


def options_for(target: Target, options: Options) -> Options:
    """The options, after a look that they mean something for the target.

    Raises:
        ConfigError: they do not.
    """
    said = options.document()
    for names, hears, why in _HEARD:
        for name in names:
            if name in said and not hears(target):
                _refuse(name, f"{target.name} {why}, so this does nothing", "leave it out")
    if options.style == "standard" and target.texts is None and "pairs" in target.reads:
        _refuse("style", f"{target.name} reads messages only", "leave --style out")
    if options.weights == "column" and target.weight is None:
        _refuse("weights", f"{target.name} has no column for a weight", "write --weights resample, or ignore")
    if "ratings" in target.reads and not options.dimensions:
        _refuse("dimensions", "a head for each of which dimensions?", "write --dimensions NAME for each, in order")
    if options.max_length and target.length is None:
        _refuse("max_length", f"{target.name} is no trainer's format", "leave it out")
    return options


def _refuse(name: str, what: str, todo: str) -> None:
    raise ConfigError(what, where=f"--{name.replace('_', '-')}", todo=todo)
