"""A poisoned file loses its bad records, each with reason and place, and nothing else; nothing hangs or grows."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from prefstrata.sources.framing import Framing, fields
from tests.unit.sources.framing._reading import fates_of_file

ROOT = Path(__file__).parents[2]
SPEC = Framing(
    fields({"prompt": "text", "score": "number", "n": "integer", "meta": {"rater": "text", "tags": ["text"]}})
)
GOOD = b'{"prompt":"caf\\u00e9 \\ud83d\\ude00","score":0.5,"n":7,"meta":{"rater":"r1","tags":["a"]},"x":{"a":1,"a":2}}'
VALUES = ["café 😀", 0.5, 7, {"rater": "r1", "tags": ["a"]}]
POISON = [
    (b'{"prompt":"a","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "too_deep"),
    (b'{"prompt":"a","x":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}", "too_deep"),
    (b'{"prompt":' + b"[" * 100_000, "too_deep"),
    (b'{"prompt":"\\ud800"}', "lone_surrogate"),
    (b'{"prompt":"\\udc00\\ud800"}', "lone_surrogate"),
    (b'{"x":"\\uD83Dx"}', "lone_surrogate"),
    (b'{"prompt":"a\\u0000b"}', "nul"),
    (b'{"prompt":"a\0b"}', "nul"),
    (b"\0" * 100, "nul"),
    (b'{"score":1e400}', "not_finite"),
    (b'{"score":-1e400}', "not_finite"),
    (b'{"score":' + b"9" * 400 + b"}", "not_finite"),
    (b'{"score":NaN}', "not_finite"),
    (b'{"x":[Infinity]}', "not_finite"),
    (b'{"x":1e400}', "not_finite"),
    (b'{"x":{"y": -' + b"9" * 400 + b"}}", "not_finite"),
    (b'{"x":"\\u0000"}', "nul"),
    (b'{"prompt":"a","prompt":"b"}', "duplicate_key"),
    (b'{"prompt":"a","\\u0070rompt":"b"}', "duplicate_key"),
    (b'{"meta":{"rater":"a","rater":"b"}}', "duplicate_key"),
    (b'{"prompt":"' + b"x" * 50_000_000 + b'"}', "too_long"),
    (b'{"prompt":true}', "wrong_type"),
    (b'{"prompt":["a"]}', "wrong_type"),
    (b'{"n":1.5}', "wrong_type"),
    (b'{"n":9223372036854775808}', "wrong_type"),
    (b'{"n":"7"}', "wrong_type"),
    (b'{"meta":"{}"}', "wrong_type"),
    (b'{"meta":{"tags":"a"}}', "wrong_type"),
    (b'{"prompt":"\xff\xfe"}', "not_utf8"),
    (b'{"prompt":"\xed\xa0\x80"}', "not_utf8"),
    (b'{"x":"\xc0\x80"}', "not_utf8"),
    (b"null", "not_an_object"),
    (b"[1]", "not_an_object"),
    (b"{} {}", "not_json"),
    (b'{"n":1,}', "not_json"),
    (b'{"x":[1, ]}', "not_json"),
    (b'{"n":01}', "not_json"),
    (b"{'n':1}", "not_json"),
    (b'{"prompt":"\\x"}', "not_json"),
    (b"}", "not_json"),
    (b"\v{}", "not_json"),
    (b"\f {}", "not_json"),
    (b"{}\v", "not_json"),
    (b"\v", "not_json"),
    (b'{"prompt":"cut', "truncated"),
]  # fmt: skip


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every poison after a good record; the last record is cut."""
    path = tmp_path_factory.mktemp("poison") / "poisoned.jsonl"
    path.write_bytes(b"\n".join(GOOD + b"\n" + bad for bad, _ in POISON))
    return path


