"""Releases on both stores: published once, read back whole, rolled back, checked out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prefstrata.model import ConfigError, GateBlockedError, IntegrityError
from prefstrata.releases import (
    MANIFEST,
    Status,
    Step,
    checkout_files,
    is_whole,
    publish_release,
    reconcile_releases,
    rollback_release,
    verify_release,
    verify_releases,
)
from tests._stores import StoreKit, draft_on, put_all, read_back, release, sha

if TYPE_CHECKING:
    from pathlib import Path

    from prefstrata.stores import CommitInfo, VersionStore

ONE = {"golden/a": b"gold", "main/a": b"1" * 100, "weights.json": b"{}"}
TWO = {"golden/a": b"gold", "main/a": b"2" * 100, "main/b": b"new"}


def passing(_: CommitInfo) -> None:
    """Let every release pass."""


def blocking(_: CommitInfo) -> None:
    """Let no release pass."""
    raise GateBlockedError("accuracy fell in one bucket")


def tree_of(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_release_holds_its_files_and_its_manifest(store: VersionStore) -> None:
    """Nothing of the parent that the release does not name is in it."""
    release(store, ONE)
    outcome = release(store, TWO)
    assert (outcome.status, outcome.tag, outcome.uploaded, outcome.reused) == (Status.PUBLISHED, "v000002", 2, 1)
    assert outcome.commit is not None
    assert {file.path for file in store.list(outcome.commit.id)} == {*TWO, MANIFEST}
    assert outcome.commit.metadata["summary"] == "test"
    assert store.resolve("main") == store.resolve("latest") == outcome.commit


def test_the_same_again_publishes_nothing(store: VersionStore) -> None:
    """A release that would hold what its parent holds is not made."""
    release(store, ONE)
    outcome = release(store, ONE)
    assert (outcome.status, outcome.tag, len(store.tags())) == (Status.NOTHING_NEW, "v000001", 1)


def test_publishing_the_same_release_again_finds_it(kit: StoreKit) -> None:
    """A second process with the same draft and the same parent changes nothing."""
    one, two = kit.open(), kit.open()
    root = one.resolve("latest")
    first = publish_release(one, draft_on(root, ONE), parent=root.id)
    second = publish_release(two, draft_on(root, ONE), parent=root.id)
    assert (first.status, second.status, first.commit) == (Status.PUBLISHED, Status.ALREADY, second.commit)


def test_a_lost_race_names_the_winner(store: VersionStore) -> None:
    """And leaves no branch and no tag of its own."""
    root = store.resolve("latest")
    winner = publish_release(store, draft_on(root, ONE), parent=root.id)
    loser = publish_release(store, draft_on(root, TWO), parent=root.id)
    assert (loser.status, loser.tag, loser.commit) == (Status.LOST_RACE, "v000001", winner.commit)
    assert store.reconcile().reaped == ()


def test_a_race_lost_at_the_last_moment_is_lost(kit: StoreKit) -> None:
    """Somebody publishes between our audit and our tag: our release is dropped, not mixed in."""
    store, other = kit.open(), kit.open()
    root = store.resolve("latest")
    outcome = publish_release(store, draft_on(root, ONE), parent=root.id, audit=lambda _: release(other, TWO))
    assert outcome.status is Status.LOST_RACE
    assert {file.path for file in store.list(store.resolve("latest").id)} == {*TWO, MANIFEST}
    assert store.reconcile().reaped == ()


def test_a_reaped_run_learns_that_it_lost(kit: StoreKit) -> None:
    """A branch that vanishes in the middle of the work, because another release made it hopeless, is a lost race."""
    store, other = kit.open(), kit.open()
    root = store.resolve("latest")

    def interfere(step: Step, when: str) -> None:
        if (step, when) == (Step.UPLOAD, "during") and not other.tags():
            release(other, TWO)
            other.reconcile()

    outcome = publish_release(store, draft_on(root, ONE), parent=root.id, step=interfere)
    assert (outcome.status, len(store.tags())) == (Status.LOST_RACE, 1)


def test_a_twin_that_finishes_first_makes_it_already_published(kit: StoreKit) -> None:
    """Two processes make the same release; the slower one loses its branch, and sees that the work is done."""
    store, other = kit.open(), kit.open()
    root = store.resolve("latest")

    def interfere(step: Step, when: str) -> None:
        if (step, when) == (Step.UPLOAD, "during") and not other.tags():
            publish_release(other, draft_on(root, ONE), parent=root.id)

    outcome = publish_release(store, draft_on(root, ONE), parent=root.id, step=interfere)
    assert (outcome.status, outcome.tag, len(store.tags())) == (Status.ALREADY, "v000001", 1)
    assert verify_release(store, "v1").commits == (outcome.commit,)


def test_a_gate_keeps_a_release_from_being_published(store: VersionStore) -> None:
    """The audit sees the commit; when it says no there is no tag and no branch."""
    root = store.resolve("latest")
    with pytest.raises(GateBlockedError):
        publish_release(store, draft_on(root, ONE), parent=root.id, audit=blocking)
    assert list(store.tags()) == []
    report = store.reconcile()
    assert (report.resumable, report.reaped) == ((), ())


def test_a_foreign_file_aborts_the_release(kit: StoreKit) -> None:
    """Whoever writes to the run's branch beside us does not get into the release."""
    store, other = kit.open(), kit.open()
    root = store.resolve("latest")
    draft = draft_on(root, ONE)

    def interfere(step: Step, when: str) -> None:
        if (step, when) == (Step.MANIFEST, "after"):
            put_all(other, other.begin(root.id, draft.release_id), {"foreign": b"x"})

    with pytest.raises(IntegrityError, match="foreign"):
        publish_release(store, draft, parent=root.id, step=interfere)
    assert list(store.tags()) == []


