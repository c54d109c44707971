"""Who a user is leaves the door as an HMAC under a key that its owner alone can read, and can destroy."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import sys
from datetime import datetime
from fnmatch import fnmatch
from importlib import resources
from typing import TYPE_CHECKING

import pytest

from prefstrata.engine import DuckDBEngine
from prefstrata.model import ConfigError
from prefstrata.project import Project
from prefstrata.sources import (
    BLANKS,
    KEY_FILE,
    KEY_VARIABLE,
    check_key,
    check_sources,
    hash_withdrawn,
    ingest,
    keep_withdrawals,
    ledger_key,
    pseudonym_key,
    pseudonym_of,
    recall_withdrawals,
)
from prefstrata.sources._pseudonyms import CHECK_FILE

if TYPE_CHECKING:
    from pathlib import Path

_AT = {"constant": "2026-11-20T08:00:00Z"}
_EVENT = '{"who": " ann@example.org ", "did": "like"}\n'


def _project(folder: Path, **more: object) -> Project:
    source = {
        "name": "app",
        "mode": "online",
        "supervisor": "user",
        "path": "*.jsonl",
        "format": "mapping",
        "map": {"fields": {"who": "text", "did": "text"}, "events": [{"kind": "did", "user": "who", "address": "who"}]},
    }
    return Project.model_validate({"name": "p", "sources": [source | more], "directory": folder})


def test_a_pseudonym_is_an_hmac_of_source_and_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What SQL makes at the door is what Python makes of the same name, and RFC 2104 says; the name stands nowhere."""
    monkeypatch.setenv(KEY_VARIABLE, "k" * 80)
    (tmp_path / "a.jsonl").write_text(_EVENT)
    engine = DuckDBEngine(":memory:")
    ingest(engine, _project(tmp_path))
    [event] = engine.read("ledger.events").to_dicts()
    engine.close()
    key = ("k" * 80).encode()
    assert event["user_id"] == pseudonym_of(key, "app", "ann@example.org")
    assert event["user_id"] == hmac.new(key, b"app/ann@example.org", hashlib.sha256).hexdigest()[:32]
    assert event["address"] == hmac.new(key, b"app/address/ann@example.org", hashlib.sha256).hexdigest()[:32]
    assert "ann" not in str(event)


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first run makes it, readable by nobody else; it stays. Destroyed, the next one shares nothing with it."""
    monkeypatch.delenv(KEY_VARIABLE)
    project = _project(tmp_path)
    first = pseudonym_key(project)
    path = tmp_path / KEY_FILE
    assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(each.name for each in tmp_path.iterdir()) == [KEY_FILE]
    assert pseudonym_key(project) == first
    path.unlink()
    assert pseudonym_key(project) != first


def test_another_key_is_not_taken_for_the_ledger_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither another one nor a new one: every user would be somebody else. Whoever destroyed it on purpose says so."""
    monkeypatch.delenv(KEY_VARIABLE)
    project = _project(tmp_path)
    assert not check_key(project)
    first = ledger_key(project)
    assert check_key(project)
    assert ledger_key(project) == first
    check = tmp_path / CHECK_FILE
    assert first.decode() not in check.read_text()
    monkeypatch.setenv(KEY_VARIABLE, "another key than that")
    for asked in (ledger_key, check_key):
        with pytest.raises(ConfigError, match="not the key that the ledger's pseudonyms were made with") as refused:
            asked(project)
        assert "another key" not in str(refused.value)
    monkeypatch.delenv(KEY_VARIABLE)
    (tmp_path / KEY_FILE).unlink()
    with pytest.raises(ConfigError, match="is gone") as refused:
        ledger_key(project)
    assert str(check) in refused.value.todo
    assert not (tmp_path / KEY_FILE).exists()
    check.unlink()
    assert ledger_key(project) != first


