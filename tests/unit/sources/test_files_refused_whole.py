"""Files of which nothing was accepted are read anew when they are read with something else."""

from __future__ import annotations

from tests.unit.sources._desk import Desk, lines

CHOICE = """
name: test
sources:
  - name: seed
    mode: offline
    supervisor: crowd
    path: inbox/*.js*
    format: mapping
    map:
      fields: {{p: text, a: text, b: text, said: text}}
      prompt: p
      votes: [{{left: {{text: a}}, right: {{text: b}}, choice: {{from: said, values: {{{values}}}}}}}]
"""


def _said(*said: str) -> str:
    return lines(*({"p": "q", "a": "x", "b": "y", "said": word} for word in said))


def _taken(desk: Desk, values: str) -> tuple[int, int, int]:
    """Records read, accepted and refused by a mapping of these values; a run after it reads nothing."""
    desk.config(CHOICE.format(values=values))
    found = desk.ingest()
    again = desk.ingest()
    assert (again.read, again.appended) == (0, None)
    ledger = {row["batch_id"]: row for row in desk.rows("ledger.batches")}
    assert all((file.batch_id in ledger) for each in (found, again) for file in each.files)
    assert all(row["read"] == row["accepted"] + row["quarantined"] for row in ledger.values())
    return found.read, found.accepted, found.quarantined


def test_a_file_refused_whole_is_read_anew_with_another_mapping(desk: Desk) -> None:
    """Again and again until something is accepted, and never twice with the same; what was accepted stays."""
    desk.put("a.jsonl", _said("a", "b", "c"))
    assert _taken(desk, "A: left, B: right") == (3, 0, 3)
    assert _taken(desk, "A: left, B: tie") == (3, 0, 3)
    assert _taken(desk, "A: left, B: right") == (0, 0, 0)
    assert _taken(desk, "a: left, b: right") == (3, 2, 1)
    assert _taken(desk, "a: right, b: right") == (0, 0, 0)
    assert sorted(row["choice"] for row in desk.rows("ledger.votes")) == ["left", "right"]


def test_only_what_was_refused_whole_is_read_anew_when_a_file_grew(desk: Desk) -> None:
    """What was accepted before is passed over, and what follows it is read on from there."""
    desk.put("a.jsonl", _said("A", "A"))
    assert _taken(desk, "A: left") == (2, 2, 0)
    desk.put("a.jsonl", _said("A", "A", "a", "b", "b"))
    assert _taken(desk, "A: left") == (3, 0, 3)
    desk.put("a.jsonl", _said("A", "A", "a", "b", "b", "c"))
    assert _taken(desk, "a: left") == (4, 1, 3)
    desk.put("a.jsonl", _said("A", "A", "a", "b", "b", "c", "a"))
    assert _taken(desk, "a: left, b: right") == (1, 1, 0)
    assert len(desk.ids()) == 4


def test_a_file_refused_for_its_name_is_read_under_another(desk: Desk) -> None:
    """The name says what kind of file it is; records that were accepted before make a copy a copy."""
    path = desk.put("a.json", _said("A", "A"))
    assert _taken(desk, "A: left")[1] == 0
    path = path.rename(path.with_name("a.jsonl"))
    assert _taken(desk, "A: left") == (2, 2, 0)
    desk.put("a.jsonl", _said("A", "A", "a"))
    assert _taken(desk, "A: left") == (1, 0, 1)
    path.rename(path.with_name("b.jsonl"))
    assert _taken(desk, "a: left") == (0, 0, 0)
    assert len(desk.ids()) == 2


def test_copies_of_a_file_refused_whole_are_one(desk: Desk) -> None:
    """In one run and in the next ones."""
    for name in ("a.jsonl", "b.jsonl"):
        desk.put(name, _said("a", "b"))
    assert _taken(desk, "A: left") == (2, 0, 2)
    assert _taken(desk, "a: left") == (2, 1, 1)
