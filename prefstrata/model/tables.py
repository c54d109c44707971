"""Every table of the warehouse: its grain, its columns, their types and meaning.

This is the one definition. The engines create tables from it, the reference page is generated from it, Dagster shows it
as column schemas, and the tests of ``sql/`` build their rows with it.

Types are written in DuckDB's spelling, inside the subset that every engine has: ``varchar``, ``bigint``, ``double``,
``boolean``, ``timestamp`` (UTC, no zone), ``t[]`` and ``struct(name t, …)``.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["TABLES", "Column", "Table", "table"]


@dataclass(frozen=True)
class Column:
    """A column: its name, its type in DuckDB's spelling, and what a value means (with its unit or range)."""

    name: str
    type: str
    doc: str


@dataclass(frozen=True)
class Table:
    """A table: ``schema.name``, what one row is, its columns in order, and the columns that identify a row."""

    schema: str
    name: str
    grain: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def full_name(self) -> str:
        """``schema.name``."""
        return f"{self.schema}.{self.name}"

    @property
    def append_only(self) -> bool:
        """Whether rows are only ever added: true for the ledger, whose facts never change."""
        return self.schema == "ledger"


MESSAGES = "struct(role varchar, content varchar)[]"
FEATURES = "struct(characters bigint, markdown bigint, hedged boolean, refusal boolean, apology boolean)"
STRATA = "struct(stratum varchar, votes double)[]"


def _columns(text: str) -> tuple[Column, ...]:
    """Read ``name | type | doc`` lines, the form in which a table is easiest to write and to review."""
    rows = (line.split("|", 2) for line in text.strip().splitlines())
    return tuple(Column(*(cell.strip() for cell in row)) for row in rows)


_ORIGIN = """
batch_id | varchar | the batch that brought the row
line | bigint | number of the record in its file, from 1
seq | bigint | ingest sequence; order comes from here, never from a clock
"""

_SAID = f"""
round | varchar | annotation round, null when there is one only
policy | varchar | name and version of the policy the rater worked under, null when unknown
rubric | varchar | rubric and version, null when unknown
decided_at | timestamp | when it was decided, UTC, null when unknown
reason_tags | varchar[] | reasons the rater ticked, sorted; empty when none
rationale | varchar | the rater's own words, null when none
raw | varchar | the judgement as the file spelled it
source | varchar | name of the source in prefstrata.yaml
mode | varchar | offline, online or synthetic
supervisor | varchar | expert, crowd, user, judge or rule
{_ORIGIN.strip()}
"""

