-- Grain: a record, and the gravest known cause that can have moved it from where it stood, or taken it out.
-- A layer says where a record is; whoever compares two versions asks why it is not where it was. What new judgements did by
-- themselves has no row here, nor has what was settled: only what was so since moved anything (layers.moves). What copies a frozen set
-- stands where it stands for that alone. Of whom consent was withdrawn, the pairs are those judged, those whose sides were rated both or
-- named by one event, and those of which one side got a thumb and the other has one.
-- A rater has failed when, on settled pairs that the votes did not choose, it surely is right in less than 6 of 10: of all that failed,
-- one in twenty at most is expected to have done so by chance, however many raters there are (Benjamini and Hochberg 1995).
with settled as (
    select pair_id, dimension, choice
    from noise.settlements
    where settled
),
-- Fewer than four decided votes would be no proof, were all of them wrong.
tested as (
    select
        rater_id, dimension, stratum,
        chance_of_so_few(count(*) filter (where hit), count(*), 0.6e0) as chance
    from noise.golden_votes
    where not chose and (hit or opposed)
    group by rater_id, dimension, stratum
    having count(*) > 3
),
ranked as (
    select tested.*, count(*) over (order by chance) as place, count(*) over () as tests
    from tested
),
failed as (
    select rater_id, dimension, stratum
    from ranked
    where chance <= (select max(chance) from ranked where chance * tests <= 0.05e0 * place)
),
ratings as (
    select prompt_id, response_id, dimension, ratings.rater_id
    from ledger.ratings as ratings
    semi join evidence.withdrawn as withdrawn on withdrawn.rater_id = ratings.rater_id
),
events as (
    select events.kind, response_id, became_id, alternatives
    from ledger.events as events
    semi join evidence.withdrawn as withdrawn on withdrawn.rater_id = events.rater_id
    where response_id is not null
),
thumbs as (
    select distinct events.response_id, responses.prompt_id
    from ledger.events as events
    join evidence.responses as responses on responses.response_id = events.response_id
    where events.kind in ('like', 'dislike')
),
beside as (
    select one.response_id as one_id, other.response_id as other_id
    from ratings as one
    join ratings as other
        on other.prompt_id = one.prompt_id and other.rater_id = one.rater_id and other.dimension = one.dimension
    union all
    select response_id, became_id
    from events
    where became_id is not null
    union all
    select response_id, unnest(alternatives)
    from events
    where kind in ('accept', 'reject')
    union all
    select events.response_id, other.response_id
    from events
    join thumbs as one on one.response_id = events.response_id
    join thumbs as other on other.prompt_id = one.prompt_id
    where events.kind in ('like', 'dislike')
),
told as (
    select kind, record_id, 1 as grave, 'contaminated' as cause
    from layers.records
    where rule = 'contaminated'
    union all
    select 'pairs', pair_id(left_id, right_id), 2, 'withdrawn'
    from ledger.votes as votes
    semi join evidence.withdrawn as withdrawn on withdrawn.rater_id = votes.rater_id
    union all
    -- What others said of a text that left with whoever brought it.
    select 'pairs', pair_id(left_id, right_id), 2, 'withdrawn'
    from ledger.votes as votes
    semi join evidence.erased as erased on erased.kind = 'prompt' and erased.id = votes.prompt_id
    union all
    select 'pairs', pair_id(left_id, right_id), 2, 'withdrawn'
    from ledger.votes as votes
    semi join evidence.erased as erased on erased.kind = 'response' and erased.id = votes.left_id
    union all
    select 'pairs', pair_id(left_id, right_id), 2, 'withdrawn'
    from ledger.votes as votes
    semi join evidence.erased as erased on erased.kind = 'response' and erased.id = votes.right_id
    union all
    select 'ratings', response_id || '.' || dimension, 2, 'withdrawn'
    from ledger.ratings as ratings
    semi join evidence.erased as erased on erased.kind = 'prompt' and erased.id = ratings.prompt_id
    union all
    select 'ratings', response_id || '.' || dimension, 2, 'withdrawn'
    from ledger.ratings as ratings
    semi join evidence.erased as erased on erased.kind = 'response' and erased.id = ratings.response_id
    union all
    select 'traces', trace_id, 2, 'withdrawn'
    from ledger.steps as steps
    semi join evidence.erased as erased on erased.kind = 'prompt' and erased.id = steps.prompt_id
    union all
    select 'traces', id, 2, 'withdrawn'
    from evidence.erased
    where kind = 'trace'
    union all
    select 'pairs', pair_id(one_id, other_id), 2, 'withdrawn'
    from beside
    where one_id <> other_id
    union all
    select 'ratings', response_id || '.' || dimension, 2, 'withdrawn'
    from ratings
    union all
    select 'traces', trace_id, 2, 'withdrawn'
    from ledger.steps as steps
    semi join evidence.withdrawn as withdrawn on withdrawn.rater_id = steps.rater_id
    union all
    select 'unpaired', response_id, 2, 'withdrawn'
    from events
    union all
    -- A vote of a settling round that does not settle was taken back by a later one.
    select 'pairs', votes.pair_id, 3, 'arbitration reversed'
    from evidence.votes as votes
    join evidence.prompts as prompts on prompts.prompt_id = votes.prompt_id
    join policy.settling as settling
        on settling.scenario = prompts.policy_scenario and settling.round = votes.round and settling.stratum = votes.stratum
    join settled on settled.pair_id = votes.pair_id and settled.dimension = votes.dimension
    where not votes.settles and votes.choice <> settled.choice
    union all
    -- The layer follows from that alone, whoever failed.
    select kind, record_id, 4, 'dimension undefined'
    from layers.records
    where rule = 'undefined'
    union all
    select kind, record_id, 5, 'alike once hidden'
    from layers.records
    where rule = 'alike'
    union all
    select kind, record_id, 5, 'settlers disagree'
    from layers.records
    where rule = 'contested'
    union all
    select kind, record_id, 5, 'high risk undescribed'
    from layers.records
    where rule = 'undescribed'
    union all
    select 'pairs', votes.pair_id, 6, 'rater failed golden back-test'
    from evidence.votes as votes
    join failed
        on failed.rater_id = votes.rater_id and failed.dimension = votes.dimension and failed.stratum = votes.stratum
    -- Of what is settled, only what settles it counts.
    anti join settled on settled.pair_id = votes.pair_id and settled.dimension = votes.dimension
    where not votes.settles
    union all
    select kind, record_id, 7, 'quota full'
    from layers.records
    where rule like 'quota %'
    union all
    select 'pairs', outdated.pair_id, 8, 'rule outdated'
    from evidence.outdated as outdated
    anti join evidence.votes as votes on votes.pair_id = outdated.pair_id
)
select kind, record_id, arg_min(cause, grave) as cause
from told
group by kind, record_id
