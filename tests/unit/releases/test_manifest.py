"""The manifest: what it counts is what is there, and equal content gives equal bytes."""

from __future__ import annotations

import json
from contextlib import closing

from prefstrata.policy import LAYERS
from prefstrata.releases._manifest import FORMAT, canonical, describe
from prefstrata.releases.consent import NOBODY
from prefstrata.releases.identity import CodeVersion, Identity, PolicyFile
from tests.sql._cases import frame
from tests.unit.releases._warehouse import fill, warehouse

IDENTITY = Identity("digest", (PolicyFile("general@3", "general", b"", "a" * 64),), CodeVersion("1", "s", "2"), "mine")


def test_an_empty_warehouse_has_every_layer() -> None:
    """A reader need not ask whether a layer is named before it asks how many records it has."""
    with closing(warehouse()) as engine:
        found = describe(engine, IDENTITY, "fitted-1", NOBODY)
    assert found["layers"] == {layer: {"records": 0, "kinds": {}} for layer in LAYERS}
    assert (found["strata"], found["queues"], found["batches"]) == ([], {}, [])
    assert found["ledger"] == {"digest": "digest", "rows": 0, "read": 0, "accepted": 0, "quarantined": 0}


def test_it_says_what_the_release_is_made_from() -> None:
    """Project, content, policies with their files, code and calibration."""
    with closing(warehouse()) as engine:
        found = describe(engine, IDENTITY, "fitted-1", NOBODY)
    assert (found["format"], found["project"], found["content_id"]) == (FORMAT, "mine", IDENTITY.content_id)
    assert found["policies"] == [{"policy": "general@3", "sha256": "a" * 64, "path": "policies/general.yaml"}]
    assert found["code"] == {"prefstrata": "1", "sql_sha256": "s", "duckdb": "2"}
    assert found["calibration"] == "fitted-1"


def test_records_are_counted_once_per_layer_and_kind() -> None:
    """The sums of a layer are its records, however many facets they are counted by."""
    with closing(warehouse()) as engine:
        fill(engine, {"main": 30, "weak": 4})
        found = describe(engine, IDENTITY, "fitted-1", NOBODY)["layers"]
    assert {layer: found[layer]["records"] for layer in LAYERS} == {
        "golden": 0,
        "expert": 0,
        "main": 30,
        "weak": 4,
        "backflow": 0,
    }
    by = found["main"]["kinds"]["ratings"]["by"]
    assert found["main"]["kinds"]["ratings"]["records"] == 30
    assert (by["stratum"], by["rule"], by["signal"]) == ({"crowd/offline": 30}, {"r": 30}, {"scalar": 30})


def test_queues_and_strata_are_told() -> None:
    """How much work waits, and by what trust becomes weight."""
    stratum = {"scenario": "*", "stratum": "crowd/offline", "records": 1, "trust": 0.5, "factor": 1.5, "declared": None}
    with closing(warehouse()) as engine:
        engine.load("noise.queue", frame("noise.queue", [{"queue": "arbitration", "pair_id": "p"}]))
        engine.load("weighting.strata", frame("weighting.strata", [stratum]))
        found = describe(engine, IDENTITY, "fitted-1", NOBODY)
    assert found["queues"] == {"arbitration": 1}
    assert found["strata"] == [{**stratum, "actual": None, "achieved": None, "capped_by": None}]


def test_rater_cards_are_told() -> None:
    """Beside how many raters there are, and what held-out pairs said, over all and tenth by tenth."""
    card = {"rater_id": "ann", "dimension": "tone", "stratum": "crowd/offline", "votes": 70, "reliability": 0.8}
    tenth = {"bin": 0, "items": 10, "claimed": 0.75, "right": 0.5}
    with closing(warehouse()) as engine:
        rows = [{**card, "decided": True}, {**card, "rater_id": "ben", "votes": 19, "decided": True}]
        engine.load("noise.raters", frame("noise.raters", rows))
        engine.load("noise.reliability", frame("noise.reliability", [tenth]))
        found = describe(engine, IDENTITY, "fitted-1", NOBODY)["raters"]
    assert (found["raters"], found["changed"], found["items"], found["error"]) == (2, 0, 10, 0.25)
    assert found["bins"] == [tenth]
    [told] = found["cards"]
    assert {**card, "shown_for": "votes", "usual": 0.8}.items() <= told.items()


def test_canonical_bytes_do_not_depend_on_the_order_of_keys() -> None:
    """Equal documents are equal bytes, and they are plain JSON."""
    one, other = {"b": 1, "a": {"ü": 0.1, "z": None}}, {"a": {"z": None, "ü": 0.1}, "b": 1}
    assert canonical(one) == canonical(other) == '{"a":{"z":null,"ü":0.1},"b":1}'.encode()
    assert json.loads(canonical(one)) == one