_LEDGER = (
    Table(
        "ledger",
        "batches",
        "one file or page read",
        _columns("""
batch_id | varchar | sha256 of the source's name and the bytes
source | varchar | name of the source in prefstrata.yaml
mode | varchar | offline, online or synthetic
supervisor | varchar | expert, crowd, user, judge or rule
uri | varchar | where it was read from
bytes | bigint | size as stored
read | bigint | records found in it
accepted | bigint | records that are now in the ledger, whole
quarantined | bigint | records refused, each a row of ledger.quarantine; read = accepted + quarantined
rows | bigint | ledger rows the accepted records became (a record may hold several votes)
digest_high | varchar | order-free digest of the row ids, upper half: a decimal number, summed over batches
digest_low | varchar | the lower half
seq | bigint | ingest sequence of the batch
"""),
        ("batch_id",),
    ),
    Table(
        "ledger",
        "prompts",
        "a prompt as one description gives it",
        _columns(f"""
prompt_id | varchar | hash of the normalised messages
messages | {MESSAGES} | the conversation, ending in a user turn
task | varchar | task name, null when not given
scenario | varchar | scenario, selects the policy; null when not given
risk_level | varchar | low, medium or high; null when not given
language | varchar | BCP 47 tag, null when not given
tags | varchar[] | free tags, sorted
{_ORIGIN.strip()}
"""),
        ("prompt_id", "task", "scenario", "risk_level", "language", "tags"),
    ),
    Table(
        "ledger",
        "responses",
        "a response as one generator gave it",
        _columns(f"""
response_id | varchar | hash of the prompt id and the normalised content
prompt_id | varchar | the prompt it answers
content | varchar | the answer, normalised (NFC, newlines, outer space)
generator | varchar | model or person that wrote it, null when unknown
generator_family | varchar | family of the generator, null when unknown
sampling | varchar | sampling settings as JSON, null when unknown
{_ORIGIN.strip()}
"""),
        ("response_id", "generator", "generator_family", "sampling"),
    ),
    Table(
        "ledger",
        "raters",
        "a rater as one description gives it",
        _columns(f"""
rater_id | varchar | supervisor:name
supervisor | varchar | expert, crowd, user, judge or rule
level | varchar | seniority or tier, null when unknown
family | varchar | model family of a judge, null otherwise
version | varchar | model and prompt version of a judge, version of a rule; null otherwise
{_ORIGIN.strip()}
"""),
        ("rater_id", "level", "family", "version"),
    ),
    Table(
        "ledger",
        "votes",
        "a vote as given: one rater, two responses as shown, one dimension, one time",
        _columns(f"""
vote_id | varchar | hash of all that was said, and of its occurrence count where the record has no id of its own
prompt_id | varchar | the prompt
left_id | varchar | the response shown first
right_id | varchar | the response shown second
choice | varchar | left, right, tie or both_bad
strength | double | how much better, 0 to 1; null when not graded
dimension | varchar | what was judged; overall when nothing else is said
rater_id | varchar | who
judgement_id | varchar | the one judgement (a ranked list) this vote is part of; null for a vote that stands alone
judgement_size | bigint | how many responses were ranked in that judgement; null likewise
shown_at | timestamp | when it was shown, UTC, null when unknown
{_SAID.strip()}
"""),
        ("vote_id",),
    ),
    Table(
        "ledger",
        "ratings",
        "a rating as given: one rater, one response, one dimension",
        _columns(f"""
rating_id | varchar | hash of all that was said, as for votes
prompt_id | varchar | the prompt
response_id | varchar | what was rated
dimension | varchar | what was judged; overall when nothing else is said
value | double | the rating on its own scale
scale_min | double | worst value of the scale
scale_max | double | best value of the scale
rater_id | varchar | who
{_SAID.strip()}
"""),
        ("rating_id",),
    ),
    Table(
        "ledger",
        "steps",
        "a step of a trace and its reward",
        _columns(f"""
step_id | varchar | hash of all that was said, as for votes
prompt_id | varchar | the prompt
trace_id | varchar | hash of the prompt id and all states and outputs of the trace
index | bigint | position of the step in its trace, from 0
unit | varchar | kind of process unit: reasoning step, tool call, plan node…
template | varchar | name and version of the segmentation template, null when unknown
state | varchar | what the step started from, null when not given
output | varchar | what the step produced
reward | double | the step's reward on the scale -1 to 1
rater_id | varchar | who
{_SAID.strip()}
"""),
        ("step_id",),
    ),
    Table(
        "ledger",
        "events",
        "something a user did",
        _columns(f"""
event_id | varchar | hash of the record's own id, or of all that was said as for votes
kind | varchar | like, dislike, accept, reject, copy, retry, edit, follow_up, dwell, transfer, abandon or shown
prompt_id | varchar | the prompt, null when unknown
response_id | varchar | the response it is about, null when unknown
session | varchar | session, null when unknown
user_id | varchar | pseudonym of the user
position | bigint | place at which the response was shown, from 0; null when unknown
alternatives | varchar[] | response ids shown beside it, sorted
value | double | seconds of dwell, characters edited…; null when the kind has none
occurred_at | timestamp | when, UTC, null when unknown
rater_id | varchar | the user as a rater
{_SAID.strip()}
"""),
        ("event_id",),
    ),
    Table(
        "ledger",
        "withdrawals",
        "a withdrawal of consent",
        _columns(f"""
subject | varchar | pseudonym of the user
requested_at | timestamp | when, UTC
{_ORIGIN.strip()}
"""),
        ("subject",),
    ),
    Table(
        "ledger",
        "quarantine",
        "a record that was refused",
        _columns("""
batch_id | varchar | the batch it came in
source | varchar | name of the source
uri | varchar | file it came from
line | bigint | number of the record in its file, from 1
offset | bigint | byte at which the record starts in the (decompressed) file; null when the format has no such place
reason | varchar | short fixed word: what is wrong
detail | varchar | a sentence: which key, what was found, what is expected
raw | varchar | the record as found, cut at 64 KiB, undecodable bytes escaped
raw_sha256 | varchar | hash of the whole record
seq | bigint | ingest sequence of the batch
"""),
        ("batch_id", "line"),
    ),
)

