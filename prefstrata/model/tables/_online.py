"""What users did: events that count, what they are about, what they say, and whose are not heard."""

from __future__ import annotations

from prefstrata.model.tables._shape import Table, columns

__all__ = ["ONLINE"]

_WHO = """
session | varchar | source and session, null when unknown
user_id | varchar | keyed pseudonym of the user, null when unknown
rater_id | varchar | the user as a rater; all users of a source who have no name are one
stratum | varchar | supervisor/mode
segment | varchar | kind of user; when not given, rule for what a rule did, else unknown
"""

_PLACE = "place | varchar | where it was shown: first, later or unknown"
_FORM = "form | varchar | pair (one response rather than another) or single (one response alone)"

_DID = f"""
source | varchar | name of the source
kind | varchar | like, dislike, accept, reject, copy, retry, edit, follow_up, dwell, transfer, abandon or shown
prompt_id | varchar | the prompt, null when unknown
response_id | varchar | the response it is about, null when unknown
became_id | varchar | the response it became, null when none or unknown
alternatives | varchar[] | response ids shown beside it, sorted
{_PLACE}
{_WHO.strip()}
cohort | varchar | group of users, null when unknown
address | varchar | pseudonym of the block of addresses, null when unknown
value | double | seconds of dwell, characters edited…
happened_at | timestamp | when, by the user's clock; by the service's where that is plainly wrong; null when unknown
skewed | boolean | the user's clock was plainly wrong
"""