def test_a_poisoned_file_loses_exactly_its_bad_records(poisoned: Path) -> None:
    """Each refused with its reason, its byte, its hash and its start; all others arrive unchanged; it takes seconds."""
    begun = time.monotonic()
    read = fates_of_file(poisoned, SPEC)
    assert time.monotonic() - begun < 60

    offset = len(GOOD) + 1
    for place, (bad, reason) in enumerate(POISON):
        row = read.refused[2 * place + 2]
        assert (row["reason"], row["offset"]) == (reason, offset)
        assert row["raw_sha256"] == hashlib.sha256(bad).hexdigest()
        assert str(row["raw"]).startswith(bad[:7].decode(errors="backslashreplace").replace("\0", "\\x00"))
        assert len(str(row["raw"])) <= 4 * (64 << 10)
        offset += len(bad) + 1 + len(GOOD) + 1
    assert len(read.refused) == len(POISON)
    assert [list(row.values())[1:] for row in read.taken.values()] == [VALUES] * len(POISON)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [(bad, reason) for bad, reason in POISON if reason != "truncated"],
    ids=[f"{reason}-{place}" for place, (_, reason) in enumerate(POISON[:-1])],
)
def test_each_poison_alone_is_refused_alike(bad: bytes, reason: str, tmp_path: Path) -> None:
    """First in a file or last, ended or not quite, it is the same refusal."""
    for content, line in ((bad + b"\n" + GOOD, 1), (GOOD + b"\n" + bad + b"\n", 2)):
        (tmp_path / "a.jsonl").write_bytes(content)
        read = fates_of_file(tmp_path / "a.jsonl", SPEC)
        assert read.reasons == {line: reason}
        assert [list(row.values())[1:] for row in read.taken.values()] == [VALUES]


def test_cutting_a_poisoned_file_in_two_changes_no_fate(tmp_path: Path) -> None:
    """At any line end: the parts say together what the whole says."""
    records = [part for bad, reason in POISON if len(bad) < 1000 and reason != "truncated" for part in (GOOD, bad)]
    (tmp_path / "whole.jsonl").write_bytes(b"".join(record + b"\n" for record in records))
    whole = fates_of_file(tmp_path / "whole.jsonl", SPEC).reasons
    for cut in range(0, len(records), 5):
        found: dict[int, object] = {}
        for start, part in ((0, records[:cut]), (cut, records[cut:])):
            (tmp_path / "part.jsonl").write_bytes(b"".join(record + b"\n" for record in part))
            reasons = fates_of_file(tmp_path / "part.jsonl", SPEC).reasons
            found |= {start + line: reason for line, reason in reasons.items()}
        assert found == whole


_CHILD = """
import sys
from pathlib import Path
from tests.faults.test_poisoned_files import SPEC
from tests.unit.sources.framing._reading import fates_of_file
read = fates_of_file(Path(sys.argv[1]), SPEC)
# The peak that getrusage gives would be that of the process this one was forked from.
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(read.framed.read, read.framed.rejected, int(peak) >> 10)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the peak of one process")
@pytest.mark.parametrize(
    ("suffix", "before", "after"),
    [
        ("jsonl", GOOD + b"\n", b"\n" + GOOD),
        ("json", b"[" + GOOD + b",", b"," + GOOD + b"]"),
        ("csv", b"prompt,score,n,meta\n,,,\n", b"\n,,,\n"),
    ],
    ids=["jsonl", "json", "csv"],
)
def test_memory_does_not_grow_with_a_record_that_is_too_long(
    suffix: str, before: bytes, after: bytes, tmp_path: Path
) -> None:
    """A record of 200 MB needs no more memory than one of 20 MB: it is never held."""
    peaks = []
    for size in (20, 200):
        path = tmp_path / f"a.{suffix}"
        with path.open("wb") as file:
            file.writelines([before, b'{"prompt":"', *[b"x" * 1_000_000] * size, b'"}', after])
        child = subprocess.run(
            [sys.executable, "-c", _CHILD, str(path)], check=True, capture_output=True, text=True, cwd=ROOT
        )
        read, rejected, peak = map(int, child.stdout.split())
        assert (read, rejected) == (3, 1)
        peaks.append(peak)
    assert peaks[1] - peaks[0] < 60, f"peak MiB: {peaks}"


def test_the_python_reader_of_json_agrees_with_the_good_record() -> None:
    """What this file expects of its good record is not its own invention."""
    record = json.loads(GOOD)
    assert [record[name] for name in SPEC.fields or ()] == VALUES
