"""A release's identity: it changes with everything the release depends on, and with nothing else."""

from __future__ import annotations

import dataclasses
import hashlib
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from prefstrata.model.resources import data_directory
from prefstrata.policy import read_policies
from prefstrata.project import PROJECT_FILE, read_project
from prefstrata.releases.identity import CodeVersion, Identity, PolicyFile, calibration_id, identify, policy_files
from tests.sql._cases import frame
from tests.unit.releases._warehouse import warehouse

if TYPE_CHECKING:
    from pathlib import Path

POLICY = PolicyFile("general@1", "general", b"name: general", "a" * 64)
OTHER = PolicyFile("other@1", "other", b"name: other", "b" * 64)
BASE = Identity("ledger", (POLICY, OTHER), CodeVersion("1", "sql", "2"), "mine")


@pytest.mark.parametrize(
    "changed",
    [
        dataclasses.replace(BASE, ledger="another"),
        dataclasses.replace(BASE, policies=(POLICY,)),
        dataclasses.replace(BASE, policies=(OTHER, POLICY)),
        dataclasses.replace(BASE, policies=(dataclasses.replace(POLICY, sha256="c" * 64), OTHER)),
        dataclasses.replace(BASE, policies=(dataclasses.replace(POLICY, ref="general@2"), OTHER)),
        dataclasses.replace(BASE, code=CodeVersion("2", "sql", "2")),
        dataclasses.replace(BASE, code=CodeVersion("1", "other", "2")),
        dataclasses.replace(BASE, code=CodeVersion("1", "sql", "3")),
        dataclasses.replace(BASE, project="yours"),
    ],
)
def test_every_part_counts(changed: Identity) -> None:
    """Another ledger, policy, order of policies, code or project is other content, and another release."""
    assert changed.content_id != BASE.content_id
    assert changed.release_id("p") != BASE.release_id("p")


def test_parts_do_not_run_into_each_other() -> None:
    """Text that moves from one part to its neighbour is another identity."""
    one = dataclasses.replace(BASE, code=CodeVersion("1", "23", "4"))
    other = dataclasses.replace(BASE, code=CodeVersion("12", "3", "4"))
    assert one.content_id != other.content_id


def test_the_parent_makes_the_release_and_not_its_content() -> None:
    """The same content on another parent is another release; on the same parent it is the same."""
    assert BASE.release_id("p") != BASE.release_id("q")
    assert BASE.release_id("") != BASE.release_id("p")
    assert dataclasses.replace(BASE).release_id("p") == BASE.release_id("p")
    assert len(BASE.content_id) == len(BASE.release_id("p")) == 64


def _ledger(*batches: tuple[str, int, int, int]) -> str:
    rows = [
        {"batch_id": name, "digest_high": str(high), "digest_low": str(low), "rows": count, "read": count}
        for name, high, low, count in batches
    ]
    with closing(warehouse()) as engine:
        engine.load("ledger.batches", frame("ledger.batches", rows))
        return identify(engine, "mine", ()).ledger


def test_the_ledger_is_its_rows_and_not_its_files() -> None:
    """Batches are summed: another cut and another order of the same rows is the same ledger, other rows are another."""
    whole = _ledger(("b1", 30, 7, 3))
    assert _ledger(("b2", 20, 5, 2), ("b3", 10, 2, 1)) == whole
    assert _ledger(("b3", 10, 2, 1), ("b2", 20, 5, 2)) == whole
    assert _ledger(("b3", 10, 2, 1), ("b2", 20, 5, 2), ("empty", 0, 0, 0)) == whole
    others = [
        _ledger(("b1", 31, 7, 3)),
        _ledger(("b1", 30, 8, 3)),
        _ledger(("b1", 30, 7, 4)),
        _ledger(("b1", 7, 30, 3)),
    ]
    assert len({whole, *others, _ledger()}) == 6


def test_the_calibration_is_named_by_what_it_is_fitted_to() -> None:
    """Another ledger, policy or code is another fit; the project's name and the engine that writes files are not."""
    name = calibration_id(BASE)
    assert name.startswith("fitted-")
    assert calibration_id(dataclasses.replace(BASE, project="yours", code=CodeVersion("1", "sql", "3"))) == name
    others = [
        dataclasses.replace(BASE, ledger="another"),
        dataclasses.replace(BASE, policies=(dataclasses.replace(POLICY, sha256="c" * 64), OTHER)),
        dataclasses.replace(BASE, code=CodeVersion("2", "sql", "2")),
        dataclasses.replace(BASE, code=CodeVersion("1", "other", "2")),
    ]
    assert len({name, *map(calibration_id, others)}) == 5


def test_policies_are_released_as_they_were_read(tmp_path: Path) -> None:
    """A policy file that is edited while a run works does not change what the run releases."""
    own, shipped = tmp_path / "own.yaml", data_directory("policies") / "general.yaml"
    own.write_bytes(shipped.read_bytes())
    (tmp_path / PROJECT_FILE).write_text("name: mine\npolicies: [./own.yaml]\n")
    files = policy_files(read_policies(read_project(tmp_path)))
    own.write_text("name: edited")
    with closing(warehouse()) as engine:
        [policy] = identify(engine, "mine", files).policies
    assert (policy.ref, policy.name, policy.content) == ("general@1", "general", shipped.read_bytes())
    assert policy.sha256 == hashlib.sha256(shipped.read_bytes()).hexdigest()
