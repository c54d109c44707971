"""Find and read the policy files a project names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from prefstrata.model.errors import ConfigError
from prefstrata.model.resources import data_directory
from prefstrata.policy._types import Policy
from prefstrata.project import Project, line_of, read_model

if TYPE_CHECKING:
    from collections.abc import Iterable


def read_policies(project: Project) -> tuple[tuple[Policy, Path], ...]:
    """The project's policies with the file each was read from, in the order the project names them.

    Raises:
        ConfigError: a file is missing or wrong, two policies claim a scenario, or none covers the rest.
    """
    paths = [_path(project, number, name) for number, name in enumerate(project.policies)]
    found = tuple((read_model(path, Policy), path) for path in paths)
    _check_scenarios(project, found)
    return found


def read_policy(name: str) -> Policy:
    """One policy alone: a file by its path, or one that ships by its name.

    Raises:
        ConfigError: there is none, or it is wrong.
    """
    return read_model(Path(name) if _is_path(name) else _shipped(name, "POLICY"), Policy)


def _path(project: Project, number: int, name: str) -> Path:
    """A policy that ships when the name is bare (``general``), a file of the project otherwise."""
    where = f"{project.file}:{line_of(project.file, ['policies', number])}"
    if not _is_path(name):
        return _shipped(name, where)
    path = project.directory / name
    if not path.exists():
        raise ConfigError(
            f"policies[{number}]: there is no file {name}",
            where=where,
            todo=f"write the path of a policy in {project.directory}, or the bare name of one that ships: {_ships()}",
        )
    return path


def _is_path(name: str) -> bool:
    return "/" in name or name.endswith((".yaml", ".yml"))


def _shipped(name: str, where: str) -> Path:
    shipped = data_directory("policies") / f"{name}.yaml"
    if not shipped.is_file():
        raise ConfigError(
            f"policies: no policy called {name!r} ships",
            where=where,
            todo=f"write one of {_ships()}, or the path of a file such as policies/{name}.yaml",
        )
    return shipped


def _ships() -> str:
    return ", ".join(sorted(path.stem for path in data_directory("policies").glob("*.yaml")))


def _check_scenarios(project: Project, found: tuple[tuple[Policy, Path], ...]) -> None:
    owner: dict[str, Policy] = {}
    names: set[str] = set()
    for policy, path in found:
        if policy.name in names:
            raise ConfigError(
                f"name: another policy of this project is called {policy.name!r} too",
                where=f"{path}:{line_of(path, ['name'])}",
                todo="give each policy its own name: a release keeps them by it",
            )
        names.add(policy.name)
        for scenario in policy.scenarios:
            if scenario in owner:
                raise ConfigError(
                    f"scenarios: {scenario!r} is governed by {owner[scenario].ref} already",
                    where=f"{path}:{line_of(path, ['scenarios'])}",
                    todo="let one policy govern each scenario",
                )
            owner[scenario] = policy
    if "*" not in owner:
        raise ConfigError(
            "policies: none of them governs the scenarios the others do not name",
            where=f"{project.file}:{line_of(project.file, ['policies'])}",
            todo='add one with `scenarios: ["*"]`, for example general',
        )


def check_strata(project: Project, policies: Iterable[Policy]) -> None:
    """Hold the sources against the policies.

    Raises:
        ConfigError: the policy that covers the rest does not say how far a source can be trusted.
    """
    general = next(policy for policy in policies if "*" in policy.scenarios)
    for number, source in enumerate(project.sources):
        stratum = f"{source.supervisor}/{source.mode}"
        if stratum not in general.strata:
            raise ConfigError(
                f"sources[{number}]: the policy {general.ref} does not say how far {stratum} can be trusted",
                where=f"{project.file}:{line_of(project.file, ['sources', number])}",
                todo=f"add {stratum} to the policy's strata, with its reliability",
            )
