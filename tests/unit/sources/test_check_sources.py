"""Mistakes in what a project says of its sources are told before any file is opened."""

from __future__ import annotations

import pytest

from prefstrata.model import ConfigError
from prefstrata.project import read_project
from prefstrata.sources import check_sources
from tests.unit.sources._desk import CONFIG, Desk


def test_a_mistake_is_told_with_file_line_and_key(desk: Desk) -> None:
    """Before any data file is opened: this one is not even there."""
    desk.config(
        CONFIG.replace("format: seed-jsonl", "format: mapping")
        + "    map:\n      fields: {p: text}\n      prompt: q\n      events: [{kind: {constant: like}}]\n"
    )
    with pytest.raises(ConfigError, match=r"prefstrata\.yaml:11: sources\[0\]\.map\.prompt: there is no column q"):
        check_sources(read_project(desk.folder))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("seed-jsonl", "seed-json", "no format 'seed-json': write chatgpt-export, generated-responses, hh-rlhf, "),
        ("seed-jsonl", "seed-jsonl\n    options: {scales: [0, 1]}", "the options scale"),
        ("seed-jsonl", "seed-jsonl\n    options: {scale: [0, 1, 2]}", "write it like"),
    ],
)
def test_a_format_that_is_none_is_a_mistake(desk: Desk, old: str, new: str, said: str) -> None:
    """Formats and their options are checked like mappings."""
    desk.config(CONFIG.replace(old, new))
    with pytest.raises(ConfigError) as caught:
        check_sources(read_project(desk.folder))
    assert said in str(caught.value)
