"""The value ordering, as rows."""

from __future__ import annotations

from prefstrata.model.tables._shape import Table, columns

__all__ = ["POLICY"]

POLICY = (
    Table(
        "policy",
        "scenarios",
        "a scenario some policy governs",
        columns("""
scenario | varchar | the scenario; * stands for every scenario no policy names
policy | varchar | name and version of the policy
prior | double | votes per outcome believed in beside those that settle a pair, or beside thumbs
tie_margin | double | a lead smaller than this is no decision, 0 to 1
rating_margin | double | two ratings of one rater nearer than this, in standard deviations, are a tie
cap | double | highest factor a cell of records may get
floor | double | least factor a cell of records may get
arbitration | double | disagreement from which people must settle a pair, 0 to 1
seed | bigint | what lots are drawn with: samples for people, which side they see left, and quotas
aggregation | varchar | lexicographic or weighted: how dimensions come to one outcome
mixing | double | share of pairs or votes that may rest on several versions of policies, 0 to 1
mixing_refused | boolean | whether a run stops when more do
half_life | bigint | days after which a record weighs half of what the newest weigh; null where weights do not decay
oldest | double | what is left of the weight of the oldest, 0 to 1
"""),
        ("scenario",),
    ),
    Table(
        "policy",
        "difficulties",
        "a difficulty of pairs that a policy weighs otherwise than the others",
        columns("""
scenario | varchar | the scenario
difficulty | varchar | tied, close, moderate or clear
times | double | what the weight of such a pair is multiplied by, before shares are met
"""),
        ("scenario", "difficulty"),
    ),
    Table(
        "policy",
        "strata",
        "a stratum as a policy sees it",
        columns("""
scenario | varchar | the scenario
stratum | varchar | supervisor/mode
reliability | double | probability that a decided vote of it is right, before any is seen, 0.5 to 1
share | double | share of released weight it should have, null when left free
"""),
        ("scenario", "stratum"),
    ),
    Table(
        "policy",
        "margins",
        "a value of a margin and the share of the released weight that a policy declares for it",
        columns("""
scenario | varchar | the scenario
margin | varchar | stratum, task, risk_level or dimension
value | varchar | its value
share | double | share of the weight of the scenario, 0 to 1
"""),
        ("scenario", "margin", "value"),
    ),
    Table(
        "policy",
        "limits",
        "a limit on what users may weigh in a whole version",
        columns("""
holder | varchar | user or cohort_day
most | double | the most that one may have of the released weight, 0 to 1
"""),
        ("holder",),
    ),
    Table(
        "policy",
        "quotas",
        "a quota of a scenario",
        columns("""
scenario | varchar | the scenario
quota | varchar | its name
per | varchar[] | what makes a bucket: task, risk_level, stratum, dimension; sorted
most | bigint | most records of a bucket
layers | varchar[] | layers it is drawn from
"""),
        ("scenario", "quota"),
    ),
    Table(
        "policy",
        "dimensions",
        "a dimension of a scenario",
        columns("""
scenario | varchar | the scenario
dimension | varchar | the dimension
definition | varchar | what it means, for those who judge
kind | varchar | experience, professional, compliance, brand or business preference
priority | bigint | 1 wins over 2 when they conflict
weight | double | what it weighs where dimensions are weighed together
"""),
        ("scenario", "dimension"),
    ),
    Table(
        "policy",
        "priorities",
        "a dimension at a risk level where a policy orders dimensions otherwise",
        columns("""
scenario | varchar | the scenario
risk_level | varchar | low, medium or high
dimension | varchar | the dimension
priority | bigint | 1 wins over 2 when they conflict, in place of that of policy.dimensions
"""),
        ("scenario", "risk_level", "dimension"),
    ),
    Table(
        "policy",
        "rules",
        "a layer rule of a scenario; the first that matches decides",
        columns("""
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
min_votes | bigint | least votes, each rater's once; null for any
min_disagreement | double | least disagreement; null for any
max_disagreement | double | most disagreement; null for any
max_flips | bigint | most judge flips; null for any
rationale | boolean | whether a reason must have been given; null for either
settled | boolean | whether people must have settled it (true) or not (false); null for either
rule_clean | boolean | whether no automatic rule may object (true) or one must (false); null for either
max_votes | bigint | most votes, each rater's once; null for any
min_people | bigint | least raters who are people; null for any
experts_agree | boolean | whether experts must say what leads (true) or must not (false); null for either
expert_rationale | boolean | whether an expert must have given a reason; null for either
"""),
        ("scenario", "rank"),
    ),
    Table(
        "policy",
        "response_rules",
        "a rule on responses of a scenario",
        columns("""
scenario | varchar | the scenario
rater_id | varchar | the rule as a rater: rule:policy/name@version
rubric | varchar | its name and a hash of what it says
"""),
        ("scenario", "rater_id"),
    ),
    Table(
        "policy",
        "settling",
        "a round and a stratum whose votes, given in that round, settle a pair",
        columns("""
scenario | varchar | the scenario
round | varchar | annotation round
stratum | varchar | supervisor/mode
"""),
        ("scenario", "round", "stratum"),
    ),
    Table(
        "policy",
        "queues",
        "a queue of a scenario that is filled by drawing",
        columns("""
scenario | varchar | the scenario
queue | varchar | reannotation, calibration or golden
size | bigint | most pairs in it
"""),
        ("scenario", "queue"),
    ),
    Table(
        "policy",
        "online",
        "what a scenario's policy says of online feedback; the one of * counts",
        columns("""
scenario | varchar | the scenario
cap_user_day | bigint | most judging events of a user on a day
cap_session | bigint | most of a session
cap_address_day | bigint | most of a block of addresses on a day
cap_cohort_day | bigint | most of a cohort on a day
skew_minutes | bigint | an event dated later than this after its receipt has a wrong clock
burst_seconds | bigint | span in which a burst is looked for
burst_events | bigint | judging events of a user in one such span that are a burst
lockstep_minutes | bigint | span in which what several do is together
lockstep_shared | bigint | times that users, or sessions without one, act together before they are one hand
golden_votes | bigint | least prompts with trusted pairs that a user compared before it can lose its say
clip | double | most that an event counts more or less for how rarely its like speaks up
unknown | double | what an event of unknown reliability counts beside one of the most reliable kind
watch_days | bigint | newest days held against those before
backflow | bigint | pairs that wait for annotators because of online feedback
"""),
        ("scenario",),
    ),
    Table(
        "policy",
        "noise_limits",
        "a scenario and a measure of a noise check: when it fails, and what follows",
        columns("""
scenario | varchar | the scenario
noise | varchar | the check, N1 to N8
measure | varchar | the measure
unit | varchar | share or number
beyond | varchar | which side of the threshold fails: above, below, or both (above it, or below 1 less it)
threshold | double | the threshold
least | bigint | judgements below which a figure fails no check
severity | varchar | warning or error
cap | double | highest factor of a stratum that fails; null where no stratum is capped
meaning | varchar | what a figure means, a sentence; {where}, {figure} and {n} stand for what was found
action | varchar | what follows when it fails
proposal | varchar | what is proposed then, a sentence; {where} stands for the slice
"""),
        ("scenario", "measure"),
    ),
    Table(
        "policy",
        "requirements",
        "a risk level of a scenario and what a record must hold there",
        columns("""
scenario | varchar | the scenario
risk_level | varchar | low, medium or high
rationale | boolean | whether a vote needs reason tags, a rationale or a winning dimension
"""),
        ("scenario", "risk_level"),
    ),
)
