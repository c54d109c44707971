"""The command shows the cards of raters: whose figures are what, as the last run left them."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import duckdb
import pytest

from prefstrata.project import read_project
from tests._command import inside, pairwise, put

if TYPE_CHECKING:
    from pathlib import Path

USERS = """
  - name: users
    mode: online
    supervisor: user
    path: inbox/users/*.jsonl
    format: seed-jsonl
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A released project with raters of several names, one of them hostile, and a user."""
    folder = tmp_path_factory.mktemp("raters") / "p"
    inside("init", folder, cwd=folder.parent)
    with (folder / "prefstrata.yaml").open("a", encoding="utf-8") as file:
        file.write(USERS)
    (folder / "inbox" / "users").mkdir()
    for name, raters in (("a.jsonl", ("lee", "ro\x1b[31my")), ("users/u.jsonl", ("user@example.org",))):
        put(
            folder,
            name,
            *(pairwise(f"Question {n}?", "Yes.", "Who knows.", rater=rater) for n in range(6) for rater in raters),
        )
    assert inside("run", "--quiet", cwd=folder).code == 0
    return folder


def test_every_card_is_listed_with_its_intervals(project: Path) -> None:
    """Names are inert on a terminal, and a user stands under a pseudonym."""
    done = inside("raters", cwd=project)
    assert done.code == 0, done.err
    head, *rows = done.out.splitlines()
    assert head.split() == ["rater", "dimension", "stratum", "votes", "reliability", "agreement", "flags"]
    assert len(rows) == 3
    assert "\x1b" not in done.out
    assert "user@example.org" not in done.out
    assert any(row.startswith("user:") for row in rows)
    cards = inside("raters", "--json", cwd=project).document
    assert [card["votes"] for card in cards] == [6, 6, 6]
    assert all(card["reliability_low"] < card["reliability"] < card["reliability_high"] for card in cards)
    assert f"{cards[0]['reliability']:.2f} ({cards[0]['reliability_low']:.2f} to" in rows[0]


def test_one_card_is_found_by_its_name(project: Path) -> None:
    """With or without the supervisor; who is not there is a mistake, with what to do."""
    [card] = inside("raters", "lee", "--json", cwd=project).document
    assert inside("raters", card["rater"], "--json", cwd=project).document == [card]
    title, head, *figures = inside("raters", "lee", cwd=project).out.strip().splitlines()
    assert title.startswith(f"{card['rater']} on overall, ")
    assert head.split() == ["figure", "value", "what", "it", "is"]
    interval = f"{card['reliability']:.2f} ({card['reliability_low']:.2f} to {card['reliability_high']:.2f})"
    assert [row for row in figures if row.startswith("reliability ") and interval in row]
    # What there is to tell is told, and nothing of what there is not.
    told = {name.replace("_", " ") for name, value in card.items() if value is not None}
    ends = {f"{name} {end}" for name in ("reliability", "agreement") for end in ("low", "high")}
    assert {row.split("  ")[0] for row in figures} == told - ends - {
        "rater",
        "dimension",
        "stratum",
        "decided",
        "flags",
    }
    missing = inside("raters", "user@example.org", cwd=project)
    assert (missing.code, "there is no rater" in missing.err) == (2, True)
    few = inside("raters", "--limit", "1", cwd=project)
    assert (len(few.out.splitlines()), "1 of 3 cards" in few.err) == (2, True)


def test_without_a_run_there_are_no_cards(tmp_path: Path) -> None:
    """It is said, and what makes them."""
    inside("init", tmp_path / "p", cwd=tmp_path)
    done = inside("raters", cwd=tmp_path / "p")
    assert (done.code, "prefstrata run" in done.err) == (2, True)


def test_cards_that_an_older_version_built_are_to_be_built_again(project: Path, tmp_path: Path) -> None:
    """They lack what this version shows: that is said with what to do, as no bug."""
    old = tmp_path / "old"
    shutil.copytree(project, old)
    with duckdb.connect(str(read_project(old).warehouse_path)) as connection:
        connection.execute("alter table noise.raters drop column again_same")
    done = inside("raters", cwd=old)
    assert done.code == 2
    assert "noise.raters, column again_same" in done.err
    assert "`prefstrata run` first" in done.err
    put(old, "b.jsonl", pairwise("One more?", "Yes.", "No.", rater="lee"))  # another version's code would be as new
    assert inside("run", "--quiet", cwd=old).code == 0
    [card] = inside("raters", "lee", "--json", cwd=old).document
    assert card["again_votes"] == 0
