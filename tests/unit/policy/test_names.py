"""Policies of one project have names of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prefstrata.model import ConfigError
from prefstrata.model.resources import data_directory
from prefstrata.policy import read_policies
from prefstrata.project import read_project

if TYPE_CHECKING:
    from pathlib import Path


def test_two_policies_of_one_name_are_a_mistake(tmp_path: Path) -> None:
    """A release keeps each policy under its name: the second would take the first one's place."""
    text = (data_directory("policies") / "general.yaml").read_text("utf-8")
    (tmp_path / "mine.yaml").write_text(text.replace('scenarios: ["*"]', "scenarios: [sales]"))
    (tmp_path / "prefstrata.yaml").write_text("name: p\npolicies: [general, mine.yaml]\n")
    with pytest.raises(ConfigError, match=r"called 'general' too") as caught:
        read_policies(read_project(tmp_path))
    line = text.splitlines().index("name: general") + 1
    assert caught.value.where == f"{tmp_path / 'mine.yaml'}:{line}"