_EVIDENCE = (
    Table(
        "evidence",
        "prompts",
        "a prompt, its descriptions resolved",
        _columns("""
prompt_id | varchar | the prompt
task | varchar | the alphabetically first task given; unknown when none
scenario | varchar | the alphabetically first scenario given; general when none
policy_scenario | varchar | the scenario of policy.scenarios that governs it, * when no policy names its own
risk_level | varchar | the highest risk given; low when none
language | varchar | the alphabetically first language given; und when none
seq | bigint | the row of ledger.prompts that holds its messages
"""),
        ("prompt_id",),
    ),
    Table(
        "evidence",
        "responses",
        "a response and its style",
        _columns(f"""
response_id | varchar | the response
prompt_id | varchar | the prompt it answers
generators | varchar[] | all generators that gave it, sorted
features | {FEATURES} | style figures of the text
seq | bigint | the row of ledger.responses that holds its text
"""),
        ("response_id",),
    ),
    Table(
        "evidence",
        "pairs",
        "a canonical pair: two responses to one prompt, a < b by id",
        _columns(f"""
pair_id | varchar | hash of the two response ids, sorted
prompt_id | varchar | the prompt
a | varchar | response id, the smaller
b | varchar | response id, the larger
features_a | {FEATURES} | style of a
features_b | {FEATURES} | style of b
generators_a | varchar[] | who wrote a, sorted
generators_b | varchar[] | who wrote b, sorted
seq_a | bigint | the row of ledger.responses that holds the text of a
seq_b | bigint | the same for b
"""),
        ("pair_id",),
    ),
    Table(
        "evidence",
        "votes",
        "a vote on a canonical pair",
        _columns("""
vote_id | varchar | id of the ledger row, or a hash of the two ratings or of the event and the pair it comes from
pair_id | varchar | the pair
prompt_id | varchar | its prompt
a | varchar | its response with the smaller id
b | varchar | the other
dimension | varchar | what was judged
choice | varchar | a, tie or b
strength | double | 0 to 1, null when not graded
both_bad | boolean | a tie because neither was acceptable
rater_id | varchar | who
stratum | varchar | supervisor/mode
a_shown_first | boolean | display order, null when unknown
round | varchar | annotation round, null when one
share | double | part of a judgement this vote stands for: 1 alone, 2/k for a pair of k things judged together
derived_from | varchar | vote, rating or event
has_rationale | boolean | reason tags or a rationale came with it
"""),
        ("vote_id",),
    ),
    Table(
        "evidence",
        "normalised_ratings",
        "a rating on the common scale",
        _columns("""
rating_id | varchar | id of the ledger row
prompt_id | varchar | the prompt
response_id | varchar | the response
dimension | varchar | what was judged
rater_id | varchar | who
stratum | varchar | supervisor/mode
unit_value | double | the rating on its declared scale, 0 worst to 1 best
z | double | the rating in the rater's own standard deviations from the rater's own mean for this dimension
round | varchar | annotation round, null when one
has_rationale | boolean | reason tags or a rationale came with it
"""),
        ("rating_id",),
    ),
)

