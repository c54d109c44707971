"""What a release is compared by."""

from __future__ import annotations

from prefstrata.model.tables._shape import Table, columns

__all__ = ["MANIFEST"]

_KEYS = columns("""
kind | varchar | pairs, ratings, traces or unpaired
record_id | varchar | the record
layer | varchar | the layer it stands in
label | varchar | what it says: the chosen response of a pair, the thumb of an unpaired label; null for other kinds
settled | varchar[] | dimensions of a pair that people settled; null for other kinds
trust | double | how reliable the label is, 0 to 1
p | double | how probably the chosen side of a pair is the better; null for other kinds
p_tie | double | how probably neither is; null likewise
cell | varchar | what weights.json says its factor under; null in files of the first releases
rule | varchar | the policy's rule that put it there
reason | varchar | the same in a sentence
""")

_CUT = (
    Table(
        "manifest",
        "days",
        "a record of a layer, and the day it was first spoken of",
        columns("""
kind | varchar | pairs, ratings, traces or unpaired
record_id | varchar | the record
layer | varchar | its layer
prompt_id | varchar | its prompt
day | bigint | days since 1970-01-01, 0 to 32767; null when none is known
"""),
        ("kind", "record_id"),
    ),
    Table(
        "manifest",
        "spans",
        "a day of a layer and kind, and the files that hold its records",
        columns("""
kind | varchar | pairs, ratings, traces or unpaired
layer | varchar | the layer
day | bigint | as in manifest.days
first_file | bigint | number of the first of the files
buckets | bigint | how many they are
"""),
        ("kind", "layer", "day"),
    ),
    Table(
        "manifest",
        "places",
        "a record of a layer, and the release file it lies in",
        columns("""
kind | varchar | pairs, ratings, traces or unpaired
record_id | varchar | the record
file_number | bigint | number of the file, among those of the release
"""),
        ("kind", "record_id"),
    ),
)

MANIFEST = (
    *_CUT,
    Table(
        "manifest",
        "versions",
        "a scenario that a policy names, now or in the release before, and the policies that govern it",
        columns("""
scenario | varchar | the scenario; * stands for all the others
earlier | varchar | name and version of the policy in the release before
later | varchar | name and version of the policy now
changed | boolean | the two are not the same, to the byte
"""),
        ("scenario",),
    ),
    Table(
        "manifest",
        "before",
        "a record in those of the parent's files that the new release replaces",
        _KEYS,
        ("kind", "record_id"),
    ),
    Table(
        "manifest",
        "after",
        "a record in those of the new release's files that the parent does not have",
        _KEYS,
        ("kind", "record_id"),
    ),
    Table(
        "manifest",
        "withdrawn",
        "a record that somebody spoke of who has withdrawn consent; of a pair also a response of it",
        columns("""
kind | varchar | pairs, ratings, traces or unpaired
record_id | varchar | the record, or the response that is chosen in it
"""),
        ("kind", "record_id"),
    ),
    Table(
        "manifest",
        "changed",
        "a record that is not in both releases, or not as it was; changes/records.parquet of a release",
        columns("""
kind | varchar | pairs, ratings, traces or unpaired
record_id | varchar | the record
change | varchar | added, withdrawn, removed, relabelled, promoted, demoted or reweighted; the gravest that is true
from_layer | varchar | the layer it stood in, null when it is new
to_layer | varchar | the layer it stands in, null when it is gone
from_label | varchar | what it said: the chosen response of a pair, the thumb of an unpaired label; null for other kinds
to_label | varchar | what it says
from_trust | double | its trust, rounded down to a tenth
to_trust | double | what that is now
reason | varchar | the rule that put it where it stands, or why it is gone
"""),
        ("kind", "record_id"),
    ),
    Table(
        "manifest",
        "known",
        "a batch that the release before was made from",
        columns("batch_id | varchar | the batch"),
        ("batch_id",),
    ),
    Table(
        "manifest",
        "fresh",
        "a decided pair of a training layer that somebody has spoken of since the release before",
        columns("""
pair_id | varchar | the pair
source | varchar | the source in prefstrata.yaml that said most of what is new of it
"""),
        ("pair_id",),
    ),
)
