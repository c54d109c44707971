"""What was said, by whom, never changed."""

from __future__ import annotations

from prefstrata.model.tables._shape import MESSAGES, ORIGIN, SAID, Table, columns

__all__ = ["LEDGER"]

LEDGER = (
    Table(
        "ledger",
        "batches",
        "one file or page read",
        columns("""
batch_id | varchar | sha256 of the source's name and the bytes; then of a joined file, and of what it was read with
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
        columns(f"""
prompt_id | varchar | hash of the normalised messages
messages | {MESSAGES} | the conversation, ending in a user turn
task | varchar | task name, null when not given
scenario | varchar | scenario, selects the policy; null when not given
risk_level | varchar | low, medium or high; null when not given
language | varchar | BCP 47 tag, null when not given
tags | varchar[] | free tags, sorted
{ORIGIN.strip()}
"""),
        ("prompt_id", "task", "scenario", "risk_level", "language", "tags"),
    ),
    Table(
        "ledger",
        "responses",
        "a response as one generator gave it",
        columns(f"""
response_id | varchar | hash of the prompt id and the normalised content
prompt_id | varchar | the prompt it answers
content | varchar | the answer, normalised (NFC, newlines, outer space)
generator | varchar | model or person that wrote it, null when unknown
generator_family | varchar | family of the generator, null when unknown
sampling | varchar | sampling settings as JSON, null when unknown
{ORIGIN.strip()}
"""),
        ("response_id", "generator", "generator_family", "sampling"),
    ),
    Table(
        "ledger",
        "raters",
        "a rater as one description gives it",
        columns(f"""
rater_id | varchar | supervisor:name
supervisor | varchar | expert, crowd, user, judge or rule
level | varchar | seniority or tier, null when unknown
family | varchar | model family of a judge, null otherwise
version | varchar | model and prompt version of a judge, version of a rule; null otherwise
{ORIGIN.strip()}
"""),
        ("rater_id", "level", "family", "version"),
    ),
    Table(
        "ledger",
        "votes",
        "a vote as given: one rater, two responses as shown, one dimension, one time",
        columns(f"""
vote_id | varchar | hash of all that was said, and of its occurrence count where the record has no id of its own
prompt_id | varchar | the prompt
left_id | varchar | the response shown first; the smaller id when nobody knows which was
right_id | varchar | the response shown second; the larger id likewise
choice | varchar | left, right, tie or both_bad
strength | double | how much better, 0 to 1; null when not graded
dimension | varchar | what was judged; overall when nothing else is said
rater_id | varchar | who
judgement_id | varchar | the one judgement (a ranked list) this vote is part of; null for a vote that stands alone
judgement_size | bigint | how many responses were ranked in that judgement; null likewise
shown_at | timestamp | when it was shown, UTC, null when unknown
order_known | boolean | left was shown first; false when nobody knows, null from earlier versions, which did not say
{SAID.strip()}
"""),
        ("vote_id",),
    ),
    Table(
        "ledger",
        "ratings",
        "a rating as given: one rater, one response, one dimension",
        columns(f"""
rating_id | varchar | hash of all that was said, as for votes
prompt_id | varchar | the prompt
response_id | varchar | what was rated
dimension | varchar | what was judged; overall when nothing else is said
value | double | the rating on its own scale
scale_min | double | worst value of the scale
scale_max | double | best value of the scale
rater_id | varchar | who
{SAID.strip()}
"""),
        ("rating_id",),
    ),
    Table(
        "ledger",
        "steps",
        "a step of a trace and its reward",
        columns(f"""
step_id | varchar | hash of all that was said, as for votes
prompt_id | varchar | the prompt
trace_id | varchar | hash of the prompt id and all states and outputs of the trace
index | bigint | position of the step in its trace, from 0
unit | varchar | kind of process unit: reasoning step, tool call, plan node…
template | varchar | name and version of the segmentation template, null when unknown
state | varchar | what the step started from, null when not given
output | varchar | what the step produced
reward | double | the step's reward on the scale -1 to 1, null when the rater did not judge it
rater_id | varchar | who
{SAID.strip()}
"""),
        ("step_id",),
    ),
    Table(
        "ledger",
        "events",
        "something a user did",
        columns(f"""
event_id | varchar | hash of the record's own id, or of all that was said as for votes
kind | varchar | like, dislike, accept, reject, copy, retry, edit, follow_up, dwell, transfer, abandon or shown
prompt_id | varchar | the prompt, null when unknown
response_id | varchar | the response it is about, null when unknown
session | varchar | session, null when unknown
user_id | varchar | pseudonym of the user
position | bigint | place at which the response was shown, from 0; null when unknown
alternatives | varchar[] | response ids shown beside it, sorted
value | double | seconds of dwell, characters edited…; null when the kind has none
occurred_at | timestamp | when, by the clock of the user's device, UTC, null when unknown
rater_id | varchar | the user as a rater
own_id | varchar | the event's own id in its source, null when it has none
became_id | varchar | the response it became: edited by the user, or given on a retry; null otherwise
surface | varchar | where in the product it was shown, null when unknown
segment | varchar | what kind of user it was, such as new or paying; null when unknown
cohort | varchar | group that the user joined with or was assigned to, null when unknown
address | varchar | keyed pseudonym of the block of network addresses it came from, null when unknown
received_at | timestamp | when the service received it, by its own clock, UTC, null when unknown
{SAID.strip()}
"""),
        ("event_id",),
    ),
    Table(
        "ledger",
        "withdrawals",
        "a withdrawal of consent",
        columns(f"""
subject | varchar | pseudonym of the user
requested_at | timestamp | when, UTC; null when no time was given that can be read
{ORIGIN.strip()}
"""),
        ("subject",),
    ),
    Table(
        "ledger",
        "quarantine",
        "a record that was refused",
        columns("""
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