_NOISE = (
    Table(
        "noise",
        "raters",
        "a rater and a dimension",
        _columns("""
rater_id | varchar | who
dimension | varchar | what was judged
stratum | varchar | supervisor/mode
votes | bigint | votes given
reliability | double | probability that a decided vote is right, 0.5 to 1; in this version the stratum's, from the policy
tie_rate | double | share of ties, 0 to 1
ordered | bigint | decided votes whose display order is known; what first_rate was counted over
first_rate | double | share of decided votes for the side shown first, 0 to 1; null when order is unknown
overlapping | bigint | decided votes on pairs where the other raters have a majority; what agreement was counted over
agreement | double | share of decided votes that agree with the other raters' majority; null without overlap
agreement_low | double | lower end of its 90 % interval (Wilson)
agreement_high | double | upper end
calibration_id | varchar | the calibration this row belongs to
"""),
        ("rater_id", "dimension", "stratum"),
    ),
    Table(
        "noise",
        "preferences",
        "the estimate for a pair and a dimension",
        _columns(f"""
pair_id | varchar | the pair
dimension | varchar | what was judged
p_a | double | probability that a is better
p_tie | double | probability that neither is
p_b | double | probability that b is better
votes | bigint | votes it rests on
evidence | double | reliability-weighted number of votes
strata | {STRATA} | share of the evidence per stratum, sorted by stratum
flips | bigint | raters who changed sides when the display order changed
disagreement | double | share of the evidence against the leading outcome, 0 to 1
both_bad | bigint | votes that called both unacceptable
has_rationale | boolean | at least one vote came with a reason
calibration_id | varchar | the calibration it was estimated under
"""),
        ("pair_id", "dimension"),
    ),
    Table(
        "noise",
        "metrics",
        "a governance figure for a slice",
        _columns("""
metric | varchar | name of the figure
slice | varchar | what it is measured on: name=value
value | double | the figure
low | double | lower end of its 90 % interval, null when none is given
high | double | upper end
n | bigint | what it was measured over
tie_policy | varchar | how ties were counted
"""),
        ("metric", "slice"),
    ),
    Table(
        "noise",
        "queue",
        "an item waiting for people",
        _columns("""
queue | varchar | arbitration, reannotation or backflow
pair_id | varchar | the pair
prompt_id | varchar | its prompt
priority | double | higher first, 0 to 1
reason | varchar | why it is here, a sentence
"""),
        ("queue", "pair_id"),
    ),
)

_WEIGHTING = (
    Table(
        "weighting",
        "records",
        "a record that could be released: a pair, a rated response, a trace or a response with a thumb",
        _columns(f"""
record_id | varchar | pair_id, response_id.dimension, trace_id, or response_id of an unpaired label
kind | varchar | pairs, ratings, traces or unpaired
prompt_id | varchar | the prompt
policy_scenario | varchar | the scenario of policy.scenarios that governs it
risk_level | varchar | its risk
dimension | varchar | the dimension that decides it: overall, or the first of the policy that decides
stratum | varchar | the stratum with the most evidence
strata | {STRATA} | share of the evidence per stratum, sorted by stratum
votes | bigint | votes, ratings, raters of a trace or events it rests on
p | double | probability of the leading outcome, 0 to 1
decided | boolean | whether a side leads by the tie margin (true for kinds that have no sides)
flips | bigint | judge flips
disagreement | double | share of the evidence against the leading outcome
has_rationale | boolean | at least one judgement came with a reason
trust | double | how reliable the estimate is, 0 to 1
"""),
        ("kind", "record_id"),
    ),
    Table(
        "weighting",
        "strata",
        "a stratum of a governing scenario and its factor",
        _columns("""
scenario | varchar | the scenario of policy.scenarios
stratum | varchar | supervisor/mode
records | bigint | records of the training layers whose main stratum it is
trust | double | sum of their trust
declared | double | share the policy declares, null when it declares none
actual | double | share of trust before weighting, 0 to 1
factor | double | what trust is multiplied by, capped by the policy
achieved | double | share of weight after weighting, 0 to 1
"""),
        ("scenario", "stratum"),
    ),
)

_RECORD = """
layer | varchar | golden, expert, main, weak or backflow
rule | varchar | the policy's rule that put it there
reason | varchar | the same in a sentence
trust | double | how reliable the label is, 0 to 1
stratum | varchar | the stratum with the most evidence; names the factor in weights.json
"""

_PROMPT = f"""
prompt_id | varchar | the prompt
prompt | {MESSAGES} | the conversation
task | varchar | task
scenario | varchar | scenario
risk_level | varchar | low, medium or high
language | varchar | language
"""

_ASSIGNED = f"""
record_id | varchar | as in weighting.records
kind | varchar | pairs, ratings, traces or unpaired
prompt_id | varchar | the prompt
{_RECORD.strip()}
"""

_LAYERS = (
    Table("layers", "records", "a record and its layer", _columns(_ASSIGNED), ("kind", "record_id")),
    *(
        Table("layers", layer, f"a record of the {layer} layer", _columns(_ASSIGNED), ("kind", "record_id"))
        for layer in ("golden", "expert", "main", "weak", "backflow")
    ),
)

