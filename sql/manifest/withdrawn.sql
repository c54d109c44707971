-- Grain: a record that somebody spoke of who has withdrawn consent.
-- A record that is gone because of it must not look as if it had been lost. Responses stand for the pairs whose chosen side they are.
-- What others said of a text that left with it is gone because of it, too.
with votes as (
    select left_id, right_id
    from ledger.votes as votes
    semi join evidence.withdrawn as withdrawn on withdrawn.rater_id = votes.rater_id
    union all
    select left_id, right_id
    from ledger.votes as votes
    semi join evidence.erased as erased on erased.kind = 'prompt' and erased.id = votes.prompt_id
    union all
    select left_id, right_id
    from ledger.votes as votes
    semi join evidence.erased as erased on erased.kind = 'response' and erased.id = votes.left_id
    union all
    select left_id, right_id
    from ledger.votes as votes
    semi join evidence.erased as erased on erased.kind = 'response' and erased.id = votes.right_id
),
ratings as (
    select response_id, dimension
    from ledger.ratings as ratings
    semi join evidence.withdrawn as withdrawn on withdrawn.rater_id = ratings.rater_id
    union all
    select response_id, dimension
    from ledger.ratings as ratings
    semi join evidence.erased as erased on erased.kind = 'prompt' and erased.id = ratings.prompt_id
    union all
    select response_id, dimension
    from ledger.ratings as ratings
    semi join evidence.erased as erased on erased.kind = 'response' and erased.id = ratings.response_id
),
steps as (
    select trace_id
    from ledger.steps as steps
    semi join evidence.withdrawn as withdrawn on withdrawn.rater_id = steps.rater_id
),
events as (
    select response_id
    from ledger.events as events
    semi join evidence.withdrawn as withdrawn on withdrawn.rater_id = events.rater_id
    where response_id is not null
)
select distinct 'pairs' as kind, pair_id(left_id, right_id) as record_id from votes
union
select 'pairs', response_id from ratings
union
select 'pairs', response_id from events
union
select 'ratings', response_id || '.' || dimension from ratings
union
select 'traces', trace_id from steps
union
select 'traces', id from evidence.erased where kind = 'trace'
union
select 'traces', steps.trace_id
from ledger.steps as steps
semi join evidence.erased as erased on erased.kind = 'prompt' and erased.id = steps.prompt_id
union
select 'pairs', id from evidence.erased where kind = 'response'
union
select 'unpaired', response_id from events
