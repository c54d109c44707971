"""The example's truth, and raters that are as good and as biased as they were made."""

from __future__ import annotations

import gzip
import json
import unicodedata
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from examples.generator._model import DIMENSIONS
from examples.generator._raters import CROWD, EXPERTS, JUDGES, Rater

if TYPE_CHECKING:
    from conftest import Example

PAIR = ("first", "second")
SPAMMERS = {rater.name for rater in CROWD if rater.careless == 1}


@pytest.fixture(scope="module")
def crowd(example: Example) -> pl.DataFrame:
    """The crowd's decided answers with the truth beside them."""
    (path,) = (example.directory / "inbox" / "crowd").iterdir()
    rows = []
    for line in gzip.decompress(path.read_bytes()).decode().splitlines():
        record = _parsed(line)
        if not record.get("hit", "broken").startswith("broken"):
            rows += [
                {
                    "prompt": record["conversation"],
                    "left": record["two" if answer["two_first"] else "one"]["text"],
                    "right": record["one" if answer["two_first"] else "two"]["text"],
                    "dimension": "overall",
                    "rater": answer["worker"],
                    "choice": _shown(answer),
                }
                for answer in record["answers"]
            ]
    return _judged(rows, example.truth.pairs)


@pytest.fixture(scope="module")
def judges(example: Example) -> pl.DataFrame:
    """The judges' verdicts with the truth beside them."""
    (path,) = (example.directory / "inbox" / "judges").iterdir()
    words = {"[[A]]": "left", "[[B]]": "right", "[[C]]": "tie"}
    rows = [
        {
            "prompt": record["messages"],
            "left": record["shown"][0],
            "right": record["shown"][1],
            "dimension": "overall",
            "rater": record["judge"],
            "choice": words[record["verdict"]],
        }
        for record in map(_parsed, path.read_text("utf-8").splitlines())
        if record.get("scenario")
    ]
    return _judged(rows, example.truth.pairs)


@pytest.fixture(scope="module")
def experts(example: Example) -> pl.DataFrame:
    """The experts' verdicts on every dimension with the truth beside them."""
    (path,) = (example.directory / "inbox" / "experts").iterdir()
    words = {"A": "left", "B": "right", "tie": "tie"}
    rows = [
        {
            "prompt": [{"role": "user", "content": record["prompt"]}],
            "left": record["candidates"]["A"],
            "right": record["candidates"]["B"],
            "dimension": dimension,
            "rater": record["meta"]["rater"],
            "choice": words[winner],
        }
        for record in map(_parsed, path.read_text("utf-8").splitlines())
        if record.get("meta", {}).get("level")
        for dimension, winner in {
            "overall": record["judgement"]["overall_winner"],
            **record["judgement"]["dims"],
        }.items()
    ]
    return _judged(rows, example.truth.pairs)


def _parsed(line: str) -> dict[str, Any]:
    try:
        record: dict[str, Any] = json.loads(line)
    except json.JSONDecodeError:
        return {}
    return record


def _shown(answer: dict[str, Any]) -> str:
    if answer["pick"] not in {"one", "two"}:
        return "tie"
    return "left" if (answer["pick"] == "two") == answer["two_first"] else "right"


def _judged(rows: list[dict[str, Any]], truth: pl.DataFrame) -> pl.DataFrame:
    """Each vote with ``better``: left, right or tie. Raises when the truth does not know a pair, or knows it twice."""
    votes = pl.DataFrame(rows).with_columns(
        response_1=pl.min_horizontal("left", "right"), response_2=pl.max_horizontal("left", "right")
    )
    keys = ["prompt", "response_1", "response_2", "dimension"]
    joined = votes.join(truth.select(*keys, "truth"), on=keys, validate="m:1")
    assert joined.height == votes.height
    left_is_first = pl.col("left") == pl.col("response_1")
    return joined.with_columns(
        better=pl.when(pl.col("truth") == "tie")
        .then(pl.lit("tie"))
        .when((pl.col("truth") == "first") == left_is_first)
        .then(pl.lit("left"))
        .otherwise(pl.lit("right")),
    )


def _right(votes: pl.DataFrame) -> pl.DataFrame:
    """Per rater: decided verdicts on pairs that have a better side, and the share of them that is right."""
    decided = votes.filter(pl.col("choice") != "tie", pl.col("better") != "tie")
    return decided.group_by("rater").agg(n=pl.len(), right=(pl.col("choice") == pl.col("better")).mean())


def _assert_as_designed(found: pl.DataFrame, raters: tuple[Rater, ...]) -> None:
    for name, n, right in found.select("rater", "n", "right").iter_rows():
        designed = next(rater for rater in raters if rater.name == name)
        error = (designed.expected * (1 - designed.expected) / n) ** 0.5
        # Four standard errors, and two per cent for pairs whose longer side is not as often the better as the worse.
        assert abs(right - designed.expected) <= 4 * error + 0.02, (name, right, designed.expected, n)


def test_truth_has_every_pair_once_per_dimension(example: Example) -> None:
    """A row per pair and dimension, in one order, so that a join finds one row or none."""
    pairs = example.truth.pairs
    assert (pairs["response_1"] < pairs["response_2"]).all()
    keys = pairs.select("prompt", "response_1", "response_2", "dimension")
    assert keys.n_unique() == keys.height
    assert set(pairs["dimension"]) == {"overall", *DIMENSIONS}
    counts = pairs.group_by("prompt", "response_1", "response_2").len()
    assert set(counts["len"]) == {1 + len(DIMENSIONS)}