def test_an_audit_reads_the_stored_bytes(kit: StoreKit) -> None:
    """A byte that goes wrong between upload and audit stops the release."""
    store = kit.open()
    root = store.resolve("latest")

    def interfere(step: Step, when: str) -> None:
        if (step, when) == (Step.COMMIT, "after"):
            kit.object_of(ONE["main/a"]).write_bytes(b"0" * 100)

    with pytest.raises(IntegrityError, match="main/a"):
        publish_release(store, draft_on(root, ONE), parent=root.id, step=interfere)
    assert list(store.tags()) == []


def test_steps_are_told_in_order(store: VersionStore) -> None:
    """Each numbered step is announced before and after; a file uploaded is told too."""
    told: list[tuple[Step, str]] = []
    root = store.resolve("latest")
    publish_release(store, draft_on(root, ONE), parent=root.id, step=lambda step, when: told.append((step, when)))
    assert [step for step, when in told if when == "before"] == list(Step)
    assert [step for step, when in told if when == "after"] == list(Step)
    assert told.count((Step.UPLOAD, "during")) == len(ONE)


def test_a_draft_that_contradicts_itself_is_a_bug(store: VersionStore) -> None:
    """The manifest lists exactly the files."""
    root = store.resolve("latest")
    good, other = draft_on(root, ONE), draft_on(root, TWO)
    with pytest.raises(ValueError, match="differ"):
        type(good)(good.release_id, good.files, other.manifest, good.date)
    with pytest.raises(ValueError, match="metadata"):
        type(good)(good.release_id, good.files, good.manifest, good.date, {"summary": "x" * 4000})


def test_a_release_of_which_something_is_purged_before_its_tag_says_so(store: VersionStore) -> None:
    """It is published by then; the purge may have looked before there was a tag to see, so this looks after it."""
    root = store.resolve("latest")

    def purging(step: Step, when: str) -> None:
        if (step, when) == (Step.PUBLISH, "before"):
            store.purge([sha(ONE["main/a"])], "request 9")

    with pytest.raises(IntegrityError, match="v000001 is published, and some of it was purged meanwhile"):
        publish_release(store, draft_on(root, ONE), parent=root.id, step=purging)
    assert [tag.name for tag in store.tags()] == ["v000001"]
    assert not is_whole(store, store.resolve("v1"))
    assert release(store, TWO).tag == "v000002"
    assert is_whole(store, store.resolve("v2"))


