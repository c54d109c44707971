"""Who withdrew, as far as two releases can tell: by keyed hashes where both have the same key, by number otherwise."""

from __future__ import annotations

import pytest

from prefstrata.model import GateBlockedError
from prefstrata.releases.consent import NOBODY, Withdrawals, demand_consent, demand_memory, doubts, withdrawn_in


def _known(*who: str, key: str = "k") -> Withdrawals:
    return Withdrawals(len(who), key, frozenset(who if key else ()))


@pytest.mark.parametrize(
    ("these", "others", "missing"),
    [
        (NOBODY, NOBODY, 0),
        (_known("ann"), _known("ann"), 0),
        (_known("ann"), _known("bob"), 1),
        (_known("ann", "bob"), _known("bob"), 0),
        (_known(), _known("ann", "bob"), 2),
        (_known("ann", "bob"), _known("eva", "kim", "bob"), 2),
        (_known("ann", key="k"), _known("bob", key="another"), 0),
        (_known("ann", key="k"), _known("ann", "bob", key="another"), 1),
        (_known("ann", key=""), _known("bob", key=""), 0),
        (_known("ann", key=""), _known("bob", "ann", key="k"), 1),
        (_known("ann", "bob", key="k"), _known("eva", key=""), 0),
    ],
)
def test_those_who_are_missing_are_counted(these: Withdrawals, others: Withdrawals, missing: int) -> None:
    """Hashes with different keys cannot be compared, nor can a release that has none."""
    assert these.missing(others) == missing


def _manifest(withdrawn: Withdrawals) -> dict[str, object]:
    return {"online": {"withdrawn": {"subjects": withdrawn.subjects, **withdrawn.described()}}}


@pytest.mark.parametrize("withdrawn", [NOBODY, _known("bob", "ann"), _known("ann", key="")])
def test_a_manifest_says_again_what_it_was_told(withdrawn: Withdrawals) -> None:
    """Those of before there were any say nobody; where nobody withdrew, nothing is said of a key."""
    assert withdrawn_in(_manifest(withdrawn)) == withdrawn
    assert withdrawn_in({}) == withdrawn_in({"online": {}}) == withdrawn_in(_manifest(_known())) == NOBODY


def test_a_release_that_leaves_out_somebody_else_is_not_published_again() -> None:
    """As many withdrew then as now, and are not the same; whatever is known counts, the project's and the store's."""
    of_ann = _manifest(_known("ann"))
    demand_consent(of_ann, (_known("ann"), NOBODY), "v000001")
    for known in ((_known("bob"), NOBODY), (NOBODY, _known("bob"))):
        with pytest.raises(GateBlockedError, match="before 1 withdrew"):
            demand_consent(of_ann, known, "v000001")


def test_a_ledger_that_forgot_somebody_is_stopped_though_another_withdrew() -> None:
    """Only who is missing is counted among those that the release before leaves out."""
    demand_memory(_manifest(_known("ann")), _known("ann", "bob"))
    with pytest.raises(GateBlockedError, match="leaves out 2 who withdrew, and this ledger does not know 1 of them"):
        demand_memory(_manifest(_known("ann", "eva")), _known("bob", "eva"))


@pytest.mark.parametrize(
    ("earlier", "now", "said"),
    [
        (NOBODY, _known("ann"), None),
        (_known("ann"), _known("ann", "bob"), None),
        (_known("ann", key=""), _known("bob"), None),
        (_known("ann", "eva"), _known("bob", "eva"), "does not know 1 of them: this one was approved"),
        (_known("ann"), NOBODY, "does not know 1 of them: this one was approved"),
        (_known("ann"), _known("bob", key="another"), "by number alone"),
        (_known("ann"), _known("ann", key=""), "by number alone"),
    ],
)
def test_a_release_says_what_it_cannot_vouch_for(earlier: Withdrawals, now: Withdrawals, said: str | None) -> None:
    """Who was let back by an approval, and that people were only counted; of a release without hashes nothing more."""
    found = doubts(_manifest(earlier), now)
    assert len(found) == (said is not None)
    assert all(str(said) in each for each in found)