_RELEASE = (
    Table(
        "release",
        "pairs",
        "a pair as it stands in a release file",
        _columns(f"""
pair_id | varchar | the pair
{_PROMPT.strip()}
chosen | varchar | the response more probably better (of equal ones: the one with the smaller id)
rejected | varchar | the other
chosen_id | varchar | its response id
rejected_id | varchar | the other's
outcome | varchar | decided, or tie when no side leads by the policy's margin
p | double | probability that chosen is better
p_tie | double | probability that neither is
margin | double | p minus the probability that rejected is better, 0 to 1
dimensions | struct(dimension varchar, p double, p_tie double, votes bigint)[] | estimate per dimension, sorted
strata | {STRATA} | share of the evidence per stratum
votes | bigint | votes it rests on
flips | bigint | judge flips
disagreement | double | share of the evidence against the outcome
generators | struct(chosen varchar[], rejected varchar[]) | who wrote the sides
policies | varchar[] | policies its evidence was given under, sorted; empty when none is known
reason_tags | varchar[] | all reason tags, sorted; empty when none
provenance | varchar[] | ids of the ledger's votes, ratings and events it rests on, sorted
{_RECORD.strip()}
"""),
        ("pair_id",),
    ),
    Table(
        "release",
        "ratings",
        "a rated response as it stands in a release file",
        _columns(f"""
record_id | varchar | response_id.dimension
{_PROMPT.strip()}
response_id | varchar | the response
response | varchar | its text
dimension | varchar | what was judged
score | double | mean of the ratings on their declared scales, 0 worst to 1 best
spread | double | standard deviation of the ratings, null with one rating
votes | bigint | ratings it rests on
generators | varchar[] | who wrote it
strata | {STRATA} | share of the evidence per stratum
provenance | varchar[] | ledger ids of the ratings, sorted
{_RECORD.strip()}
"""),
        ("record_id",),
    ),
    Table(
        "release",
        "traces",
        "a trace as it stands in a release file",
        _columns(f"""
trace_id | varchar | the trace
{_PROMPT.strip()}
steps | struct(index bigint, unit varchar, state varchar, output varchar, reward double, raters bigint)[] | its steps in order, rewards averaged over raters; null where nobody judged the step
votes | bigint | raters it rests on
strata | {STRATA} | share of the evidence per stratum
provenance | varchar[] | ledger ids of the steps, sorted
{_RECORD.strip()}
"""),
        ("trace_id",),
    ),
    Table(
        "release",
        "unpaired",
        "a response with a thumb as it stands in a release file",
        _columns(f"""
response_id | varchar | the response
{_PROMPT.strip()}
response | varchar | its text
label | boolean | liked; null when what speaks for and against weighs the same
p | double | probability that the label is right
votes | bigint | events it rests on
generators | varchar[] | who wrote it
strata | {STRATA} | share of the evidence per stratum
provenance | varchar[] | ledger ids of the events, sorted
{_RECORD.strip()}
"""),
        ("response_id",),
    ),
)

