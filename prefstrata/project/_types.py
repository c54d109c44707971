"""What ``prefstrata.yaml`` may say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from prefstrata.project._engine import EngineConfig
from prefstrata.project._judges import Judges  # noqa: TC001 - pydantic reads it
from prefstrata.project._strict import Strict
from prefstrata.stores import LocalConfig, StoreConfig

Mode = Literal["offline", "online", "synthetic"]
Supervisor = Literal["expert", "crowd", "user", "judge", "rule"]
RiskLevel = Literal["low", "medium", "high"]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$")]


class Warehouse(Strict):
    """Where the tables are kept."""

    path: str | None = Field(
        None,
        description="File of the warehouse, relative to the project; on Spark, the folder of its tables. "
        "`warehouse/prefstrata.duckdb`, or `warehouse/spark`, when absent.",
    )


class Defaults(Strict):
    """What a record is taken to say when it says nothing itself."""

    task: str | None = Field(None, description="Task of the prompts.")
    scenario: str | None = Field(None, description="Scenario, which selects the policy.")
    risk_level: RiskLevel | None = Field(None, description="Risk of the prompts.")
    language: str | None = Field(None, description="BCP 47 tag of the prompts.")
    dimension: str = Field("overall", description="What was judged.")
    policy: str | None = Field(None, description="Policy the raters worked under.")
    rubric: str | None = Field(None, description="Rubric the raters worked with.")
    tags: tuple[str, ...] = Field((), description="Tags of the prompts.")
    round: str | None = Field(None, description="Annotation round, such as arbitration; the policy says which settle.")


class Source(Strict):
    """Where preferences come from: files, who judged, and how to read them."""

    name: Name = Field(description="Name of the source; part of every row's identity, so never rename one.")
    mode: Mode = Field(description="offline, online or synthetic.")
    supervisor: Supervisor = Field(description="expert, crowd, user, judge or rule.")
    frozen: bool = Field(
        default=False,
        description="An evaluation set: pairs that training is measured by, so nothing may ever train on them.",
    )
    path: str = Field(description="Files, as a pattern relative to the project: inbox/crowd/*.jsonl.gz.")
    format: str = Field(
        description="A named format (seed-jsonl, hh-rlhf, queue-answers, label-studio, judge-verdicts, open-webui, "
        "chatgpt-export, langfuse-scores) or mapping."
    )
    map: dict[str, Any] | None = Field(None, description="The mapping, when format is mapping.")
    options: dict[str, Any] = Field(default_factory=dict, description="Options of the named format.")
    defaults: Defaults = Field(default_factory=Defaults, description="What a record says when it says nothing itself.")

    @model_validator(mode="after")
    def _map_goes_with_mapping(self) -> Source:
        if (self.format == "mapping") != (self.map is not None):
            raise ValueError("`map` and `format: mapping` go together: write both or neither")
        return self


class Project(Strict):
    """A project folder's ``prefstrata.yaml``, read and checked."""

    name: Name = Field(description="Name of the project; shown in manifests and cards.")
    warehouse: Warehouse = Field(default_factory=Warehouse, description="Where the tables are kept.")
    engine: EngineConfig = Field(
        default_factory=EngineConfig,
        description="What runs the SQL; `engine: spark` is short for `engine: {kind: spark}`.",
    )
    store: StoreConfig = Field(
        default_factory=lambda: LocalConfig(path=Path("releases")),
        description="Where releases go: local (a folder, relative to the project) or lakefs (a repository).",
    )
    policies: tuple[str, ...] = Field(
        ("general",), min_length=1, description="Policy files relative to the project, or names of policies that ship."
    )
    sources: tuple[Source, ...] = Field((), description="Where preferences come from.")
    judges: Judges | None = Field(None, description="Model judges; none when absent.")
    directory: Path = Field(Path(), exclude=True, description="The project folder; set on reading.")

    @field_validator("engine", mode="before")
    @classmethod
    def _engine_in_a_word(cls, given: object) -> object:
        return {"kind": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _names_are_unique(self) -> Project:
        names = [source.name for source in self.sources]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two sources are called {', '.join(twice)}: give each its own name")
        return self

    @property
    def file(self) -> Path:
        """The config file itself."""
        return self.directory / PROJECT_FILE

    @property
    def warehouse_path(self) -> Path:
        """The warehouse file, or on Spark the folder of its tables, absolute."""
        return self.directory / (self.warehouse.path or self.engine.warehouse)


PROJECT_FILE = "prefstrata.yaml"