def test_reconcile_publishes_what_was_committed(kit: StoreKit) -> None:
    """A release that was cut off before its tag is finished by the next run, after the same audit."""
    store = kit.open()
    root = store.resolve("latest")
    draft = draft_on(root, ONE)
    _stop_before(store, draft_on(root, ONE), Step.PUBLISH)
    outcomes = reconcile_releases(store, audit=passing)
    assert [outcome.status for outcome in outcomes] == [Status.PUBLISHED]
    assert store.resolve("v1").release_id == draft.release_id


def test_reconcile_deletes_what_the_audit_refuses(store: VersionStore) -> None:
    """A killed run cannot slip past the gate."""
    _stop_before(store, draft_on(store.resolve("latest"), ONE), Step.AUDIT)
    assert reconcile_releases(store, audit=blocking) == ()
    assert list(store.tags()) == []
    assert store.reconcile().resumable == ()


class StoppedError(Exception):
    """The process ended here."""


def _stop_before(store: VersionStore, draft: object, last: Step) -> None:
    def stop(step: Step, when: str) -> None:
        if (step, when) == (last, "before"):
            raise StoppedError

    with pytest.raises(StoppedError):
        publish_release(store, draft, parent=store.resolve("latest").id, step=stop)  # type: ignore[arg-type]


def test_rolling_back_is_a_new_release_with_the_old_files(store: VersionStore) -> None:
    """The tree is the old one, nothing is uploaded, and history stays."""
    release(store, ONE)
    release(store, TWO)
    outcome = rollback_release(store, "v1", date=1, metadata={"why": "worse"})
    assert (outcome.status, outcome.tag, outcome.uploaded_bytes) == (Status.PUBLISHED, "v000003", 0)
    assert store.resolve("v3").tree == store.resolve("v1").tree
    assert not store.diff("v1", "v3")
    assert store.resolve("v3").parent == store.resolve("v2").id
    assert verify_releases(store).files >= len({*ONE, *TWO})
    assert release(store, TWO).tag == "v000004"


def test_rolling_back_to_what_is_there_is_nothing(store: VersionStore) -> None:
    """The newest release holds these files already."""
    release(store, ONE)
    assert rollback_release(store, "v1", date=1).status is Status.NOTHING_NEW


def test_rolling_back_to_the_root_is_refused(store: VersionStore) -> None:
    """The root is not a release."""
    with pytest.raises(ConfigError, match="not a release"):
        rollback_release(store, "latest", date=1)


def test_verify_reads_every_release(store: VersionStore) -> None:
    """No refs means all of them."""
    release(store, ONE)
    release(store, TWO)
    assert [commit.parent for commit in verify_releases(store).commits][1] == store.resolve("v1").id
    assert verify_release(store, "v1").commits == (store.resolve("v1"),)


def test_only_what_the_caller_reads_is_left_to_the_caller(kit: StoreKit) -> None:
    """A damaged file is not read when it is left out itself, and is found when others are."""
    store = kit.open()
    commit = release(store, ONE).commit
    assert commit is not None
    path, *others = sorted(ONE)
    stored = kit.object_of(read_back(store, commit.id, path))
    data = stored.read_bytes()
    stored.write_bytes(bytes([data[0] ^ 1]) + data[1:])
    store = kit.open()
    assert verify_release(store, "v1", but=[path]).commits == (commit,)
    with pytest.raises(IntegrityError, match=path):
        verify_release(store, "v1", but=others)


