"""The checks of ``make check`` that are the project's own: each finds what it is there to find."""

from __future__ import annotations

import subprocess
from importlib.metadata import PathDistribution
from typing import TYPE_CHECKING

import pytest

from tools import licences, tree

if TYPE_CHECKING:
    from pathlib import Path


def distribution(folder: Path, metadata: str, licence: str = "") -> PathDistribution:
    """An installed distribution with this metadata and licence file."""
    info = folder / "thing-1.0.dist-info"
    (info / "licenses").mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.4\nName: thing\nVersion: 1.0\n{metadata}\n")
    (info / "licenses" / "LICENSE").write_text(licence)
    (info / "RECORD").write_text("thing-1.0.dist-info/METADATA,,\nthing-1.0.dist-info/licenses/LICENSE,,\n")
    return PathDistribution(info)


@pytest.mark.parametrize(
    ("metadata", "licence"),
    [
        ("License-Expression: BUSL-1.1", ""),
        ("License: BSL-1.1", ""),
        ("Classifier: License :: Other/Proprietary License :: Business Source License", ""),
        ("License: see the file", "Business Source License 1.1\n\nParameters"),
    ],
)
def test_a_business_source_licence_is_found_wherever_it_is_declared(
    tmp_path: Path, metadata: str, licence: str
) -> None:
    """Expression, free text, classifier or licence file."""
    assert any(map(licences.FORBIDDEN.search, licences.statements(distribution(tmp_path, metadata, licence))))


@pytest.mark.parametrize("metadata", ["License-Expression: Apache-2.0", "License-Expression: BSL-1.0", "License: MIT"])
def test_other_licences_pass(tmp_path: Path, metadata: str) -> None:
    """BSL-1.0 is Boost's licence, a free one."""
    assert not any(map(licences.FORBIDDEN.search, licences.statements(distribution(tmp_path, metadata, "Boost"))))


def test_this_environment_is_clean() -> None:
    """lakefs-sdk stays below the version that changed its licence."""
    assert licences.offenders() == []


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://py{}pi.org/simple",
        "url = 'https://files.python{}hosted.org/x'",
        "GOPROXY=https://proxy.go{}lang.org",
        "see /ro{}ot/project/file",
        'path = "/wo{}rk/main"',
        "in /ho{}me/ada/prefstrata",
    ],
)
def test_hosts_and_machine_paths_are_found(tmp_path: Path, line: str) -> None:
    """Wherever in the line they stand; the braces keep this file itself clean."""
    path = tmp_path / "file"
    path.write_text(f"fine\n{line.format('')}\n")
    assert [each.split(":")[0] for each in tree.offences(path)] == ["2"]


@pytest.mark.parametrize(
    "line", ["pip install prefstrata", "network/path", "https://example.com/wo{}rk/x", "$ROOT/wo{}rk/x"]
)
def test_other_text_passes(tmp_path: Path, line: str) -> None:
    """A path inside a URL or below a variable belongs to nobody's machine."""
    path = tmp_path / "file"
    path.write_text(line.format(""))
    assert tree.offences(path) == []


def test_only_tracked_files_are_looked_at(tmp_path: Path) -> None:
    """What git ignores or does not know yet is nobody's business."""
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / "known").write_text("x")
    (tmp_path / "unknown").write_text("x")
    subprocess.run(["git", "add", "known"], cwd=tmp_path, check=True)
    assert tree.tracked(tmp_path) == [tmp_path / "known"]


def test_this_tree_is_clean() -> None:
    """Nothing committed names a registry or a machine."""
    assert [offence for path in tree.tracked(tree.ROOT) for offence in tree.offences(path)] == []