def test_a_project_without_users_needs_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written beside the inbox of experts."""
    monkeypatch.delenv(KEY_VARIABLE)
    (tmp_path / "a.jsonl").write_text('{"prompt": "p", "a": "x", "b": "y"}\n')
    mapping = {
        "fields": {"prompt": "text", "a": "text", "b": "text"},
        "prompt": "prompt",
        "votes": [{"left": {"text": "a"}, "right": {"text": "b"}, "choice": {"constant": "left"}}],
    }
    engine = DuckDBEngine(":memory:")
    ingest(engine, _project(tmp_path, mode="offline", supervisor="expert", map=mapping))
    assert engine.read("ledger.votes").height == 1
    engine.close()
    assert not (tmp_path / KEY_FILE).exists()


@pytest.mark.parametrize("key", ["", "short"])
def test_what_is_no_key_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    """A key that anybody could guess would hide nobody; the message does not repeat it."""
    monkeypatch.delenv(KEY_VARIABLE)
    (tmp_path / KEY_FILE).write_text(key)
    with pytest.raises(ConfigError, match=KEY_FILE) as refused:
        pseudonym_key(_project(tmp_path))
    assert "short" not in str(refused.value).replace("shorter", "")
    if key:
        monkeypatch.setenv(KEY_VARIABLE, key)
        with pytest.raises(ConfigError, match=KEY_VARIABLE):
            pseudonym_key(_project(tmp_path))


def test_what_is_no_part_of_a_name_is_one_thing_in_sql_and_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All white space of Unicode, at both ends, of what users did and of what they withdraw; none of it within."""
    monkeypatch.setenv(KEY_VARIABLE, "k" * 20)
    assert sorted(BLANKS) == [each for each in map(chr, range(sys.maxunicode + 1)) if each.isspace()]
    names = [f"{blank}a {blank} b{blank}" for blank in BLANKS] + ["\u00e9", "ann\u00e9", "~", "\x7f", "\U0001f600"]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps({"who": name, "did": "like"}) + "\n" for name in names))
    withdrawing = {"fields": {"who": "text", "did": "text"}, "withdrawals": [{"user": "who", "source": "app"}]}
    for more, column in (({}, "ledger.events.user_id"), ({"map": withdrawing}, "ledger.withdrawals.subject")):
        engine = DuckDBEngine(":memory:")
        ingest(engine, _project(tmp_path, **more))
        table, _, name = column.rpartition(".")
        known = engine.read(table)[name].to_list()
        engine.close()
        assert sorted(set(known)) == sorted({pseudonym_of(b"k" * 20, "app", each) for each in names})


def test_a_line_end_is_no_part_of_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same key gives the same pseudonyms from the environment and from the file; blanks alone are no key."""
    project = _project(tmp_path)
    (tmp_path / KEY_FILE).write_text("k" * 20 + "\n")
    monkeypatch.delenv(KEY_VARIABLE)
    from_file = pseudonym_key(project)
    monkeypatch.setenv(KEY_VARIABLE, "k" * 20 + "\n")
    assert pseudonym_key(project) == from_file == b"k" * 20
    monkeypatch.setenv(KEY_VARIABLE, " " * 20)
    with pytest.raises(ConfigError, match=KEY_VARIABLE):
        pseudonym_key(project)


def test_what_a_killed_process_left_stops_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither before there is a key nor, as a copy of it, after; the next call clears it away."""
    monkeypatch.delenv(KEY_VARIABLE)
    left = tmp_path / f".{KEY_FILE}.{os.getpid()}"
    left.write_text("half")
    key = pseudonym_key(_project(tmp_path))
    left.write_bytes(key)
    assert pseudonym_key(_project(tmp_path)) == key
    assert [each.name for each in tmp_path.iterdir()] == [KEY_FILE]


def test_no_file_with_a_key_is_put_under_version_control() -> None:
    """The template's ignored names cover the key and what a killed process may leave of it."""
    ignored = (resources.files("prefstrata.cli") / "template" / "gitignore").read_text().split()
    for name in (KEY_FILE, f".{KEY_FILE}.x7f3", f"{KEY_FILE}.bak"):
        assert any(fnmatch(name, each) for each in ignored), name


