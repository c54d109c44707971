"""From a project's files to the ledger: read once, read on, whole or not at all."""

from __future__ import annotations

import gzip
import json
import os
import random
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import polars as pl
import pytest

from prefstrata.model import ConfigError, PrefstrataError
from prefstrata.project import read_project
from prefstrata.sources import check_sources, find_files
from prefstrata.sources.framing import Limits
from tests.unit.sources._desk import CONFIG, Desk, lines, pair

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(params=[None, 60], ids=["whole", "parts"])
def desk(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """An empty project, whose files are read at once, or a record at a time as the parts of large ones are."""
    monkeypatch.setattr("prefstrata.sources._staging._LIMITS", Limits(part_bytes=request.param))
    found = Desk(tmp_path / "project")
    yield found
    found.engine.close()


def test_what_is_read_is_accepted_or_quarantined(desk: Desk) -> None:
    """Per file: the counts add up, the reasons are told, the refused bytes are kept with their place."""
    bad = pair(3) | {"loser": "a3"}
    text = lines(pair(1), pair(2)) + '{"type": 1}\nnot json\n' + lines(bad)
    desk.put("a.jsonl", text)
    summary = desk.ingest()
    [file] = summary.files
    assert (file.uri, file.status, file.read, file.accepted, file.quarantined) == ("inbox/a.jsonl", "new", 5, 2, 3)
    assert file.reasons == {"identical_sides": 1, "not_json": 1, "wrong_type": 1}
    assert summary.appended is not None
    assert (summary.appended.read, summary.appended.accepted, summary.appended.quarantined) == (5, 2, 3)
    [same] = [row for row in desk.rows("ledger.quarantine") if row["reason"] == "identical_sides"]
    assert json.loads(same["raw"]) == bad
    assert text.encode()[same["offset"] :].startswith(same["raw"].encode())


def test_a_known_file_is_not_read_again(desk: Desk) -> None:
    """Neither the same file, nor a copy of it under another name."""
    path = desk.put("a.jsonl", lines(pair(1)))
    desk.ingest()
    desk.put("b.jsonl", path.read_text("utf-8"))
    summary = desk.ingest()
    assert [(file.status, file.read) for file in summary.files] == [("known", 0), ("known", 0)]
    assert summary.appended is None
    assert summary.new == ()


def test_two_copies_in_one_run_are_one_batch(desk: Desk) -> None:
    """The second is known by the time it is looked at."""
    for name in ("a.jsonl", "b.jsonl"):
        desk.put(name, lines(pair(1)))
    assert [file.status for file in desk.ingest().files] == ["new", "known"]
    assert len(desk.ids()) == 1


def test_a_file_that_grew_is_read_on(desk: Desk) -> None:
    """Records without an id of their own are not counted twice, and the counts of the tail are the tail's."""
    first, second = lines(pair(1), pair(1)), lines(pair(1), pair(2) | {"winner": "b"})
    desk.put("a.jsonl", first)
    desk.ingest()
    desk.put("a.jsonl", first + second)
    [file] = desk.ingest().files
    assert (file.status, file.read, file.accepted, file.quarantined) == ("grown", 2, 1, 1)
    assert len(desk.ids()) == 3
    desk.put("a.jsonl", first + second + lines(pair(3)))
    assert [(file.status, file.read) for file in desk.ingest().files] == [("grown", 1)]
    whole = {(row["line"], row["reason"]) for row in desk.rows("ledger.quarantine")}
    assert whole == {(4, "identical_sides")}


def test_a_record_cut_by_the_end_of_the_file_is_read_when_it_is_whole(desk: Desk) -> None:
    """A writer caught in the middle of a line loses nothing."""
    text = lines(pair(1), pair(2))
    desk.put("a.jsonl", text[:-9])
    assert desk.ingest().reasons == {"truncated": 1}
    desk.put("a.jsonl", text + lines(pair(3)))
    [file] = desk.ingest().files
    assert (file.status, file.read, file.accepted) == ("grown", 2, 2)
    assert len(desk.ids()) == 3
    text += lines(pair(3), pair(4))
    for more, reasons in ((text[:-9], {"truncated": 1}), (text, {}), (text + lines(pair(5)), {})):
        desk.put("a.jsonl", more)
        [file] = desk.ingest().files
        assert (file.status, file.read, file.reasons) == ("grown", 1, reasons)
    assert len(desk.ids()) == 5


def test_blank_lines_do_not_shift_where_a_file_is_read_on(desk: Desk) -> None:
    """Records are passed over by how many they are, though their numbers count blank lines too."""
    text = "\n\n" + lines(pair(1), pair(2)) + "\n"
    desk.put("a.jsonl", text)
    desk.ingest()
    for number in (3, 4):
        text += "\n" + lines(pair(number))
        desk.put("a.jsonl", text)
        [file] = desk.ingest().files
        assert (file.status, file.read, file.accepted) == ("grown", 1, 1)
        assert len(desk.ids()) == number


def test_a_file_with_another_beginning_is_read_whole(desk: Desk) -> None:
    """Only a file whose earlier bytes are unchanged has grown; one that was edited is read like a new one."""
    desk.put("a.jsonl", lines(pair(1)))
    desk.ingest()
    desk.put("a.jsonl", lines(pair(2), pair(1)))
    assert [(file.status, file.read) for file in desk.ingest().files] == [("changed", 2)]


def test_the_same_said_twice_under_one_id_is_once(desk: Desk) -> None:
    """With an id of its own a record counts once, however often it is read."""
    desk.put("a.jsonl", lines(pair(1, id="x"), pair(1, id="x"), pair(1, id="y")))
    desk.ingest()
    assert len(desk.ids()) == 2


def test_cut_and_shuffled_files_give_the_same_ledger(tmp_path: Path) -> None:
    """No id depends on a file's name, a line, or the order of reading."""
    records = [pair(number, dims=["tone"], rater=f"r{number % 3}") for number in range(60)]
    records += [{"type": "process", "prompt": "p", "steps": [{"output": f"o{n % 4}", "reward": 1}]} for n in range(20)]
    whole, parts = Desk(tmp_path / "whole"), Desk(tmp_path / "parts")
    whole.put("all.jsonl", lines(*records))
    whole.ingest()
    random.Random(7).shuffle(records)  # noqa: S311 - any order will do
    for number, name in enumerate(("z.jsonl", "m.jsonl", "a.jsonl.gz")):
        part = lines(*records[number::3])
        if name.endswith(".gz"):
            (parts.folder / "inbox" / name).write_bytes(gzip.compress(part.encode(), mtime=0))
        else:
            parts.put(name, part)
        parts.ingest()
    assert whole.ids() == parts.ids()
    assert len(whole.ids()) == 120
    digest = [sum(int(row["digest_high"]) for row in desk.rows("ledger.batches")) for desk in (whole, parts)]
    assert digest[0] == digest[1]


def test_only_the_named_sources_are_read(desk: Desk) -> None:
    """One at a time, if one likes; a name that is none is a mistake."""
    desk.put("a.jsonl", lines(pair(1)))
    desk.config(CONFIG + CONFIG.split("sources:\n")[1].replace("name: seed", "name: other"))
    assert [file.source for file in desk.ingest(only=["other"]).files] == ["other"]
    with pytest.raises(ConfigError, match="no source 'nobody'"):
        desk.ingest(only=["nobody"])


def test_requirements_reach_the_records(desk: Desk) -> None:
    """What the policy asks for at high risk is asked of every file."""
    desk.put("a.jsonl", lines(pair(1, risk_level="high"), pair(2, risk_level="high", rationale="because")))
    assert desk.ingest(requirements={("*", "high")}).reasons == {"rationale_required": 1}


def test_words_alone_are_no_tags(desk: Desk) -> None:
    """Where the policy asks for tags, a tag or a dimension is one; what lacks any reason lacks a reason."""
    said = ({"rationale": "because"}, {"reason_tags": ["truth"]}, {"dims": ["truth"]}, {})
    desk.put("a.jsonl", lines(*(pair(place, risk_level="high", **each) for place, each in enumerate(said))))
    everywhere = {("*", "high")}
    found = desk.ingest(requirements=everywhere, tagged=everywhere)
    assert found.reasons == {"rationale_required": 1, "tags_required": 1}
    assert found.accepted == 2


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


def test_a_source_without_files_is_named(desk: Desk) -> None:
    """A typo in a path must not look like nothing new."""
    assert desk.ingest().empty == {"seed": "inbox/*.jsonl*"}
    desk.put("a.jsonl", lines(pair(1)))
    assert desk.ingest().empty == {}


@pytest.mark.parametrize("pattern", ["*/*.jsonl", "**/*.jsonl", "closed/*.jsonl"])
def test_a_folder_that_cannot_be_read_is_an_error(pattern: str) -> None:
    """What cannot be listed is not taken for a folder without files; where nothing is looked for, nobody minds."""
    with TemporaryDirectory() as name:
        folder, closed = Path(name), Path(name) / "closed"
        for each in (folder, closed):
            each.mkdir(exist_ok=True)
            (each / "a.jsonl").touch()
        folder.chmod(0o755)
        closed.chmod(0o000)
        user = os.geteuid()
        try:
            if user == 0:
                os.seteuid(65534)  # the superuser may read everything
            assert [path.name for path in find_files(folder, "*.jsonl")] == ["a.jsonl"]
            with pytest.raises(PrefstrataError, match="closed: this folder cannot be read"):
                find_files(folder, pattern)
        finally:
            os.seteuid(user)
            closed.chmod(0o700)


def test_a_failed_run_leaves_the_ledger_as_it_was(desk: Desk) -> None:
    """The second file is broken, so the first is not taken either; the next run takes both."""
    desk.put("a.jsonl", lines(pair(1)))
    broken = desk.folder / "inbox" / "b.jsonl.gz"
    broken.write_bytes(gzip.compress(lines(pair(2)).encode())[:-4])
    with pytest.raises(PrefstrataError, match=r"b\.jsonl\.gz"):
        desk.ingest()
    assert desk.rows("ledger.batches") == []
    broken.write_bytes(gzip.compress(lines(pair(2)).encode()))
    assert desk.ingest().accepted == 2


@pytest.mark.parametrize(("name", "shown"), [(b"a\xff.jsonl", r"a\xff.jsonl"), (b"a\x1b[2J.jsonl", r"a\x1b[2J.jsonl")])
def test_a_name_that_cannot_be_kept_or_shown_is_told_escaped(desk: Desk, name: bytes, shown: str) -> None:
    """With what to do about it, and nothing taken; a name in any script is fine."""
    desk.put("\u00e4 \u65e5.jsonl", lines(pair(1)))
    path = os.path.join(os.fsencode(desk.folder), b"inbox", name)  # noqa: PTH118 - a Path holds no bytes
    with open(path, "wb") as file:  # noqa: PTH123 - likewise
        file.write(lines(pair(2)).encode())
    with pytest.raises(PrefstrataError) as caught:
        desk.ingest()
    assert str(caught.value).startswith(f"inbox/{shown}: the name of this file")
    os.unlink(path)  # noqa: PTH108 - likewise
    assert desk.ingest().accepted == 1


MAPPED = """
name: test
sources:
  - name: long
    mode: offline
    supervisor: expert
    path: inbox/ratings.*
    format: mapping
    map:
      fields: {id: text, q: text, answer: text, score: number, who: text}
      prompt: q
      id: id
      ratings:
        - {response: {text: answer}, value: score, scale: [1, 5], rater: who}
"""


def test_a_mapping_reads_every_kind_of_file(tmp_path: Path) -> None:
    """The same records give the same ids, whatever they are stored as."""
    rows = [{"id": str(n), "q": "q", "answer": f"a{n}", "score": float(n), "who": "x"} for n in range(1, 7)]
    frame = pl.DataFrame(rows)
    writers = {
        "csv": frame.write_csv,
        "parquet": frame.write_parquet,
        "json": frame.write_json,
        "jsonl": frame.write_ndjson,
    }
    found = []
    for suffix, write in writers.items():
        desk = Desk(tmp_path / suffix, MAPPED)
        write(desk.folder / "inbox" / f"ratings.{suffix}")
        assert desk.ingest().reasons == {"out_of_scale": 1}
        found.append(sorted(row["rating_id"] for row in desk.rows("ledger.ratings")))
        desk.engine.close()
    assert len(found[0]) == 5
    assert all(ids == found[0] for ids in found)


HEAD = "id,q,answer,score,who\n"


def test_a_row_that_grew_after_it_was_taken_stops_the_run(tmp_path: Path) -> None:
    """A CSV row cut by the end of its file can look whole; when it turns out not to be, nothing is passed over."""
    desk = Desk(tmp_path, MAPPED)
    path = desk.put("ratings.csv", HEAD + "1,q,a,5,x\n2,q,a,4,an")
    assert desk.ingest().accepted == 2
    desk.put("ratings.csv", HEAD + "1,q,a,5,x\n2,q,a,4,ann\n3,q,a,3,x\n")
    with pytest.raises(PrefstrataError, match=r"ratings\.csv: its last record was taken before it was whole"):
        desk.ingest()
    assert len(desk.rows("ledger.ratings")) == 2
    path.unlink()
    desk.put("ratings.more.csv", HEAD + "3,q,a,3,x\n")
    assert desk.ingest().accepted == 1
    desk.engine.close()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_last_row_without_a_line_end_may_get_one(tmp_path: Path, end: str) -> None:
    """What was taken was whole, so the file is read on."""
    desk = Desk(tmp_path, MAPPED)
    text = HEAD + "1,q,a,5,x\n2,q,a,4,ann"
    desk.put("ratings.csv", text)
    desk.ingest()
    desk.put("ratings.csv", text + end + "3,q,a,3,x" + end)
    [file] = desk.ingest().files
    assert (file.status, file.read, file.accepted) == ("grown", 1, 1)
    desk.engine.close()


@pytest.mark.parametrize("cut", ["2,q", '2,"q', '2,"q\n', "2,q,a,99"])
def test_a_row_that_was_refused_before_it_was_whole_is_read_again(tmp_path: Path, cut: str) -> None:
    """Whatever it was refused for, and also when the file grows once more."""
    desk = Desk(tmp_path, MAPPED)
    whole = {'2,"q\n': '2,"q\nr",a,4,x\n', '2,"q': '2,"q",a,4,x\n', "2,q": "2,q,a,4,x\n"}.get(cut, cut + ",x\n")
    begun = HEAD + "1,q,a,5,x\n"
    for more, read in ((cut, 2), (whole, 1), (whole + "3,q,a,3,x\n", 1)):
        desk.put("ratings.csv", begun + more)
        assert desk.ingest().read == read
    assert len(desk.rows("ledger.ratings")) == 3 - (cut == "2,q,a,99")
    desk.engine.close()


def test_a_quote_closed_later_stops_the_run_when_its_rows_were_taken(tmp_path: Path) -> None:
    """Rows that were read one by one have become one: there is no place to read on from."""
    desk = Desk(tmp_path, MAPPED)
    begun = HEAD + '1,"q\n2,q,a,4,x\n'
    desk.put("ratings.csv", begun)
    assert desk.ingest().reasons == {"not_csv": 1}
    desk.put("ratings.csv", begun + '",a,5,x\n3,q,a,3,x\n4,q,a,3,x\n')
    with pytest.raises(PrefstrataError, match=r"ratings\.csv: its last record"):
        desk.ingest()
    desk.put("ratings.csv", begun + "3,q,a,3,x\n")
    assert desk.ingest().accepted == 1
    desk.engine.close()


def test_a_line_cut_after_an_inner_bracket_is_read_again(desk: Desk) -> None:
    """It is refused as no JSON rather than as truncated, and may be whole now."""
    text = lines(pair(1), pair(2, id="x"))
    desk.put("a.jsonl", text[:-2])
    assert desk.ingest().reasons == {"not_json": 1}
    desk.put("a.jsonl", text)
    assert desk.ingest().accepted == 1


def test_something_written_behind_an_accepted_line_stops_the_run(desk: Desk) -> None:
    """An object without its line end is whole, so what follows on the same line is a mistake that must be seen."""
    text = lines(pair(1))
    desk.put("a.jsonl", text.rstrip())
    desk.ingest()
    desk.put("a.jsonl", text.rstrip() + lines(pair(2)))
    with pytest.raises(PrefstrataError, match=r"a\.jsonl: its last record"):
        desk.ingest()


def test_many_records_are_mapped_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """How many records are mapped at once changes nothing."""
    records = [pair(number, dims=["tone"]) for number in range(50)]
    records[17] |= {"loser": records[17]["winner"]}
    found = []
    for size in (1000, 7):
        monkeypatch.setattr("prefstrata.sources.mapping._run._AT_ONCE", size)
        desk = Desk(tmp_path / str(size))
        desk.put("a.jsonl", lines(*records))
        assert desk.ingest().reasons == {"identical_sides": 1}
        found.append(desk.ids())
        desk.engine.close()
    assert found[0] == found[1]


def test_a_large_file_is_staged_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """How large the parts are changes nothing of the ledger, its refused records or its batch."""
    records = [json.dumps(pair(number, dims=["tone"])) for number in range(30)]
    records[7] = json.dumps(pair(7) | {"loser": pair(7)["winner"]})
    records[11] = '{"type": NaN}'
    records.insert(20, "")
    found = []
    for size in (None, 1000):
        monkeypatch.setattr("prefstrata.sources._staging._LIMITS", Limits(part_bytes=size))
        desk = Desk(tmp_path / str(size))
        desk.put("a.jsonl", "\n".join(records))
        assert desk.ingest().reasons == {"identical_sides": 1, "not_finite": 1}
        places = [(row["line"], row["seq"]) for row in sorted(desk.rows("ledger.votes"), key=lambda row: row["seq"])]
        found.append((desk.ids(), places, desk.rows("ledger.batches"), desk.rows("ledger.quarantine")))
        desk.engine.close()
    assert found[0] == found[1]


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
