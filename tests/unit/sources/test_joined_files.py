"""A file that is joined to another one: what waits for its partner is read again, and nothing twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prefstrata.model import PrefstrataError
from tests.unit.sources._desk import JOINED, Desk, lines

if TYPE_CHECKING:
    from pathlib import Path


def test_the_joined_file_is_part_of_the_batch(tmp_path: Path) -> None:
    """When only the second file changes, the records are read again, for they say something else now."""
    desk = Desk(tmp_path, JOINED)
    desk.put("ratings.jsonl", lines({"id": "1", "score": 2}))
    texts = tmp_path / "texts.jsonl"
    with pytest.raises(PrefstrataError, match=r"texts\.jsonl"):
        desk.ingest()
    texts.write_text(lines({"id": "2", "q": "q", "answer": "a"}), "utf-8")
    assert desk.ingest().reasons == {"no_match": 1}
    texts.write_text(lines({"id": "1", "q": "q", "answer": "a"}), "utf-8")
    assert desk.ingest().accepted == 1
    desk.engine.close()


def test_a_missing_partner_is_told_with_what_could_not_be_read(tmp_path: Path) -> None:
    """A record of the second file that is refused leaves no other trace; the wrong type of one is often that of all."""
    desk = Desk(tmp_path, JOINED)
    desk.put("ratings.jsonl", lines({"id": "1", "score": 2}, {"id": "2", "score": 2}))
    texts = lines({"id": "2", "q": "q", "answer": "a"}, {"id": 1, "q": "q", "answer": "a"}) + "not json\n"
    (tmp_path / "texts.jsonl").write_text(texts, "utf-8")
    assert desk.ingest().reasons == {"no_match": 1}
    [row] = desk.rows("ledger.quarantine")
    assert "no accepted record with id = 1; 2 of its records could not be read, the first: id " in row["detail"]
    desk.engine.close()


def test_a_changed_joined_file_brings_only_what_it_kept_back(tmp_path: Path) -> None:
    """Accepted records are not said again; read on, and joined anew once more, the counts still hold."""
    desk = Desk(tmp_path, JOINED)
    texts = tmp_path / "texts.jsonl"
    begun = lines({"id": "1", "score": 2}, {"id": "2", "score": 2}, {"id": "3", "score": 9}, {"id": "4", "score": 2})
    more = lines({"id": "5", "score": 3}, {"id": "1", "score": 4})
    # Known ids, the file, and then records read and accepted.
    steps = [
        ("13", begun, 4, 1),
        ("123", begun, 2, 1),
        ("123", begun + more, 2, 1),
        ("1235", begun + more, 2, 1),
        ("12345", begun, 1, 1),
        ("12345", begun + more, 0, 0),
        ("12345", begun + more + more, 2, 2),
    ]
    for ids, text, read, accepted in steps:
        texts.write_text(lines(*({"id": key, "q": "q", "answer": f"a{key}"} for key in ids)), "utf-8")
        desk.put("ratings.jsonl", text)
        [file] = desk.ingest().files
        assert (file.read, file.accepted, file.quarantined) == (read, accepted, read - accepted)
    assert len(desk.rows("ledger.ratings")) == 7
    desk.engine.close()


def test_a_joined_file_that_grows_leaves_files_alone_that_want_nothing_of_it(tmp_path: Path) -> None:
    """Every day has its file, and the texts of all days are in one: each file is read on its day, and no more."""
    desk = Desk(tmp_path, JOINED.replace("ratings.*", "day*"))
    for day in range(1, 5):
        texts = lines(*({"id": str(n), "q": "q", "answer": f"a{n}"} for n in range(day + 1)))
        (tmp_path / "texts.jsonl").write_text(texts, "utf-8")
        desk.put(f"day{day}.jsonl", lines({"id": str(day), "score": 2}, {"id": "0", "score": day}))
        assert [each.status for each in desk.ingest().files] == ["known"] * (day - 1) + ["new"]
        assert len(desk.rows("ledger.batches")) == day
    (tmp_path / "texts.jsonl").write_text(texts + "\n", "utf-8")
    assert desk.ingest().appended is None
    desk.engine.close()


@pytest.mark.parametrize("name", ["aside.jsonl", "zzz.jsonl"])
def test_a_file_that_moves_while_its_joined_file_changes_counts_once(tmp_path: Path, name: str) -> None:
    """Which of its records found a partner is known by what it holds, whatever it is called."""
    desk = Desk(tmp_path, JOINED.replace("ratings.*", "*"))
    texts = tmp_path / "texts.jsonl"
    texts.write_text(lines({"id": "1", "q": "q", "answer": "a"}), "utf-8")
    path = desk.put("ratings.jsonl", lines({"id": "1", "score": 2}, {"id": "2", "score": 3}))
    desk.ingest()
    path.rename(path.with_name(name))
    texts.write_text(lines({"id": "1", "q": "q", "answer": "a"}, {"id": "2", "q": "q", "answer": "b"}), "utf-8")
    assert [(each.read, each.accepted) for each in desk.ingest().files] == [(1, 1)]
    texts.write_text(texts.read_text("utf-8") + lines({"id": "3", "q": "q", "answer": "c"}), "utf-8")
    assert [each.status for each in desk.ingest().files] == ["known"]
    desk.put(name, lines({"id": "1", "score": 2}, {"id": "2", "score": 3}, {"id": "3", "score": 4}))
    assert [(each.read, each.accepted) for each in desk.ingest().files] == [(1, 1)]
    assert sorted(row["value"] for row in desk.rows("ledger.ratings")) == [2, 3, 4]
    desk.engine.close()


def test_a_file_that_moves_each_time_its_joined_file_changes_counts_once(tmp_path: Path) -> None:
    """The history goes with what it holds, from name to name."""
    desk = Desk(tmp_path, JOINED.replace("ratings.*", "*"))
    path = desk.put("a.jsonl", lines(*({"id": str(key), "score": key} for key in range(1, 5))))
    for known, name in enumerate(("b", "c", "d", "e"), start=1):
        texts = lines(*({"id": str(key), "q": "q", "answer": f"a{key}"} for key in range(1, known + 1)))
        (tmp_path / "texts.jsonl").write_text(texts, "utf-8")
        desk.ingest()
        assert sorted(row["value"] for row in desk.rows("ledger.ratings")) == list(range(1, known + 1))
        path = path.rename(path.with_name(f"{name}.jsonl"))
    desk.engine.close()


@pytest.mark.parametrize("end", ["", "\n"])
@pytest.mark.parametrize("name", ["a.jsonl", "a.csv"])
def test_the_last_record_waits_for_its_partner_whether_its_line_ends_or_not(
    tmp_path: Path, name: str, end: str
) -> None:
    """Without a line end it may not be whole, so it is read again; with one, it waits."""
    desk = Desk(tmp_path, JOINED.replace("ratings.*", "*"))
    texts = tmp_path / "texts.jsonl"
    texts.write_text(lines({"id": "1", "q": "q", "answer": "a"}), "utf-8")
    text = lines({"id": "1", "score": 1}, {"id": "2", "score": 2}) if name == "a.jsonl" else "id,score\n1,1\n2,2\n"
    desk.put(name, text.rstrip() + end)
    assert desk.ingest().reasons == {"no_match": 1}
    texts.write_text(texts.read_text("utf-8") + lines({"id": "2", "q": "q", "answer": "b"}), "utf-8")
    assert [(each.read, each.accepted) for each in desk.ingest().files] == [(1, 1)]
    assert sorted(row["value"] for row in desk.rows("ledger.ratings")) == [1, 2]
    texts.write_text(texts.read_text("utf-8") + "\n", "utf-8")
    assert [each.status for each in desk.ingest().files] == ["known"]
    desk.engine.close()


def test_histories_of_two_names_are_not_mixed(tmp_path: Path) -> None:
    """Each name counts what was read under it: a copy of it that has other records read is none of its own."""
    desk = Desk(tmp_path, JOINED.replace("ratings.*", "*"))
    records = [lines({"id": str(key), "score": key}) for key in range(1, 6)]

    def texts(*ids: int) -> None:
        found = lines(*({"id": str(key), "q": "q", "answer": f"a{key}"} for key in ids))
        (tmp_path / "texts.jsonl").write_text(found, "utf-8")

    texts(1, 2, 4, 5)
    desk.put("b.jsonl", "".join(records[:2]))
    path = desk.put("a.jsonl", records[0])
    desk.ingest()
    desk.put("a.jsonl", "".join(records[:3]))
    desk.ingest()
    path.unlink()
    desk.put("b.jsonl", "".join(records[:3]))
    texts(1, 2, 3, 4, 5)
    desk.ingest()
    desk.put("b.jsonl", "".join(records))
    desk.ingest()
    assert all(row["accepted"] >= 0 for row in desk.rows("ledger.batches"))
    # The first two are there twice: they were read under both names.
    assert sorted(row["value"] for row in desk.rows("ledger.ratings")) == [1, 1, 2, 2, 3, 4, 5]
    desk.engine.close()


@pytest.mark.parametrize("last", ['{"id": "2", "sc', '{"id": "2", "score": "high"}', '{"id": "2", "score": 9}'])
def test_a_bad_last_record_is_refused_once(tmp_path: Path, last: str) -> None:
    """Another joined file says nothing of it; that it may become whole, only a file that grows does."""
    desk = Desk(tmp_path, JOINED.replace("ratings.*", "*"))
    desk.put("a.jsonl", lines({"id": "1", "score": 1}) + last)
    for more in ("", "\n", "\n\n"):
        text = lines({"id": "1", "q": "q", "answer": "a"}, {"id": "2", "q": "q", "answer": "b"}) + more
        (tmp_path / "texts.jsonl").write_text(text, "utf-8")
        desk.ingest()
        assert len(desk.rows("ledger.quarantine")) == 1
    assert len(desk.rows("ledger.batches")) == 1
    desk.engine.close()


def test_an_empty_file_is_nobody_else(tmp_path: Path) -> None:
    """All empty files are alike, and none has the history of another."""
    desk = Desk(tmp_path, JOINED.replace("ratings.*", "*"))
    texts = tmp_path / "texts.jsonl"
    texts.write_text(lines({"id": "1", "q": "q", "answer": "a"}), "utf-8")
    desk.put("a.jsonl", "")
    desk.ingest()
    desk.put("a.jsonl", lines({"id": "1", "score": 1}))
    desk.ingest()
    texts.write_text(texts.read_text("utf-8") + "\n", "utf-8")
    desk.put("b.jsonl", "")
    assert [each.status for each in desk.ingest().files] == ["known", "new"]
    texts.write_text(texts.read_text("utf-8") + "\n", "utf-8")
    assert [each.status for each in desk.ingest().files] == ["known", "known"]
    desk.put("b.jsonl", lines({"id": "1", "score": 2}))
    assert [each.status for each in desk.ingest().files] == ["known", "new"]
    desk.engine.close()


def test_a_joined_source_refused_whole_is_read_anew(tmp_path: Path) -> None:
    """With another mapping, another second file, or both."""
    desk = Desk(tmp_path, JOINED.replace("scale: [1, 5]", "scale: [1, 2]"))
    texts = tmp_path / "texts.jsonl"
    desk.put("ratings.jsonl", lines({"id": "1", "score": 4}, {"id": "2", "score": 5}))
    for scale, ids, expected in (
        ("[1, 2]", "1", (2, 0)),
        ("[1, 2]", "12", (1, 0)),
        ("[1, 4]", "12", (2, 1)),
        ("[1, 5]", "12", (0, 0)),
    ):
        desk.config(JOINED.replace("[1, 5]", scale))
        texts.write_text(lines(*({"id": key, "q": "q", "answer": f"a{key}"} for key in ids)), "utf-8")
        found = desk.ingest()
        assert (found.read, found.accepted) == expected
        assert desk.ingest().read == 0
    desk.engine.close()