ONLINE = (
    Table(
        "noise",
        "trends",
        "a task in which users compared answers: whether they still want what annotators say is better",
        columns("""
task | varchar | the task
votes | bigint | users' votes with a time
overlap | bigint | of these, on pairs with a trusted label
agreement | double | share of them that agree with it; null without overlap
low | double | lower end of its 90 % interval (Wilson)
high | double | upper end
recent | double | agreement in the newest days, as many as the policy watches; null without any
earlier | double | agreement before
z | double | how far apart the two are, in standard errors; null where that cannot be said
state | varchar | new, unknown, drifting (beyond 2.58 standard errors, five votes expected in each cell) or steady
"""),
        ("task",),
    ),
    Table(
        "noise",
        "backflow",
        "a pair that users judged and no annotator has, drawn to be asked",
        columns("""
pair_id | varchar | the pair
prompt_id | varchar | its prompt
dimension | varchar | overall
kind | varchar | risky, conflicting, new_task, drifting or uncertain
priority | double | higher first, 0 to 1: the doubt of the estimate, and a quarter for any other reason
"""),
        ("pair_id",),
    ),
    Table(
        "evidence",
        "passed_over",
        "a delivery of an event that another delivery stands for",
        columns("""
event_id | varchar | the event of the ledger that is not counted
"""),
        ("event_id",),
    ),
    Table(
        "evidence",
        "actions",
        "something a user did, once, whose consent stands",
        columns(f"event_id | varchar | id of the ledger row\n{_DID.strip()}"),
        ("event_id",),
    ),
    Table(
        "evidence",
        "attribution",
        "a source and a kind of event: how well what was shown last in the session tells what an event is about",
        columns("""
source | varchar | name of the source
kind | varchar | kind of event
events | bigint | events
named | bigint | events that name their response
adjacent | bigint | named events that something was shown before in the session
agreeing | bigint | of these, what was shown last is the response they name
unnamed | bigint | events that name no response
attributed | bigint | of these, the ones something was shown before: they are taken to be about that
doubt | double | probability that such an event is about something else: (adjacent - agreeing + 1/2) / (adjacent + 1)
named_became | bigint | events that name what the response became, and that something was shown after
agreeing_became | bigint | of these, what was shown next is what they name
doubt_became | double | the same for what was shown next: probability that it is not what the response became
"""),
        ("source", "kind"),
    ),
    Table(
        "evidence",
        "events",
        "something a user did, but for being shown, with the response it is about and how doubtful that is",
        columns(f"""
event_id | varchar | id of the ledger row
{_DID.strip()}
doubt | double | probability that it is about another response: 0 where named; of k shown at once 1 - (1 - doubt) / k
doubt_became | double | probability that it became something else: 0 where named; of several in the same way
"""),
        ("event_id",),
    ),
    Table(
        "evidence",
        "event_votes",
        "one response rather than another to one prompt, by what a user did",
        columns(f"""
vote_id | varchar | hash of the event and the two responses
event_id | varchar | the event; of a like and a dislike, the like
other_event_id | varchar | the dislike, null otherwise
pair_id | varchar | the pair
prompt_id | varchar | its prompt
winner_id | varchar | the response it speaks for
loser_id | varchar | the other
kind | varchar | accept, reject, thumbs (by one user or session), like or dislike (others by others), retry or edit
{_PLACE}
winner_first | boolean | whether the winner was shown first, null when unknown
{_WHO.strip()}
share | double | part of a judgement: 2/k of k things that were compared
doubt | double | probability that it is about something else
happened_at | timestamp | when, null when unknown
"""),
        ("vote_id",),
    ),
    Table(
        "evidence",
        "trusted",
        "a pair that experts or a crowd judged offline and users touched, and which side the former say is better",
        columns("""
pair_id | varchar | the pair
prompt_id | varchar | its prompt
a | varchar | its response with the smaller id
b | varchar | the other
p_a | double | probability that a is better, 0.02 to 0.98, by their votes at the declared reliability
votes | bigint | decided votes it rests on
"""),
        ("pair_id",),
    ),
    Table(
        "evidence",
        "suspended",
        "an event or a rater that is not heard, and a reason",
        columns("""
scope | varchar | event or rater: what is not heard
subject | varchar | event_id or rater_id; a burst or lockstep of a session without a user silences its events
reason | varchar | cap_(user_day, session, address_day, cohort_day), repeated, corrected, burst, lockstep or golden
measured | double | events, or times together; of golden, the upper end of the 90 % interval of agreement
most | double | what the policy allows; of golden, the least agreement
"""),
        ("scope", "subject", "reason"),
    ),
    Table(
        "evidence",
        "thumbs",
        "what a user, who is heard, thinks of a response by one kind of event",
        columns(f"""
event_id | varchar | the event, of several the first by id
response_id | varchar | the response
prompt_id | varchar | its prompt
kind | varchar | kind of event
good | boolean | whether the kind is taken to speak for the response
{_PLACE}
{_WHO.strip()}
doubt | double | probability that it is about something else
happened_at | timestamp | when, null when unknown
"""),
        ("event_id",),
    ),
    Table(
        "evidence",
        "propensities",
        "a kind of event, a place, a segment and a task: how often a response that is shown gets such an event",
        columns(f"""
{_FORM}
kind | varchar | kind of event
{_PLACE}
segment | varchar | kind of user
task | varchar | task of the prompt
shown | bigint | responses shown there
events | bigint | such events there
weight | double | what an event there counts, that tasks count as they are shown and not as users speak up; clipped
"""),
        ("form", "kind", "place", "segment", "task"),
    ),
    Table(
        "evidence",
        "signals",
        "a kind of event at a place, from a segment of users: how much it says",
        columns(f"""
{_FORM}
kind | varchar | kind of event
{_PLACE}
segment | varchar | kind of user
events | bigint | events that are heard
overlap | double | what of them meets trusted labels, in votes on pairs whose answer is certain
raw | double | probability that it is right, by its own overlap alone; null without any
reliability | double | the same, drawn to its kind where the overlap is thin; null when unknown
low | double | lower end of its 90 % interval; null when unknown
high | double | upper end
known | boolean | whether its kind meets trusted labels at all
says | double | 2 reliability - 1, below 0 where it says the opposite; unknown: a part of what the strongest says
"""),
        ("form", "kind", "place", "segment"),
    ),
    Table(
        "evidence",
        "positions",
        "a source and a kind of choice among two: what the first place is worth by itself",
        columns("""
source | varchar | name of the source
kind | varchar | accept or reject
choices | bigint | choices between two whose order is known
first | bigint | of these, the ones for the side shown first
share | double | share of them
low | double | lower end of its 90 % interval (Wilson)
high | double | upper end
effect | double | log-odds of the first place, averaged over the choices
effect_low | double | lower end of its 90 % interval
effect_high | double | upper end
"""),
        ("source", "kind"),
    ),
)