def test_truth_files_hold_the_truth(example: Example) -> None:
    """What generate() returns is what lies in the project."""
    assert pl.read_parquet(example.directory / "truth.parquet").equals(example.truth.pairs)
    assert pl.read_parquet(example.directory / "truth-responses.parquet").equals(example.truth.responses)


def test_truth_spells_texts_as_the_platform_keeps_them(example: Example) -> None:
    """Texts are normalised already, so a join on text finds them in a release."""
    texts = [
        *example.truth.responses["response"].unique(),
        *(turn["content"] for prompt in example.truth.responses["prompt"].unique().to_list() for turn in prompt),
    ]
    assert all(text == unicodedata.normalize("NFC", text).strip() and "\r" not in text for text in texts)


def test_truth_of_a_pair_follows_from_the_quality_of_its_sides(example: Example) -> None:
    """On a dimension the better side is the one of higher quality; equal quality is a tie."""
    quality = example.truth.responses.filter(pl.col("dimension") != "overall")
    both = example.truth.pairs
    for side in (1, 2):
        both = both.join(
            quality.rename({"response": f"response_{side}", "quality": f"quality_{side}"}),
            on=["prompt", f"response_{side}", "dimension"],
        )
    better = (
        pl.when(pl.col("quality_1") > pl.col("quality_2"))
        .then(pl.lit("first"))
        .when(pl.col("quality_1") < pl.col("quality_2"))
        .then(pl.lit("second"))
        .otherwise(pl.lit("tie"))
    )
    assert both.height == example.truth.pairs.filter(pl.col("dimension") != "overall").height
    assert both.filter(pl.col("truth") != better).is_empty()


def test_ties_exist_and_do_not_rule(example: Example) -> None:
    """Overall, between one pair in twenty and one in four is equally good."""
    overall = example.truth.pairs.filter(pl.col("dimension") == "overall")["truth"]
    assert 0.05 <= (overall == "tie").mean() <= 0.25
    assert 0.8 <= (overall == "first").sum() / (overall == "second").sum() <= 1.25


def test_length_and_quality_are_apart(example: Example) -> None:
    """The longer side wins overall in little more than half the pairs: who picks by length is caught."""
    decided = example.truth.pairs.filter(pl.col("dimension") == "overall", pl.col("truth") != "tie")
    longer = pl.col("response_1").str.len_chars() > pl.col("response_2").str.len_chars()
    assert 0.4 <= decided.select(((pl.col("truth") == "first") == longer).mean()).item() <= 0.65


def test_crowd_workers_are_as_good_as_designed(crowd: pl.DataFrame) -> None:
    """Each worker's share of right verdicts is the designed one within four standard errors."""
    _assert_as_designed(_right(crowd), tuple(CROWD))


def test_experts_are_as_good_as_designed(experts: pl.DataFrame) -> None:
    """On all dimensions together."""
    _assert_as_designed(_right(experts), EXPERTS)


def test_judges_are_as_good_as_designed(judges: pl.DataFrame) -> None:
    """And the better judge is the better one."""
    found = _right(judges)
    _assert_as_designed(found, JUDGES)
    right = dict(found.select("rater", "right").iter_rows())
    assert right["lumen"] > right["quill"] + 0.04


def test_experts_beat_the_crowd_and_the_crowd_beats_its_spammers(crowd: pl.DataFrame, experts: pl.DataFrame) -> None:
    """What a platform has to find out about its raters is there to be found."""
    spam = pl.col("rater").is_in(sorted(SPAMMERS))
    spammers, workers, trained = [
        _share_right(votes)
        for votes in (crowd.filter(spam), crowd.filter(~spam), experts.filter(pl.col("dimension") == "overall"))
    ]
    assert spammers < 0.6
    assert 0.7 < workers < 0.85
    assert trained > 0.88


def _share_right(votes: pl.DataFrame) -> float:
    decided = votes.filter(pl.col("choice") != "tie", pl.col("better") != "tie")
    return float((decided["choice"] == decided["better"]).sum() / decided.height)


def test_one_worker_takes_what_is_shown_first(crowd: pl.DataFrame) -> None:
    """The position-biased worker stands out from all others."""
    decided = crowd.filter(pl.col("choice") != "tie").group_by("rater").agg((pl.col("choice") == "left").mean())
    rates = dict(decided.iter_rows())
    assert rates.pop("w-040") > 0.7
    assert sum(rates.values()) / len(rates) == pytest.approx(0.5, abs=0.05)


def test_judges_see_both_orders_and_sometimes_flip(judges: pl.DataFrame) -> None:
    """Each judge has each pair in both orders; the weaker one changes its mind more often."""
    sides = judges.with_columns(
        chosen=pl.when(pl.col("choice") == "left").then("left").when(pl.col("choice") == "right").then("right")
    )
    pairs = sides.group_by("rater", "prompt", "response_1", "response_2").agg(
        orders=pl.col("left").n_unique(), chosen=pl.col("chosen").drop_nulls().n_unique()
    )
    assert set(pairs["orders"]) == {2}
    flips = dict(pairs.group_by("rater").agg((pl.col("chosen") > 1).mean()).iter_rows())
    assert 0.01 < flips["lumen"] < flips["quill"] < 0.2