def test_a_withdrawal_says_whose_it_is(tmp_path: Path) -> None:
    """In a source without users it would be nobody's, and nobody would know."""
    withdrawing = {"fields": {"who": "text"}, "withdrawals": [{"user": "who"}]}
    with pytest.raises(ConfigError, match="whose users withdraw is not said"):
        check_sources(_project(tmp_path, map=withdrawing))
    withdrawing["withdrawals"] = [{"user": "who", "source": "ap"}]
    with pytest.raises(ConfigError, match="there is no source 'ap'"):
        check_sources(_project(tmp_path, map=withdrawing))
    withdrawing["withdrawals"] = [{"user": "who", "source": "app"}]
    assert check_sources(_project(tmp_path, map=withdrawing))


def test_who_withdrew_is_hashed_with_the_key_of_the_ledger_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is nobody's pseudonym; with no key, or another than the ledger's, nothing is said, and no key is made."""
    monkeypatch.delenv(KEY_VARIABLE)
    project = _project(tmp_path)
    assert hash_withdrawn(project, ["crowd:ann"]) == ("", frozenset())
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setenv(KEY_VARIABLE, "k" * 20)
    subject = pseudonym_of(ledger_key(project), "app", "ann")
    check, hashes = hash_withdrawn(project, [f"user:{subject}", "crowd:ann"])
    assert (check, len(hashes)) == ((tmp_path / CHECK_FILE).read_text().strip(), 2)
    assert subject not in hashes
    ann = hmac.new(b"k" * 20, b"who withdrew consent: crowd:ann", hashlib.sha256).hexdigest()[:32]
    assert (ann in hashes, hash_withdrawn(project, ["crowd:ann"])) == (True, (check, {ann}))
    monkeypatch.setenv(KEY_VARIABLE, "another key than that")
    assert hash_withdrawn(project, ["crowd:ann"]) == ("", frozenset())
    monkeypatch.setenv(KEY_VARIABLE, "short")
    with pytest.raises(ConfigError, match="the key has 5 characters"):
        hash_withdrawn(project, ["crowd:ann"])
    assert hash_withdrawn(project, []) == ("", frozenset()), "who has nobody to tell of needs no key"


def test_withdrawals_outlive_the_warehouse_and_know_their_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ledger made anew learns them; under another key they would be nobody's, so nothing goes on then."""
    monkeypatch.setenv(KEY_VARIABLE, "k" * 20)
    project = _project(tmp_path)
    subject = pseudonym_of(ledger_key(project), "app", "ann")
    (tmp_path / "withdrawals.jsonl").write_text('{"subject": "crowd:bob", "requested_at": "2026-11-20T08:00:00"}')
    keep_withdrawals(project, [subject], datetime(2026, 11, 26, 9))  # noqa: DTZ001 - UTC, as the ledger has it
    for expected in (2, 0):
        engine = DuckDBEngine(tmp_path / "w.duckdb")
        assert recall_withdrawals(engine, project) == expected
        assert sorted(engine.read("ledger.withdrawals")["subject"].to_list()) == sorted([subject, "crowd:bob"])
        engine.close()
    (tmp_path / CHECK_FILE).unlink()
    monkeypatch.setenv(KEY_VARIABLE, "another key than that")
    ledger_key(project)
    engine = DuckDBEngine(":memory:")
    with pytest.raises(ConfigError, match="1 of those who withdrew were written down with another key"):
        recall_withdrawals(engine, project)
    assert engine.read("ledger.withdrawals").is_empty()
    (tmp_path / "withdrawals.jsonl").write_text("ann\n")
    with pytest.raises(ConfigError, match="this is no withdrawal"):
        recall_withdrawals(engine, project)
    engine.close()