_POLICY = (
    Table(
        "policy",
        "scenarios",
        "a scenario some policy governs",
        _columns("""
scenario | varchar | the scenario; * stands for every scenario no policy names
policy | varchar | name and version of the policy
prior | double | weight of the symmetric Dirichlet prior, in votes per outcome
tie_margin | double | a lead smaller than this is no decision, 0 to 1
rating_margin | double | two ratings of one rater nearer than this, in standard deviations, are a tie
cap | double | highest factor a stratum may get
arbitration | double | disagreement from which people must settle a pair, 0 to 1
"""),
        ("scenario",),
    ),
    Table(
        "policy",
        "strata",
        "a stratum as a policy sees it",
        _columns("""
scenario | varchar | the scenario
stratum | varchar | supervisor/mode
reliability | double | probability that a decided vote of it is right, 0.5 to 1
share | double | share of released weight it should have, null when left free
"""),
        ("scenario", "stratum"),
    ),
    Table(
        "policy",
        "dimensions",
        "a dimension of a scenario",
        _columns("""
scenario | varchar | the scenario
dimension | varchar | the dimension
priority | bigint | 1 wins over 2 when they conflict
"""),
        ("scenario", "dimension"),
    ),
    Table(
        "policy",
        "rules",
        "a layer rule of a scenario; the first that matches decides",
        _columns("""
scenario | varchar | the scenario
rank | bigint | order in which rules are tried, from 1
rule | varchar | its name
layer | varchar | where it puts a record
reason | varchar | why, a sentence
kinds | varchar[] | kinds it applies to; null for any
strata | varchar[] | every stratum of the record must be among these; null for any
any_strata | varchar[] | at least one stratum of the record must be among these; null for any
risk_levels | varchar[] | risks it applies to; null for any
decided | boolean | whether the record must be decided (true) or undecided (false); null for either
min_p | double | least probability; null for any
min_trust | double | least trust; null for any
max_trust | double | most trust; null for any
min_votes | bigint | least votes; null for any
min_disagreement | double | least disagreement; null for any
max_disagreement | double | most disagreement; null for any
max_flips | bigint | most judge flips; null for any
rationale | boolean | whether a reason must have been given; null for either
"""),
        ("scenario", "rank"),
    ),
    Table(
        "policy",
        "requirements",
        "a risk level of a scenario and what a record must hold there",
        _columns("""
scenario | varchar | the scenario
risk_level | varchar | low, medium or high
rationale | boolean | whether a vote needs reason tags, a rationale or a winning dimension
"""),
        ("scenario", "risk_level"),
    ),
)

_KEYS = _columns("""
kind | varchar | pairs, ratings, traces or unpaired
record_id | varchar | the record
layer | varchar | the layer it stands in
label | varchar | what it says: the chosen response of a pair, the thumb of an unpaired label; null for other kinds
""")

_MANIFEST = (
    Table("manifest", "before", "a record in those of the parent's files that the new release replaces", _KEYS, ("kind", "record_id")),
    Table("manifest", "after", "a record in those of the new release's files that the parent does not have", _KEYS, ("kind", "record_id")),
)

_DERIVED_IN_LEDGER = {"seq", "vote_id", "rating_id", "step_id", "event_id", "source", "mode", "supervisor"}


def _staged(ledger: Table) -> Table:
    """What the sources hand to the ledger: its columns less what the ledger step adds, plus the record's own id."""
    own = _columns("""
own_id | varchar | the record's own id, null when it has none
item | bigint | place of the statement within its record, from 0
""")
    identified = ledger.name in {"votes", "ratings", "steps", "events"}
    kept = tuple(column for column in ledger.columns if column.name not in _DERIVED_IN_LEDGER)
    return Table("staging", ledger.name, f"{ledger.grain}; accepted, not yet in the ledger", kept + (own if identified else ()), ())


_STAGING = (
    *(_staged(ledger) for ledger in _LEDGER if ledger.name not in {"batches", "quarantine"}),
    Table(
        "staging",
        "batches",
        "a file read in this run",
        _columns("""
batch_id | varchar | sha256 of the source's name and the bytes
source | varchar | name of the source
mode | varchar | offline, online or synthetic
supervisor | varchar | expert, crowd, user, judge or rule
uri | varchar | where it was read from
bytes | bigint | size as stored
read | bigint | records found in it
position | bigint | order in which files were read, from 0
"""),
        ("batch_id",),
    ),
    Table(
        "staging",
        "rejects",
        "a record refused in this run",
        _columns("""
batch_id | varchar | the batch
line | bigint | number of the record in its file, from 1
offset | bigint | byte at which it starts, null when the format has no such place
reason | varchar | short fixed word
detail | varchar | a sentence
raw | varchar | the record as found, cut at 64 KiB, undecodable bytes escaped
raw_sha256 | varchar | hash of the whole record
"""),
        ("batch_id", "line"),
    ),
)

TABLES: tuple[Table, ...] = (*_LEDGER, *_EVIDENCE, *_NOISE, *_WEIGHTING, *_LAYERS, *_RELEASE, *_MANIFEST, *_POLICY, *_STAGING)

_BY_NAME = {each.full_name: each for each in TABLES}


def table(full_name: str) -> Table:
    """The definition of ``schema.name``; KeyError when there is no such table."""
    return _BY_NAME[full_name]
