"""``prefstrata policy``: the value ordering."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefstrata.cli._output import Grid
from prefstrata.policy import check_strata, read_policies

if TYPE_CHECKING:
    from prefstrata.cli._call import Call

__all__ = ["lint"]


def lint(call: Call) -> None:
    """Read the policies and hold the sources against them; a mistake is an error with its file and line."""
    project = call.project()
    found = read_policies(project)
    check_strata(project, tuple(policy for policy, _ in found))
    document = {
        "ok": True,
        "policies": [
            {
                "policy": policy.ref,
                "path": str(path),
                "scenarios": list(policy.scenarios),
                "dimensions": [dimension.name for dimension in policy.dimensions],
                "strata": sorted(policy.strata),
                "rules": [rule.rule for rule in policy.layers],
            }
            for policy, path in found
        ],
    }
    rows = (
        (policy.ref, ", ".join(policy.scenarios), len(policy.dimensions), len(policy.strata), len(policy.layers), path)
        for policy, path in found
    )
    call.output.emit(document, "OK", Grid.of("policy scenarios >dimensions >strata >rules file", rows))
