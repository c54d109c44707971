"""What a policy may say of personal data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prefstrata.model import ConfigError
from prefstrata.policy import PERSONAL_DATA, read_policy

if TYPE_CHECKING:
    from pathlib import Path

POLICY = """
name: own
version: 1
scenarios: [{scenario}]
dimensions: [{{name: overall, definition: "The answer says what is asked for.", kind: experience}}]
strata: {{crowd/offline: {{reliability: 0.8}}}}
layers: [{{rule: rest, layer: weak, because: everything}}]
{said}
"""


def _policy(folder: Path, said: str, scenario: str = "'*'") -> str:
    path = folder / "policy.yaml"
    path.write_text(POLICY.format(scenario=scenario, said=said), "utf-8")
    return str(path)


def test_by_default_nothing_is_searched(tmp_path: Path) -> None:
    """A policy that says nothing of it has texts leave as they are."""
    assert read_policy(_policy(tmp_path, "")).privacy.row == ("off", sorted(PERSONAL_DATA), ["US"])


@pytest.mark.parametrize("word", ["off", "'off'", "mark", "mask"])
def test_each_word_is_read(tmp_path: Path, word: str) -> None:
    """YAML takes an unquoted off for no; it is meant as the word."""
    found = read_policy(_policy(tmp_path, f"privacy: {{personal_data: {word}}}"))
    assert found.privacy.personal_data == word.strip("'")


@pytest.mark.parametrize(
    "said",
    [
        "privacy: {personal_data: on}",
        "privacy: {personal_data: mask, kinds: []}",
        "privacy: {personal_data: mask, kinds: [shoe_size]}",
        "privacy: {personal_data: mask, regions: [usa]}",
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, said: str) -> None:
    """With file and line."""
    with pytest.raises(ConfigError) as raised:
        read_policy(_policy(tmp_path, said))
    assert "policy.yaml:8" in str(raised.value)


def test_it_stands_in_the_policy_of_all_scenarios(tmp_path: Path) -> None:
    """Texts of all scenarios leave together."""
    with pytest.raises(ConfigError, match="privacy: texts of all scenarios"):
        read_policy(_policy(tmp_path, "privacy: {personal_data: mask}", "care"))
