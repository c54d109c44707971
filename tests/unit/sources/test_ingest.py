"""From a project's files to the ledger: whole or not at all, the same however the records are cut and stored."""

from __future__ import annotations

import gzip
import json
import random
from typing import TYPE_CHECKING

import polars as pl
import pytest

from prefstrata.model import ConfigError, PrefstrataError
from prefstrata.sources.framing import Limits
from tests.unit.sources._desk import CONFIG, MAPPED, Desk, lines, pair

if TYPE_CHECKING:
    from pathlib import Path


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