@pytest.mark.parametrize("path", [*ONE, MANIFEST])
def test_a_flipped_byte_in_any_file_is_found(kit: StoreKit, tmp_path: Path, path: str) -> None:
    """Verify and checkout both refuse, name the file, and checkout leaves no folder."""
    store = kit.open()
    commit = release(store, ONE).commit
    assert commit is not None
    stored = kit.object_of(read_back(store, commit.id, path))
    data = stored.read_bytes()
    stored.write_bytes(bytes([data[0] ^ 1]) + data[1:])
    store = kit.open()
    with pytest.raises(IntegrityError, match=path) as verified:
        verify_release(store, "v1")
    with pytest.raises(IntegrityError) as checked_out:
        checkout_files(store, "v1", tmp_path / "out")
    assert verified.value.exit_code == checked_out.value.exit_code == 5
    assert not (tmp_path / "out").exists()
    assert [entry.name for entry in tmp_path.iterdir() if "partial" in entry.name] == []


def test_a_checkout_holds_exactly_the_release(store: VersionStore, tmp_path: Path) -> None:
    """Every file, with its bytes; an empty folder may be there before."""
    release(store, ONE)
    (tmp_path / "out").mkdir()
    checkout = checkout_files(store, "v1", tmp_path / "out")
    assert tree_of(tmp_path / "out").keys() == {*ONE, MANIFEST}
    assert {path: data for path, data in tree_of(tmp_path / "out").items() if path != MANIFEST} == ONE
    assert (checkout.commit, checkout.bytes) == (store.resolve("v1"), sum(map(len, tree_of(tmp_path / "out").values())))


def test_a_checkout_can_be_of_some_files(store: VersionStore, tmp_path: Path) -> None:
    """Only what is selected is read and written."""
    release(store, ONE)
    checkout_files(store, "latest", tmp_path / "deep" / "out", select=lambda file: file.path.startswith("main/"))
    assert tree_of(tmp_path / "deep" / "out") == {"main/a": ONE["main/a"]}
    with pytest.raises(ConfigError, match="no file"):
        checkout_files(store, "latest", tmp_path / "none", select=lambda _: False)


def test_a_checkout_touches_no_folder_in_use(store: VersionStore, tmp_path: Path) -> None:
    """What is there stays there."""
    release(store, ONE)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for name, said in (("out", "not empty"), ("out/mine", "a file"), ("link", "a link")):
        with pytest.raises(ConfigError, match=said):
            checkout_files(store, "v1", tmp_path / name)
    assert tree_of(tmp_path / "out") == {"mine": b"mine"}


def test_a_checkout_is_held_to_the_lock_file(store: VersionStore, tmp_path: Path) -> None:
    """A ref that moved since the lock was written is an IntegrityError."""
    first = release(store, ONE).commit
    assert first is not None
    release(store, TWO)
    checkout_files(store, "v1", tmp_path / "good", expected=first.id)
    with pytest.raises(IntegrityError, match="locked"):
        checkout_files(store, "latest", tmp_path / "bad", expected=first.id)
    assert not (tmp_path / "bad").exists()


def test_a_checkout_of_purged_files_says_so(store: VersionStore, tmp_path: Path) -> None:
    """It is not mistaken for damage; other files can be checked out still."""
    release(store, ONE)
    store.purge([sha(ONE["main/a"])], "consent withdrawn")
    with pytest.raises(IntegrityError, match="purged: consent withdrawn"):
        checkout_files(store, "v1", tmp_path / "out")
    checkout_files(store, "v1", tmp_path / "some", select=lambda file: file.path != "main/a")
    assert not (tmp_path / "out").exists()


def test_what_killed_checkouts_left_is_removed(store: VersionStore, tmp_path: Path) -> None:
    """A scratch folder of a dead process goes; that of a live one stays."""
    release(store, ONE)
    dead, alive = tmp_path / ".out.partial-4194300-aa", tmp_path / ".out.partial-1-bb"
    dead.mkdir()
    alive.mkdir()
    checkout_files(store, "v1", tmp_path / "out")
    assert (dead.exists(), alive.exists()) == (False, True)
