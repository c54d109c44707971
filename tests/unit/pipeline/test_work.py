"""A run says of each stage what it read, made anew and left as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefstrata.pipeline import STAGES, Work, run
from tests.unit.pipeline._project import add, make, pair

if TYPE_CHECKING:
    from pathlib import Path


def test_a_run_says_what_each_stage_read_and_made_anew_and_what_it_left(tmp_path: Path) -> None:
    """Nothing of old files is read again; tables are made anew as a whole; files that stayed the same stay there."""
    project = make(tmp_path / "project")
    add(project, "crowd", "a", *(pair(number) for number in range(4)))
    first = run(project)
    assert first.work["ledger"] == Work("records", "new", read=4, recomputed=4, skipped=0)
    assert [*first.work] == [*(stage.name for stage in STAGES), "release"]
    for stage in STAGES[1:]:
        made = sum(first.rows[name] for name in stage.tables)
        work = first.work[stage.name]
        assert (work.counted, work.scope, work.recomputed, work.skipped) == ("rows", "whole", made, 0)
    # Nobody withdrew, nothing was rated, no event came; what is left is 4 votes, prompts, 8 responses, and the policy.
    assert first.work["evidence"].read >= 16
    files = first.outcome.uploaded
    assert first.work["release"] == Work("files", "whole", read=files, recomputed=files, skipped=0)

    add(project, "crowd", "b", pair(9))
    second = run(project)
    assert second.work["ledger"] == Work("records", "new", read=1, recomputed=1, skipped=4)
    assert second.work["evidence"].read > first.work["evidence"].read
    release = second.work["release"]
    assert release.skipped > 0
    assert (release.recomputed, release.skipped) == (second.outcome.uploaded, second.outcome.reused)

    again = run(project)
    assert again.work["ledger"] == Work("records", "new", read=0, recomputed=0, skipped=5)
    stays = sum(second.rows[name] for name in STAGES[1].tables)
    assert again.work["evidence"] == Work("rows", "none", read=0, recomputed=0, skipped=stays)
