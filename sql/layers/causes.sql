-- Grain: a record, and the gravest known cause that can have moved it from where it stood, or taken it out.
-- A layer says where a record is; whoever compares two versions asks why it is not where it was. What new judgements did by
-- themselves has no row here. A rater has failed when, on pairs that people settled, it surely agrees with them in less than 6 of 10.
with settled as (
    select pair_id, dimension, choice
    from noise.settlements
    where settled
),
failed as (
    select votes.rater_id, votes.dimension, votes.stratum
    from evidence.votes as votes
    join settled on settled.pair_id = votes.pair_id and settled.dimension = votes.dimension
    where not votes.settles and votes.choice <> 'tie' and settled.choice <> 'tie'
    group by votes.rater_id, votes.dimension, votes.stratum
    having wilson_high(count(*) filter (where votes.choice = settled.choice) / count(*), count(*)) < 0.6
),
told as (
    select 'pairs' as kind, pair_id(left_id, right_id) as record_id, 1 as grave, 'withdrawn' as cause
    from ledger.votes as votes
    semi join evidence.withdrawn as withdrawn on withdrawn.rater_id = votes.rater_id
    union all
    select 'ratings', response_id || '.' || dimension, 1, 'withdrawn'
    from ledger.ratings as ratings
    semi join evidence.withdrawn as withdrawn on withdrawn.rater_id = ratings.rater_id
    union all
    select 'traces', trace_id, 1, 'withdrawn'
    from ledger.steps as steps
    semi join evidence.withdrawn as withdrawn on withdrawn.rater_id = steps.rater_id
    union all
    select 'unpaired', response_id, 1, 'withdrawn'
    from ledger.events as events
    semi join evidence.withdrawn as withdrawn on withdrawn.rater_id = events.rater_id
    where response_id is not null
    union all
    -- A vote of a settling round that does not settle was taken back by a later one.
    select 'pairs', votes.pair_id, 2, 'arbitration reversed'
    from evidence.votes as votes
    join evidence.prompts as prompts on prompts.prompt_id = votes.prompt_id
    join policy.settling as settling
        on settling.scenario = prompts.policy_scenario and settling.round = votes.round and settling.stratum = votes.stratum
    join settled on settled.pair_id = votes.pair_id and settled.dimension = votes.dimension
    where not votes.settles and votes.choice <> settled.choice
    union all
    select 'pairs', pair_id, 3, 'arbitrated'
    from settled
    union all
    select 'pairs', votes.pair_id, 4, 'rater failed golden back-test'
    from evidence.votes as votes
    join failed
        on failed.rater_id = votes.rater_id and failed.dimension = votes.dimension and failed.stratum = votes.stratum
    where not votes.settles
    union all
    select kind, record_id, 5, 'quota full'
    from layers.records
    where rule like 'quota %'
)
select kind, record_id, arg_min(cause, grave) as cause
from told
group by kind, record_id
